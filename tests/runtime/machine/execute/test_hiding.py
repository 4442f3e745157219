"""Columns that a stage hides: what the operator is given, and what it says when it needs them."""

import pyarrow as pa
import pytest
import torch

from heldout.runtime.artifacts import Dataset, Graph, Table
from heldout.runtime.machine.execute.hiding import columns_of, without_columns


@pytest.fixture
def data():
    rows = pa.table({"id": ["a", "b"], "label": [0, 1], "domain": ["x", "y"]})
    tensors = {"x": torch.ones(2, 3), "targets": torch.ones(2, 2), "group": torch.zeros(2)}
    return Dataset(rows, tensors, ("no", "yes"))


def test_columns_and_tensors_go_and_the_others_stay(data):
    left = without_columns(data, ["domain", "group"])
    assert columns_of(left) == ("id", "label", "x", "targets")
    assert columns_of(data) == ("id", "label", "domain", "x", "targets", "group"), "the data are as they were"
    assert left.classes == data.classes


def test_with_the_label_goes_all_that_answers(data):
    assert columns_of(without_columns(data, ["label"])) == ("id", "domain", "x", "group")


def test_a_graph_has_rows_and_a_table_of_metrics_none():
    rows = pa.table({"id": ["a", "b"], "domain": ["x", "y"]})
    graph = Graph(rows, torch.ones(2, 3), torch.tensor([[0], [1]]))
    assert columns_of(without_columns(graph, ["domain"])) == ("id",)
    table = Table.of({"domain": 1.0})
    assert without_columns(table, ["value"]) is table


@pytest.fixture
def hiding(bench):
    """Run the toy that counts what it sees, with some columns hidden; what the done file says."""

    def run(*names):
        (task,) = bench.tasks("columns", [{}], [{"data": bench.put_data() | {"hide": list(names)}}])
        return task, bench.run("columns", [task])

    return run


def test_an_operator_is_not_given_what_is_hidden(bench, hiding):
    task, done = hiding("label")
    assert done["computed"] == 1
    assert bench.value(task, "columns") == 2  # id, and x


def test_a_name_that_no_input_has_hides_nothing_and_is_refused(hiding):
    _, done = hiding("domian")
    assert done["failed"][0]["message"].startswith(
        "`hide` names 'domian', and no input has it (data has id, label, x)"
    )


def test_an_operator_that_needs_what_is_hidden_fails_and_says_so(bench):
    inputs = [{"data": bench.put_data() | {"hide": ["label"]}}]
    (task,) = bench.tasks("first_label", [{}], inputs)
    (failed,) = bench.run("first_label", [task])["failed"]
    assert failed["message"] == "this data has no labels that the operator may see (hidden from it: label)"
