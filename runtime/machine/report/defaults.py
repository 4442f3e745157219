"""The tables and figures of a study that declares none."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from heldout.runtime.results.levels import AxisKind
from heldout.runtime.results.plan import ReportPlan, Stage, tests_of

REPLICATES: tuple[AxisKind, ...] = ("count", "search")  # their levels are runs of the same thing


def default_metrics(plan: ReportPlan) -> list[Mapping[str, Any]]:
    """What the claims are about; else every declared metric of the stages that no other one reads."""
    claimed = [t["parameters"]["metric"] for t in tests_of(plan.claims) if "metric" in t["parameters"]]
    found = claimed or [
        {"stage": stage.name, "port": port, "metric": metric}
        for stage in _last_stages(plan)
        for port, metrics in stage.tables.items()
        for metric in metrics or ()
    ]
    return list({(one["stage"], one["port"], one["metric"]): one for one in found}.values())


def _last_stages(plan: ReportPlan) -> Iterator[Stage]:
    read = {name for stage in plan.stages.values() for name in stage.inputs}
    return (stage for stage in plan.stages.values() if stage.name not in read)


def table_id(metric: Mapping[str, Any], port_count: int) -> str:
    """A file name: stage and metric, and the port where the stage has several tables."""
    parts = [metric["stage"], *([metric["port"]] if port_count > 1 else []), str(metric["metric"])]
    return re.sub(r"[^a-z0-9]+", "-", "-".join(parts).lower()).strip("-")


def default_tables(plan: ReportPlan) -> tuple[dict[str, Any], ...]:
    """One table a metric: named axes are rows, the longest of the others columns, seeds are runs."""
    found: dict[str, dict[str, Any]] = {}
    for metric in default_metrics(plan):
        stage = plan.stages[metric["stage"]]
        axes = [axis for axis in stage.axes if axis.kind not in REPLICATES]
        rows = [axis.name for axis in axes if axis.kind == "named"]
        rest = sorted((axis for axis in axes if axis.name not in rows), key=lambda axis: -len(axis.levels))
        columns = rest[0].name if rest else None
        rows += [axis.name for axis in rest[1:]]
        name = table_id(metric, len(stage.tables))
        found[name] = {"id": name, "rows": rows, "columns": columns, "value": metric}
    return tuple(found.values())


def default_figures(tables: tuple[Mapping[str, Any], ...]) -> tuple[dict[str, Any], ...]:
    """One figure a table: its columns along x, its rows as colours and panels."""
    figures = []
    for table in tables:
        axes = [*([table["columns"]] if table.get("columns") else []), *table["rows"]]
        if not axes:
            continue
        x, color, row = (*axes, None, None)[:3]
        figures.append(
            {
                "id": table["id"],
                "mark": "point",
                "x": x,
                "y": table["value"],
                "color": color,
                "row": row,
                "column": table.get("by"),
                "title": table.get("title"),
                "where": table.get("where") or {},
                "cluster": table.get("cluster"),
            }
        )
    return tuple(figures)
