"""The commands that look at a study without running it."""

import json
import subprocess
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from heldout.compiler.archive.refused import HINTS
from heldout.compiler.catalog import load_catalog
from heldout.compiler.explanations.explanation import codes


def test_plan_counts_tasks_and_prices_them(heldout, spec):
    found = json.loads(heldout("plan", "my-study.yaml", "--json").out)
    assert [(s["name"], s["tasks"]) for s in found["stages"]] == [
        ("domains", 1),
        ("split", 6 * 3),
        ("model", 6 * 2 * 3),
        ("score", 6 * 2 * 3),
    ]
    # The study says half a second a model, and nothing is stored yet.
    (model,) = [s for s in found["stages"] if s["name"] == "model"]
    assert model["cpu_hours"] == pytest.approx(36 * 0.5 / 3600, abs=1e-4)
    assert (model["seconds_per_task"], model["seconds_from"]) == (0.5, "declared by the stage")
    assert found["total"]["tasks"] == 91 and found["total"]["cached"] == 0
    assert [job["stages"] for job in found["jobs"]] == [["domains", "split"], ["model", "score"]]
    assert found["total"]["jobs"] == sum(job["jobs"] for job in found["jobs"])
    (_, models) = found["jobs"]
    score = next(s for s in found["stages"] if s["name"] == "score")
    assert models["tasks"] == 2 * 12, "about six seconds: a seed of twelve models, with their scores"
    assert models["longest"] == pytest.approx(models["tasks"] / 2 * (0.5 + score["seconds_per_task"]))


def test_plan_shows_a_table_as_wide_as_it_needs(heldout, spec):
    answer = heldout("plan", "my-study.yaml")
    assert "train/classifier           held_out 6 x method 2 x seed 3" in answer.out
    assert answer.err.startswith("91 tasks, 0 of them in the store")
    assert not (spec.parent / "results").exists(), "without --write nothing is written"


def test_plan_says_at_which_look_a_claim_stands(heldout, change):
    change("    compare:", "    looks: {axis: seed, at: [3, 10], spending: pocock}\n    compare:")
    answer = heldout("plan", "my-study.yaml")
    assert ": look 1 of 2 (3 of 10 levels of seed): 0.0208 of alpha 0.05 is spent here" in answer.err
    (look,) = json.loads(heldout("plan", "my-study.yaml", "--json").out)["looks"]
    assert (look["number"], look["at"], look["spending"]) == (1, [3, 10], "pocock")


def test_plan_writes_the_workflow_elsewhere_when_asked(heldout, spec, tmp_path, monkeypatch):
    monkeypatch.setenv("HELDOUT_RESULTS", "elsewhere")
    assert heldout("plan", "my-study.yaml", "--write", "--scale", "smoke").code == 0
    assert (tmp_path / "elsewhere" / "my-study" / "smoke" / "Snakefile").is_file()


def test_status_before_anything_ran(heldout, spec):
    found = json.loads(heldout("status", "my-study.yaml", "--json").out)
    assert {s["stage"]: (s["stored"], s["jobs_done"]) for s in found["stages"]} == dict.fromkeys(
        ("domains", "split", "model", "score"), (0, 0)
    )
    assert found["report"] is None
    assert "91 tasks to go" in heldout("status", "my-study.yaml").err


def test_logs_before_anything_ran(heldout, spec):
    assert heldout("logs", "my-study.yaml", "--failed").out == "no task failed\n"
    assert "write one of: domains, model" in heldout("logs", "my-study.yaml", "nowhere").err


def store_a_task(folder, record):
    path = folder / ".heldout" / "store" / "objects" / record["task"][:2] / record["task"]
    path.mkdir(parents=True)
    (path / "manifest.json").write_text(json.dumps(record))


def shard_task(folder, stage):
    """The first task of a stage, as the written plan has it."""
    shard = json.loads((folder / "results/my-study/full/plan" / stage / "000.json").read_text())
    return shard["tasks"][0] | {
        "operator": shard["operator"],
        "digest": shard["digest"],
        "outputs": {},
        "files": {},
    }


def test_why_names_the_field_that_differs(heldout, spec, tmp_path):
    heldout("plan", "my-study.yaml", "--write")
    task = shard_task(tmp_path, "model")
    other = task | {"task": "f" * 64, "parameters": task["parameters"] | {"steps": 7}}
    store_a_task(tmp_path, other)
    for name in (["model"], [task["task"][:10]]):
        found = json.loads(heldout("why", "my-study.yaml", *name, "--json").out)
        assert (found["task"], found["stored"], found["nearest"]) == (task["task"], False, "f" * 64)
        assert found["differences"] == [{"field": "parameters.steps", "wanted": 200, "stored": 7}]
    assert "  parameters.steps: 200 here, 7 there\n" in heldout("why", "my-study.yaml", "model").out


