"""Axes whose levels lie in files beside the spec: put where the study names the file, each with its place."""

from collections.abc import Callable
from dataclasses import replace

from heldout.compiler.diagnostics import Diagnostic, nearest
from heldout.compiler.syntax.fields import Fields
from heldout.compiler.syntax.level_file import LevelFile, Listed, read_level_file
from heldout.compiler.syntax.overlay import laid_over, size_of
from heldout.compiler.syntax.texts import Text
from heldout.compiler.syntax.tree import Mapping, Node, Scalar, Sequence, describe
from heldout.compiler.syntax.yaml_reader import MAX_NODES, SpecError

LEVELS_FROM = "levels_from"
HINT = "write the path of a file of levels from the folder of this one: `levels_from: cameras.csv`"

# The file that a path stands for, which the item names; None where there is none, which was said.
Open = Callable[[Scalar], Text | None]


def with_levels(root: Mapping, open_file: Open, problems: list[Diagnostic]) -> Mapping:
    """Before: a text with axes that name files of levels, at scales too. After: axes with these levels.

    Args:
        root: what the text holds.
        open_file: gives the file that an item names.
        problems: where mistakes are added.
    """
    reading = _Levels(open_file, problems)
    changes: list[tuple[Scalar, Node]] = []
    for key, node in root.entries:
        if key.value == "axes":
            changes.append((key, reading.of_axes(node)))
        elif key.value == "scales" and isinstance(node, Mapping):
            scales = [(name, reading.of_scale(scale)) for name, scale in node.entries]
            changes.append((key, replace(node, entries=tuple(scales))))
    return laid_over(root, changes)


class _Levels:
    def __init__(self, open_file: Open, problems: list[Diagnostic]) -> None:
        self._open = open_file
        self._problems = problems
        self._read: dict[str, LevelFile | None] = {}
        self._size = 0

    def of_scale(self, node: Node) -> Node:
        if not isinstance(node, Mapping):
            return node
        return laid_over(node, [(key, self.of_axes(one)) for key, one in node.entries if key.value == "axes"])

    def of_axes(self, node: Node) -> Node:
        if not isinstance(node, Mapping):
            return node
        return replace(node, entries=tuple((name, self._of_axis(axis)) for name, axis in node.entries))

    def _of_axis(self, axis: Node) -> Node:
        """An axis with the levels of the file that it names, or whose sequence does."""
        if not isinstance(axis, Mapping):
            return axis
        if (key := axis.key(LEVELS_FROM)) is not None:
            title = tuple(entry for entry in axis.entries if entry[0].value == "title")
            levels = self._levels(replace(axis, entries=tuple(e for e in axis.entries if e not in title)))
            if levels is None:
                return axis
            return Mapping(((replace(key, value="levels"), levels), *title), axis.span)
        steps = axis.get("sequence")
        if isinstance(steps, Mapping) and steps.get(LEVELS_FROM) is not None:
            levels = self._levels(steps)
            named = [(key, levels or node) for key, node in axis.entries if key.value == "sequence"]
            return laid_over(axis, named)
        return axis

    def _levels(self, node: Mapping) -> Node | None:
        """The levels that `{levels_from: …}` means, a list or named ones; None with what is wrong."""
        before = len(self._problems)
        fields = Fields(node, "an axis with `levels_from`", self._problems)
        item, least = fields.take(LEVELS_FROM), fields.mapping("at_least")
        first = fields.integer("first", MAX_NODES, 1, MAX_NODES)
        sha256, pinned = fields.text("sha256"), node.get("sha256")
        fields.finish()
        if not isinstance(item, Scalar):
            what = describe(item) if item is not None else "nothing"
            fields.add("wrong-type", f"`levels_from` names a file, not {what}", node.span, HINT)
            return None
        text = self._open(item)
        if text is None or len(self._problems) > before:
            return None
        if pinned is not None and sha256 != text.sha256:
            message = f"the content of `{text.path}` has another checksum"
            fields.add("wrong-value", message, pinned.span, f"write `sha256: {text.sha256}`")
            return None
        file = self._file(text)
        levels = self._kept(file, text, least, fields) if file is not None else None
        if file is None or levels is None:
            return None
        if not levels:
            message, place, hint = f"`{text.path}` holds no level", item.span, "name one at least in the file"
            if file.levels and least is not None:
                message = f"`{text.path}` has no level that is left by `at_least`"
                place, hint = least.span, "ask for less"
            fields.add("empty-axis", message, place, hint)
            return None
        return self._bounded(_node(levels[:first], file, item), item)

    def _file(self, text: Text) -> LevelFile | None:
        """What a file holds, read once; None where it is wrong, which is said once."""
        if text.path not in self._read:
            self._read[text.path] = None
            try:
                self._read[text.path] = read_level_file(text)
            except SpecError as error:
                self._problems.append(error.diagnostic)
        return self._read[text.path]

    def _kept(
        self, file: LevelFile, text: Text, least: Mapping | None, fields: Fields
    ) -> tuple[Listed, ...] | None:
        """The levels of which each field is at least as large as is asked for; None with what is wrong."""
        levels = file.levels
        for key, node in least.entries if least is not None else ():
            bound = node.value if isinstance(node, Scalar) else None
            if key.value not in file.numbers:
                message = f"`{text.path}` has no column of numbers called `{key.value}`"
                fields.add("unknown-field", message, key.span, nearest(key.value, file.numbers))
                return None
            if isinstance(bound, bool) or not isinstance(bound, int | float):
                message = f"`{key.value}` is at least a number, not {describe(node)}"
                fields.add("wrong-type", message, node.span, f"write `at_least: {{{key.value}: 20}}`")
                return None
            having = ((level, level.number(str(key.value))) for level in levels)
            levels = tuple(level for level, number in having if number is not None and number >= bound)
        return levels

    def _bounded(self, levels: Node, item: Scalar) -> Node | None:
        self._size += size_of(levels)
        if self._size <= MAX_NODES:
            return levels
        message = f"with the levels of its files the spec has more than {MAX_NODES:,} values"
        hint = "take the `first` so many, or leave columns out of the file"
        self._problems.append(Diagnostic("yaml-size", message, item.span, hint))
        return None


def _node(levels: tuple[Listed, ...], file: LevelFile, item: Scalar) -> Node:
    """Levels as a study writes them: a list, or by name where the file has fields."""
    if not file.fields:
        return Sequence(tuple(level.name for level in levels), item.span)
    return Mapping(tuple((level.name, Mapping(level.fields, level.name.span)) for level in levels), item.span)
