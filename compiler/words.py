"""Numbers, times and how to install things in words, as all messages say them."""


def counted(number: int, noun: str) -> str:
    """A number of things: `1 task`, `2 tasks`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def duration(seconds: float) -> str:
    """A time, to two digits where it is short: `0.31 s`, `12 s`, `3.5 min`, `2.1 h`, `120 h`."""
    if seconds < 90:
        return f"{_two_digits(seconds)} s"
    return f"{_two_digits(seconds / 60)} min" if seconds < 5400 else f"{_two_digits(seconds / 3600)} h"


def how_to_install(extra: str = "") -> str:
    """The command that installs heldout, with one of its extras where one is named."""
    return f"pip install 'heldout[{extra}]'" if extra else "pip install heldout"


def _two_digits(number: float) -> str:
    return f"{number:.2g}" if number < 99.5 else f"{number:,.0f}"
