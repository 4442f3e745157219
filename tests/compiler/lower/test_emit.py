"""The emitted workflow: its text, what Snakemake's own tools say of it, and what a change leaves alone.

After a wanted change of the template, write the golden file again and read its difference:

    HELDOUT_RENEW_GOLDEN=1 python -m pytest tests/compiler/lower/test_emit.py
"""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from heldout.compiler.compile import Compiled
from heldout.compiler.images.pins import Pin
from heldout.compiler.lower.emit import emit, snakefile_text
from heldout.runtime.machine.execute.shard import read_shard

GOLDEN = Path(__file__).parent / "golden"
BIN = Path(sys.executable).parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "results" / "golden" / "smoke"


@pytest.fixture
def write(folder: Path, tmp_path: Path):
    """Emit a compiled study into the folder."""

    def write_workflow(compiled: Compiled, pin: Pin | None = None) -> None:
        emit(compiled, folder, tmp_path / ".heldout" / "store", pin=pin)

    return write_workflow


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def pretend_to_run(folder: Path) -> set[str]:
    """Leave the files that finished jobs leave; the names of the jobs."""
    jobs = {p.relative_to(folder / "plan").as_posix() for p in (folder / "plan").glob("*/*.json")}
    for job in jobs:
        for path in (folder / "done" / job, folder / "ready" / job.removesuffix(".json")):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("{}")
    return jobs


def done(folder: Path) -> set[str]:
    return {p.relative_to(folder / "done").as_posix() for p in (folder / "done").glob("*/*.json")}


def snakemake(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "snakemake", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)


def test_the_snakefile_is_the_golden_one(study):
    text = snakefile_text(study())
    golden = GOLDEN / "Snakefile"
    if os.environ.get("HELDOUT_RENEW_GOLDEN"):
        golden.write_text(text)
    assert text == golden.read_text(), "see the top of this file for how to renew it"


