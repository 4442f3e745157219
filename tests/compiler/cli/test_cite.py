"""The bibliography of a study, at the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import yaml

Heldout = Callable[..., object]


def test_bibtex_goes_to_standard_output_and_what_cites_nothing_is_said(heldout: Heldout, spec: Path):
    answer = heldout("cite", spec.name, "--author", "Ada Lovelace")
    assert answer.code == 0
    assert answer.out.startswith("@misc{study-my-study,") and "{Ada Lovelace}" in answer.out
    assert "eprint = {2007.01434}" in answer.out  # the study trains as DomainBed does
    assert "no paper is named by " in answer.err


def test_cff_is_yaml(heldout: Heldout, spec: Path):
    content = yaml.safe_load(heldout("cite", spec.name, "--format", "cff").out)
    assert content["authors"] == [{"name": "The authors of my-study"}]
    assert content["references"][-1]["title"] == "heldout"


def test_json_says_who_cites_what(heldout: Heldout, spec: Path):
    found = json.loads(heldout("cite", spec.name, "--json").out)
    by_key = {paper["key"]: paper for paper in found["papers"]}
    assert "train/classifier" in by_key["gulrajani2021-2007.01434"]["cited_by"]
    assert found["study"] == "my-study"


def test_a_spec_with_mistakes_is_told_them(heldout: Heldout, change: Callable[[str, str], None]):
    change("use: train/classifier", "use: train/clasifier")
    answer = heldout("cite", "my-study.yaml")
    assert (answer.code, "train/classifier" in answer.err) == (2, True)
