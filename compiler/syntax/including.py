"""Read a spec with the files that it names, its bases and its files of levels, each of them once."""

import posixpath
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath

from heldout.compiler.diagnostics import Diagnostic, Problems, TooManyProblems
from heldout.compiler.syntax.base_form import is_base
from heldout.compiler.syntax.bases import laid_over_bases
from heldout.compiler.syntax.beside import path_beside
from heldout.compiler.syntax.level_file import SUFFIXES
from heldout.compiler.syntax.levels_from import HINT as LEVELS_HINT
from heldout.compiler.syntax.levels_from import with_levels
from heldout.compiler.syntax.overlay import size_of
from heldout.compiler.syntax.texts import Text, Texts
from heldout.compiler.syntax.tree import Mapping, Node, Scalar, Sequence, describe
from heldout.compiler.syntax.yaml_reader import MAX_BYTES, MAX_NODES, SpecError, decode, read_yaml

MAX_BASES = 16  # of one spec, those that its bases include among them
MAX_LEVEL_FILES = 32  # of one spec with its bases

_HINT = "write the path of a YAML file from the folder of this one: `include: ../bases/tiny-gpt.yaml`"

# What a file holds, by its path from the folder of the spec.
Fetch = Callable[[str], bytes]


class NotFetched(Exception):
    """A file that a spec names is not there, or not to be read."""


def fetch_nothing(path: str) -> bytes:
    """Of a text that is no file: there is nothing beside it."""
    raise NotFetched(f"there is no `{path}` beside a text")


@dataclass(frozen=True)
class Written:
    """A spec as it was read.

    Attributes:
        texts: those that were read.
        root: what they hold, the study laid over its bases; None where something is wrong.
        problems: what is.
    """

    texts: Texts
    root: Mapping | None
    problems: tuple[Diagnostic, ...] = ()


def read_spec(data: bytes, file: str, fetch: Fetch = fetch_nothing) -> Written:
    """What a spec holds, at all of its scales, laid over the bases that it includes.

    Args:
        data: the bytes of the spec.
        file: its name, for diagnostics.
        fetch: gives the bytes of the files that it names; raises NotFetched.
    """
    reading = _Reading(Text(PurePath(file).name, file, data), fetch)
    try:
        root = reading.root()
        if root is not None:
            root, *bases = [
                with_levels(one, partial(reading.level_file, text), reading.problems)
                for text, one in reading.whole(root)
            ]
            root = laid_over_bases(root, bases, reading.problems) if not reading.problems else None
    except TooManyProblems:
        root = None
    return Written(reading.texts, None if reading.problems else root, tuple(reading.problems))


