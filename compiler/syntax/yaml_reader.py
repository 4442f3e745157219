"""Read YAML 1.2 into a tree with places, within bounds that no stranger's file can exceed."""

import re
from dataclasses import dataclass, field
from typing import Protocol

import yaml

from heldout.compiler.diagnostics import Diagnostic, Span, source_lines
from heldout.compiler.syntax.core_schema import NoNumber, plain_value
from heldout.compiler.syntax.tree import Mapping, Node, Scalar, Sequence, Value
from heldout.compiler.syntax.yaml_mistakes import explain

MAX_BYTES = 512 * 1024
MAX_DEPTH = 40
MAX_NODES = 50_000  # aliases counted as often as they are used

# A plain value inside `{…}` or `[…]` may not hold braces or commas, and yet `{data: ${domains}}` reads best.
# Those of references are therefore masked, one character for one, while YAML is parsed.
_REFERENCE = re.compile(r"\$\{([^{}\n]*)\}")
_MASKED = re.compile(r"\$\ue000([^\ue001]*)\ue001")


def _masked(match: re.Match[str]) -> str:
    return f"$\ue000{match[1].replace(',', chr(0xE002))}\ue001"


def _unmasked(match: re.Match[str]) -> str:
    return f"${{{match[1].replace(chr(0xE002), ',')}}}"


# YAML 1.2.2, section 5.1: all that a text may hold. The parser would say less well where it stands, and takes
# the separators of lines beyond ASCII for ends of lines, which they are to no editor.
FORBIDDEN = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)

# What an escape may not bring into a text either, nor what breaks lines or turns the direction of writing:
# titles and levels stand in pages, pictures, terminals and LaTeX.
CONTROL = re.compile(f"{FORBIDDEN.pattern}|[\r\u202a-\u202e\u2066-\u2069]")


# Spaces that look like the one that separates a key from its value.
_OTHER_SPACE = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")

# `steps:200`, where nothing is given to a key of that name.
_ONE_WORD = re.compile(r"([A-Za-z_][\w-]*):([^\s:].*)\Z")


class SpecError(Exception):
    """Reading cannot go on; holds the one diagnostic that says why."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


@dataclass
class _Open:
    """A collection whose end has not been read yet."""

    start: yaml.SequenceStartEvent | yaml.MappingStartEvent
    anchor: str | None
    children: list[Node] = field(default_factory=list)
    size: int = 1


class Mark(Protocol):
    """A place in the text, as either of the parser's two implementations gives it."""

    @property
    def line(self) -> int: ...

    @property
    def column(self) -> int: ...


