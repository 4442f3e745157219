"""A newcomer's first hour: the commands of the README, in a folder of one's own."""

import csv
import json
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pyarrow.parquet as pq
import pytest

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
SMOKE = Path("results/my-study/smoke")


def run(command: str | list[str], folder: Path, expect: int = 0) -> subprocess.CompletedProcess[str]:
    """Run a command as a user would; heldout is that of this Python."""
    program, *arguments = shlex.split(command) if isinstance(command, str) else command
    done = subprocess.run(
        [BIN / program, *arguments], cwd=folder, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == expect, f"{command}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stdout + done.stderr
    assert "\x1b" not in done.stdout + done.stderr, "colours where no terminal is"
    return done


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the first study ran at its smoke scale."""
    folder = tmp_path_factory.mktemp("finished")
    run("heldout new my-study.yaml", folder)
    run("heldout run my-study.yaml --scale smoke --json", folder)
    return folder


def tables(folder: Path) -> dict[str, bytes]:
    """The bytes of every table of the report."""
    report = folder / SMOKE / "report"
    paths = [report / "results.parquet", report / "results.csv", report / "verdicts.json"]
    return {p.name: p.read_bytes() for p in (*paths, *sorted(report.glob("tables/*")))}


def test_the_first_study_has_no_mistakes(finished):
    done = run("heldout check my-study.yaml --json", finished)
    assert json.loads(done.stdout) == []


def test_every_number_of_the_study_is_in_its_tables(finished):
    results = pq.read_table(finished / SMOKE / "report" / "results.parquet").to_pylist()
    scores = [row for row in results if row["stage"] == "score" and row["metric"] == "accuracy"]
    # 6 rotations x 2 methods x 3 seeds, each an accuracy.
    assert len({(row["held_out"], row["method"], row["seed"]) for row in scores}) == 36
    assert all(0 <= row["value"] <= 1 for row in scores)
    with (finished / SMOKE / "report" / "tables" / "accuracy.csv").open() as file:
        assert len(list(csv.DictReader(file))) >= 2


def test_the_verdict_follows_from_the_tables(finished):
    (verdict,) = json.loads((finished / SMOKE / "report" / "verdicts.json").read_text())
    assert verdict["id"] == "vrex-helps"
    assert verdict["verdict"] in ("supported", "contradicted", "undecided")
    results = pq.read_table(finished / SMOKE / "report" / "results.parquet").to_pylist()
    accuracy = {
        (row["method"], row["held_out"], row["seed"]): row["value"]
        for row in results
        if row["stage"] == "score" and row["metric"] == "accuracy"
    }
    gaps = [value - accuracy["erm", *cell] for (method, *cell), value in accuracy.items() if method == "vrex"]
    assert len(gaps) == 18
    assert verdict["effect"] == pytest.approx(sum(gaps) / 18)


@pytest.mark.slow
def test_a_second_run_computes_nothing_and_changes_no_table(finished):
    before = tables(finished)
    done = json.loads(run("heldout run my-study.yaml --scale smoke --json", finished).stdout)
    assert (done["computed"], done["reused"], done["failed"]) == (0, 91, [])
    assert tables(finished) == before


@pytest.mark.slow
def test_a_second_store_gives_the_same_bytes_and_a_change_computes_what_depends_on_it(finished, tmp_path):
    spec = tmp_path / "my-study.yaml"
    shutil.copy(finished / "my-study.yaml", spec)
    command = "heldout run my-study.yaml --scale smoke --cores 1 --json"
    done = json.loads(run(command, tmp_path).stdout)
    assert (done["computed"], done["reused"]) == (91, 0)
    assert tables(tmp_path) == tables(finished)

    spec.write_text(spec.read_text().replace("penalty: 10.0", "penalty: 5.0"))
    why = run("heldout why my-study.yaml model method=vrex --scale smoke", tmp_path).stdout
    assert "parameters.objective.vrex.penalty: 5 here, 10 there" in why
    done_before = {p: p.stat().st_mtime_ns for p in (tmp_path / SMOKE).glob("done/*/*")}
    done = json.loads(run(command, tmp_path).stdout)
    # One of two methods on 6 rotations with 3 seeds: 18 models. The penalty has not set in yet, so that
    # they are the same as before, and their scores are there.
    assert done["computed"] == 18
    untouched = {p.parent.name for p, time in done_before.items() if p.stat().st_mtime_ns == time}
    assert untouched == {"domains", "split"}


@pytest.mark.slow
def test_the_report_is_written_again_from_the_store_alone(finished):
    before = tables(finished)
    shutil.rmtree(finished / SMOKE / "report")
    run("heldout report my-study.yaml --scale smoke", finished)
    assert tables(finished) == before
    assert (finished / SMOKE / "report" / "index.html").is_file()


@pytest.mark.slow
def test_plain_snakemake_runs_the_written_workflow_from_anywhere(finished):
    snakemake = f"snakemake -c 2 -s {SMOKE}/Snakefile --directory {SMOKE} --workflow-profile {SMOKE}/profile"
    done = run(snakemake, finished)
    assert "Nothing to be done" in done.stdout + done.stderr
    run("snakemake -c 2 --workflow-profile profile --report made.html", finished / SMOKE)
    assert (finished / SMOKE / "made.html").stat().st_size > 100_000


@pytest.mark.slow
def test_the_top_level_snakefile_runs_a_spec(finished):
    snakefile = shlex.quote(str(ROOT / "Snakefile"))
    done = run(f"snakemake -s {snakefile} --cores 1 --config spec=my-study.yaml scale=smoke", finished)
    assert "Nothing to be done" in done.stdout + done.stderr
    told = run(f"snakemake -s {snakefile} --cores 1", finished, expect=1)
    assert "name a study" in told.stderr


def readme_commands() -> list[str]:
    """The README's commands on a study of one's own, at the smoke scale where they would run it."""
    text = (ROOT / "README.md").read_text()
    found = re.findall(r"^ {4}(heldout [^#\n]*my-study\.yaml[^#\n]*)", text, re.MULTILINE)
    found += re.findall(r"`(heldout why my-study\.yaml [^`]*)`", text)
    return [c.strip() for c in found if "--open" not in c]


@pytest.mark.slow
@pytest.mark.parametrize("command", [c for c in readme_commands() if " new " not in c])
def test_a_command_of_the_readme(command, finished):
    if " run " in command or " why " in command:
        command += "" if "--scale" in command else " --scale smoke"
    run(command, finished)


def test_the_readme_shows_a_beginning():
    verbs = [command.split()[1] for command in readme_commands()]
    assert set(verbs) >= {"new", "check", "plan", "run", "why"}
    assert verbs.index("new") < verbs.index("check") < verbs.index("run")


def test_the_mistake_in_the_readme_looks_as_it_is_shown(tmp_path):
    text = (ROOT / "README.md").read_text()
    shown = re.search(r"^ {4}my-study\.yaml:\d+.*\n.*\n.*$", text, re.MULTILINE)[0]
    run("heldout new my-study.yaml", tmp_path)
    spec = tmp_path / "my-study.yaml"
    spec.write_text(spec.read_text().replace("${method}", "${methd}"))
    told = run("heldout check my-study.yaml", tmp_path, expect=2).stderr
    assert textwrap.dedent(shown) in told
