"""What a study would run, as values."""

from pathlib import Path

import pytest

import heldout

pytestmark = pytest.mark.slow


def test_counts_by_hand(written: Path, tmp_path: Path):
    plan = heldout.plan(written / "little.yaml", results=tmp_path, store=tmp_path / "store")
    assert (plan.study, plan.scale) == ("little", None)
    # Two domains in one task; 2 rotations x 2 seeds; the models of one rotation: 2 networks x 2 seeds.
    tasks = {"domains": 1, "split": 4, "model": 4, "score": 4, "weights": 4}
    assert {stage.name: stage.tasks for stage in plan.stages} == tasks
    assert (plan.tasks, plan.cached) == (17, 0)
    assert sum(job.jobs for job in plan.jobs) == sum(stage.jobs for stage in plan.stages)
    assert plan.cpu_hours > 0 and plan.gpu_hours == 0
    assert not any(tmp_path.iterdir()), "it writes nothing"


def test_as_a_table_and_as_a_frame(written: Path, tmp_path: Path):
    plan = heldout.plan(written / "little.yaml", store=tmp_path)
    head, *rows, total = str(plan).splitlines()
    assert head.split() == [
        "stage",
        "operator",
        "axes",
        "cells",
        "tasks",
        "shared",
        "cached",
        "s/task",
        "CPU",
    ]
    assert rows[0].split()[:7] == ["domains", "data/rotated-digits", "-", "1", "1", "0", "0"]
    assert "network x held_out x seed" in rows[2] and len({len(row) for row in rows}) == 1
    assert total.startswith("17 tasks, 0 in the store; ") and total.endswith(" of CPU to go")
    assert repr(plan) == str(plan)
    assert list(plan.to_pandas().index) == [stage.name for stage in plan.stages]


def test_what_the_store_has(written: Path, study: heldout.Study):
    plan = heldout.plan(written / "little.yaml", store=study.store)
    assert (plan.tasks, plan.cached) == (17, 15)  # two tasks of `weights` fail
