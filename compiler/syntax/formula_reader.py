"""Read arithmetic: what stands between the braces of `${64000 // batch}`, as Python has it.

sum      = product, ("+" | "-"), product, …
product  = signed, ("*" | "/" | "//" | "%"), signed, …
signed   = ("-" | "+"), signed | power
power    = atom, ["**", signed]
atom     = number | name | function "(" sum, … ")" | "(" sum ")"
"""

import re
from collections.abc import Callable

from heldout.compiler.diagnostics import Diagnostic, Span, nearest
from heldout.compiler.syntax.expression import Call, Formula, Number, Reference

# By name, how many numbers a function takes, at least and at most.
MANY = 64
FUNCTIONS = {
    **dict.fromkeys(("abs", "round", "floor", "ceil", "sqrt", "exp", "log", "log2", "log10"), (1, 1)),
    **dict.fromkeys(("min", "max"), (1, MANY)),
    **dict.fromkeys(("mean", "median", "sum", "std", "count"), (1, 1)),
}
LIST_FUNCTIONS = frozenset(("mean", "median", "sum", "std", "count"))  # and `min` and `max` of one

MAX_LENGTH = 1000  # characters
MAX_DEPTH = 40
EXACT, LARGEST = 2**53 - 1, 1e300  # integers and other numbers that may be written

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.]))"
    r"|(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)|(?P<sign>\*\*|//|[-+*/%(),]))",
    re.ASCII,
)
_OPERATORS = re.compile(r"[-+*/%(),^&|<>=!?·×÷−]")
_STRANGE = re.compile(r"[^\w\s.+\-*/%(),^&|<>=!?·×÷−]", re.ASCII)
_INSTEAD = {"^": "`**` for a power", "·": "`*`", "×": "`*`", "÷": "`/`", "−": "`-`"}
_NAME = re.compile(r"[a-z][a-z0-9_]*(?:\.[A-Za-z_]\w*){0,2}\Z", re.ASCII)

Place = Callable[[int, int], Span]  # of the characters from the first to before the second


class Unreadable(Exception):
    """A text is no arithmetic; holds the mistake."""

    def __init__(self, message: str, span: Span, hint: str = "") -> None:
        super().__init__(message)
        self.diagnostic = Diagnostic("bad-expression", message, span, hint)


def looks_like_arithmetic(text: str) -> bool:
    """Whether a text was meant to be computed, and not to be a name alone."""
    return (_OPERATORS.search(text) is not None or text.strip()[:1].isdigit()) and not _STRANGE.search(text)


def is_list_function(call: Call) -> bool:
    """Whether a call takes the list of what a stage gathers, and gives one number of it."""
    return call.function in LIST_FUNCTIONS or (call.function in ("min", "max") and len(call.arguments) == 1)


def read_formula(text: str, place: Place) -> Formula:
    """The formula that a text writes.

    Args:
        text: without the braces around it.
        place: of some of its characters.

    Raises:
        Unreadable: it is none, or too long or too deep.
    """
    if len(text) > MAX_LENGTH:
        hint = "compute parts of it in stages or axes of their own"
        message = f"the arithmetic has {len(text):,} characters; at most {MAX_LENGTH:,}"
        raise Unreadable(message, place(0, len(text)), hint)
    return _Reader(text, place).whole()


