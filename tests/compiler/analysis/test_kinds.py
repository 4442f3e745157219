"""Kinds of artifact that no list of the compiler names: what the catalog says of them decides."""

import json
from pathlib import Path

import pytest

from heldout.compiler.catalog import Catalog
from heldout.compiler.compile import compile_spec

KNOWN = json.loads((Path(__file__).parents[1] / "catalog.json").read_text())
HEAD = """heldout: 1
study: a
stages:
  source: {use: clips/film}
  split: {use: clips/cut, clip: "${source}"}
"""


def port(kind: str, use: str = "carries", **more: object) -> dict:
    return {"kind": kind, "use": use, **more}


def operator(ports: dict | None = None, **outputs: dict) -> dict:
    return {"ports": ports or {}, "outputs": outputs, "first": next(iter(outputs)), "digest": "sha256:0"}


OPERATORS = {
    "clips/film": operator(clip={"kind": "Clip"}),
    "clips/cut": operator(
        {"clip": port("Clip")},
        train={"kind": "Clip", "role": "train"},
        test={"kind": "Clip", "role": "test"},
        mute={"kind": "Clip", "role": "test", "labels": False},
    ),
    "clips/learn": operator({"clip": port("Clip", "trains")}, model={"kind": "Model"}),
    "clips/adapt": operator({"clip": port("Clip", "adapts")}, clip={"kind": "Clip"}),
    "clips/score": operator(curve={"kind": "Curve", "metrics": ["accuracy", "error"]}),
    "clips/rank": operator(curve={"kind": "Curve", "metrics": ["rank"]}),
}
CLIP = {"holds_rows": True, "hides_labels": True, "large": True}
CURVE = {"extends": ["Table"], "holds_metrics": True}


def codes(stages: str, clip: dict = CLIP) -> list[str]:
    whole = KNOWN | {
        "operators": KNOWN["operators"] | OPERATORS,
        "kinds": KNOWN["kinds"] | {"Clip": clip, "Curve": CURVE},
    }
    text = HEAD + stages
    return [d.code for d in compile_spec(text.encode(), "a.yaml", None, Catalog.model_validate(whole))[1]]


@pytest.mark.parametrize(
    ("reads", "facts", "leaks"),
    [
        ("split.train", CLIP, False),
        ("split.test", CLIP, True),
        ("source", CLIP, True),  # it holds the rows that the split keeps for testing
        ("source", CLIP | {"holds_rows": False}, False),  # no rows, so the split held none of them out
        ("split.mute", CLIP, False),
        ("split.mute", CLIP | {"hides_labels": False}, True),  # nobody takes its labels away
        ("adapted", CLIP | {"holds_rows": False}, False),
        ("adapted", CLIP | {"holds_rows": False, "hides_labels": False}, True),
    ],
)
def test_what_holds_rows_and_hides_labels_decides_what_leaks(reads, facts, leaks):
    stages = '  adapted: {use: clips/adapt, clip: "${split.test}"}\n'
    stages += f'  model: {{use: clips/learn, clip: "${{{reads}}}"}}\n'
    assert codes(stages, facts) == ["held-out-leak"] * leaks


def test_a_port_takes_what_extends_its_kind_and_a_number_of_what_holds_metrics():
    stages = """  score: {use: clips/score}
  rank: {use: clips/rank}
  steps: {use: measure/steps-to, curve: "${score}", metric: accuracy, level: 1.0}
  mean: {use: measure/mean, values: ["${score.error}", "${rank}"]}
"""
    assert codes(stages) == []
    assert codes(stages.replace('"${rank}"', '"${score}"')) == ["which-metric"]
    assert codes(stages.replace('curve: "${score}"', 'curve: "${source}"')) == ["wrong-kind"]
    assert codes(stages + '  union: {use: data/union, parts: ["${score}"]}\n') == ["wrong-kind"]


def test_a_port_of_any_kind_takes_every_artifact_and_no_number():
    best = '  best: {use: select/best, candidates: ["${%s}"], criterion: ["${rank}"]}\n'
    stages = "  rank: {use: clips/rank}\n"
    assert codes(stages + best % "source") == []
    assert codes(stages + best % "rank.rank") == ["wrong-kind"]
