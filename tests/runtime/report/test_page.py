from html.parser import HTMLParser

import pytest

from runtime.artifacts import Table
from runtime.report.build import write_report
from runtime.report.gather import gather

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
    def render(declared, store):
        plan = plan_of(declared)
        write_report(plan, gather(plan, store, tmp_path / "done"), store, tmp_path / "report")
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
    assert not {"script", "link", "img", "iframe"} & set(outline.tags)
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


def test_the_verdict_is_said_in_words_with_its_effect(page, declared, store):
    _, outline = page(declared, store)
    text = " ".join(" ".join(outline.text).split())
    # Nine pairs, all with the same difference of 0.1.
    assert "✓ supported CORAL is more accurate than ERM." in text
    assert "coral minus erm, accuracy: mean 0.100" in text
    assert "9 of 9 paired differences lie above zero." in text


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
    assert "script" not in outline.tags
    assert "<script" not in text
    assert "javascript:" not in text
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
