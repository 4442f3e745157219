"""What a record says of the cost of its task, and what it does not say."""

import math

import pytest

from heldout.runtime.costs import costs_of

RECORD = {"seconds": 2.0, "cpu_seconds": 1.5, "peak_rss_mb": 300.0, "peak_gpu_mb": 64.0, "own_peak": True}


def measured(record):
    return {name for name, value in costs_of(record).items() if not math.isnan(value)}


def test_all_that_was_measured():
    assert costs_of(RECORD) == {"seconds": 2.0, "cpu_seconds": 1.5, "peak_mb": 300.0, "peak_gpu_mb": 64.0}


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ({"stack": {"size": 4}}, {"seconds", "cpu_seconds"}),  # its share of the stack's time
        ({"stack": {"size": 1}}, {"seconds", "cpu_seconds", "peak_mb", "peak_gpu_mb"}),
        ({"own_peak": False}, {"seconds", "cpu_seconds"}),  # of the tasks before it too
        ({"resumed": True}, set()),  # its record begins at the checkpoint
    ],
)
def test_what_was_not_measured_of_this_task_alone_is_no_number(change, left):
    assert measured(RECORD | change) == left


def test_an_old_record_has_the_seconds_that_it_says():
    assert measured({"seconds": 2.0, "peak_rss_mb": 300.0}) == {"seconds"}
