"""What no study needs any more."""

import json
import time

import pytest

from heldout.compiler.run.workspace import Workspace
from heldout.compiler.store.lock import using
from heldout.runtime.artifacts import Table
from heldout.runtime.machine.store import Store

DAYS = 24 * 3600.0


@pytest.fixture
def store(heldout, spec, tmp_path):
    """The splits of the study, and two results of none, of now and of thirty days ago."""
    split = Workspace.open(spec, None, tmp_path / "results", tmp_path / "store").compiled.expansions["split"]
    tasks = [task for _, task in split.cells()]
    with Store(tmp_path / ".heldout/store") as opened:
        for task in (*tasks, "a" * 64, "b" * 64):
            age = 30 * DAYS if task == "b" * 64 else 0
            about = {"operator": "toy/number", "finished": time.time() - age}
            opened.put(task, about, {"table": Table.of({"x": 1})})
    return opened, set(tasks)


def tasks_of(store):
    return {record["task"] for record in Store(store[0].root).records()}


def test_without_delete_it_only_says(heldout, store):
    answer = heldout("gc", "my-study.yaml")
    assert answer.code == 0
    assert "toy/number" in answer.out and "MB would go: --delete removes them" in answer.err
    assert f"{len(store[1])} results of 1 spec stay" in answer.err
    assert tasks_of(store) == store[1] | {"a" * 64, "b" * 64}


def test_delete(heldout, store):
    found = json.loads(heldout("gc", "my-study.yaml", "--delete", "--json").out)
    assert [(row["operator"], row["tasks"]) for row in found["unneeded"]] == [("toy/number", 2)]
    assert found["needed"] == len(store[1]) and found["freed_bytes"] > 0
    assert tasks_of(store) == store[1]


def test_only_what_is_old(heldout, store):
    answer = heldout("gc", "my-study.yaml", "--older-than", "20", "--delete")
    assert "1 result that no study needs, too young to go" in answer.err
    assert tasks_of(store) == store[1] | {"a" * 64}


def test_every_study_below_specs_at_every_scale_when_none_is_named(heldout, store, spec, tmp_path):
    answer = heldout("gc")
    assert answer.code == 2 and "there is no study below specs/" in answer.err
    (tmp_path / "specs").mkdir()
    spec.rename(tmp_path / "specs" / "one.yaml")
    (tmp_path / "specs" / "base.yaml").write_text("heldout: 1\nbase: none\n")  # of studies, and none itself
    assert json.loads(heldout("gc", "--json").out)["needed"] == len(store[1])
    spec = tmp_path / "specs" / "one.yaml"
    text = spec.read_text()
    assert "  smoke:" in text
    spec.write_text(text.replace("  smoke:", "  tiny: {axes: {seed: {count: 2}}}\n  smoke:"))
    assert json.loads(heldout("gc", "--json").out)["needed"] == len(store[1])
    tiny = json.loads(heldout("gc", "--scale", "tiny", "--json").out)
    assert tiny["needed"] == len(store[1]) * 2 // 3, "two seeds of three"
    unknown = heldout("gc", "--scale", "smoky")
    assert unknown.code == 2 and "no study has a scale `smoky`" in unknown.err


def test_a_mistake_in_a_spec_removes_nothing(heldout, store, change):
    change("${method}", "${methd}")
    answer = heldout("gc", "my-study.yaml", "--delete")
    assert answer.code == 2 and "unknown-reference" in answer.err
    assert len(tasks_of(store)) == len(store[1]) + 2


def test_while_the_store_is_in_use(heldout, store):
    with using(store[0].root):
        answer = heldout("gc", "my-study.yaml", "--delete")
    assert answer.code == 2 and "is in use, by a run, its jobs or a reader" in answer.err
    with Store(store[0].root):  # as a job holds it, which plain Snakemake may have started
        assert heldout("gc", "my-study.yaml", "--delete").code == 2
    assert len(tasks_of(store)) == len(store[1]) + 2
    assert heldout("gc", "my-study.yaml", "--delete").code == 0


def test_there_is_no_store(heldout, spec):
    answer = heldout("gc", "my-study.yaml", "--store", "nowhere")
    assert answer.code == 2 and "there is no store nowhere" in answer.err
