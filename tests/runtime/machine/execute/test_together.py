"""Training by two processes against training by one, by gloo on this machine's CPU."""

import os
import signal
from pathlib import Path

import pytest

from heldout.runtime.machine.store import Store
from tests.runtime.machine.execute.test_processes import TWO, ranks_of, run, start

pytestmark = pytest.mark.slow


def weights(bench, task):
    return Store(bench.root).load(task["task"], "table").rows["value"].to_pylist()


def apart(one, other):
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


def trained(bench, tmp_path, parameters, name, **changes):
    """The weights of a training in a store of its own."""
    bench.root = tmp_path / name
    (task,) = bench.tasks("fitted", [parameters])
    ended = run(bench, bench.shard("fitted", [task], **changes))
    assert ended.returncode == 0, ended.stderr
    return weights(bench, task)


def test_two_processes_train_as_one_does_within_rounding(bench, tmp_path):
    # Five rows a step: one process has two of them, the other three.
    one = trained(bench, tmp_path, {"steps": 40}, "one")
    two = trained(bench, tmp_path, {"steps": 40}, "two", **TWO)
    again = trained(bench, tmp_path, {"steps": 40}, "again", **TWO)
    assert two == again
    assert max(map(abs, one)) > 0
    assert apart(one, two) < 2e-6
    untrained = trained(bench, tmp_path, {"steps": 0}, "untrained")
    assert apart(one, untrained) > 0.05


@pytest.mark.parametrize("dropout", [0.0, 0.5])
@pytest.mark.parametrize("killed", ["all", "the second"])
def test_killed_they_go_on_from_the_last_checkpoint_to_the_same_weights(
    bench, tmp_path, monkeypatch, killed, dropout
):
    parameters = {"steps": 60, "slow": True, "dropout": dropout}
    whole = trained(bench, tmp_path, parameters, "whole", **TWO)
    bench.traces.unlink()
    bench.root = tmp_path / "killed"
    monkeypatch.setenv("HELDOUT_CHECKPOINT_SECONDS", "0")
    (task,) = bench.tasks("fitted", [parameters])
    shard = bench.shard("fitted", [task], **TWO)
    process = start(bench, shard, until="rank 0 step 20")
    ranks = ranks_of(process)
    if killed == "all":
        for pid in (process.pid, *ranks.values()):
            os.kill(pid, signal.SIGKILL)
        assert process.wait(60) == -signal.SIGKILL
    else:
        os.kill(ranks[1], signal.SIGKILL)
        assert process.wait(60) == 3, process.stderr.read()
    assert not bench.done.exists()
    before = len(bench.traced())
    assert run(bench, shard).returncode == 0
    assert len(bench.traced()) - before < 2 * 60  # it did not begin anew
    assert weights(bench, task) == whole


def test_what_two_processes_have_begun_one_ends(bench, tmp_path):
    one = trained(bench, tmp_path, {"steps": 60, "slow": True}, "one")
    bench.traces.unlink()
    bench.root = tmp_path / "begun"
    (task,) = bench.tasks("fitted", [{"steps": 60, "slow": True}])
    process = start(bench, bench.shard("fitted", [task], **TWO), until="rank 0 step 20")
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 143
    assert run(bench, bench.shard("fitted", [task])).returncode == 0
    assert "rank 0 step 0" in bench.traced()
    assert bench.traced().count("rank 0 step 5") == 1
    assert apart(weights(bench, task), one) < 2e-6


def test_a_minibatch_smaller_than_the_processes_is_refused(bench):
    (task,) = bench.tasks("fitted", [{"batch_size": 1}])
    run(bench, bench.shard("fitted", [task], **TWO))
    said = Path(bench.done).read_text()
    assert "2 processes share a minibatch of 1" in said
