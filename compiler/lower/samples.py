"""Which cells the galleries of a study show, with the tasks whose rows they are."""

from collections.abc import Mapping
from typing import Any

from heldout.compiler.analysis.displays import ResolvedDisplay
from heldout.compiler.analysis.levels import level_texts
from heldout.compiler.compile import Compiled
from heldout.compiler.syntax.study import level_text


def samples_text(compiled: Compiled) -> list[dict[str, Any]]:
    """The galleries as `plan/report.json` has them, with their cells in the study's order."""
    return [
        {"id": gallery.name, **gallery.keys, "cells": shown_cells(compiled, gallery)}
        for gallery in compiled.samples
    ]


def shown_cells(compiled: Compiled, gallery: ResolvedDisplay) -> list[dict[str, Any]]:
    """One cell for each combination of the levels of `by`: its coordinates and its task.

    Of axes that `by` does not name, the first levels are shown that `where` keeps and that have a cell.
    """
    stage = compiled.expansions[gallery.keys["rows"]["stage"]]
    axes = stage.grid.axes
    labels = {axis: compiled.scope.axes[axis].labels() for axis in axes}
    kept = {axis: level_texts(levels) for axis, levels in gallery.keys["where"].items()}
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for cell, task in stage.cells():
        at: Mapping[str, Any] = {axis: labels[axis][place] for axis, place in zip(axes, cell, strict=True)}
        if all(level_text(at[axis]) in levels for axis, levels in kept.items()):
            key = tuple(level_text(at[axis]) for axis in gallery.keys["by"])
            found.setdefault(key, {"coordinates": dict(at), "task": task})
    return list(found.values())
