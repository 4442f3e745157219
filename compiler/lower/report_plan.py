"""The report's plan: what the report needs to know of the study, beside what the store has."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from heldout.compiler.analysis.claims import ResolvedClaim
from heldout.compiler.analysis.costs import measured_stages, metrics_in
from heldout.compiler.analysis.evaluate import Evaluator
from heldout.compiler.analysis.knowledge import When
from heldout.compiler.analysis.metric_facts import facts_of
from heldout.compiler.analysis.row_metrics import row_metrics
from heldout.compiler.analysis.scope import COST, COSTS, is_cost
from heldout.compiler.analysis.training_rows import on_training_rows
from heldout.compiler.compile import Compiled
from heldout.compiler.lock import Lock, claim_states
from heldout.compiler.lower.samples import samples_text
from heldout.compiler.syntax.study import ALL, Axis


def report_text(compiled: Compiled, lock: Lock | None) -> str:
    """`plan/report.json`: axes, stages with their cells, claims, figures and tables."""
    study = compiled.study
    facts = facts_of(compiled.scope)
    training, beside = on_training_rows(compiled.scope), compiled.texts.beside
    measured, priced = measured_stages(compiled.scope), _priced(compiled)

    def marked(keys: Mapping[str, Any]) -> dict[str, Any]:
        """With each metric that rests on training rows, or was measured, saying so; its label then does."""
        return {key: mark(value) for key, value in keys.items()}

    def mark(value: Any) -> Any:
        if isinstance(value, list):
            return [mark(one) for one in value]
        if isinstance(value, dict) and "of" in value:  # a line of a figure
            return value | {"of": mark(value["of"])}
        if not isinstance(value, dict) or "metric" not in value or "stage" not in value:
            return value
        if value["stage"] in measured or is_cost(compiled.scope, value["stage"], value["port"]):
            return value | {"measured": True}
        return value | {"rows": "training"} if value["stage"] in training else value

    def tested(claim: ResolvedClaim) -> dict[str, Any]:
        """A test with its parameters; of alpha it has what is spent at the look at which its study stands."""
        spent = {}
        if claim.look is not None:
            spent = {name: claim.parameters[name] * claim.spent for name in claim.component.playing("alpha")}
        return {"kind": claim.kind, "parameters": marked(dict(claim.parameters) | spent)}

    def whole(claim: ResolvedClaim) -> dict[str, Any]:
        """A claim with its tests, and where it stands among its looks."""
        parts = {ALL: [*map(tested, claim.parts)]} if claim.parts else {}
        look, alpha = claim.look, claim.alpha
        at_look = {"look": look.described(alpha)} if look is not None and alpha is not None else {}
        return {"id": claim.name, "says": claim.says, **tested(claim), **parts, **at_look}

    report = {
        "heldout": 1,
        "study": study.name,
        "title": study.title,
        "paper": dict(study.paper) or None,
        "notes": study.notes or None,
        "scale": study.scale,
        "spec": Path(study.file).name,  # where it lies is a matter of this machine
        "spec_text": compiled.texts.spec.decoded,
        "spec_sha256": compiled.texts.sha256,
        **({"bases": [{"path": b.path, "text": b.decoded} for b in beside]} if beside else {}),
        # For kinds of claims of the study's own; the folder of the workflow has copies.
        "operators": [f"operators/{name}" for name in compiled.operator_files],
        "catalog_digest": compiled.catalog.digest,
        "lock": claim_states(compiled, lock),
        "axes": {axis.name: _axis(compiled, axis) for axis in study.axes},
        "stages": [_stage(compiled, name, name in measured, name in priced) for name in compiled.expansions],
        "claims": [whole(claim) for claim in compiled.claims],
        "untested": [{"id": c.name, "says": c.says, "reason": c.reason} for c in study.untested],
        **({"metrics": facts} if facts else {}),
        "figures": [{"id": f.name, **marked(f.keys)} for f in compiled.figures],
        "tables": [{"id": t.name, **marked(t.keys)} for t in compiled.tables],
        **({"samples": samples_text(compiled)} if compiled.samples else {}),
    }
    return json.dumps(report, indent=None, ensure_ascii=False, separators=(",", ":")) + "\n"


def _axis(compiled: Compiled, axis: Axis) -> dict[str, Any]:
    described: dict[str, Any] = {"levels": list(axis.labels()), "kind": axis.kind, "title": axis.title}
    if axis.kind == "search":
        evaluator = Evaluator(compiled.scope)
        described["values"] = [evaluator.value(level.value, {}) for level in axis.levels]
    return described


def _stage(compiled: Compiled, name: str, measured: bool, priced: bool) -> dict[str, Any]:
    scope, expansion = compiled.scope, compiled.expansions[name]
    operator = expansion.operator
    outputs = {
        port: {
            "kind": scope.kind(name, port),
            "holds_metrics": scope.holds_metrics(name, port),
            "metrics": scope.metrics(name, port),
            **({"measured": True} if measured else {}),
        }
        for port in operator.order or operator.outputs
    }
    if priced:
        outputs[COST] = {"kind": "Table", "holds_metrics": True, "metrics": COSTS, "measured": True}
    tabular = any(output["holds_metrics"] for output in outputs.values())
    read_by_row = any(name == metric["stage"] for metric in row_metrics(compiled.claims))
    planned = next(s for s in compiled.plan.stages if s.name == name)
    reads = {edge.stage for edge in compiled.reaches.stages[name].edges}
    compute = expansion.stage.compute
    return {
        "name": name,
        "operator": expansion.stage.use,
        **({} if compute is None else {"computes": compute.texts}),
        "axes": list(expansion.grid.axes),
        "tasks": planned.tasks,
        "cells": list(expansion.ids) if tabular or read_by_row else [],
        "outputs": outputs,
        "inputs": [other for other in compiled.expansions if other in reads],
        "oracle": [_levels(compiled, when) for when in compiled.firewall.oracles[name]],
    }


def _priced(compiled: Compiled) -> set[str]:
    """The stages of whose tasks a claim, figure or table shows what they cost."""
    tests = [test.parameters for claim in compiled.claims for test in claim.tests]
    displays = [display.keys for display in (*compiled.figures, *compiled.tables)]
    metrics = metrics_in([*tests, *displays])
    return {one["stage"] for one in metrics if is_cost(compiled.scope, one["stage"], one["port"])}


def _levels(compiled: Compiled, when: When) -> dict[str, list[Any]]:
    """The levels of a condition by axis, as the axis writes them; {} where it always holds."""
    levels: dict[str, list[Any]] = {}
    for axis, label in sorted(when):
        known = {level.text: level.label for level in compiled.scope.axes[axis].levels}
        levels.setdefault(axis, []).append(known[label])
    return levels
