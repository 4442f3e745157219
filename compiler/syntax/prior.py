"""Priors: where a searched hyper-parameter is drawn from."""

import hashlib
import math
import typing
from dataclasses import dataclass

from heldout.compiler.diagnostics import Diagnostic, nearest
from heldout.compiler.syntax.tree import Mapping, Node, Scalar, Sequence, Value, describe

Range = typing.Literal["uniform", "loguniform", "integers", "logintegers"]
PriorName = Range | typing.Literal["choice"]
RANGES: tuple[Range, ...] = typing.get_args(Range)
PRIORS: tuple[PriorName, ...] = (*RANGES, "choice")
FIRST = "first"
MAX_BOUND = 1e300  # so that no sum or product on the way to a draw is infinite


@dataclass(frozen=True)
class Prior:
    """A prior and its arguments: the ends of a range, both included, or the values of a choice.

    Attributes:
        first: the value of the first trial, which need not lie in the range; None where it is drawn too.
    """

    name: PriorName
    arguments: tuple[Value, ...]
    first: Value = None


def read_prior(node: Node, problems: list[Diagnostic]) -> Prior | None:
    """The prior that `{loguniform: [1e-4, 1e-2]}` writes, or None with the mistake in `problems`.

    Beside it may stand the value of the first trial: `{loguniform: [1e-4, 1e-2], first: 1e-3}`.
    """
    example = "write for example `{loguniform: [1e-4, 1e-2]}` or `{choice: [16, 32]}`"
    first: Value = None
    if isinstance(node, Mapping) and (written := node.get(FIRST)) is not None and len(node.entries) == 2:
        if not isinstance(written, Scalar) or written.value is None:
            message = f"the first trial has a plain value, not {describe(written)}"
            problems.append(Diagnostic("bad-prior", message, written.span, "write for example `first: 1e-3`"))
            return None
        first = written.value
        node = Mapping(tuple((key, value) for key, value in node.entries if key.value != FIRST), node.span)
    if not isinstance(node, Mapping) or len(node.entries) != 1:
        problems.append(
            Diagnostic(
                "bad-prior", f"a prior is a mapping with one key, not {describe(node)}", node.span, example
            )
        )
        return None
    key, arguments = node.entries[0]
    name = next((prior for prior in PRIORS if prior == key.value), None)
    if name is None:
        problems.append(
            Diagnostic("bad-prior", f"no prior is called `{key.value}`", key.span, nearest(key.value, PRIORS))
        )
        return None
    values = (
        [item.value for item in arguments.items if isinstance(item, Scalar)]
        if isinstance(arguments, Sequence)
        else []
    )
    if not isinstance(arguments, Sequence) or len(values) != len(arguments.items) or not values:
        problems.append(
            Diagnostic("bad-prior", f"`{key.value}` takes a list of plain values", arguments.span, example)
        )
        return None
    if name != "choice" and (problem := _range_problem(name, values)):
        problems.append(Diagnostic("bad-prior", problem, arguments.span, example))
        return None
    return Prior(name, tuple(values), first)


def _range_problem(name: Range, values: list[Value]) -> str | None:
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(values) != 2 or len(numbers) != 2:
        return f"`{name}` takes two numbers, the lowest and the highest"
    low, high = numbers
    if max(abs(low), abs(high)) > MAX_BOUND:
        return f"`{name}` goes from {low:g} to {high:g}: the ends must lie within ±{MAX_BOUND:g}"
    if low >= high:
        return f"`{name}` goes from {low} to {high}: the first must be the smaller"
    if name.startswith("log") and low <= 0:
        return f"`{name}` starts at {low}: a logarithmic range must be above zero"
    if name.endswith("integers") and not all(isinstance(n, int) for n in numbers):
        return f"`{name}` takes two integers"
    return None


def draw(prior: Prior, seed: int, stream: str, trial: int) -> Value:
    """The value of one hyper-parameter in one trial.

    A pure function of the seed, the hyper-parameter's name and the trial's number: adding a
    hyper-parameter or a trial moves no other draw. Real numbers keep six significant digits
    (and none leaves the range), so that the last bit of a platform's logarithm
    cannot change an identity. The first trial has the value that the prior gives it, where it gives one.
    """
    if trial == 0 and prior.first is not None:
        return prior.first
    digest = hashlib.sha256(f"{seed}\x1f{stream}\x1f{trial}".encode()).digest()
    u = int.from_bytes(digest[:8], "big") / 2**64  # in [0, 1]
    if prior.name == "choice":
        return prior.arguments[min(int(u * len(prior.arguments)), len(prior.arguments) - 1)]
    low, high = (float(a) for a in prior.arguments if isinstance(a, int | float))
    drawn = _between(prior.name, low, high, u)
    if prior.name.endswith("integers"):
        return min(max(int(drawn), int(low)), int(high))
    return min(max(float(f"{drawn:.6g}"), low), high)


def _between(name: Range, low: float, high: float, u: float) -> float:
    """The number that lies at the fraction `u` of a range."""
    match name:
        case "integers":
            return math.floor(low + u * (high - low + 1))
        case "logintegers":
            return round(math.exp(math.log(low) + u * (math.log(high) - math.log(low))))
        case "loguniform":
            return math.exp(math.log(low) + u * (math.log(high) - math.log(low)))
        case "uniform":
            return low + u * (high - low)
