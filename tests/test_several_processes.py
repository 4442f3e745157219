"""A study whose classifiers are trained by two processes each, from the spec to the report."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from heldout.runtime.machine.store import Store

pytestmark = pytest.mark.slow

SPEC = """\
heldout: 1
study: several
title: Two processes a task
axes:
  seed: {count: 2}
stages:
  domains: {use: data/rotated-digits, angles: [0, 30, 60]}
  split: {use: data/leave-one-domain-out, data: "${domains}", domain: 60, seed: "${seed}"}
  model:
    use: train/classifier
    data: ${split.train}
    objective: coral
    steps: 3
    seed: ${seed}
    resources: {processes: PROCESSES}
  score: {use: evaluate/classification, model: "${model}", data: "${split.test}"}
"""


def accuracies(folder: Path, processes: int) -> tuple[list[float], set[int | None]]:
    """Of both seeds, and over how many processes the records say that models were trained."""
    folder.mkdir()
    (folder / "study.yaml").write_text(SPEC.replace("PROCESSES", str(processes)))
    words = [str(Path(sys.executable).with_name("heldout")), "run", "study.yaml", "--cores", "2"]
    words += ["--results", "results", "--store", "store"]
    ended = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    plan, store = folder / "results" / "several" / "full" / "plan", Store(folder / "store")

    def tasks(stage: str) -> list[str]:
        shards = sorted((plan / stage).glob("*.json"))
        return sorted(task["task"] for shard in shards for task in json.loads(shard.read_text())["tasks"])

    records = [store.record(task) for task in tasks("model")]
    trained = {record["environment"].get("processes") for record in records if record is not None}
    return [store.load(task, "table").scalar("accuracy") for task in tasks("score")], trained


def test_two_processes_give_the_study_that_one_gives(tmp_path):
    two, trained = accuracies(tmp_path / "two", 2)
    assert trained == {2}
    one, trained = accuracies(tmp_path / "one", 1)
    assert trained == {None}
    assert two == pytest.approx(one, abs=0.02)  # a row that stands on the border may fall to its other side
