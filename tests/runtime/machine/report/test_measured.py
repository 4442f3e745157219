"""Costs in a report: apart from results, marked wherever they are shown, and where they were measured."""

import json

import pytest

from heldout.runtime.artifacts import Table
from heldout.runtime.costs import costs_of
from heldout.runtime.machine.report.build import write_report
from heldout.runtime.machine.report.measured import how_measured, measured_ports
from heldout.runtime.machine.report.provenance import provenance
from heldout.runtime.machine.report.result_files import tidy_costs, tidy_results
from heldout.runtime.machine.report.summary import summary
from heldout.runtime.results.gather import gather

SECONDS = {"stage": "score", "port": "cost", "metric": "seconds", "measured": True}


@pytest.fixture
def priced(declared, store):
    """The small study, which shows what scoring costs: CORAL takes a second, ERM half of one."""
    cost = {"kind": "Table", "holds_metrics": True, "metrics": ["seconds"], "measured": True}
    declared["stages"][1]["outputs"]["cost"] = cost
    accuracy = declared["tables"][0]["value"]
    declared["tables"] = [{"id": "t", "rows": ["method"], "columns": "metric", "value": [accuracy, SECONDS]}]
    parameters = declared["claims"][0]["parameters"] | {"metric": SECONDS, "test": "t"}
    dearer = {"id": "dearer", "says": "It takes longer.", "kind": "compare", "parameters": parameters}
    declared["claims"].append(dearer)
    for task, method in zip(declared["stages"][1]["cells"], (["erm"] * 6 + ["coral"] * 6) * 3, strict=True):
        store.records[task] |= {"seconds": 1.0 if method == "coral" else 0.5, "outputs": {"table": "Table"}}
        store.tables[task, "cost"] = Table.of(costs_of(store.records[task]))
    return declared


def test_costs_are_kept_apart_from_results(priced, store, plan_of, tmp_path):
    plan = plan_of(priced)
    results, measured = gather(plan, store, tmp_path), measured_ports(plan)
    assert set(tidy_results(results, measured)["port"].to_pylist()) == {"table"}
    costs = tidy_costs(results, measured)
    assert set(costs["port"].to_pylist()) == {"cost"}
    assert costs.column_names == tidy_results(results).column_names


def test_verdicts_and_cells_say_that_they_were_measured(priced, store, plan_of, tmp_path):
    plan = plan_of(priced)
    made = summary(plan, gather(plan, store, tmp_path))
    better, dearer = made["verdicts"]
    assert "measured" not in better and dearer["measured"]
    assert dearer["effect"] == pytest.approx(0.5)
    cells = {tuple(cell["at"]): cell for cell in made["tables"][0]["cells"]}
    assert "measured" not in cells["erm", "accuracy"]
    assert cells["erm", "seconds, measured"]["measured"]
    assert cells["erm", "seconds, measured"]["best"], "less is better"


def test_the_page_says_where_they_were_measured(priced, store, plan_of, tmp_path):
    plan = plan_of(priced)
    tasks = {task for task in plan.stages["score"].cells if task}
    results = gather(plan, store, tmp_path)
    write_report(plan, results, provenance(tasks, store), tmp_path, True, how_measured(plan, store))
    page = (tmp_path / "index.html").read_text()
    assert "measured on one machine (device cpu)" in page
    assert "another number when they are computed again" in page.split('id="dearer"')[-1]
    assert (tmp_path / "costs.csv").is_file()
    said = {one["id"]: one for one in json.loads((tmp_path / "verdicts.json").read_bytes())}
    assert said["dearer"]["measured"] and "measured" not in said["alignment-helps"]


def test_two_machines_stacks_and_checkpoints_are_told(priced, store, plan_of):
    first, second, third = priced["stages"][1]["cells"][:3]
    store.records[first]["environment"] = {"device": "cuda", "gpu": "H200"}
    store.records[second]["stack"] = {"size": 8}
    store.records[third]["resumed"] = True
    said = " ".join(how_measured(plan_of(priced), store))
    assert "on 2 machines or under other settings" in said
    assert "35 on device cpu and 1 on device cuda, gpu H200" in said
    assert "1 of 36 tasks ran in stacks" in said
    assert "1 of 36 went on from a checkpoint" in said


def test_what_is_computed_of_costs_is_followed_to_them(priced, store, plan_of, cell):
    del priced["stages"][1]["outputs"]["cost"]
    ratio = "e" * 64
    table = {"kind": "Table", "holds_metrics": True, "metrics": ["value"], "measured": True}
    stage = {"name": "ratio", "axes": [], "cells": [ratio], "tasks": 1, "outputs": {"table": table}}
    priced["stages"].append(priced["stages"][1] | stage | {"oracle": []})
    priced["tables"], priced["claims"] = [], priced["claims"][:1]
    members = [{"task": cell(0, "erm", "validation", 0), "port": "cost", "metric": "seconds"}, None]
    store.records[ratio] = {"outputs": {"table": "Table"}, "inputs": {"members": members}}
    store.records[members[0]["task"]]["environment"] = {"device": "there"}
    assert "one machine (device there)" in how_measured(plan_of(priced), store)[1]


def test_a_report_without_costs_says_nothing_of_them(declared, store, plan_of):
    plan = plan_of(declared)
    assert measured_ports(plan) == frozenset()
    assert how_measured(plan, store) == ()
