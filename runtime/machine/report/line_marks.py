"""How lines laid over a figure are drawn: dashed, thin, and called by name where they end."""

from collections.abc import Sequence
from typing import Any

import altair as alt

from heldout.runtime.machine.report.lines import Line
from heldout.runtime.machine.report.marks import Channels

GREY = "#83837f"  # seen on white and on black
INK = "#3f3f3b"  # of labels, also upon bars; the page has its own in the dark
DASHES = ((6, 4), (2, 3), (9, 3, 2, 3), (4, 2))  # told apart where several are of one colour
LABEL_GAP = 4  # pixels between a line and its label
LABEL_WIDTH = 200  # pixels that a label has at most

LINE = "line"  # the field by which rows of data are known to be of a line: its number


def line_rows(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The rows of lines, as a figure's data hold them beside its own."""
    return [{LINE: line.number, "label": line.label, **row} for line in lines for row in line.rows]


def own_points(chart: alt.LayerChart) -> list[Any]:
    """The layers of a chart, which leave out the rows that are of lines."""
    return [layer.transform_filter(alt.FieldValidPredicate(field=LINE, valid=False)) for layer in chart.layer]


def line_layers(lines: Sequence[Line], encoded: Channels) -> list[alt.Chart]:
    """Two layers for each line: the line, and its label.

    Args:
        lines: those without rows are left out.
        encoded: the channels of the figure, whose scales they are drawn on.
    """
    return [layer for line in lines if line.rows for layer in _layers(line, encoded)]


def _layers(line: Line, encoded: Channels) -> list[alt.Chart]:
    dash = list(DASHES[line.number % len(DASHES)])
    own = alt.FieldEqualPredicate(field=LINE, equal=line.number)
    mine = alt.Chart().transform_filter(own)
    named = mine.transform_filter(alt.FieldEqualPredicate(field="named", equal=1))
    name = {"text": alt.Text("label:N"), "color": alt.value(INK)}
    style: dict[str, Any] = {"limit": LABEL_WIDTH, "fontSize": 11}
    if line.kind in ("x", "y"):
        place = {line.kind: encoded[line.kind]}
        rule = mine.mark_rule(strokeDash=dash, strokeWidth=1.3, color=GREY).encode(**place)
        if line.kind == "y":  # of two that are near, the labels stand at either end
            if line.number % 2 == 0:
                text = named.mark_text(align="right", baseline="bottom", dy=-LABEL_GAP, **style)
                return [rule, text.encode(**place, x=alt.value("width"), **name)]
            text = named.mark_text(align="left", baseline="bottom", dx=LABEL_GAP, dy=-LABEL_GAP, **style)
            return [rule, text.encode(**place, x=alt.value(0), **name)]
        text = named.mark_text(align="left", baseline="top", dx=LABEL_GAP, **style)
        return [rule, text.encode(**place, y=alt.value(0), **name)]
    places = {"x": encoded["x"], "y": encoded["y"]}
    apart = {"detail": alt.Detail("series:N")} if line.kind == "fit" else {}
    color = {"color": encoded["color"]} if line.colored and "color" in encoded else {}
    style_of_line: dict[str, Any] = {} if color else {"color": GREY}
    curve = mine.mark_line(strokeDash=dash, strokeWidth=1.5, **style_of_line)
    text = named.mark_text(align="center", baseline="bottom", dy=-LABEL_GAP, **style)
    return [curve.encode(**places, **apart, **color), text.encode(**places, **name)]
