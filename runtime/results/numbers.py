"""Numbers as a reader sees them."""

import math
from collections.abc import Sequence

MINUS = "\N{MINUS SIGN}"


def decimals_for(spread: float, figures: int = 2) -> int:
    """Decimals that show a spread with so many significant figures, 0 to 6."""
    if not math.isfinite(spread) or spread <= 0:
        return 3
    return min(6, max(0, figures - 1 - math.floor(math.log10(spread))))


def fixed(value: float, decimals: int) -> str:
    """A number with so many decimals and a real minus sign, never a negative zero."""
    text = f"{value:.{decimals}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def plain(value: float) -> str:
    """A number that was declared: as short as it can be."""
    return f"{value or 0.0:.6g}".replace("-", MINUS)  # `or` makes a negative zero a plain one


def estimate(
    effect: float, interval: tuple[float, float] | None, confidence: float = 0.95
) -> tuple[str, str]:
    """An effect and its interval in words, at the precision that the interval has."""
    if interval is None:
        return fixed(effect, decimals_for(abs(effect))), "no interval"
    low, high = interval
    decimals = decimals_for((high - low) / 2)
    words = f"{100 * confidence:.4g} % interval {fixed(low, decimals)} to {fixed(high, decimals)}"
    return fixed(effect, decimals), words


def share(count: int, total: int, noun: str) -> str:
    """`12 of 30 pairs`."""
    return f"{count} of {total} {noun}"


def duration(seconds: float) -> str:
    """Seconds in the two units that a reader wants: `2 h 5 min`."""
    if seconds < 90:
        return f"{seconds:.1f} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"


def energy(joules: float) -> str:
    """Joules in the unit that a reader wants: `1.4 kWh`."""
    if joules < 3.6e3:
        return f"{joules:.0f} J"
    if joules < 3.6e6:
        return f"{joules / 3.6e3:.1f} Wh"
    return f"{joules / 3.6e6:.1f} kWh"


def listing(items: Sequence[str]) -> str:
    """`a, b and c`."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"
