"""The archive's metadata, by hand and before the public validator and runcrate.

HELDOUT_CRATE_CHECKERS=.venv-crates/bin pytest -m crates runs those; tests/crates/install.sh installs them.
"""

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from heldout.compiler.archive.crate import Described, Job, metadata
from heldout.compiler.archive.sources import Source

CHECKER = Path(__file__).parents[2] / "crates" / "check_crate.py"
PROFILES = [
    "ro-crate-1.1",
    "workflow-ro-crate",
    "process-run-crate",
    "workflow-run-crate",
    "provenance-run-crate",
]
BEGAN, ENDED = "2026-11-21T10:00:00+00:00", "2026-11-21T11:00:00+00:00"
JOBS = [
    Job("split", "000", 1, 0, BEGAN, BEGAN),
    Job("model", "000", 2, 0, BEGAN, ENDED),
    Job("model", "001", 1, 1, BEGAN, ENDED),
]
FILES: dict[str, Source] = {
    "spec/small.yaml": b"study: small\n",
    "workflow/Snakefile": b"rule all:\n",
    "report/index.html": b"<!doctype html>",
    "report/results.csv": b"a,b\n",
    "store/objects/ab/x/manifest.json": b"{}",
    **{job.plan: b"{}" for job in JOBS},
    **{job.done: b"{}" for job in JOBS},
}
ABOUT = Described(
    study="small",
    title='Does "it" help?',
    description="The study small.",
    license="CC0-1.0",
    spec="spec/small.yaml",
    operators={"split": "data/split", "model": "train/classifier", "idle": "measure/mean"},
    summaries={"data/split": "Splits.", "train/classifier": "", "measure/mean": "Means."},
    jobs=JOBS,
    image={"name": "cpu", "pin": None},
    software={"heldout": "0.1.0", "snakemake": "9.27.0"},
)
PIN = {"repository": "heldout/cpu", "digest": None, "image_id": "sha256:" + "a" * 64}


def graph(about: Described = ABOUT) -> dict[str, dict[str, Any]]:
    return {entity["@id"]: entity for entity in json.loads(metadata(about, FILES))["@graph"]}


def test_the_same_archive_has_the_same_metadata_in_any_order():
    assert metadata(ABOUT, FILES) == metadata(ABOUT, dict(reversed(FILES.items())))


def test_jobs_are_runs_of_operators_that_steps_control():
    entities = graph()
    run = entities["#job/model/001"]
    assert run["instrument"] == {"@id": "#operator/train/classifier"}
    assert run["object"] == {"@id": "workflow/plan/model/001.json"} or run["object"] == [
        {"@id": "workflow/plan/model/001.json"}
    ]
    assert (run["startTime"], run["endTime"]) == (BEGAN, ENDED)
    assert run["actionStatus"].endswith("FailedActionStatus")  # one of its tasks has no result
    assert entities["#job/model/000"]["actionStatus"].endswith("CompletedActionStatus")
    control = entities["#control/model/001"]
    assert (control["instrument"], control["object"]) == ({"@id": "#stage/model"}, {"@id": "#job/model/001"})
    assert entities["#stage/model"]["workExample"] == {"@id": "#operator/train/classifier"}
    assert "#stage/idle" not in entities  # a stage whose tasks others compute ran no job


def test_the_date_is_that_of_the_last_result_and_never_of_now():
    assert graph()["./"]["datePublished"] == ENDED
    assert graph(replace(ABOUT, jobs=[replace(JOBS[0], began=None, ended=None)]))["./"][
        "datePublished"
    ].startswith("1980")


def test_every_reference_within_the_archive_leads_to_an_entity():
    entities = graph(replace(ABOUT, image={"name": "cpu", "pin": PIN}))

    def references(value: Any) -> list[str]:
        if isinstance(value, list):
            return [one for member in value for one in references(member)]
        if isinstance(value, dict):
            return [value["@id"]] if set(value) == {"@id"} else references(list(value.values()))
        return []

    named = {one for entity in entities.values() for one in references(list(entity.values()))}
    assert {one for one in named if not one.startswith("https://")} <= entities.keys()


def checked(folder: Path, content: bytes) -> dict[str, list[str]]:
    """What the public validator finds, by profile."""
    for name, source in {**FILES, "ro-crate-metadata.json": content}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        assert isinstance(source, bytes)
        (folder / name).write_bytes(source)
    command = [Path(os.environ["HELDOUT_CRATE_CHECKERS"]).absolute() / "python", CHECKER, folder, *PROFILES]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.crates
@pytest.mark.parametrize("pin", [None, PIN])
def test_the_public_validator_finds_nothing_that_is_required(tmp_path: Path, pin: dict[str, Any] | None):
    found = checked(tmp_path, metadata(replace(ABOUT, image={"name": "cpu", "pin": pin}), FILES))
    assert found == {profile: [] for profile in PROFILES}


@pytest.mark.crates
def test_the_public_validator_would_find_what_is_wrong(tmp_path: Path):
    content = json.loads(metadata(ABOUT, FILES))
    for entity in content["@graph"]:
        if entity["@id"] == "#stage/model":
            del entity["workExample"]
        if entity["@id"] == "./":
            del entity["license"]
    found = checked(tmp_path, json.dumps(content).encode())
    assert any("workExample" in text for text in found["provenance-run-crate"])
    assert any("license" in text for text in found["ro-crate-1.1"])


@pytest.mark.crates
def test_runcrate_reads_the_runs(tmp_path: Path):
    for name, source in {**FILES, "ro-crate-metadata.json": metadata(ABOUT, FILES)}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        assert isinstance(source, bytes)
        (tmp_path / name).write_bytes(source)
    runcrate = Path(os.environ["HELDOUT_CRATE_CHECKERS"]).absolute() / "runcrate"
    done = subprocess.run([runcrate, "report", tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "action: #job/model/001\n  step: #stage/model\n" in done.stdout
    assert done.stdout.count("action: ") == 4  # the workflow's run and three jobs