class _Reading:
    """Reads each file once, and counts what is read."""

    def __init__(self, spec: Text, fetch: Fetch) -> None:
        self._spec = spec
        self._fetch = fetch
        self._read: dict[str, Text] = {}  # by path, as they were met
        self._laid: dict[str, Mapping] = {}  # likewise, each after those that it includes
        self._levels: dict[str, Text] = {}  # files of levels, likewise
        self._size = 0
        self.problems = Problems()

    @property
    def texts(self) -> Texts:
        laid = [self._read[path] for path in self._laid]
        others = [text for path, text in self._read.items() if path not in self._laid]
        return Texts(self._spec, (*laid, *others), tuple(self._levels.values()))

    def whole(self, root: Mapping) -> list[tuple[Text, Mapping]]:
        """What the spec holds, and its bases, each after those that it includes."""
        return [(self._spec, root), *((self._read[path], base) for path, base in self._laid.items())]

    def root(self) -> Mapping | None:
        """What the spec itself holds, with its bases read; None where anything is wrong."""
        root = self._parsed(self._spec)
        if root is None:
            return None
        if not isinstance(root, Mapping):
            message = f"a study is a mapping, not {describe(root)}"
            self.problems.append(Diagnostic("wrong-type", message, root.span, "start with `heldout: 1`"))
            return None
        base = root.key("base")
        if base is not None and root.key("study") is not None:
            hint = "write `include:` and the path of a base that the study starts from"
            self.problems.append(Diagnostic("unknown-key", "a study has no key `base`", base.span, hint))
            return None
        if base is not None:
            message, hint = "this is a base, and no study of its own", "check a spec that includes it"
            self.problems.append(Diagnostic("base-alone", message, base.span, hint))
            return None
        self._size = size_of(root)
        self._include(root, self._spec, (self._spec.path,))
        return None if self.problems else root

    def _parsed(self, text: Text) -> Node | None:
        try:
            return read_yaml(decode(text.data, text.file), text.file)
        except SpecError as error:
            self.problems.append(error.diagnostic)
            return None

    def _include(self, root: Mapping, text: Text, chain: tuple[str, ...]) -> None:
        """Read the bases that a file names, and theirs before them."""
        for item in _named(root.get("include")):
            path = self._path(item, text)
            if path is None or path in self._laid or not isinstance(item, Scalar):
                continue
            if path in chain:
                self._circle(item, (*chain[chain.index(path) :], path))
                continue
            base = self._base(path, item)
            if base is None:
                continue
            if again := next((one for one in chain if self._are_one(one, path)), None):
                self._circle(item, (*chain[chain.index(again) :], path))
                continue
            self._include(base, self._read[path], (*chain, path))
            if not any(self._are_one(laid, path) for laid in self._laid):
                self._laid[path] = base

    def _are_one(self, path: str, other: str) -> bool:
        """Whether two paths lead to one base, by its bytes: archives have these too."""
        return path in self._read and self._read[path].data == self._read[other].data

    def _circle(self, item: Scalar, paths: tuple[str, ...]) -> None:
        message = f"`{item.value}` is included in a circle: {' → '.join(paths)}"
        hint = "move what both need into a base that both include"
        self.problems.append(Diagnostic("base-circle", message, item.span, hint))

    def _path(self, item: Node, text: Text) -> str | None:
        """The path of a base from the folder of the spec."""
        written = item.value if isinstance(item, Scalar) else None
        if not isinstance(written, str) or not written.endswith((".yaml", ".yml")):
            message = f"`include` names YAML files, not {describe(item)}"
            self.problems.append(Diagnostic("wrong-type", message, item.span, _HINT))
            return None
        assert isinstance(item, Scalar)
        return path_beside(written, item, text, "a base", "bases", self.problems)

    def _base(self, path: str, item: Scalar) -> Mapping | None:
        """What a base holds; None with the mistake where it is none."""
        if path not in self._read and len(self._read) >= MAX_BASES:
            message = f"the spec includes more than {MAX_BASES} bases"
            hint = "join bases that are always included together"
            self.problems.append(Diagnostic("out-of-range", message, item.span, hint))
            return None
        if path in self._read:  # and is wrong, which was said where it is
            return None
        try:
            text = self._text(path)
        except NotFetched as error:
            self.problems.append(Diagnostic("missing-base", str(error), item.span, _HINT))
            return None
        self._read[path] = text
        if self._holds_too_much(item):
            return None  # and is not parsed, which takes time
        root = self._parsed(text)
        if root is None or not is_base(root, text, self.problems):
            return None
        self._size += size_of(root)
        if self._size > MAX_NODES:
            self._too_large(f"{MAX_NODES:,} values", item)
            return None
        return root if isinstance(root, Mapping) else None

    def level_file(self, text: Text, item: Scalar) -> Text | None:
        """A file of levels that a text names; None with the mistake where there is none."""
        written = item.value
        if not isinstance(written, str) or not written.endswith(SUFFIXES):
            message = f"`levels_from` names a file of levels, {' or '.join(SUFFIXES)}, not {describe(item)}"
            hint = "`heldout levels` writes one from a folder, a table or a stage that is done"
            self.problems.append(Diagnostic("wrong-type", message, item.span, hint))
            return None
        path = path_beside(written, item, text, "a file of levels", "files of levels", self.problems)
        if path is None or path in self._levels:
            return self._levels[path] if path is not None else None
        if len(self._levels) >= MAX_LEVEL_FILES:
            message = f"the spec names more than {MAX_LEVEL_FILES} files of levels"
            self.problems.append(Diagnostic("out-of-range", message, item.span, "write short lists in it"))
            return None
        try:
            found = self._text(path)
        except NotFetched as error:
            self.problems.append(Diagnostic("missing-levels", str(error), item.span, LEVELS_HINT))
            return None
        self._levels[path] = found
        return None if self._holds_too_much(item) else found

    def _text(self, path: str) -> Text:
        """The file at a path from the folder of the spec.

        Raises:
            NotFetched: it is not there, or not to be read.
        """
        file = posixpath.normpath(posixpath.join(posixpath.dirname(self._spec.file), path))
        return Text(path, file, self._fetch(path))

    def _holds_too_much(self, item: Scalar) -> bool:
        """Whether all files that were read hold more than a spec may, which is said where one is named."""
        read = (self._spec, *self._read.values(), *self._levels.values())
        if sum(len(each.data) for each in read) <= MAX_BYTES:
            return False
        self._too_large(f"{MAX_BYTES:,} bytes", item)
        return True

    def _too_large(self, bound: str, item: Scalar) -> None:
        message = f"with the files that it names the spec has more than {bound}"
        self.problems.append(Diagnostic("yaml-size", message, item.span, "keep data out of specs"))


def _named(include: Node | None) -> tuple[Node, ...]:
    """The items of `include`: one, or a list of them."""
    if include is None or (isinstance(include, Scalar) and include.value is None):
        return ()
    return include.items if isinstance(include, Sequence) else (include,)
