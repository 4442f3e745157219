"""Formulas over numbers: the trees that the compiler makes of arithmetic, and what they give."""

import math
import operator
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any

EXACT = 2**53 - 1  # integers up to it are the same number in every program that reads JSON

Number = int | float
Member = Sequence[Number]  # the inputs at one of the cells that are gathered


class Undefined(ValueError):
    """There is no such number: says why, as the rest of a sentence."""


class Formula:
    """A tree: a number, `["input", 0]`, or a function with its arguments, `["-", 1, ["input", 0]]`."""

    def __init__(self, tree: Any) -> None:
        """Of a tree.

        Raises:
            ValueError: it is none.
        """
        self._tree = tree
        self.num_inputs = _num_inputs(tree)

    def of(self, members: Sequence[Member]) -> Number:
        """What it gives of the members that are gathered, or of one where nothing is.

        Outside of functions that take lists, an input is that of the first member: all have the same.

        Raises:
            Undefined: there is no such number, it is too large, or an input is not finite.
        """
        return _value(self._tree, members, 0, {})


def apply(function: str, *numbers: Number) -> Number:
    """What a function gives of numbers, as the compiler's own arithmetic has it.

    Raises:
        Undefined: there is no such number, or it is too large.
    """
    try:
        result = FUNCTIONS[function](*numbers)
    except ZeroDivisionError:
        raise Undefined("divides by zero") from None
    except OverflowError:
        raise Undefined("is too large a number") from None
    except ValueError:
        raise Undefined(f"takes `{function}` of {' and '.join(map(str, numbers))}") from None
    if isinstance(result, int):
        if abs(result) > EXACT:
            raise Undefined("is too large an integer")
    elif not math.isfinite(result):
        raise Undefined("is too large a number")
    return result


def _value(tree: Any, members: Sequence[Member], member: int, known: dict[int, Number]) -> Number:
    """Of a tree at one member; `known` has what functions of lists have given."""
    if not isinstance(tree, list):
        return tree  # type: ignore[no-any-return]
    function, *arguments = tree
    if function == "input":
        number = members[member][arguments[0]]
        if not math.isfinite(number):
            raise Undefined("takes a number that is not finite")
        return number
    if not _takes_list(function, arguments):
        return apply(function, *(_value(one, members, member, known) for one in arguments))
    if id(tree) not in known:
        every = [_value(arguments[0], members, number, known) for number in range(len(members))]
        known[id(tree)] = _of_list(function, every)
    return known[id(tree)]


def _of_list(function: str, numbers: Sequence[Number]) -> Number:
    try:
        result = LIST_FUNCTIONS[function](numbers)
    except (OverflowError, statistics.StatisticsError) as error:
        raise Undefined(f"has no {function}") from error
    if not math.isfinite(result):
        raise Undefined("is too large a number")
    return result


def _takes_list(function: str, arguments: Sequence[Any]) -> bool:
    return function in LIST_FUNCTIONS and (len(arguments) == 1 or function not in FUNCTIONS)


def _num_inputs(tree: Any) -> int:
    match tree:
        case bool():
            pass
        case int() | float() if math.isfinite(tree):
            return 0
        case ["input", int() as index] if index >= 0 and not isinstance(index, bool):
            return index + 1
        case [str() as function, *arguments] if len(arguments) in _ARGUMENTS.get(function, ()):
            return max(map(_num_inputs, arguments))
    raise ValueError(f"{str(tree)[:100]!r} is no formula: write arithmetic under `compute` of a stage")


def _divide(a: Number, b: Number) -> Number:
    if isinstance(a, int) and isinstance(b, int) and b and a % b == 0:
        return a // b
    return a / b


def _power(base: Number, exponent: Number) -> Number:
    if isinstance(base, int) and isinstance(exponent, int) and exponent > 0:
        if (abs(base).bit_length() - 1) * exponent > EXACT.bit_length():
            raise OverflowError
        return int(base**exponent)
    result = base**exponent
    if isinstance(result, complex):
        raise ValueError
    return result


def _subtract(*numbers: Number) -> Number:
    return -numbers[0] if len(numbers) == 1 else numbers[0] - numbers[1]


def _mean(numbers: Sequence[Number]) -> Number:
    return math.fsum(numbers) / len(numbers)


FUNCTIONS: Mapping[str, Callable[..., Number]] = {
    "+": operator.add,
    "-": _subtract,
    "*": operator.mul,
    "/": _divide,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": _power,
    "min": min,
    "max": max,
    "abs": abs,
    "round": round,
    "floor": math.floor,
    "ceil": math.ceil,
    "sqrt": math.sqrt,
    "exp": math.exp,
    "log": math.log,
    "log2": math.log2,
    "log10": math.log10,
}

# Of the list of a number at every member; `std` is that of a sample, with n - 1.
LIST_FUNCTIONS: Mapping[str, Callable[[Sequence[Number]], Number]] = {
    "mean": _mean,
    "median": statistics.median,
    "sum": math.fsum,
    "std": statistics.stdev,
    "count": len,
    "min": min,
    "max": max,
}

_ARGUMENTS: Mapping[str, Sequence[int]] = {
    **dict.fromkeys((*FUNCTIONS, *LIST_FUNCTIONS), (1,)),
    **dict.fromkeys(("+", "*", "/", "//", "%", "**"), (2,)),
    "-": (1, 2),
    **dict.fromkeys(("min", "max"), range(1, 65)),
}
