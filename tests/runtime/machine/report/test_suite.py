import argparse
import json
import re

import pytest

from heldout.runtime.machine.report import suite_command
from heldout.runtime.machine.report.suite import family_of, find_reports, write_suite


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
    write_suite(studies, tmp_path / "pages" / "suite.html")
    text = (tmp_path / "pages" / "suite.html").read_text()
    assert text.count("<tr data-verdict=") == 2
    links = re.findall(r'<th scope="row"[^>]*><a href="([^"]*)"', text)
    assert links == ["../results/digits/full/report/index.html", "../results/b%20c/report/index.html"]
    assert "Digits &amp; more" in text and "It &lt;helps&gt;." in text
    assert 'href="../results/digits/full/report/index.html#claim-helps"' in text
    assert "<b>1</b> supported" in text and "<b>2</b> undecided" in text
    assert "results missing: <b>2</b>" in text
    assert text.count("was added after results existed") == 2


def test_unfinished_and_foreign_reports_are_left_out_and_said(studies):
    (studies / "half").mkdir()
    (studies / "half" / "study.json").write_text("{}")  # no page: the report is being written
    card(studies / "new", heldout=2)
    found, problems = find_reports(studies)
    assert [one.card.study for one in found] == ["digits", "other"]
    assert len(problems) == 1 and "another version" in problems[0]


def filters_of(text):
    selects = re.findall(r'<select name="(\w+)">(.*?)</select>', text)
    return {name: re.findall(r'<option value="([^"]+)">', options) for name, options in selects}


def test_filters_are_of_what_the_reports_differ_in(studies, tmp_path):
    write_suite(studies, tmp_path / "suite.html")
    assert filters_of((tmp_path / "suite.html").read_text()) == {}  # one scale, no family or operator known
    card(studies / "c" / "report", study="c", scale="smoke", operators=["train/b", "data/a"])
    (studies / "c" / ".spec").write_text("../../../specs/grokking/c.yaml\n")
    (studies / "b c" / ".spec").write_text("../../../specs/distillation/b.yaml\n")
    write_suite(studies, tmp_path / "suite.html")
    text = (tmp_path / "suite.html").read_text()
    expected = {"family": ["distillation", "grokking"], "operator": ["data/a", "train/b"]}
    assert filters_of(text) == {**expected, "scale": ["full", "smoke"]}
    assert text.count('data-name="family"') == 3  # a cell in every row, also where nothing is known
    assert "<summary>2 operators</summary><span>train/b, data/a</span>" in text


def test_two_scales_of_a_study_are_two_reports_of_one(tmp_path):
    for scale in ("smoke", "small"):
        card(tmp_path / "digits" / scale / "report", scale=scale)
    write_suite(tmp_path, tmp_path / "suite.html")
    text = (tmp_path / "suite.html").read_text()
    assert "<h1>1 study and what" in text
    assert 'data-noun="reports"' in text


@pytest.mark.parametrize(
    ("place", "family"),
    [
        ("../../../specs/grokking/a.yaml\n", "grokking"),
        ("specs/weak-to-strong/a.yaml", "weak-to-strong"),
        ("/home/someone/specs/grokking/a.yaml", "grokking"),
        ("../../../home/someone/a.yaml", ""),  # no folder of anybody's machine is shown
        ("../../../specs/a.yaml", ""),
        ("../../../specs/<b>/a.yaml", ""),
        ("../../../specs/a b/a.yaml", ""),
        ("", ""),
    ],
)
def test_a_family_is_the_folder_below_specs(tmp_path, place, family):
    (tmp_path / ".spec").write_text(place)
    assert family_of(tmp_path / "report") == family


def test_a_family_is_not_known_without_a_spec(tmp_path):
    assert family_of(tmp_path / "report") == ""
    (tmp_path / ".spec").write_bytes(b"specs/\xff/a.yaml")
    assert family_of(tmp_path / "report") == ""


def test_strangers_names_are_escaped_everywhere(tmp_path):
    nasty = '"><script>alert(1)</script>'
    claims = [{"id": nasty, "says": nasty, "verdict": "supported", "lock": nasty}]
    changes = {"study": nasty, "title": nasty, "scale": nasty, "paper": nasty, "operators": [nasty]}
    for place in (nasty.replace("/", "∕"), "b"):
        card(tmp_path / place, claims=claims, **changes)
        changes["operators"], changes["scale"] = [*changes["operators"], "a"], "x"
    write_suite(tmp_path, tmp_path / "suite.html")
    text = (tmp_path / "suite.html").read_text()
    assert nasty not in text
    assert text.count("<script") == 4  # theme, its choice, sorting, search
    assert 'href="%22%3E%3Cscript%3Ealert%281%29%3C%E2%88%95script%3E/index.html"' in text


def test_two_hundred_studies_at_two_scales_stay_below_a_megabyte(tmp_path):
    claims = [
        {"id": f"claim-{n}", "says": "What a claim of a usual length says of two methods and a metric.",
         "verdict": "undecided", "lock": "added"}
        for n in range(4)
    ]  # fmt: skip
    operators = [f"evaluate/of-some-kind-{n}" for n in range(10)]
    for number in range(200):
        for scale in ("smoke", "small"):
            place = tmp_path / f"study-with-a-long-name-{number}" / scale / "report"
            card(place, study=f"study-{number}", scale=scale, claims=claims, operators=operators)
    write_suite(tmp_path, tmp_path / "suite.html")
    assert (tmp_path / "suite.html").stat().st_size < 1_000_000


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


def test_the_command_writes_a_site_and_says_what_it_leaves_out(studies, tmp_path, capsys):
    parser = argparse.ArgumentParser()
    suite_command.add_arguments(parser)
    options = [str(studies), "--site", str(tmp_path / "site")]
    assert suite_command.main(parser.parse_args(options)) == 2  # these pages are not ours
    assert "there is no report below" in capsys.readouterr().err
    assert not (tmp_path / "site").exists()
    with pytest.raises(SystemExit):
        parser.parse_args([*options, "--out", "page.html"])
