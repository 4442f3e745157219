import argparse
import json
import re

import pytest

from heldout.runtime.machine.report import suite_command
from heldout.runtime.machine.report.suite import find_studies, render_suite


def card(folder, **changes):
    claims = [{"id": "helps", "says": "It <helps>.", "verdict": "supported", "lock": ""}]
    about = {
        "heldout": 1,
        "study": "digits",
        "title": "Digits & more",
        "scale": None,
        "paper": None,
        "claims": claims,
        "num_missing": 0,
        "num_tasks": 3,
        "seconds": 61.0,
    }
    folder.mkdir(parents=True)
    (folder / "study.json").write_text(json.dumps(about | changes))
    (folder / "index.html").write_text("")


@pytest.fixture
def studies(tmp_path):
    card(tmp_path / "results" / "digits" / "full" / "report")
    claims = [{"id": "c", "says": "So.", "verdict": "undecided", "lock": "added"}] * 2
    card(tmp_path / "results" / "b c" / "report", study="other", claims=claims, num_missing=2, seconds=7200.0)
    return tmp_path / "results"


def test_a_row_a_study_with_links_that_lead_there(studies, tmp_path):
    text = render_suite(studies, tmp_path / "pages" / "suite.html")
    assert text.count("<tr data-verdicts=") == 2
    links = re.findall(r'<th scope="row"><a href="([^"]*)"', text)
    assert links == ["../results/digits/full/report/index.html", "../results/b%20c/report/index.html"]
    assert "Digits &amp; more" in text and "It &lt;helps&gt;." in text
    assert 'href="../results/digits/full/report/index.html#claim-helps"' in text
    assert "<b>1</b> supported" in text and "<b>2</b> undecided" in text
    assert "2 results missing" in text
    assert text.count("was added after results existed") == 2


def test_unfinished_and_foreign_reports_are_left_out_and_said(studies):
    (studies / "half").mkdir()
    (studies / "half" / "study.json").write_text("{}")  # no page: the report is being written
    card(studies / "new", heldout=2)
    found, problems = find_studies(studies)
    assert [one.study for _, one in found] == ["digits", "other"]
    assert len(problems) == 1 and "another version" in problems[0]


def test_the_command_and_its_exit_codes(studies, tmp_path, capsys):
    parser = argparse.ArgumentParser()
    suite_command.add_arguments(parser)

    def run(folder, out):
        return suite_command.main(parser.parse_args([str(folder), "--out", str(out)]))

    assert run(studies, tmp_path / "new" / "page.html") == 0
    assert (tmp_path / "new" / "page.html").is_file()
    (tmp_path / "empty").mkdir()
    assert run(tmp_path / "empty", tmp_path / "page.html") == 2
    assert "no finished report below" in capsys.readouterr().err
    assert run(studies, tmp_path) == 3  # a folder is no page
