"""A sweep as a study: its plan and its results, ready to be reported."""

import hashlib
from itertools import product
from typing import Any, NamedTuple

import pyarrow as pa

from heldout.runtime.machine.domainbed.parts import At, Part, averages_part, dataset_part
from heldout.runtime.machine.domainbed.records import Sweep
from heldout.runtime.machine.domainbed.selection import PROTOCOLS
from heldout.runtime.results.gather import COLUMNS, coordinates_of
from heldout.runtime.results.numbers import listing
from heldout.runtime.results.plan import ReportPlan
from heldout.runtime.results.results import Missing, Results

PORT = "table"
LOST = "no finished run of it, or not all runs that the protocol needs"


class ImportedStudy(NamedTuple):
    """A sweep, ready to be reported."""

    plan: ReportPlan
    results: Results


def imported_study(sweep: Sweep, name: str, baseline: str = "ERM") -> ImportedStudy:
    """Apply the three protocols to a sweep, and declare its tables and claims.

    A stage for each data set, and one of their averages where there are several. Every other
    algorithm is claimed to be more accurate than the baseline, under the first protocol that the
    sweep has runs for; the lock says that these claims were made after the results.

    Args:
        name: of the study.
        baseline: what the others are held against; nothing is claimed where the sweep lacks it.
    """
    records = {
        d: [r for r in sweep.records if r.dataset == d] for d in sorted({r.dataset for r in sweep.records})
    }
    parts = [dataset_part(dataset, own) for dataset, own in records.items()]
    parts += [averages_part(parts)] if len(parts) > 1 else []
    algorithms = sorted({r.algorithm for r in sweep.records}, key=lambda one: (one != baseline, one))
    protocols = [p for p in PROTOCOLS if any(p == own for part in parts for _, own in part.possible)]
    trials = sorted({r.trial_seed for r in sweep.records})
    axes = {
        "method": {"levels": algorithms, "kind": "named", "title": "algorithm"},
        **{
            axis_of(part): {"levels": list(part.columns), "kind": "list", "title": part.column}
            for part in parts
        },
        "protocol": {"levels": protocols, "kind": "named", "title": "model selection"},
        "trial": {"levels": trials, "kind": "count", "title": None},
    }
    cells = {
        part.name: [At(*at) for at in product(algorithms, range(len(part.columns)), protocols, trials)]
        for part in parts
    }
    claims = claims_of(algorithms, baseline, protocols[0], parts[-1])
    plan = ReportPlan.of(
        {
            "heldout": 1,
            "study": name,
            "title": f"A DomainBed sweep on {listing(list(records))}",
            "scale": None,
            "paper": None,
            "spec": None,  # none was written: the page leaves out what it would say of one
            "spec_text": None,
            "notes": notes(sweep, claims, baseline, protocols[0]),
            "axes": axes,
            "stages": [_stage(part, cells[part.name]) for part in parts],
            "claims": claims,
            "lock": {"locked": True, "claims": {claim["id"]: "added" for claim in claims}},
            "figures": [],
            "tables": [_table(part) for part in parts],
        }
    )
    tables = {(part.name, PORT): _rows(part, cells[part.name]) for part in parts}
    missing = tuple(one for part in parts for one in _missing(plan, part, cells[part.name]))
    return ImportedStudy(plan, Results(plan.axes, plan.stages, tables, missing))


def axis_of(part: Part) -> str:
    """The name of the axis that a part's columns are levels of."""
    return f"column_{part.name.replace('-', '_')}"


def task_of(part: Part, at: At) -> str:
    """The name of a cell, of the form that tasks of the store have."""
    return hashlib.sha256(repr((part.name, *at)).encode()).hexdigest()


def claims_of(algorithms: list[str], baseline: str, protocol: str, part: Part) -> list[dict[str, Any]]:
    """That each algorithm is more accurate than the baseline, over the columns of a part and trials."""
    if baseline not in algorithms:
        return []
    return [
        {
            "id": f"{algorithm}-over-{baseline}".lower(),
            "says": f"{algorithm} is more accurate than {baseline}.",
            "kind": "compare",
            "parameters": {
                "metric": metric_of(part),
                "axis": "method",
                "greater": algorithm,
                "less": baseline,
                "pair": [axis_of(part), "trial"],
                "where": {"protocol": protocol},
            },
        }
        for algorithm in algorithms
        if algorithm != baseline
    ]


def metric_of(part: Part) -> dict[str, str]:
    return {"stage": part.name, "port": PORT, "metric": "accuracy"}


def notes(sweep: Sweep, claims: list[dict[str, Any]], baseline: str, protocol: str) -> str:
    """What a reader has to know of the sweep."""
    runs = len({r.run for r in sweep.records})
    searched = len({r.hparams_seed for r in sweep.records})
    said = [f"{runs} finished runs; up to {searched} hyper-parameter settings were searched for each cell."]
    if sweep.unfinished:
        one = len(sweep.unfinished) == 1
        left = "1 run had" if one else f"{len(sweep.unfinished)} runs had"
        said.append(f"{left} not ended and {'was' if one else 'were'} left out.")
    if claims:
        said.append(f"Each algorithm is held against {baseline}, as selected by {protocol} validation.")
    else:
        said.append(f"No claim is made: the sweep has no {baseline}, or nothing beside it.")
    return " ".join(said)


def _stage(part: Part, cells: list[At]) -> dict[str, Any]:
    return {
        "name": part.name,
        "operator": "domainbed",
        "axes": ["method", axis_of(part), "protocol", "trial"],
        "tasks": part.num_runs,
        "cells": [task_of(part, at) if (at.column, at.protocol) in part.possible else None for at in cells],
        "outputs": {PORT: {"kind": "Table", "holds_metrics": True, "metrics": ["accuracy"]}},
        "inputs": [],
        "oracle": [{"protocol": ["oracle"]}] if any(p == "oracle" for _, p in part.possible) else [],
    }


def _table(part: Part) -> dict[str, Any]:
    return {
        "id": part.name,
        "title": part.title,
        "rows": ["method"],
        "columns": axis_of(part),
        "value": metric_of(part),
        "by": "protocol",
        "unit": "percent",
    }


def _rows(part: Part, cells: list[At]) -> pa.Table:
    there = [(number, part.values[at]) for number, at in enumerate(cells) if at in part.values]
    return pa.table(
        {
            "cell": [number for number, _ in there],
            "metric": ["accuracy"] * len(there),
            "value": [value for _, value in there],
            "step": pa.nulls(len(there), pa.int64()),
            "group": pa.nulls(len(there), pa.string()),
        },
        schema=COLUMNS,
    )


def _missing(plan: ReportPlan, part: Part, cells: list[At]) -> list[Missing]:
    stage = plan.stages[part.name]
    return [
        Missing(part.name, coordinates_of(stage, number), task, "not run", LOST)
        for number, (at, task) in enumerate(zip(cells, stage.cells, strict=True))
        if task is not None and at not in part.values
    ]
