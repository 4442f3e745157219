"""A site of reports: what is in it, what of strangers is not, and that nothing in it leads out of it."""

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from heldout.runtime.machine.report import site
from heldout.runtime.machine.report.scripts import own_script, security_policy
from heldout.runtime.machine.report.site import is_ours, is_picture, write_site

ADDRESSES = ("href", "src", "action", "data", "poster", "srcset", "formaction")


class Links(HTMLParser):
    """The addresses and the ids of a page."""

    def __init__(self, page: Path):
        super().__init__()
        self.addresses: list[str] = []
        self.ids: set[str] = set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        self.addresses += [value for name, value in attributes if name in ADDRESSES]
        self.ids |= {value for name, value in attributes if name == "id"}


@pytest.fixture
def results(report, tmp_path):
    """Two reports of a small study, one of them at a scale."""
    for name, changes in (("full", {}), ("smoke", {"scale": "smoke", "still": True})):
        page = report(**changes)
        (tmp_path / "results" / "digits" / name).mkdir(parents=True)
        page.parent.rename(tmp_path / "results" / "digits" / name / "report")
    (tmp_path / "results" / "digits" / "full" / ".spec").write_text("../../../specs/domains/digits.yaml\n")
    return tmp_path / "results"


def names_below(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_reports_are_copied_whole_and_nothing_else(results, tmp_path):
    (results / "digits" / "full" / "report" / "notes.txt").write_text("mine")
    (results / "digits" / "full" / "report" / "costs.csv").write_text("stage,port,metric,value\n")
    (results / "digits" / "full" / "report" / "figures" / "more.html").write_text("mine")
    assert write_site(results, tmp_path / "site") == []
    expected = {name for name in names_below(results) if "/report/" in name} - {
        "digits/full/report/notes.txt",
        "digits/full/report/figures/more.html",
    }
    assert names_below(tmp_path / "site") == expected | {"index.html", "studies.json"}
    for name in expected:
        assert (tmp_path / "site" / name).read_bytes() == (results / name).read_bytes()


def test_every_link_leads_to_a_place_inside(results, tmp_path):
    write_site(results, tmp_path / "site")
    root = (tmp_path / "site").resolve()
    shutil.rmtree(results)
    followed = 0
    for page in root.rglob("*.html"):
        for address in Links(page).addresses:
            parts = urlsplit(address)
            if parts.scheme:  # of the paper, to be clicked
                assert address == "https://example.org/paper"
                continue
            assert not parts.netloc
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            assert target.is_file() and target.is_relative_to(root), address
            if parts.fragment and target.suffix == ".html":
                assert parts.fragment in Links(target).ids, address
            followed += 1
    assert followed > 30


def test_the_index_is_the_page_of_the_suite_and_runs_its_own_scripts_alone(results, tmp_path):
    write_site(results, tmp_path / "site")
    text = (tmp_path / "site" / "index.html").read_text()
    scripts = [own_script(name) for name in ("theme", "theme_choice", "sorting", "search")]
    assert f'content="{security_policy(scripts)}"' in text.replace("&#39;", "'")
    assert re.findall(r"<script>(.*?)</script>", text, re.DOTALL) == scripts
    assert "default-src 'none'" in security_policy(scripts)


def test_programs_read_the_cards(results, tmp_path):
    write_site(results, tmp_path / "site")
    cards = json.loads((tmp_path / "site" / "studies.json").read_text())
    assert [(card["page"], card["scale"], card["family"]) for card in cards] == [
        ("digits/full/report/index.html", "small", "domains"),
        ("digits/smoke/report/index.html", "smoke", None),
    ]
    assert cards[0]["claims"][0]["verdict"] == "supported"


def test_a_new_site_takes_the_place_of_an_old_one(results, tmp_path):
    write_site(results, tmp_path / "site")
    shutil.rmtree(results / "digits" / "smoke")
    write_site(results, tmp_path / "site")
    assert not (tmp_path / "site" / "digits" / "smoke").exists()
    assert sorted(path.name for path in tmp_path.iterdir() if "site" in path.name) == ["site"]


def test_what_is_no_site_is_not_replaced(results, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("mine")
    for place in (tmp_path / "mine", tmp_path / "mine" / "thesis.txt", results, results / "site", tmp_path):
        with pytest.raises(ValueError, match=r"cannot lie in it|is no site of reports"):
            write_site(results, place)
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "mine"
    (tmp_path / "empty").mkdir()
    write_site(results, tmp_path / "empty")
    assert (tmp_path / "empty" / "index.html").is_file()


def test_no_link_is_followed(results, tmp_path):
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "main.csv").write_text("secret")
    report = results / "digits" / "full" / "report"
    (report / "results.csv").unlink()
    (report / "results.csv").symlink_to(tmp_path / "secret" / "main.csv")
    shutil.rmtree(report / "tables")
    (report / "tables").symlink_to(tmp_path / "secret")
    (results / "elsewhere").symlink_to(tmp_path / "secret")
    write_site(results, tmp_path / "site")
    assert not any(path.is_symlink() for path in (tmp_path / "site").rglob("*"))
    for path in (tmp_path / "site").rglob("*"):
        assert path.is_dir() or b"secret" not in path.read_bytes()


def test_a_page_behind_a_link_is_left_out(results, tmp_path):
    page = results / "digits" / "full" / "report" / "index.html"
    page.rename(tmp_path / "page.html")
    page.symlink_to(tmp_path / "page.html")
    assert "left out" in write_site(results, tmp_path / "site")[0]
    assert not (tmp_path / "site" / "digits" / "full").exists()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<head>", "<head><script>alert(1)</script>"),
        ("script-src ", "script-src 'unsafe-inline' "),
        ('<meta charset="utf-8">', ""),
    ],
)
def test_a_page_with_another_policy_is_left_out_and_said(results, tmp_path, old, new):
    page = results / "digits" / "full" / "report" / "index.html"
    text = page.read_text(encoding="utf-8")
    assert is_ours(text) and old in text
    page.write_text(text.replace(old, new, 1), encoding="utf-8")
    (problem,) = write_site(results, tmp_path / "site")
    assert "digits/full/report is left out" in problem and "heldout report SPEC" in problem
    assert not (tmp_path / "site" / "digits" / "full").exists()
    assert "digits/full/report is left out" in (tmp_path / "site" / "index.html").read_text()


