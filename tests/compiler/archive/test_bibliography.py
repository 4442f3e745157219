"""BibTeX and CFF that other programs read."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from heldout.compiler.archive.bibliography import bibtex, cff, software
from heldout.compiler.archive.citations import Paper
from heldout.compiler.compile import Compiled
from heldout.version import __version__

ROOT = Path(__file__).parents[3]
PAPERS = {
    Paper(("Sun", "Saenko"), False, 2016, "Deep CORAL", "1607.01719"): ("objectives/coral",),
    Paper(("Ganin",), True, 2016, "", "1505.07818"): ("objectives/dann", "objectives/cdann"),
    Paper(("Lind", "Mehlum"), False, 2010, "With or Without U?", "", "Oxford Bulletin 72"): ("claims/fit",),
}
SPEC = """\
title: TITLE
paper: {title: The paper, url: "https://example.org/a", authors: Ada and Bob, year: "2021"}
stages:
  source: {use: data/digits}
"""


@pytest.fixture
def study(compiler: Callable[..., Compiled]) -> Callable[..., Compiled]:
    return lambda title="Does it help?": compiler(SPEC.replace("TITLE", f'"{title}"'))


def balanced(text: str) -> bool:
    depth = 0
    for c in re.sub(r"\\[{}]", "", text):
        depth += (c == "{") - (c == "}")
        if depth < 0:
            return False
    return depth == 0


def test_bibtex_has_an_entry_for_study_paper_sources_and_software(study: Callable[..., Compiled]):
    text = bibtex(study(), PAPERS, ["Ada Lovelace"], 2026)
    keys = re.findall(r"^@(\w+)\{([^,]+),$", text, re.MULTILINE)
    assert keys == [
        ("misc", "study-a"),
        ("misc", "replicated-by-a"),
        ("misc", "sun2016-1607.01719"),
        ("misc", "ganin2016-1505.07818"),
        ("article", "lind2010-with-without"),
        ("software", f"heldout-{software()['version']}"),
    ]
    assert "  author = {Sun and Saenko},\n" in text
    assert "  author = {Ganin and others},\n  year = {2016},\n" in text
    assert "  eprint = {1607.01719},\n  archiveprefix = {arXiv},\n" in text
    assert "  title = {{arXiv:1505.07818}},\n" in text  # no docstring gives its title
    assert "  author = {{Ada Lovelace}},\n  year = {2026},\n" in text
    assert balanced(text)


@pytest.mark.parametrize(
    "title", ["100 % & {more", "}} @misc{evil", "a $x$ \\\\input{/etc/passwd}", "one\\ntwo"]
)
def test_no_title_breaks_out_of_its_field(study: Callable[..., Compiled], title: str):
    text = bibtex(study(title), {}, ["Ada {"], None)
    assert balanced(text)
    assert len(re.findall(r"^@", text, re.MULTILINE)) == 3
    assert "\\input" not in text


def test_cff_is_yaml_with_what_the_format_requires(study: Callable[..., Compiled]):
    content = yaml.safe_load(cff(study("a: [b"), PAPERS, ["Ada Lovelace"], "2026-11-21T10:00:00+00:00"))
    assert content["cff-version"] == "1.2.0"
    assert content["title"] == "a: [b"
    assert content["authors"] == [{"name": "Ada Lovelace"}]
    assert str(content["date-released"]) == "2026-11-21"
    assert content["message"] and content["type"] == "dataset"
    references = content["references"]
    assert [reference["type"] for reference in references] == ["article"] * 4 + ["software"]
    assert all(reference["title"] and reference["authors"] for reference in references)
    assert references[1]["identifiers"] == [{"type": "doi", "value": "10.48550/arXiv.1607.01719"}]
    assert references[1]["authors"] == [{"family-names": "Sun"}, {"family-names": "Saenko"}]


def test_the_software_is_described_as_in_its_own_citation_file():
    own = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    described = software()
    assert {key: str(own[key]) for key in ("title", "license", "abstract")} == {
        key: described[key] for key in ("title", "license", "abstract")
    }
    assert described["version"] == __version__
    assert own["authors"] == [{"name": described["authors"]}]
