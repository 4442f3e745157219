import pytest

from heldout.runtime.machine.report.metrics import less_is_better, metric_label, sentence


@pytest.mark.parametrize(
    ("name", "less"),
    [
        ("accuracy", False),
        ("test_error", True),
        ("nll", True),
        ("worst_group_accuracy", False),
        ("lossless", False),
    ],
)
def test_the_name_says_which_way_is_better(name, less):
    assert less_is_better({"metric": name}) is less


def test_a_declaration_is_stronger_than_the_name():
    assert less_is_better({"metric": "accuracy"}, "lower")
    assert not less_is_better({"metric": "loss"}, "higher")


def test_labels():
    assert sentence(metric_label({"metric": "worst_group_accuracy"})) == "Worst group accuracy"
    assert metric_label({"metric": "test_ece"}) == "test ECE"


def test_the_one_value_of_a_stage_is_called_by_the_stage():
    metric = {"stage": "relative_drop", "port": "table", "metric": "value"}
    assert metric_label(metric) == "relative drop"
    assert less_is_better(metric)
    assert not less_is_better({"stage": "loss", "port": "table", "metric": "accuracy"})


def test_a_label_says_that_its_metric_is_on_training_rows():
    assert metric_label({"metric": "accuracy", "rows": "training"}) == "accuracy on training rows"
