"""Costs of tasks as metrics: what they mean, what is measured in turn, and what stays as it was."""

import json

import pytest

from heldout.compiler.analysis.costs import measured_stages
from heldout.compiler.lower.report_plan import report_text

BASE = """
axes:
  method: [erm, coral]
  seed: {count: 2}
stages:
  source: {use: data/imported}
  model: {use: train/classifier, data: "${source.train}", objective: "${method}", seed: "${seed}"}
  score: {use: evaluate/classification, model: "${model}", data: "${source.test}"}
  worth: {compute: "${score.accuracy / model.cost.seconds}"}
  mean_worth: {compute: "${mean(worth)}", over: [seed]}
  drop: {compute: "${1 - score.accuracy}"}
"""


@pytest.fixture
def report(compiler):
    """The report's plan of the study with more in it: its stages by name, its tables."""

    def plan(more):
        found = json.loads(report_text(compiler(BASE + more), None))
        return {stage["name"]: stage for stage in found["stages"]}, found["tables"]

    return plan


def test_what_is_computed_of_costs_is_measured_too(compiler):
    assert measured_stages(compiler(BASE).scope) == {"worth", "mean_worth"}


def test_a_task_reads_the_cost_of_another_by_its_name(compiler):
    compiled = compiler(BASE)
    expansion = compiled.expansions["worth"]
    inputs = json.loads(next(expansion.texts([0])).inputs)["inputs"]
    model = compiled.expansions["model"].ids[0]
    assert inputs[1] == {"task": model, "port": "cost", "metric": "seconds"}


def test_other_tasks_are_as_they_were(compiler):
    lines = [line for line in BASE.splitlines() if "worth" not in line]
    without, found = compiler("\n".join(lines) + "\n"), compiler(BASE)
    assert all(found.expansions[name].ids == one.ids for name, one in without.expansions.items())


def test_only_costs_that_are_shown_are_gathered_and_each_says_that_it_is_measured(report):
    stages, tables = report("""
tables:
  cost: {rows: method, columns: metric, value: [model.cost.seconds, score.accuracy, mean_worth.value]}
""")
    assert stages["model"]["outputs"]["cost"]["measured"]
    assert len(stages["model"]["cells"]) == 4  # 2 methods x 2 seeds
    assert "cost" not in stages["score"]["outputs"]
    assert stages["worth"]["outputs"]["table"]["measured"]
    assert "measured" not in stages["drop"]["outputs"]["table"]
    seconds, accuracy, worth = tables[0]["value"]
    assert seconds == {"stage": "model", "port": "cost", "metric": "seconds", "measured": True}
    assert worth["measured"] and "measured" not in accuracy


def test_an_output_of_an_operator_that_is_called_cost_goes_before(compiler, catalog):
    operators = dict(catalog.operators)
    score = operators["evaluate/classification"]
    table = score.outputs[score.first]
    own = {"outputs": {**score.outputs, "cost": table.model_copy(update={"metrics": ("euros",)})}}
    operators["evaluate/classification"] = score.model_copy(update=own)
    scope = type(compiler)(catalog.model_copy(update={"operators": operators}))(BASE).scope
    assert scope.costs("score") == ()
    assert scope.metrics("score", "cost") == ("euros",)
    assert "cost.seconds" in scope.costs("model")
