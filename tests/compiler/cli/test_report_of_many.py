"""`heldout report --suite`, on reports that the runtime wrote."""

import json

import pytest


@pytest.fixture
def reports(tmp_path):
    for name in ("one", "two"):
        folder = tmp_path / "results" / name / "full" / "report"
        folder.mkdir(parents=True)
        claims = [{"id": "c", "says": "So.", "verdict": "supported", "lock": "locked"}]
        about = {"heldout": 1, "study": name, "title": name.title(), "scale": None, "paper": None}
        about |= {"claims": claims, "num_missing": 0, "num_tasks": 1, "seconds": 1.0}
        (folder / "study.json").write_text(json.dumps(about))
        (folder / "index.html").write_text("")
    return tmp_path / "results"


def test_the_page_lies_in_the_folder_unless_said_otherwise(heldout, reports, tmp_path):
    answer = heldout("report", "--suite", "results")
    assert (answer.code, answer.err) == (0, "report: results/suite.html\n")
    text = (reports / "suite.html").read_text()
    assert text.count("<tr data-verdict=") == 2
    assert 'href="one/full/report/index.html"' in text
    assert heldout("report", "--suite", "results", "-o", "pages/all.html").code == 0
    assert 'href="../results/one/full/report/index.html"' in (tmp_path / "pages" / "all.html").read_text()


def test_a_folder_without_reports(heldout, tmp_path):
    (tmp_path / "results").mkdir()
    assert heldout("report", "--suite", "results").code == 2
    assert not (tmp_path / "results" / "suite.html").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "name either a spec or"),
        (["my-study.yaml", "--suite", "results"], "name either a spec or"),
        (["my-study.yaml", "-o", "page.html"], "--output is for the page of a suite"),
        (["my-study.yaml", "--site", "site"], "--site is for the reports of a suite"),
        (["--suite", "results", "--site", "site", "-o", "page.html"], "leave out --output"),
    ],
)
def test_arguments_that_do_not_go_together(heldout, spec, arguments, said):
    answer = heldout("report", *arguments)
    assert answer.code == 2
    assert said in answer.err
