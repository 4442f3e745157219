"""The page of many studies: filters that count, that are shared by address, and that do without scripts."""

import functools
import json
import re
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from heldout.runtime.machine.report.site import write_site
from heldout.runtime.machine.report.suite import write_suite

pytestmark = pytest.mark.browser

# Study, scale, family, verdicts, operators, missing results.
REPORTS = [
    ("digits", "small", "domains", ["supported", "undecided"], ["data/digits", "train/classifier"], 0),
    ("digits", "smoke", "domains", ["undecided"], ["data/digits", "train/classifier"], 2),
    ("arithmetic", "small", "grokking", ["contradicted"], ["data/modular", "train/classifier"], 0),
    ("sentences", "small", "distillation", [], ["data/sentences", "train/encoder"], 1),
]


@pytest.fixture
def suite(tmp_path):
    """The page of four reports of three studies."""
    for study, scale, family, verdicts, operators, missing in REPORTS:
        folder = tmp_path / "results" / study / scale / "report"
        folder.mkdir(parents=True)
        claims = [
            {"id": f"c{number}", "says": f"Claim {number} of {study}.", "verdict": verdict, "lock": "added"}
            for number, verdict in enumerate(verdicts)
        ]
        about = {"heldout": 1, "study": study, "title": study.title(), "scale": scale, "paper": "A paper"}
        about |= {"claims": claims, "num_missing": missing, "num_tasks": 1, "seconds": len(operators[0])}
        (folder / "study.json").write_text(json.dumps(about | {"operators": operators}))
        (folder / "index.html").write_text("")
        (folder.parent / ".spec").write_text(f"../../../specs/{family}/{study}.yaml\n")
    write_suite(tmp_path / "results", tmp_path / "index.html")
    return tmp_path / "index.html"


def shown(page):
    rows = page.locator("table.studies tbody tr:visible")
    return [
        (row.locator("th a").inner_text(), row.locator("[data-name=scale]").inner_text())
        for row in rows.all()
    ]


def tallies(page):
    return {tally.inner_text() for tally in page.locator(".tally").all()}


def options(page, name):
    return page.get_by_label(name).locator("option").all_inner_texts()


ALL = [("Arithmetic", "small"), ("Digits", "small"), ("Digits", "smoke"), ("Sentences", "small")]


def test_filters_narrow_one_another_and_all_counts_follow(visit, suite, expect):
    page = visit(suite)
    assert shown(page) == ALL
    assert page.get_by_role("status").inner_text() == "4 of 4 reports"
    assert tallies(page) == {"1 supported", "1 contradicted", "2 undecided", "results missing: 3"}
    assert options(page, "Family") == ["any", "distillation (1)", "domains (2)", "grokking (1)"]
    page.get_by_label("Scale").select_option("small")
    assert shown(page) == [ALL[0], ALL[1], ALL[3]]
    assert options(page, "Family") == ["any", "distillation (1)", "domains (1)", "grokking (1)"]
    assert options(page, "Scale") == ["any", "small (3)", "smoke (1)"]  # what choosing another would show
    page.get_by_label("Operator").select_option("train/classifier")
    assert shown(page) == [ALL[0], ALL[1]]
    assert tallies(page) == {"1 supported", "1 contradicted", "1 undecided", "results missing: 0"}
    none = page.get_by_label("Family").locator("option", has_text="distillation (0)")
    assert none.is_disabled()
    page.get_by_role("checkbox", name="contradicted 1").check()
    page.get_by_role("checkbox", name="supported 1").check()
    assert shown(page) == [ALL[0], ALL[1]]  # with one verdict or the other
    page.get_by_role("checkbox", name="contradicted 1").uncheck()
    assert shown(page) == [ALL[1]]
    page.get_by_role("button", name="Show all").click()
    expect(page.get_by_role("status")).to_have_text("4 of 4 reports")
    assert shown(page) == ALL


def test_words_are_looked_for_in_titles_claims_papers_and_operators(visit, suite):
    page = visit(suite)
    search = page.get_by_role("searchbox")
    for words, expected in (
        ("contradicted claim", [ALL[0]]),
        ("DIGITS smoke", [ALL[2]]),
        ("train/encoder", [ALL[3]]),
        ("a paper", ALL),
        ("nothing such", []),
    ):
        search.fill(words)
        assert shown(page) == expected, words
        assert page.get_by_role("status").inner_text() == f"{len(expected)} of 4 reports"