class _Reader:
    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.lines = source_lines(text)
        self.stack: list[_Open] = []
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.root: Node | None = None
        self.total = 0

    def span(self, start: Mark | None, end: Mark | None = None) -> Span:
        if start is None:
            return Span(self.file, 1, 1)
        number = min(start.line, len(self.lines) - 1)  # the end of the text may be marked beyond it
        line = self.lines[number]
        column = min(start.column, len(line)) if number == start.line else len(line)
        last = end.column if end is not None and end.line == start.line else len(line.rstrip())
        return Span(self.file, number + 1, column + 1, max(1, min(last, len(line)) - column))

    def fail(self, code: str, message: str, span: Span, hint: str = "") -> SpecError:
        return SpecError(Diagnostic(code, message, span, hint))

    def read(self, text: str) -> Node:
        documents = 0
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            match event:
                case yaml.DocumentStartEvent():
                    documents += 1
                    if documents > 1:
                        raise self.fail(
                            "yaml-documents",
                            "a spec is one YAML document, and here a second one starts",
                            self.span(event.start_mark),
                            "put every study into a file of its own",
                        )
                case yaml.ScalarEvent():
                    self.add(self.scalar(event), event.anchor, 1)
                case yaml.AliasEvent():
                    self.alias(event)
                case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                    self.open(event)
                case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                    self.close(event)
        if self.root is None or (isinstance(self.root, Scalar) and self.root.value is None):
            raise self.fail(
                "empty-spec", "the file holds no study", Span(self.file, 1, 1), "start with `heldout: 1`"
            )
        return self.root

    def open(self, event: yaml.SequenceStartEvent | yaml.MappingStartEvent) -> None:
        self.refuse_tag(event)
        if len(self.stack) >= MAX_DEPTH:
            raise self.fail(
                "yaml-depth",
                f"values are nested more than {MAX_DEPTH} deep",
                self.span(event.start_mark, event.end_mark),
                "a study needs no such depth: is a bracket left open?",
            )
        self.stack.append(_Open(event, event.anchor))

    def close(self, event: yaml.SequenceEndEvent | yaml.MappingEndEvent) -> None:
        collection = self.stack.pop()
        # A block ends where the next line starts.
        end = event.end_mark if collection.start.flow_style else None
        span = self.span(collection.start.start_mark, end)
        node: Node
        if isinstance(event, yaml.SequenceEndEvent):
            node = Sequence(tuple(collection.children), span)
        else:
            node = Mapping(self.entries(collection.children), span)
        self.add(node, collection.anchor, collection.size)

    def add(self, node: Node, anchor: str | None, size: int) -> None:
        if anchor is not None:
            self.anchors[anchor] = (node, size)
        if self.stack:
            self.stack[-1].children.append(node)
            self.stack[-1].size += size
        else:
            self.root = node
        self.total = max(self.total, size) if not self.stack else max(self.total, self.stack[-1].size)
        if self.total > MAX_NODES:
            raise self.fail(
                "yaml-size",
                f"the spec holds more than {MAX_NODES:,} values (an alias counts as often as it is used)",
                node.span,
                "use `count:` or `search:` for long axes",
            )

    def alias(self, event: yaml.AliasEvent) -> None:
        span = self.span(event.start_mark, event.end_mark)
        if event.anchor not in self.anchors:
            inside = any(o.anchor == event.anchor for o in self.stack)
            message = (
                f"`*{event.anchor}` stands inside the value that it repeats"
                if inside
                else f"no value above is marked `&{event.anchor}`"
            )
            raise self.fail("yaml-alias", message, span, "an alias repeats a value that is complete above it")
        node, size = self.anchors[event.anchor]
        self.add(node, None, size)

    def entries(self, children: list[Node]) -> tuple[tuple[Scalar, Node], ...]:
        entries: list[tuple[Scalar, Node]] = []
        seen: dict[tuple[type, Value], Scalar] = {}
        for key, value in zip(children[0::2], children[1::2], strict=True):
            if not isinstance(key, Scalar):
                raise self.fail(
                    "yaml-key", "a key must be a plain name or number", key.span, "write `name: value`"
                )
            if key.value == "<<":
                raise self.fail(
                    "yaml-key",
                    "YAML 1.2 has no merge key `<<`",
                    key.span,
                    "to reuse a stage, write `like: STAGE` and the keys that differ",
                )
            word = _ONE_WORD.match(key.value) if isinstance(key.value, str) else None
            if word is not None and isinstance(value, Scalar) and value.value is None and self.is_plain(key):
                hint = f"write `{word[1]}: {word[2][:40]}`, with a space after the colon"
                raise self.fail("yaml-key", f"`{str(key.value)[:60]}` is one word", key.span, hint)
            identity = (type(key.value), key.value)
            if identity in seen:
                raise self.fail(
                    "duplicate-key",
                    f"`{key.value}` is set twice in one mapping (first in line {seen[identity].span.line})",
                    key.span,
                    "keep one of the two",
                )
            seen[identity] = key
            entries.append((key, value))
        return tuple(entries)

    def is_plain(self, scalar: Scalar) -> bool:
        """Whether a text is written without quotes."""
        return self.lines[scalar.span.line - 1][scalar.span.column - 1 :][:1] not in ("'", '"')

    def refuse_tag(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.tag is not None:
            raise self.fail(
                "yaml-tag",
                f"the tag `{event.tag}` is not allowed: a spec holds plain values only",
                self.span(event.start_mark, event.end_mark),
                "remove the tag",
            )

    def scalar(self, event: yaml.ScalarEvent) -> Scalar:
        self.refuse_tag(event)
        span = self.span(event.start_mark, event.end_mark)
        text: str = _MASKED.sub(_unmasked, event.value)
        if (control := CONTROL.search(text)) is not None:
            message = f"the text holds the control character U+{ord(control[0]):04X}"
            raise self.fail("control-character", message, span, "remove it, or write a space in its place")
        plain = event.style in (None, "") and event.tag is None
        if plain and (space := _OTHER_SPACE.search(text)) is not None:
            message = f"`{text[:60]}` holds a space that YAML takes for a letter (U+{ord(space[0]):04X})"
            raise self.fail("yaml-syntax", message, span, "write a plain space, or put the text in quotes")
        try:
            return Scalar(plain_value(text) if plain else text, span)
        except NoNumber as error:
            raise self.fail("number-out-of-range", str(error), span, error.hint) from error


def decode(data: bytes, file: str) -> str:
    """The text of a spec file.

    Raises:
        SpecError: it is larger than MAX_BYTES, or not UTF-8.
    """
    start = Span(file, 1, 1)
    if len(data) > MAX_BYTES:
        message = f"the file has more than the {MAX_BYTES:,} bytes that a spec may have"
        raise SpecError(
            Diagnostic(
                "yaml-size", message, start, "keep data out of the spec: name it, and read it in a stage"
            )
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"byte 0x{data[error.start]:02x} is not UTF-8"
        raise SpecError(
            Diagnostic("not-utf8", message, Span(file, line, 1), "save the file as UTF-8")
        ) from error


def read_yaml(text: str, file: str) -> Node:
    """The tree of a spec.

    YAML 1.2's core schema decides what a plain value is (`no` is text, `0123` is 123, `1e-3` a
    number), whatever the parser's own version of YAML says.

    Raises:
        SpecError: the text is no YAML, or exceeds the bounds.
    """
    reader = _Reader(file, text)
    if (forbidden := FORBIDDEN.search(text)) is not None:
        before = source_lines(text[: forbidden.start()])
        message = f"the character U+{ord(forbidden[0]):04X} cannot stand in a spec"
        span = Span(file, len(before), len(before[-1]) + 1)
        hint = "remove the character, or write a space in its place"
        raise SpecError(Diagnostic("control-character", message, span, hint))
    try:
        return reader.read(_REFERENCE.sub(_masked, text))
    except yaml.MarkedYAMLError as error:
        found = explain(error, reader.lines)
        raise SpecError(
            Diagnostic("yaml-syntax", found.message, reader.span(found.place), found.hint)
        ) from error
    except yaml.YAMLError as error:
        message = str(error).splitlines()[0]
        raise SpecError(
            Diagnostic("yaml-syntax", message, Span(file, 1, 1), "remove the character")
        ) from error