def test_why_knows_what_is_stored_and_what_nothing_is_near_to(heldout, spec, tmp_path):
    heldout("plan", "my-study.yaml", "--write")
    store_a_task(tmp_path, shard_task(tmp_path, "model") | {"seconds": 0.25})
    assert "The store has it; it took 0.25 s" in heldout("why", "my-study.yaml", "model").out
    assert "The store has no task of data/rotated-digits" in heldout("why", "my-study.yaml", "domains").out


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["nowhere"], "write one of: domains, model, score, split"),
        (["model", "method=vrx"], "write `vrex`, or one of: erm"),
        (["model", "methd=vrex"], "write `method`, or one of: held_out, seed"),
        (["abc"], "write one of: domains, model, score, split"),
    ],
)
def test_why_names_what_there_is(heldout, spec, arguments, hint):
    answer = heldout("why", "my-study.yaml", *arguments)
    assert (answer.code, answer.out) == (2, "")
    assert hint in answer.err


def test_catalog_lists_and_shows(heldout):
    assert set(json.loads(heldout("catalog", "--json").out)) > {"train/classifier", "objectives/coral"}
    assert heldout("catalog", "train/classifier").out.startswith("train/classifier\n================\n\n")
    assert "digest" in json.loads(heldout("catalog", "objectives/coral", "--json").out)
    shown = heldout("catalog", "train/regressor").out.splitlines()
    assert "  steps: default 300; updates of the weights." in shown, "which the group of a plan says"
    assert "  batch_size: default 32" in shown, "which stands above, in the operator's own words"
    answer = heldout("catalog", "objectives/corall")
    assert (answer.code, "write `objectives/coral`" in answer.err) == (2, True)


def test_explain_knows_every_code(heldout):
    listed = heldout("explain").out.splitlines()
    assert [line.split()[0] for line in listed] == [*codes(), *sorted(HINTS)]
    text = heldout("explain", "held-out-leak").out
    assert "Wrong:\n    " in text and "Right:\n    " in text
    assert heldout("explain", "zip-bomb").out.startswith("zip-bomb: An archive is refused.")
    answer = heldout("explain", "held-out-lek")
    assert (answer.code, "write `held-out-leak`" in answer.err) == (2, True)


def test_schema_is_one_and_is_written_once(heldout, tmp_path):
    Draft7Validator.check_schema(json.loads(heldout("schema").out))
    assert "wrote study.schema.json" in heldout("schema", "-o", "study.schema.json").err
    assert (tmp_path / "study.schema.json").read_text() == heldout("schema").out


def test_doctor_finds_what_every_study_needs(heldout):
    answer = heldout("doctor", "--json")
    found = {finding["name"]: finding for finding in json.loads(answer.out)}
    assert {found[name]["state"] for name in ("Python", "snakemake", "torch", "catalog")} == {"fine"}
    assert found["catalog"]["found"].startswith(f"{len(load_catalog().operators)} operators")
    assert answer.code == 0


def test_doctor_tells_what_is_missing(heldout, monkeypatch):
    monkeypatch.setattr("heldout.compiler.catalog.catalog_path", lambda: Path("none.json"))
    answer = heldout("doctor")
    assert answer.code == 3
    assert " wrong  catalog: there is no catalog at none.json" in answer.out
    assert "heldout catalog --update" in answer.out


def test_a_report_without_a_browser_says_where_it_is(heldout, spec, tmp_path, monkeypatch):
    page = tmp_path / "results" / "my-study" / "full" / "report" / "index.html"

    def write(command, **_):
        page.parent.mkdir(parents=True)
        page.write_text("")
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", write)
    monkeypatch.setattr("webbrowser.open", lambda _: False)
    answer = heldout("report", "my-study.yaml", "--open")
    assert answer.code == 0
    assert f"there is no browser here: open {page}" in answer.err


def test_what_has_no_place_on_the_command_line_is_no_target_of_snakemake(heldout, spec):
    answer = heldout("run", "my-study.yaml", "model.steps=10")
    assert answer.code == 2
    assert "there is no place for `model.steps=10`" in answer.err and "changed in the spec" in answer.err
    assert not (spec.parent / "results").exists()
