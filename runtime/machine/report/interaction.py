"""Figures that answer: the drawn figure with tooltips, and a legend that brings one line forward."""

import copy
from collections.abc import Mapping
from typing import Any

from heldout.runtime.machine.report.encodings import Mark
from heldout.runtime.machine.report.metrics import drawn, in_percent, metric_label, sentence, shown
from heldout.runtime.machine.report.points import Points

HIT_SIZE = 260  # square pixels around a point that show its tooltip
FAINT = 0.12  # of what the legend did not choose
CHOSEN = "chosen"
SOLID: tuple[Mark, ...] = ("line", "point", "profile")  # marks that are too thin to be met by a pointer
INTERVAL = "interval"


def interactive(
    specification: Mapping[str, Any],
    points: Points,
    metrics: Mapping[str, Mapping[str, Any]],
    mark: Mark,
    laid_over: int = 0,
) -> dict[str, Any]:
    """The specification for a page: the same picture, with tooltips and a legend to choose by.

    The background is the page's own, and the parts are not described one by one: the page
    describes the whole, as it does for the still picture.

    Args:
        laid_over: how many of the last layers are lines laid over the figure.
    """
    live = copy.deepcopy(dict(specification))
    live["config"] |= {"background": "transparent", "aria": False}
    unit = live.get("spec", live)
    layers, over = unit["layer"], unit["layer"][len(unit["layer"]) - laid_over :]
    if mark == "boxplot":  # has the quartiles as its tooltip, and takes no selection
        return live
    tips = tooltip(points, metrics)
    main = next(iter(metrics.values()))
    for rows in live["datasets"].values():
        for row in rows:
            if "low" in row:
                low, high = (shown(row[end], main) for end in ("low", "high"))
                row[INTERVAL] = f"{low} to {high}"
    choosing = "color" in points.axes
    if choosing:
        for layer in (
            one for one in layers if one not in over or "field" in one["encoding"].get("color", {})
        ):
            full = layer["mark"].get("opacity", 1.0)
            faded = {"condition": {"param": CHOSEN, "value": full}, "value": full * FAINT}
            layer["encoding"]["opacity"] = faded
    if mark in SOLID:
        layers.append(hit_layer(layers[-1 - laid_over]))
    target = layers[-1] if mark in SOLID else layers[0]
    target["encoding"]["tooltip"] = tips
    if choosing:
        selection = {"type": "point", "fields": ["color"]}
        target["params"] = [{"name": CHOSEN, "select": selection, "bind": "legend"}]
    return live


def hit_layer(drawn: Mapping[str, Any]) -> dict[str, Any]:
    """Unseen points where the drawn ones are, large enough for a pointer or a finger."""
    places = ("x", "y", "xOffset", "yOffset", "color", "detail")
    encoding = {channel: drawn["encoding"][channel] for channel in places if channel in drawn["encoding"]}
    mark = {"type": "point", "shape": "circle", "filled": True, "size": HIT_SIZE, "opacity": 0}
    kept = {"transform": drawn["transform"]} if "transform" in drawn else {}
    return {"mark": mark, "encoding": copy.deepcopy(encoding), **kept}


def tooltip(points: Points, metrics: Mapping[str, Mapping[str, Any]]) -> list[dict[str, str]]:
    """What a point says: its levels, its values, and their interval."""
    levels = {axis.name: (channel, axis) for channel, axis in reversed(list(points.axes.items()))}
    tips = [
        {"field": channel, "type": "nominal", "title": drawn(axis.label)}
        for channel, axis in reversed(levels.values())
    ]
    tips += [
        {
            "field": channel,
            "type": "quantitative",
            "format": ".4~%" if in_percent(metric) else ".4~g",
            "title": drawn(sentence(metric_label(metric))),
        }
        for channel, metric in metrics.items()
    ]
    if points.has_interval:
        tips.append({"field": INTERVAL, "type": "nominal", "title": "95 % interval"})
    return tips
