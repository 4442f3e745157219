"""Text of strangers, as it may be shown: no character that a page, a picture or LaTeX would trip over."""

import re

# What XML 1.0 does not know (section 2.2), other control characters, and what turns the direction of writing.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_BREAKS = re.compile("[\t\n\r\u2028\u2029]+")
REPLACEMENT = "\ufffd"


def printable(text: str) -> str:
    """The same text with a replacement character for each that cannot be shown; lines stay."""
    return _HIDDEN.sub(REPLACEMENT, text)


def one_line(text: str) -> str:
    """The same on one line: titles and names."""
    return printable(_BREAKS.sub(" ", text))