def test_the_address_keeps_what_is_chosen(visit, suite, expect):
    page = visit(suite)
    page.get_by_label("Family").select_option("domains")
    page.get_by_role("checkbox", name="undecided").check()
    page.get_by_role("searchbox").fill("digits & more?")
    page.get_by_role("searchbox").fill("digits")
    page.get_by_role("button", name="Computing").click()
    page.get_by_role("button", name="Scale").click()
    page.get_by_role("button", name="Scale").click()
    assert page.evaluate("location.hash") == "#search=digits&family=domains&verdict=undecided&sort=-scale"
    other = visit(page.url)
    assert shown(other) == [ALL[2], ALL[1]]
    assert other.get_by_label("Family").input_value() == "domains"
    assert other.get_by_role("checkbox", name="undecided").is_checked()
    assert other.locator("th[aria-sort=descending]").inner_text().startswith("Scale")
    other.get_by_role("button", name="Scale").click()  # back to the first order
    other.get_by_role("button", name="Show all").click()
    expect(other).to_have_url(re.compile("^[^#]*#?$"))
    assert shown(other) == ALL


def test_an_address_may_say_anything(visit, suite, expect):
    address = f"{suite.as_uri()}#family=nobody&operator=train/classifier&verdict=&sort=nothing&x=%3Cscript%3E"
    page = visit(address)
    assert shown(page) == ALL[:3]
    page.evaluate("location.hash = '#scale=smoke'")
    expect(page.get_by_role("status")).to_have_text("1 of 4 reports")
    page.evaluate("location.hash = '#studies'")  # a place in the page, and no filter
    assert shown(page) == [ALL[2]]


def test_by_keyboard_from_the_top(visit, suite):
    page = visit(suite)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    names = []
    for _ in range(12):
        page.keyboard.press("Tab")
        names.append(
            page.evaluate("document.activeElement.name || document.activeElement.textContent.trim()")
        )
    assert names[:9] == ["theme", "search", "family", "operator", "scale", *["verdict"] * 4]
    assert names[9:] == ["Show all", names[10], "Study"]  # between them the table, which may be scrolled
    page.keyboard.press("Enter")
    assert page.locator("th[aria-sort=ascending]").inner_text().startswith("Study")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_it_fits_and_can_be_read(visit, suite, contrasts, width, scheme):
    page = visit(suite, width, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.locator("#studies .scroll").evaluate("e => e.scrollWidth - e.clientWidth") <= 1
    worst = min(contrasts(page), key=lambda found: found["ratio"])
    assert worst["ratio"] >= 4.5, worst
    page.get_by_label("Scale").select_option("smoke")
    assert shown(page) == [ALL[2]]


def test_landmarks_and_names(visit, suite):
    page = visit(suite)
    for role in ("banner", "main", "contentinfo", "search", "table", "status"):
        assert page.get_by_role(role).count() == 1
    assert (
        page.get_by_role("heading", level=1).inner_text() == "3 studies and what the data say of their claims"
    )
    assert page.get_by_role("rowheader").count() == 4
    for field in page.locator(".search [name]").all():
        assert field.evaluate("e => e.labels.length") == 1
    assert page.get_by_role("group", name="Only reports with a verdict").count() == 1


def test_without_scripts_it_is_a_plain_table(visit, suite):
    page = visit(suite, java_script_enabled=False)
    assert not page.locator(".search").is_visible()
    assert len(page.locator("table.studies tbody tr:visible").all()) == 4
    details = page.locator(".operators").first
    details.locator("summary").click()
    assert details.locator("span").inner_text() == "data/modular, train/classifier"


def test_a_site_works_from_a_folder_and_from_a_server(visit, report, tmp_path):
    report()
    (tmp_path / "study").rename(tmp_path / "supported")
    report(claims=[], title="Another question", scale="smoke")
    (tmp_path / "results").mkdir()
    for name in ("supported", "study"):
        (tmp_path / name).rename(tmp_path / "results" / name)
    write_site(tmp_path / "results", tmp_path / "site")

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=tmp_path / "site")
    ) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for root in (tmp_path.as_uri() + "/site", f"http://127.0.0.1:{server.server_port}"):
            page = visit(f"{root}/index.html#verdict=supported")
            (link,) = page.locator("table.studies tbody tr:visible th a").all()
            assert link.inner_text() == "Does aligning help?"
            report_page = visit(f"{root}/{link.get_attribute('href')}")
            assert report_page.get_by_role("heading", level=1).inner_text() == "Does aligning help?"
            report_page.locator("#figure-by-angle").scroll_into_view_if_needed()
            report_page.wait_for_selector("#figure-by-angle.is-live")
        server.shutdown()
