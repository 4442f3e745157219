"""What a plain value of YAML 1.2 is: nothing, true or false, a number, or text (section 10.3.2)."""

import math
import re

from heldout.compiler.syntax.tree import Value

MAX_INTEGER = 2**53 - 1  # beyond, JSON readers no longer agree on the value

_NULL = re.compile(r"(?:null|Null|NULL|~|)\Z")
_TRUE = re.compile(r"(?:true|True|TRUE)\Z")
_FALSE = re.compile(r"(?:false|False|FALSE)\Z")
_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_OCTAL = re.compile(r"0o[0-7]+\Z")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_NOT_FINITE = re.compile(r"(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z")


class NoNumber(Exception):
    """A number that no task could be given.

    Attributes:
        hint: what to write instead.
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def plain_value(text: str) -> Value:
    """What a text without quotes stands for: `no` is text, `0123` is 123, `1e-3` a number.

    Raises:
        NoNumber: it is not finite, or too large.
    """
    if _NULL.match(text):
        return None
    if _TRUE.match(text):
        return True
    if _FALSE.match(text):
        return False
    if _NOT_FINITE.match(text):
        raise NoNumber(f"`{text}` is not a finite number", "write a finite number")
    for pattern, base in ((_INTEGER, 10), (_OCTAL, 8), (_HEXADECIMAL, 16)):
        if pattern.match(text):
            value = int(text, base) if len(text) < 60 else MAX_INTEGER + 1
            if abs(value) > MAX_INTEGER:
                message = f"the integer `{text[:40]}` is beyond ±(2^53 - 1), where JSON readers disagree"
                raise NoNumber(message, "write it as text in quotes if it is a name")
            return value
    if _FLOAT.match(text):
        number = float(text)
        if math.isinf(number):
            raise NoNumber(f"`{text[:40]}` is too large a number", "write one below 1e308")
        return number
    return text