def test_snakefmt_would_change_nothing():
    done = subprocess.run(
        [
            BIN / "snakefmt",
            "--check",
            "--diff",
            GOLDEN / "Snakefile",
            Path(__file__).parents[3] / "Snakefile",
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_snakemake_finds_nothing_to_lint(study, write, folder):
    # It asks for a container or a Conda environment in every rule: an image that is pinned.
    write(study(), Pin("heldout/cpu", "sha256:1", f"sha256:{'d' * 64}", "sha256:2", "sha256:3", "base"))
    done = snakemake(folder, "--lint")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "good condition" in done.stdout + done.stderr


def test_snakemake_reads_the_profile_and_plans_every_job(study, write, folder):
    compiled = study()
    write(compiled)
    planned = snakemake(
        folder, "--cores", "2", "--workflow-profile", "profile", "--dry-run", "--quiet", "rules"
    )
    assert planned.returncode == 0, planned.stderr
    everything = planned.stdout + planned.stderr
    assert "specific profile profile" in everything
    counts = {line.split()[0]: line.split()[1] for line in everything.splitlines() if len(line.split()) == 2}
    jobs = {job[0].name: str(len(job[0].shards)) for job in compiled.plan.jobs}
    assert list(jobs) == ["domains", "model", "score"], "the golden study shows a job of two stages"
    jobs |= {"study_report": "1", "all": "1", "total": str(compiled.plan.num_jobs + 2)}
    assert {name: count for name, count in counts.items() if count.isdigit()} == jobs
    assert len(compiled.plan.stages[2].shards) > 1, "the golden study shows a stage of several jobs"


def test_the_bytes_depend_on_nothing_but_the_study(tmp_path):
    script = """
import sys
from pathlib import Path
from heldout.compiler.catalog import load_catalog
from heldout.compiler.compile import compile_spec
from heldout.compiler.lower.emit import emit
spec, catalog, here = sys.argv[1:]
compiled, _ = compile_spec(Path(spec).read_bytes(), spec, "smoke", load_catalog(Path(catalog)))
emit(compiled, Path(here), Path(here).parent / "store")
"""
    catalog = Path(__file__).parents[1] / "catalog.json"
    written = []
    for seed, place in (("1", "a"), ("2", "a/deeper")):
        cwd = tmp_path / place
        cwd.mkdir(parents=True)
        spec = os.path.relpath(GOLDEN / "study.yaml", cwd) if seed == "2" else str(GOLDEN / "study.yaml")
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-c", script, spec, str(catalog), "workflow"]
        subprocess.run(command, cwd=cwd, env=environment, check=True)
        written.append(contents(cwd / "workflow"))
    assert written[0] == written[1]
    for name, content in written[0].items():
        for secret in (str(tmp_path), str(GOLDEN), str(Path.home())):
            assert secret.encode() not in content, f"{name} holds the path {secret}"


@pytest.mark.parametrize(
    "file",
    [
        "a\nrule evil: shell: 'touch pwned'.yaml",
        "a\rb\u2028c.yaml",
        "'; touch pwned; '.yaml",
        "`touch pwned`.yaml",
        "{{ 7 * 7 }} {wildcards.x} $(touch pwned).yaml",
        "\\\n.yaml",
        '"""\nx.yaml',
    ],
)
def test_a_file_name_stays_in_its_comment(study, file):
    usual, odd = snakefile_text(study()).split("\n"), snakefile_text(study(file=file)).split("\n")
    assert len(usual) == len(odd)
    assert usual[4:] == odd[4:]
    assert all(line.startswith("#") and line.isprintable() for line in odd[:4])
    assert "`touch" not in "".join(odd[:4])


def test_writing_again_touches_nothing(study, write, folder):
    write(study())
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    write(study())
    assert before == {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_only_jobs_that_a_change_reaches_are_to_run_again(study, write, folder):
    write(study())
    jobs = pretend_to_run(folder)
    write(study())
    assert done(folder) == jobs
    write(study(("model: {steps: 2}", "model: {steps: 3}")))
    assert done(folder) == {job for job in jobs if job.split("/")[0] in ("domains", "split")}


def test_jobs_that_the_plan_no_longer_has_leave_nothing(study, write, folder):
    write(study())
    pretend_to_run(folder)
    write(
        study(
            ("seed: {count: 4}", "seed: {count: 3}"),
            ("  score:\n", "  other_score:\n"),
            ("score.accuracy", "other_score.accuracy"),
        )
    )
    for part in ("plan", "done", "ready"):
        assert not list((folder / part).glob("score/*"))
    planned = json.loads((folder / "plan" / "needs.json").read_text())
    assert "score" not in planned
    shards = {f"{stage}/{shard}.json" for stage in planned for shard in planned[stage]}
    assert shards == {p.relative_to(folder / "plan").as_posix() for p in (folder / "plan").glob("*/*.json")}


def test_snakemake_runs_what_a_change_reaches_and_nothing_else(study, write, folder):
    write(study())
    pretend_to_run(folder)
    (folder / "report").mkdir()
    (folder / "report" / "index.html").write_text("")
    subprocess.run(["touch", *folder.rglob("done/*/*.json")], check=True)
    os.utime(folder / "report" / "index.html")
    assert "Nothing to be done" in (told := snakemake(folder, "-n", "--cores", "1")).stdout + told.stderr
    write(study(("model: {steps: 2}", "model: {steps: 3}")))
    told = snakemake(folder, "-n", "--cores", "1", "--quiet", "rules")
    lines = [line.split() for line in (told.stdout + told.stderr).splitlines()]
    counts = {line[0]: int(line[1]) for line in lines if len(line) == 2 and line[1].isdigit()}
    models = len(list((folder / "plan" / "model").glob("*.json")))
    scores = len(list((folder / "plan" / "score").glob("*.json")))
    expected = {"model": models, "score": scores, "study_report": 1, "all": 1}
    assert counts == expected | {"total": sum(expected.values())}


def test_the_runtime_reads_every_shard_as_it_was_planned(study, write, folder):
    compiled = study()
    write(compiled)
    for stage in compiled.plan.stages:
        ids = compiled.expansions[stage.name].ids
        for shard in stage.shards:
            read = read_shard(folder / "plan" / stage.name / f"{shard.name}.json")
            assert (read.study, read.stage, read.shard) == ("golden", stage.name, shard.name)
            assert [task.task for task in read.tasks] == [ids[flat] for flat in shard.cells]


def test_own_operators_go_into_the_workflow_with_their_modules_and_others_leave(
    study, write, folder, tmp_path
):
    for name in ("ops/mine.py", "ops/train.py", "ops/parts/inner.py", "ops/unrelated.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"# {name}\n")

    def compiled(*modules: str) -> Compiled:
        operators = ("study: golden\n", "study: golden\noperators: [./ops/mine.py]\n")
        made = study(operators, file=str(tmp_path / "study.yaml"))
        return replace(made, catalog=made.catalog.model_copy(update={"neighbours": (modules,)}))

    write(compiled("train.py", "parts/inner.py"))
    copies = {p.relative_to(folder).as_posix(): p.read_text() for p in (folder / "operators").rglob("*.py")}
    assert copies == {
        f"operators/{name}": f"# {name}\n" for name in ("ops/mine.py", "ops/train.py", "ops/parts/inner.py")
    }
    shards = [json.loads(path.read_text()) for path in (folder / "plan").glob("*/*.json")]
    assert {tuple(shard["operators"]) for shard in shards} == {("operators/ops/mine.py",)}
    write(compiled())
    assert [path.name for path in (folder / "operators").rglob("*.py")] == ["mine.py"]


def test_the_store_is_named_relative_to_the_workflow(study, write, folder):
    write(study())
    assert (folder / "config.yaml").read_text().startswith("store: ../../../.heldout/store\n")


def test_workers_are_cores_of_the_job_and_no_threads_of_its_arithmetic(study, write, folder):
    compiled = study(("threads: 2", "threads: 3, workers: 2"))
    write(compiled)
    arguments = "--cores 8 --workflow-profile profile --dry-run --printshellcmds"
    planned = snakemake(folder, *arguments.split())
    assert planned.returncode == 0, planned.stderr
    said = planned.stdout + planned.stderr
    assert "threads: 5" in said and "--threads 3" in said and "--threads 5" not in said