def test_no_path_of_the_machine_is_published(results, tmp_path):
    page = results / "digits" / "full" / "report" / "index.html"
    page.write_text("<!doctype html>")
    (results / "other").mkdir()
    (results / "other" / "index.html").write_text("")
    (results / "other" / "study.json").write_text("{}")
    assert len(write_site(results, tmp_path / "site")) == 2
    text = (tmp_path / "site" / "index.html").read_text()
    assert "digits/full/report is left out" in text
    assert "other/study.json does not describe a study" in text
    for path in (tmp_path / "site").rglob("*"):
        assert path.is_dir() or str(tmp_path).encode() not in path.read_bytes()


def test_a_picture_that_does_more_leaves_its_report_out(results, tmp_path):
    picture = next((results / "digits" / "full" / "report" / "figures").glob("*.svg"))
    picture.write_text(picture.read_text().replace("</svg>", "<script>alert(1)</script></svg>"))
    (problem,) = write_site(results, tmp_path / "site")
    assert f"figures/{picture.name} holds more than a picture" in problem


@pytest.mark.parametrize(
    ("svg", "expected"),
    [
        ('<svg><g><path d="M0,0"/></g><text>once, only</text></svg>', True),
        ('<svg><defs><clipPath id="a"/></defs><image href="data:image/png;base64,AA"/></svg>', True),
        ("<svg><script>alert(1)</script></svg>", False),
        ('<svg xmlns:x="http://www.w3.org/2000/svg"><x:script/></svg>', False),
        ('<svg onload="alert(1)"/>', False),
        ('<svg><g class="a"onclick ="alert(1)"/></svg>', False),
        ("<svg><foreignObject/></svg>", False),
        ('<svg><a href="javascript:alert(1)"/></svg>', False),
        ('<svg><image href="https://example.org/a.png"/></svg>', False),
        ('<svg><image xlink:href="data:image/svg+xml,x"/></svg>', False),
        ('<?xml-stylesheet href="a"?><svg/>', False),
        ("<!DOCTYPE svg [<!ENTITY a 'b'>]><svg/>", False),
        ("<svg><!-- comment --></svg>", False),
        ("<svg><style>@import 'https://example.org'</style></svg>", False),
    ],
)
def test_what_a_picture_may_hold(svg, expected):
    assert is_picture(svg.encode()) is expected
    assert not is_picture(svg.encode("utf-16"))


def test_figures_that_heldout_draws_are_pictures(results):
    pictures = list(results.rglob("*.svg"))
    assert pictures
    assert all(is_picture(path.read_bytes()) for path in pictures)


def test_a_site_without_reports_is_not_written(tmp_path):
    (tmp_path / "results").mkdir()
    with pytest.raises(ValueError, match="there is no report below"):
        write_site(tmp_path / "results", tmp_path / "site")
    assert list(tmp_path.iterdir()) == [tmp_path / "results"]


def test_a_report_is_no_folder_of_reports(results, tmp_path):
    with pytest.raises(ValueError, match="is a report itself"):
        write_site(results / "digits" / "full" / "report", tmp_path / "site")


def test_an_end_half_way_leaves_the_former_site(results, tmp_path, monkeypatch):
    write_site(results, tmp_path / "site")
    before, beside = names_below(tmp_path / "site"), set(tmp_path.iterdir())

    def full(*_):
        raise OSError("no space left")

    monkeypatch.setattr(site.shutil, "copyfile", full)
    with pytest.raises(OSError, match="no space left"):
        write_site(results, tmp_path / "site")
    assert names_below(tmp_path / "site") == before
    assert set(tmp_path.iterdir()) == beside
