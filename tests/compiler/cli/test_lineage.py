"""What a result came from."""

import json

import pytest

from heldout.compiler.run.workspace import Workspace
from heldout.runtime.artifacts import Table
from heldout.runtime.machine.store import Store

HERE = {"level": "bitwise", "torch": "2.13.0", "device": "cpu"}
THERE = {"level": "deterministic-kernels", "gpu": "H100", "image": "registry.example/heldout@sha256:ab"}


@pytest.fixture
def stored(heldout, spec, tmp_path):
    """All tasks but the scores are in the store; models ran in a container on a GPU."""
    expansions = Workspace.open(spec, None, tmp_path / "results", tmp_path / "store").compiled.expansions
    with Store(tmp_path / ".heldout/store") as store:
        for stage in ("domains", "split", "model"):
            for _, task in expansions[stage].cells():
                record = {"operator": expansions[stage].stage.use, "parameters": {}}
                record |= {"seconds": 2.0, "finished": 86400.0}
                record |= {"peak_rss_mb": 1234.5} if stage == "model" else {}
                environment = THERE if stage == "model" else HERE
                store.put(task, record | {"environment": environment}, {"table": Table.of({"x": 1})})
    return expansions


def test_the_tree_behind_a_score(heldout, stored):
    answer = heldout("lineage", "my-study.yaml", "score", "method=vrex", "seed=1")
    lines = answer.out.splitlines()
    assert lines[0].startswith("score (") and "method vrex" in lines[0] and "seed 1" in lines[0]
    assert lines[1] == "  not in the store"
    text = answer.out
    assert "  model: model of model (" in text and "train/classifier" in text
    assert "2 s, ended 1970-01-02T00:00:00+00:00, on " in text
    assert text.count(", process up to 1,234 MB") == 1, "the model's alone was recorded"
    assert text.count("domains: data/rotated-digits") == 1
    assert text.count("(above)") == 1, "the split that the score and its model read is drawn once"
    assert "image registry.example/heldout@sha256:ab" in text and "torch 2.13.0, in no container" in text
    # The score, its model, their split and its domains; three of them are there, of two seconds each.
    assert answer.err == "4 tasks, 3 of them in the store; they took 6 s\n"


def test_for_scripts_and_by_the_digits_of_a_task(heldout, stored):
    _, task = next(stored["model"].cells())
    found = json.loads(heldout("lineage", "my-study.yaml", task[:10], "--json").out)
    assert found["task"] == task
    model, *others = found["tasks"]
    assert (model["stage"], model["operator"], model["stored"]) == ("model", "train/classifier", True)
    assert (model["seconds"], model["peak_rss_mb"], model["environment"]) == (2.0, 1234.5, THERE)
    assert {one["stage"] for one in others} == {"split", "domains"}
    assert model["inputs"]["data"]["task"] in {one["task"] for one in others}
    assert model["digest"].startswith("sha256:")
    assert "learning_rate" in model["parameters"] and "learning_rate" not in model["chosen"]


def test_what_is_gathered_is_shown_in_part(heldout, spec, change):
    mean = '  mean: {use: measure/mean, values: "${score.accuracy}", over: [seed, method]}'
    change("claims:", f"{mean}\n\nclaims:")
    some = heldout("lineage", "my-study.yaml", "mean").out
    assert "values: 3 more (--all shows them)" in some, "two methods of three seeds, less three"
    everything = heldout("lineage", "my-study.yaml", "mean", "--all").out
    assert "--all" not in everything and everything.count("values: accuracy of score") == 6


def test_an_unknown_stage(heldout, spec):
    answer = heldout("lineage", "my-study.yaml", "scor")
    assert answer.code == 2 and "has no stage or task `scor`" in answer.err and "score" in answer.err
