import json
import subprocess

import pytest

from heldout.compiler.catalog import load_catalog
from heldout.compiler.images import Pins
from heldout.compiler.lock import lock_path, lock_text, make_lock
from heldout.compiler.refusal import Refusal
from heldout.compiler.run import stale_catalog
from heldout.compiler.run.drift import refuse_drift, refuse_unaccepted
from heldout.compiler.run.stale_catalog import REMEDY
from heldout.compiler.run.workspace import Workspace


@pytest.fixture
def locked(spec):
    workspace = Workspace.open(spec, "smoke")
    refuse_drift(workspace, Pins())  # what was never locked has not moved
    lock_path(spec).write_text(lock_text(spec, "smoke", make_lock(workspace.compiled, Pins(), None, set())))
    return spec


def test_a_study_that_has_not_moved_may_run(locked):
    refuse_drift(Workspace.open(locked, "smoke"), Pins())


def test_what_has_moved_is_named_with_the_way_to_accept_it(locked):
    locked.write_text(locked.read_text() + "\n# a comment\n")
    with pytest.raises(Refusal, match="the study is locked, and this has moved:\n  spec: ") as refused:
        refuse_drift(Workspace.open(locked, "smoke"), Pins())
    assert "`heldout lock small.yaml --scale smoke --update spec`" in refused.value.hint


def test_what_has_moved_is_accepted_by_name():
    moved = {"spec": ("a" * 64, "b" * 64), "image": ("c", None)}
    refuse_unaccepted(moved, ["spec", "image"])
    with pytest.raises(Refusal, match=r"has moved:\n  image: c -> absent$"):
        refuse_unaccepted(moved, ["spec"])
    with pytest.raises(Refusal, match="`catalog` has not moved"):
        refuse_unaccepted(moved, ["catalog"])
    with pytest.raises(Refusal) as refused:
        refuse_unaccepted({}, ["catalog"])
    assert refused.value.hint == "nothing has moved"


@pytest.mark.parametrize(
    ("here", "hint"),
    [("the lock's", REMEDY), ("the catalog's", "name each with --update to accept it"), (None, "name each")],
)
def test_a_catalog_of_another_runtime_is_written_anew_and_not_accepted(monkeypatch, here, hint):
    name = "train/classifier"
    now = load_catalog().operators[name].digest
    digest = {"the lock's": "sha256:1", "the catalog's": now, None: ""}[here]

    def answer(*asked):
        assert asked == ("definitions", "--digests", name)
        code = 2 if here is None else 0  # another runtime, which does not know the question
        return subprocess.CompletedProcess(asked, code, stdout=json.dumps({name: digest}))

    monkeypatch.setattr(stale_catalog, "ask_runtime", answer)
    with pytest.raises(Refusal) as refused:
        refuse_unaccepted({f"operator {name}": ("sha256:1", now)}, [])
    assert refused.value.hint.startswith(hint)


def test_the_runtime_says_its_digests():
    name = "measure/mean"
    now = load_catalog().operators[name].digest
    with pytest.raises(Refusal) as refused:
        refuse_unaccepted({f"operator {name}": ("sha256:1", now)}, [])
    assert refused.value.hint == "name each with --update to accept it"
