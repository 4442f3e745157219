"""What claims would detect, for people."""

from typing import Any

from rich.table import Table


def power_table(powers: list[dict[str, Any]]) -> Table:
    title = "Effects that would be found with a probability of 80 %"
    table = Table(box=None, pad_edge=False, header_style="bold", title=title, title_justify="left")
    for column in ("claim", "kind"):
        table.add_column(column)
    for column in ("units", "alpha", "effect"):
        table.add_column(column, justify="right")
    table.add_column("")
    for p in powers:
        part = f" ({p['part']} of {p['parts']})" if p["part"] else ""
        table.add_row(p["id"] + part, p["kind"], str(p["num_units"]), f"{p['alpha']:.3g}", *power_words(p))
    return table


def power_words(power: dict[str, Any]) -> tuple[str, str]:
    """What a claim would detect: a number with its meaning, and where it is from."""
    if power["problem"]:
        return "-", power["problem"]
    of_all = f", found with {power['power']:.0%}" if power["part"] else ""
    standardized = f"{power['standardized']:.3g}"
    if power["measure"] in ("correlation", "share", "factor"):
        return standardized, f"a {power['measure']}{of_all}"
    what = "a margin" if power["measure"] == "margin" else "from the claim's edge"
    what += of_all
    unit = "of the reference" if power["measure"] == "gain" else "in the metric's unit"
    if power["effect"] is None:
        return f"{standardized} SD", f"{what}, in standard deviations of the units' means"
    spread, bound = f"{power['spread']:.3g}", f"{power['spread_bound']:.3g}"
    pilot = f"{power['pilot_units']} units in the store vary by {spread}, taken as {bound}"
    return f"{power['effect']:.3g}", f"{what}, {unit}: {pilot}"
