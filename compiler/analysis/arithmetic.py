"""Arithmetic of numbers, as formulas mean it; `heldout.runtime` has the same for what runs give."""

import math
import operator
from collections.abc import Callable

Number = int | float

EXACT = 2**53 - 1  # integers up to it are the same number in every program that reads JSON


class Undefined(ValueError):
    """There is no such number: says why, as the rest of a sentence."""


def apply(function: str, *numbers: Number) -> Number:
    """What a function gives of numbers; integers stay integers where the result is one.

    Args:
        function: an operator of Python's or one of its functions, by name. `/` of two integers that
            divide evenly is an integer.
        numbers: finite ones.

    Raises:
        Undefined: there is no such number, or it is too large.
    """
    try:
        result = _FUNCTIONS[function](*numbers)
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


_FUNCTIONS: dict[str, Callable[..., Number]] = {
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
