"""Numbers that do not follow are named, with where they differ first."""

import json
from pathlib import Path

import pytest

from heldout.compiler.archive.findings import Finding
from heldout.compiler.archive.number_checks import check_page, check_report, check_tables
from tests.fixtures.pace import Soon

ROWS = [{"x": 0, "y": 0.5}, {"x": 1, "y": 0.25}]
VERDICTS = [{"id": "a", "says": "A.", "verdict": "supported"}]


def told(findings: list[Finding], state: str) -> list[str]:
    return [finding.text for finding in findings if finding.state == state]


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """A small report whose page shows the rows of its figure, with one column more."""
    folder = tmp_path / "report"
    (folder / "figures").mkdir(parents=True)
    (folder / "figures" / "line.vl.json").write_text(json.dumps({"datasets": {"data-1": ROWS}}))
    shown = json.dumps({"datasets": {"data-2": [row | {"interval": "none"} for row in ROWS]}})
    (folder / "index.html").write_text(f'<script type="application/json">{shown}</script>')
    (folder / "results.csv").write_text("x,y\n0,0.5\n1,0.25\n")
    (folder / "verdicts.json").write_text(json.dumps(VERDICTS))
    (folder / "study.json").write_text(json.dumps({"claims": VERDICTS}))
    return folder


def copy_of(report: Path, tmp_path: Path) -> Path:
    made = tmp_path / "made"
    for path in report.rglob("*"):
        if path.is_file():
            (made / path.relative_to(report)).parent.mkdir(parents=True, exist_ok=True)
            (made / path.relative_to(report)).write_bytes(path.read_bytes())
    return made


def test_tables_that_differ_are_named_and_counted():
    one = {"stage": "b", "port": "table", "coordinates": {"seed": 3}, "difference": 0.25}
    found = {"identical": {"a.table": 2}, "different": [one] * 7, "left": {"c.table: why": 4}}
    findings = list(check_tables(found))
    assert told(findings, "differs") == ["b.table (seed 3) computed again, differs by up to 0.25"] * 5 + [
        "and 2 more"
    ]
    assert told(findings, "holds") == ["2 outputs, computed again, have the same bytes: a.table (2)"]
    assert told(findings, "unchecked") == ["not computed again: c.table: why (4 outputs)"]


def test_a_report_of_the_same_bytes_holds(report: Path, tmp_path: Path):
    assert told(list(check_report(report, copy_of(report, tmp_path))), "holds") == [
        "made again from the archived results, its 5 files have the same bytes"
    ]


def test_a_report_that_differs_is_told_by_its_first_line(report: Path, tmp_path: Path):
    made = copy_of(report, tmp_path)
    (made / "results.csv").write_text("x,y\n0,0.5\n1,0.75\n")
    (made / "more.csv").write_text("x\n")
    (report / "old.csv").write_text("x\n")
    assert told(list(check_report(report, made)), "differs") == [
        "results.csv, line 3: '1,0.25\\n' in the archive, '1,0.75\\n' when made again",
        "more.csv is missing",
        "old.csv does not follow from the results",
    ]


@pytest.mark.parametrize("ending", [b"\r\n", b""])
def test_bytes_that_are_not_lines_count_too(report: Path, tmp_path: Path, ending: bytes):
    made = copy_of(report, tmp_path)
    (made / "results.csv").write_bytes(b"x,y\n0,0.5\n1,0.25" + ending)
    (text,) = told(list(check_report(report, made)), "differs")
    assert text.startswith("results.csv, line 3: ")


def test_a_page_that_shows_the_figures_data_holds(report: Path):
    assert told(list(check_page(report)), "holds") == [
        "the 2 rows of data in the page are those of its figures' files",
        "study.json and verdicts.json say the same of 1 claims",
    ]


def test_a_page_with_other_data_or_other_verdicts_differs(report: Path):
    page = (report / "index.html").read_text()
    (report / "index.html").write_text(page.replace("0.25", "0.75"))
    (report / "study.json").write_text(json.dumps({"claims": [VERDICTS[0] | {"verdict": "contradicted"}]}))
    assert told(list(check_page(report)), "differs") == [
        "the data that the page holds are not those of figures/line.vl.json",
        "study.json and verdicts.json do not say the same of the claims",
    ]


def test_pages_and_figures_of_any_size_take_linear_time(report: Path, soon: Soon):
    datasets = {f"data-{number}": [{"x": number, "y": 0.5}] for number in range(5000)}
    (report / "figures" / "line.vl.json").write_text(json.dumps({"datasets": datasets}))
    shown = json.dumps({"datasets": dict(reversed(datasets.items()))})
    for page in (
        f'<script type="application/json">{shown}</script>',
        '<script type="application/json"' * 100_000,
    ):
        (report / "index.html").write_text(page)
        with soon(20):
            list(check_page(report))


def test_a_report_without_a_page_is_said(report: Path):
    (report / "index.html").unlink()
    assert told(list(check_page(report)), "unchecked") == ["there is no page in the archive"]


@pytest.mark.parametrize("content", ["", "[", "[" * 50_000, "{}", "3", '{"claims": 3}'])
def test_a_report_that_is_none_is_no_crash(report: Path, content: str):
    for name in ("study.json", "verdicts.json", "figures/line.vl.json"):
        (report / name).write_text(content)
    (report / "index.html").write_text(f'<script type="application/json">{content}</script>')
    assert "study.json and verdicts.json do not say the same of the claims" in told(
        list(check_page(report)), "differs"
    )
