"""Read the fields of a mapping: each of a known name and type, each mistake with its place."""

import re

from heldout.compiler import LANGUAGE
from heldout.compiler.diagnostics import Diagnostic, Span, nearest
from heldout.compiler.syntax.tree import Mapping, Node, Scalar, Sequence, Value, describe

IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,63}\Z")  # axes and stages: names of rules and columns
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,99}\Z")  # studies, claims, figures, tables, scales: names of files

# Rules of Snakemake are named after stages, and these are words of Python or of the workflow.
RESERVED = frozenset(
    [
        "and",
        "as",
        "assert",
        "async",
        "await",
        "break",
        "class",
        "continue",
        "def",
        "del",
        "elif",
        "else",
        "except",
        "finally",
        "for",
        "from",
        "global",
        "if",
        "import",
        "in",
        "is",
        "lambda",
        "nonlocal",
        "not",
        "or",
        "pass",
        "raise",
        "return",
        "try",
        "while",
        "with",
        "all",
        "report",
        "rule",
        "checkpoint",
        "module",
        "use",
        "input",
        "output",
        "params",
        "log",
        "threads",
        "resources",
        "config",
        "workflow",
        "rules",
        "study_report",
        "wildcards",
        "shard",
        "metric",
        "value",
        "step",
        "group",
        "stage",
        "oracle",
    ]
)


class Fields:
    """The entries of one mapping, taken out by name; what is left at the end is a mistake."""

    def __init__(self, node: Mapping, what: str, problems: list[Diagnostic]) -> None:
        self.node = node
        self.what = what
        self.problems = problems
        self.known: list[str] = []

    def add(self, code: str, message: str, span: Span, hint: str = "") -> None:
        self.problems.append(Diagnostic(code, message, span, hint))

    def take(self, name: str) -> Node | None:
        self.known.append(name)
        return self.node.get(name)

    def text(self, name: str, default: str = "") -> str:
        node = self.take(name)
        if node is None:
            return default
        if isinstance(node, Scalar) and isinstance(node.value, str):
            return node.value
        self.add("wrong-type", f"`{name}` is text, not {describe(node)}", node.span, "put it in quotes")
        return default

    def required_text(self, name: str, hint: str) -> str:
        if self.node.get(name) is None:
            self.known.append(name)
            self.add("missing-key", f"{self.what} has no `{name}`", self.node.span, hint)
            return ""
        return self.text(name)

    def integer(self, name: str, default: int, lowest: int = 0, highest: int = 10**9) -> int:
        node = self.take(name)
        if node is None:
            return default
        if not isinstance(node, Scalar) or not isinstance(node.value, int) or isinstance(node.value, bool):
            message = f"`{name}` is an integer, not {describe(node)}"
            self.add("wrong-type", message, node.span, f"write an integer from {lowest} to {highest}")
            return default
        if not lowest <= node.value <= highest:
            self.add(
                "out-of-range",
                f"`{name}` is {node.value}",
                node.span,
                f"write a number from {lowest} to {highest}",
            )
            return default
        return node.value

    def truth(self, name: str) -> bool:
        node = self.take(name)
        if node is None or (isinstance(node, Scalar) and isinstance(node.value, bool)):
            return node is not None and bool(node.value)
        self.add(
            "wrong-type",
            f"`{name}` is true or false, not {describe(node)}",
            node.span,
            f"write `{name}: true`",
        )
        return False

    def mapping(self, name: str) -> Mapping | None:
        node = self.take(name)
        if node is None or isinstance(node, Mapping):
            return node
        if not (isinstance(node, Scalar) and node.value is None):
            self.add(
                "wrong-type",
                f"`{name}` is a mapping, not {describe(node)}",
                node.span,
                _each_named(name) if isinstance(node, Sequence) else f"write `{name}: {{…}}`",
            )
        return None

    def sequence(self, name: str) -> tuple[Node, ...]:
        node = self.take(name)
        if node is None:
            return ()
        if isinstance(node, Sequence):
            return node.items
        self.add("wrong-type", f"`{name}` is a list, not {describe(node)}", node.span, f"write `{name}: […]`")
        return ()

    def finish(self) -> None:
        """Report every key that nobody took."""
        for key, _ in self.node.entries:
            if key.value not in self.known:
                message = f"{self.what} has no key `{key.value}`"
                self.add("unknown-key", message, key.span, nearest(key.value, self.known))


def check_language(fields: Fields) -> None:
    """See that a file is written in the version of the language that is read here."""
    node = fields.take("heldout")
    if node is None:
        message, hint = "the spec does not say its language version", f"start with `heldout: {LANGUAGE}`"
        fields.add("missing-key", message, fields.node.span, hint)
    elif not isinstance(node, Scalar) or node.value != LANGUAGE or isinstance(node.value, bool):
        message = f"this compiler reads version {LANGUAGE} of the language, not {describe(node)}"
        fields.add("language-version", message, node.span, f"write `heldout: {LANGUAGE}`")


def read_name(key: Scalar, what: str, pattern: re.Pattern[str], problems: list[Diagnostic]) -> str | None:
    """A name that the spec gives to something, checked."""
    name = key.value
    if not isinstance(name, str) or not pattern.match(name):
        shown = f"`{name}`" if isinstance(name, str) and name else describe(key)
        problems.append(
            Diagnostic("bad-name", f"{shown} is no name for {what}", key.span, _rule(name, pattern))
        )
        return None
    if pattern is IDENTIFIER and name in RESERVED:
        hint = "choose another name: this one is a word of the emitted workflow or of its tables"
        problems.append(Diagnostic("reserved-name", f"`{name}` cannot name {what}", key.span, hint))
        return None
    return name


def _rule(name: Value, pattern: re.Pattern[str]) -> str:
    """How a name is written, and this one where it is clear."""
    most, others = (100, "hyphens") if pattern is SLUG else (64, "underscores")
    text = str(name) if isinstance(name, str) else ""
    plain = re.sub(r"[\s._-]+", "-" if pattern is SLUG else "_", text.strip().lower()).strip("-_:")
    if pattern.match(plain):
        return f"write `{plain}`: lower-case letters, digits and {others}"
    return f"use lower-case letters, digits and {others}, at most {most} of them"


def _each_named(name: str) -> str:
    """How a list becomes a mapping: `claims`, of which each has a name."""
    return f"give each a name in place of its dash: `{name}: {{my-{name.removesuffix('s')}: {{…}}}}`"
