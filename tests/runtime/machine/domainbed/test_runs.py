import math

import pytest

from heldout.runtime.machine.domainbed.records import read_sweep
from heldout.runtime.machine.domainbed.runs import sweep_provenance, training_seconds


def test_the_training_time_counts_every_step_once(write_sweep):
    sweep = read_sweep(write_sweep(datasets=["PACS"], algorithms=["ERM", "IRM"], pairs=False))
    computed = sweep_provenance(sweep)
    # Steps 0 to 600 at half a second; 4 environments, 3 trials, 2 settings for each algorithm.
    assert computed.num_tasks == 2 * 24
    assert computed.seconds == pytest.approx(48 * 601 * 0.5)
    assert [(e.operator, e.num_tasks, e.longest) for e in computed.efforts] == [
        ("training of ERM", 24, pytest.approx(300.5)),
        ("training of IRM", 24, pytest.approx(300.5)),
    ]


def test_a_time_that_was_not_recorded_is_not_made_up(write_sweep):
    sweep = read_sweep(write_sweep(datasets=["PACS"], algorithms=["ERM"], pairs=False))
    records = [record._replace(step_seconds=math.nan) for record in sweep.records[:3]]
    assert training_seconds(records) == 0
