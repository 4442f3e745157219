"""Units of metrics: what one table shows in percent is in percent wherever it stands."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from heldout.runtime.machine.verdicts.named_clusters import metric_key
from heldout.runtime.results.plan import ReportPlan
from heldout.runtime.results.results import Results

LARGEST_SHARE = 10.0  # 1,000 percent: what is larger was no share of one


def with_units(plan: ReportPlan, results: Results) -> ReportPlan:
    """The plan in which metrics of tables with `unit: percent` say so, in claims and figures too.

    Percent are a hundred times a share of one. A metric that holds percents already is shown as it is, and
    its tables say why.
    """
    wanted = {
        metric_key(table["value"]): table["value"] for table in plan.tables if table.get("unit") == "percent"
    }
    shares = {key for key, metric in wanted.items() if _is_share(metric, results)}

    def marked(values: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: one | {"unit": "percent"} if isinstance(one, dict) and metric_key(one) in shares else one
            for name, one in values.items()
        }

    def table(declared: Mapping[str, Any]) -> dict[str, Any]:
        misfit = declared.get("unit") == "percent" and metric_key(declared["value"]) not in shares
        return {**marked(declared), **({"unit": None, "misfit": True} if misfit else {})}

    return replace(
        plan,
        claims=tuple({**claim, "parameters": marked(claim["parameters"])} for claim in plan.claims),
        figures=tuple(marked(figure) for figure in plan.figures),
        tables=tuple(table(declared) for declared in plan.tables),
    )


def _is_share(metric: Mapping[str, Any], results: Results) -> bool:
    if (metric["stage"], metric["port"]) not in results.tables:
        return True
    values, _ = results.last_values(metric)
    return bool(np.abs(values[np.isfinite(values)]).max(initial=0.0) <= LARGEST_SHARE)
