from pathlib import Path

import pytest

from heldout.compiler.images import Pins
from heldout.compiler.lock import LockError, lock_path
from heldout.compiler.plan.packing import Target
from heldout.compiler.run.workspace import Workspace


def test_the_folder_of_a_study_is_its_own_at_each_scale(spec):
    assert Workspace.open(spec).folder == Path("results/small/full")
    assert Workspace.open(spec, "smoke", Path("elsewhere")).folder == Path("elsewhere/small/smoke")
    assert not Path("results").exists(), "nothing is written"


def test_jobs_stay_as_they_were_written_until_they_are_packed_anew(spec):
    def models(**how):
        return [len(s.shards) for s in Workspace.open(spec, **how).compiled.plan.stages if s.name == "model"]

    # Twelve models of two seconds: four seconds of work are two of them, so that there are six jobs.
    opened = Workspace.open(spec, target=Target(4, 500))
    before = models(target=Target(4, 500))
    opened.emit(Pins())
    assert models() == before != models(target=Target(1000, 500))
    assert models(target=Target(1000, 500), repack=True) == [1]


def test_a_damaged_lock_is_refused(spec):
    lock_path(spec).write_text("{")
    with pytest.raises(LockError, match=r"small\.lock\.json is no lock") as refused:
        Workspace.open(spec)
    assert "lock the study anew" in refused.value.hint
