"""The cells whose rows a gallery shows."""

import json

from heldout.compiler.lower.report_plan import report_text
from heldout.compiler.lower.samples import shown_cells

STUDY = """
axes:
  method: {erm: {}, coral: {}}
  held_out: [0, 15]
  seed: {count: 3}
stages:
  digits: {use: data/digits}
  split: {use: data/leave-one-domain-out, data: "${digits}", domain: "${held_out}", seed: "${seed}"}
  model: {use: train/classifier, data: "${split.train}", objective: "${method}", seed: "${seed}"}
  score: {use: evaluate/classification, model: "${model}", data: "${split.test}"}
exclude: [{held_out: 15, seed: 0}]
samples:
  held-out: {rows: split.test, image: x, by: held_out}
  later: {rows: score.predictions, text: id, by: [method, held_out], where: {seed: ["2", 1]}, count: 3}
  first: {rows: digits, image: x}
"""


def test_one_cell_for_each_combination_at_the_first_levels_of_the_rest(compiler):
    compiled = compiler(STUDY)
    held_out, later, first = (shown_cells(compiled, gallery) for gallery in compiled.samples)
    # At 15 degrees the study has no seed 0.
    assert [cell["coordinates"] for cell in held_out] == [
        {"held_out": 0, "seed": 0},
        {"held_out": 15, "seed": 1},
    ]
    assert [cell["coordinates"] for cell in later] == [
        {"method": method, "held_out": angle, "seed": 1} for method in ("erm", "coral") for angle in (0, 15)
    ]
    assert [cell["coordinates"] for cell in first] == [{}]
    tasks = {name: dict(compiled.expansions[name].cells()) for name in ("split", "digits")}
    assert [cell["task"] for cell in held_out] == [tasks["split"][0, 0], tasks["split"][1, 1]]
    assert [cell["task"] for cell in first] == list(tasks["digits"].values())


def test_the_report_is_told_what_it_needs_and_nothing_where_there_are_none(compiler):
    plan = json.loads(report_text(compiler(STUDY), None))
    (held_out, later, first) = plan["samples"]
    assert held_out["rows"] == {"stage": "split", "port": "test", "kind": "Dataset"}
    assert (held_out["by"], held_out["text"], held_out["count"]) == (["held_out"], [], 6)
    assert later["where"] == {"seed": [2, 1]}
    assert first["rows"]["port"] == "dataset"
    assert "samples" not in json.loads(report_text(compiler(STUDY.partition("samples:")[0]), None))
