import base64
import hashlib
import html
import re
from html.parser import HTMLParser

import pytest

from heldout.runtime.artifacts import Table
from heldout.runtime.machine.report.build import write_report
from heldout.runtime.machine.report.provenance import provenance
from heldout.runtime.results.gather import gather

VOID = {"meta", "link", "br", "img", "input", "hr"}


class Outline(HTMLParser):
    """Checks that elements close as they opened, and notes what matters of them."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.headings: list[int] = []
        self.sources: list[str] = []
        self.tags: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        for name, value in attributes:
            if name == "id":
                self.ids.append(value)
            if name in ("src", "href", "xlink:href"):
                self.sources.append(value)
        if tag in ("h1", "h2", "h3"):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not {"style", "script"} & set(self.open):
            self.text.append(data)


@pytest.fixture
def page(plan_of, tmp_path):
    def render(declared, store, still=False):
        plan = plan_of(declared)
        tasks = {task for stage in plan.stages.values() for task in stage.cells if task}
        computed = provenance(tasks, store)
        write_report(plan, gather(plan, store, tmp_path / "done"), computed, tmp_path / "report", still)
        text = (tmp_path / "report" / "index.html").read_text()
        outline = Outline()
        outline.feed(text)
        assert outline.open == []
        return text, outline

    return render


def test_the_page_is_well_formed_and_stands_alone(page, declared, store):
    _, outline = page(declared, store)
    assert len(outline.ids) == len(set(outline.ids))
    assert outline.headings[0] == 1 and outline.headings.count(1) == 1
    assert all(
        after - before <= 1 for before, after in zip(outline.headings, outline.headings[1:], strict=False)
    )
    assert not {"link", "img", "iframe", "object"} & set(outline.tags)
    local = [source for source in outline.sources if source != "https://example.org/paper"]
    assert all(not source.startswith(("http:", "https:", "//", "data:")) for source in local)
    assert {"header", "main", "footer", "caption", "figcaption"} <= set(outline.tags)


def test_every_download_is_there(page, declared, store, tmp_path):
    _, outline = page(declared, store)
    files = [s for s in outline.sources if not s.startswith(("#", "https:"))]
    assert "tables/main.tex" in files
    for name in files:
        assert (tmp_path / "report" / name).is_file()


def test_verdicts_come_first_and_the_parts_in_order(page, declared, store):
    _, outline = page(declared, store)
    sections = [name for name in outline.ids if name in SECTIONS]
    assert sections == SECTIONS


SECTIONS = ["verdicts", "tables", "figures", "missing", "oracle", "protocols", "computed", "stages", "data"]


def test_the_paper_is_named_with_its_authors_and_year(page, declared, store):
    paper = {"title": "A paper", "authors": "Ada & Bob", "year": "2021", "url": "https://example.org/paper"}
    text, _ = page(declared | {"paper": paper}, store)
    assert "A paper</a> (Ada &amp; Bob, 2021)</p>" in text


def test_what_stands_between_backticks_is_code_and_nothing_else(page, declared, store):
    text, _ = page(declared | {"notes": "`${a}` and `<b>`, `open"}, store)
    assert "<code>${a}</code> and <code>&lt;b&gt;</code>, `open" in text


def test_no_text_of_a_failure_stops_the_page_or_passes_as_it_is(page, declared, store, write_done, cell):
    lost = cell(0, "erm", "validation", 0)
    del store.records[lost]
    said = "\x1b[31m\0 <script> \udc80 `x`\nsecond \u202eline"
    write_done("score", failed=[{"task": lost, "coordinates": {}, "error": "ValueError", "message": said}])
    text, _ = page(declared, store)
    assert "ValueError: \ufffd[31m\ufffd &lt;script&gt; \ufffd `x`\nsecond \ufffdline" in text


def test_the_verdict_is_said_in_words_with_its_effect(page, declared, store):
    _, outline = page(declared, store)
    text = " ".join(" ".join(outline.text).split())
    # Nine pairs, all with the same difference of 0.1.
    assert "✓ supported CORAL is more accurate than ERM." in text
    effect = "coral minus erm, accuracy: mean 0.10 (interval of no width: all 9 units are equal)"
    assert effect in text
    assert "9 of 9 paired differences lie above zero." in text


def test_each_test_of_a_claim_of_several_has_its_own_verdict(page, declared, store):
    (claim,) = declared["claims"]
    more = {"metric": claim["parameters"]["metric"], "pair": ["held_out", "method", "seed"], "above": 0.9}
    parts = [
        {"kind": "compare", "parameters": claim["parameters"]},
        {"kind": "threshold", "parameters": more | {"where": {"protocol": "validation"}}},
    ]
    joint = {"id": "both", "says": "Better and high.", "kind": "all", "parameters": {}, "all": parts}
    text, outline = page({**declared, "claims": [joint]}, store)
    said = " ".join(" ".join(outline.text).split())
    assert "✕ contradicted Better and high. 1 of 2 tests point the way of the claim" in said
    assert (
        "✓ compare : supported 0 coral minus erm, accuracy: mean 0.10" in said
    )  # 0, the edge in the picture
    assert "✕ threshold : contradicted 0.9 accuracy: mean" in said
    assert "Corrected for the study's 1 claim (Holm) and for the 2 tests of this one" in said
    assert 'id="claim-both.2"' in text


def test_what_no_run_decides_stands_after_the_verdicts_with_its_reason(page, declared, store):
    claim = {"id": "optimal", "says": "Nothing is <faster>.", "reason": "A theorem about `all` algorithms."}
    text, outline = page({**declared, "untested": [claim]}, store)
    said = " ".join(" ".join(outline.text).split())
    assert "What no run of this study decides Nothing is <faster>. A theorem about all algorithms." in said
    assert text.index('id="untested"') > text.rindex('<article class="claim')
    assert 'id="untested"' not in page(declared, store)[0]
    alone, _ = page({**declared, "claims": [], "untested": [claim]}, store)
    assert "The study makes no claims that it tests." in alone


def test_strangers_text_stays_text(page, declared, store, cell):
    bad = '"><script>alert(1)</script>&{{7*7}}'
    declared |= {
        "title": bad,
        "study": bad,
        "notes": bad,
        "spec_text": bad,
        "paper": {"title": bad, "url": "javascript:alert(1)"},
    }
    declared["claims"][0] |= {"says": bad}
    declared["tables"][0] |= {"title": bad}
    declared["figures"][0] |= {"title": bad, "caption": bad}
    declared["axes"] = {**declared["axes"], "method": {"levels": ["erm", bad], "kind": "named", "title": bad}}
    declared["claims"][0]["parameters"] |= {"greater": bad}
    declared["stages"][1] |= {"operator": bad}
    text, outline = page(declared, store)
    assert "<script>alert" not in text
    assert outline.tags.count("script") == 6  # theme, its choice, sorting, the figure's data, Vega, figures
    assert "javascript:alert" not in text
    assert "49" not in "".join(part for part in outline.text if "alert" in part)
    assert sum(bad in part for part in outline.text) >= 8


def test_what_is_missing_is_said(page, declared, store, cell, write_done):
    lost = cell(15, "erm", "validation", 2)
    del store.records[lost]
    write_done(
        "score", failed=[{"task": lost, "coordinates": {}, "error": "ValueError", "message": "it was <nan>"}]
    )
    _, outline = page(declared, store)
    text = " ".join(" ".join(outline.text).split())
    assert "1 result missing" in text
    assert "ValueError: it was <nan>" in text
    assert "– untested" in text
    assert "held_out 15, method erm, protocol validation, seed 2" in text
    assert "2 of 3" in text


def test_what_cannot_be_shown_is_said(page, declared, store):
    declared["tables"].append(declared["tables"][0] | {"id": "broken", "rows": ["angle"]})
    _, outline = page(declared, store)
    assert any(
        "The table broken is not shown: the metric does not vary along 'angle'" in t for t in outline.text
    )


def test_a_study_of_nothing_has_a_page(page, declared, store):
    declared |= {"claims": [], "figures": [], "tables": [], "paper": None}
    store.records.clear()
    text, _ = page(declared, store)
    assert "The study makes no claims." in text
    assert "36 results are missing" in text


def test_no_percent_of_a_loss(page, declared, store, cell):
    declared["tables"][0] |= {"unit": None}
    store.tables[cell(0, "erm", "validation", 0), "table"] = Table.of({"accuracy": 0.123456})
    text, _ = page(declared, store)
    assert "in percent" not in text


def test_the_policy_lets_in_the_pages_own_scripts_and_no_request(page, declared, store):
    text, _ = page(declared, store)
    policy = html.unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1])
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "data:"
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    hashes = {base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in scripts}
    assert set(rules["script-src"].split()) == {f"'sha256-{one}'" for one in hashes}
    assert len(hashes) == 5


def test_a_still_page_holds_no_vega_and_the_same_pictures(page, declared, store):
    still, _ = page(declared, store, still=True)
    live, _ = page(declared, store)
    assert "vegaEmbed" in live and "vegaEmbed" not in still
    assert len(still) < 120_000 < 800_000 < len(live)
    picture = re.compile(r'<svg class="chart".*?</svg>', re.DOTALL)
    assert picture.findall(still) == picture.findall(live) != []


def test_claims_made_after_the_results_are_marked(page, declared, store):
    declared["lock"] = {"locked": True, "claims": {"alignment-helps": "changed"}, "removed": ["old"]}
    _, outline = page(declared, store)
    text = " ".join(" ".join(outline.text).split())
    assert "This claim was changed after results existed" in text


def test_what_it_took_is_said_by_operator_and_nothing_unmeasured(page, declared, store):
    _, outline = page(declared, store)
    words = " ".join(" ".join(outline.text).split())
    assert "Where the time went" in words
    assert "Energy" not in words and "CPU time" not in words
    for record in store.records.values():
        record |= {"gpu_joules": 7200.0, "cpu_seconds": 1.0}
    _, outline = page(declared, store)
    words = " ".join(" ".join(outline.text).split())
    # 36 scores and 18 models, 7200 J = 2 Wh and 1 s each.
    assert "Energy 108.0 Wh drawn by GPUs, measured in 54 of the tasks" in words
    assert "CPU time 54.0 s" in words
