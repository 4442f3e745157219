import json

from heldout.compiler.run.status import status_of
from heldout.compiler.run.workspace import Workspace


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))


def test_before_anything_ran(spec):
    found = status_of(Workspace.open(spec))
    assert [(s.stage, s.tasks, s.stored, s.jobs_done) for s in found.stages] == [
        ("domains", 1, 0, 0),
        ("split", 6, 0, 0),
        ("model", 12, 0, 0),
        ("score", 12, 0, 0),
    ]
    assert (found.left, found.failed, found.page) == (31, 0, None)
    # Twelve models of two seconds, and what the operators' own hints say of the rest.
    assert found.seconds_left > 24


def test_what_is_stored_has_failed_and_is_left(spec):
    workspace = Workspace.open(spec)
    models = workspace.compiled.expansions["model"].ids
    for task in models[:3]:
        manifest = {"task": task, "operator": "train/classifier"}
        write(workspace.store / "objects" / task[:2] / task / "manifest.json", manifest)
    lost = {"task": models[3]}
    write(workspace.folder / "done/model/000.json", {"stage": "model", "failed": [lost], "blocked": []})
    write(workspace.folder / "done/score/000.json", {"stage": "score", "failed": [], "blocked": [lost]})
    write(workspace.folder / "report/index.html", "")
    found = status_of(workspace)
    _, _, model, score = found.stages
    assert (model.stored, model.failed, model.jobs_done) == (3, 1, 1)
    assert (score.blocked, score.jobs_done) == (1, 1)
    assert (found.failed, found.left) == (2, 31 - 3 - 2)
    assert found.json()["report"] == "results/small/full/report/index.html"
    assert found.json()["stages"][2]["stored"] == 3
