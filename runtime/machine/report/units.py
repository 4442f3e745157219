"""What is said of metrics once: what is better, and what is in percent wherever it stands."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from heldout.runtime.machine.verdicts.named_clusters import metric_key
from heldout.runtime.results.plan import ALL, ReportPlan
from heldout.runtime.results.results import Results

PERCENT = "percent"
OWN = "own"  # of a table of several metrics: what is said of each in the place of what the table says
LARGEST_SHARE = 10.0  # 1,000 percent: what is larger was no share of one


def with_units(plan: ReportPlan, results: Results) -> ReportPlan:
    """The plan in which metrics say what the study says of them, in claims, figures and tables.

    In percent is a metric of a table with `unit: percent`, or of which the study says so: a hundred times a
    share of one. A metric that holds percents already is shown as it is, and its tables say why.
    """
    facts = {metric_key(said): said for said in plan.about.get("metrics", ())}
    in_percent = [table for table in plan.tables if table.get("unit") == PERCENT]
    wanted = {key: said for key, said in facts.items() if said.get("unit") == PERCENT}
    declared_percent = set(wanted)
    wanted |= {metric_key(metric): metric for table in in_percent for metric in metrics_of(table)}
    shares = {key for key, metric in wanted.items() if _is_share(metric, results)}

    def marked(values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: with_facts(one) for name, one in values.items()}

    def with_facts(value: Any) -> Any:
        """A metric, or several, that say so; any other value as it is."""
        if isinstance(value, list):
            return [with_facts(one) for one in value]
        if not isinstance(value, dict) or (key := metric_key(value)) not in {*facts, *shares}:
            return value
        better = facts.get(key, {}).get("better")
        unit = {"unit": PERCENT} if key in shares else {}
        return value | unit | ({"better": better} if better is not None else {})

    def tested(claim: Mapping[str, Any]) -> dict[str, Any]:
        parts = {ALL: [tested(part) for part in claim[ALL]]} if claim.get(ALL) else {}
        return {**claim, "parameters": marked(claim["parameters"]), **parts}

    def shown(metric: Mapping[str, Any], declared: Mapping[str, Any]) -> dict[str, Any]:
        """The unit of a metric in a table, and whether it cannot be the one that was asked for."""
        key = metric_key(metric)
        unit = declared.get("unit", PERCENT if key in declared_percent else None)
        misfit = unit == PERCENT and key not in shares
        return {"unit": None if misfit else unit, **({"misfit": True} if misfit else {})}

    def table(declared: Mapping[str, Any]) -> dict[str, Any]:
        each = [shown(metric, declared) for metric in metrics_of(declared)]
        own = {OWN: each} if isinstance(declared["value"], list) else each[0]
        return {**marked(declared), **own}

    return replace(
        plan,
        claims=tuple(tested(claim) for claim in plan.claims),
        figures=tuple(marked(figure) for figure in plan.figures),
        tables=tuple(table(declared) for declared in plan.tables),
    )


def metrics_of(table: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The metrics of a table, of one or several."""
    value = table["value"]
    return list(value) if isinstance(value, list) else [value]


def _is_share(metric: Mapping[str, Any], results: Results) -> bool:
    if (metric["stage"], metric["port"]) not in results.tables:
        return True
    try:
        _, values, _ = results.values_along(metric)
    except ValueError:  # too many values: the table says so in their place
        return True
    return bool(np.abs(values[np.isfinite(values)]).max(initial=0.0) <= LARGEST_SHARE)