class _Reader:
    def __init__(self, text: str, place: Place) -> None:
        self._text = text
        self._place = place
        self._at = 0  # where the token at hand begins
        self._end = 0  # and where it ends
        self._kind = ""  # of it; empty at the end
        self._token = ""
        self._nested = 0
        self._advance()

    def whole(self) -> Formula:
        formula = self._sum()
        if self._kind:
            raise self._unexpected("an operator")
        return formula

    def _advance(self) -> None:
        rest = self._text[self._end :]
        gap = len(rest) - len(rest.lstrip())
        match = _TOKEN.match(self._text, self._end)
        self._at = self._end + gap
        if match is None:
            self._kind, self._token = "", ""
            if self._at < len(self._text):
                strange = self._text[self._at]
                instead = _INSTEAD.get(strange, "a number, a name, or one of + - * / // % ** ( )")
                span = self._place(self._at, self._at + 1)
                raise Unreadable(f"`{strange}` cannot stand in arithmetic", span, f"write {instead}")
            return
        self._kind = match.lastgroup or ""
        self._token = match[self._kind]
        self._end = match.end()

    def _sum(self) -> Formula:
        start, left = self._at, self._product()
        while self._token in ("+", "-"):
            sign = self._take()
            left = self._call(sign, (left, self._product()), start)
        return left

    def _product(self) -> Formula:
        start, left = self._at, self._signed()
        while self._token in ("*", "/", "//", "%"):
            sign = self._take()
            left = self._call(sign, (left, self._signed()), start)
        return left

    def _signed(self) -> Formula:
        start = self._at
        if self._token not in ("-", "+"):
            return self._power()
        sign = self._take()
        self._nest(1)
        inner = self._signed()
        self._nest(-1)
        if sign == "+":
            return inner
        return Number(-inner.value) if isinstance(inner, Number) else self._call("-", (inner,), start)

    def _power(self) -> Formula:
        start, base = self._at, self._atom()
        if self._token != "**":
            return base
        self._take()
        self._nest(1)
        exponent = self._signed()
        self._nest(-1)
        return self._call("**", (base, exponent), start)

    def _atom(self) -> Formula:
        start = self._at
        match self._kind:
            case "number":
                return self._number(start)
            case "name":
                name = self._take()
                return self._function(name, start) if self._token == "(" else self._reference(name, start)
            case "sign" if self._token == "(":
                self._take()
                self._nest(1)
                inner = self._sum()
                self._nest(-1)
                self._close(start)
                return inner
            case _:
                raise self._unexpected("a number or a name")

    def _number(self, start: int) -> Number:
        text = self._take()
        value = int(text) if text.isdigit() else float(text)
        if abs(value) > (EXACT if isinstance(value, int) else LARGEST):
            span = self._place(start, start + len(text))
            hint = (
                "write it with an exponent: `1e18`"
                if isinstance(value, int)
                else f"write at most {LARGEST:g}"
            )
            raise Unreadable(f"the number {text[:40]} is too large", span, hint)
        return Number(value)

    def _reference(self, name: str, start: int) -> Reference:
        span = self._place(start, start + len(name))
        if not _NAME.match(name):
            hint = (
                f"write `{name.lower()}`" if _NAME.match(name.lower()) else "write `axis`, or `stage.metric`"
            )
            raise Unreadable(f"`{name[:60]}` is no name of an axis, a stage or a metric", span, hint)
        first, _, field = name.partition(".")
        return Reference(first, field or None, span)

    def _function(self, name: str, start: int) -> Call:
        if name not in FUNCTIONS:
            span = self._place(start, start + len(name))
            raise Unreadable(f"no function is called `{name[:60]}`", span, nearest(name, FUNCTIONS))
        opening = self._at
        self._take()
        self._nest(1)
        arguments = [self._sum()]
        while self._token == ",":
            self._take()
            arguments.append(self._sum())
        self._nest(-1)
        self._close(opening)
        fewest, most = FUNCTIONS[name]
        if not fewest <= len(arguments) <= most:
            message = f"`{name}` takes {most} number{'s' if most > 1 else ''}, not {len(arguments)}"
            raise Unreadable(message, self._place(start, self._before()), f"write `{name}(…)`")
        return self._call(name, tuple(arguments), start)

    def _call(self, function: str, arguments: tuple[Formula, ...], start: int) -> Call:
        depth = 1 + max(one.depth if isinstance(one, Call) else 0 for one in arguments)
        span = self._place(start, self._before())
        if depth > MAX_DEPTH:
            raise self._too_deep(span)
        return Call(function, arguments, depth, span)

    def _nest(self, by: int) -> None:
        self._nested += by
        if self._nested > MAX_DEPTH:
            raise self._too_deep(self._place(self._at, self._at + 1))

    def _too_deep(self, span: Span) -> Unreadable:
        hint = "compute parts of it in stages or axes of their own"
        return Unreadable(f"the arithmetic is more than {MAX_DEPTH} operations deep", span, hint)

    def _close(self, opening: int) -> None:
        if self._token != ")":
            if not self._kind:
                span = self._place(opening, opening + 1)
                raise Unreadable("the parenthesis is not closed", span, "add `)`")
            raise self._unexpected("an operator or `)`")
        self._take()

    def _take(self) -> str:
        token = self._token
        self._last = self._end
        self._advance()
        return token

    def _before(self) -> int:
        """Where what was taken last ends."""
        return self._last

    def _unexpected(self, wanted: str) -> Unreadable:
        if not self._kind:
            end = len(self._text)
            return Unreadable(
                "the arithmetic ends too early", self._place(max(end - 1, 0), end), f"add {wanted}"
            )
        if self._kind != "sign" and "operator" in wanted:
            hint = f"write {wanted} before it"
        else:
            hint = f"write {wanted} here"
        span = self._place(self._at, self._end)
        return Unreadable(f"`{self._token[:60]}` cannot stand here", span, hint)
