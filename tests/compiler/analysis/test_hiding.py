"""Columns that a stage hides are a part of its tasks, and of no others."""

import json

BASE = """
stages:
  source: {{use: data/imported}}
  start: {{use: train/classifier, data: "${{source.train}}"}}
  model: {{use: train/classifier, data: "${{source.train}}", start: "${{start}}"{hide}}}
  score: {{use: evaluate/classification, model: "${{model}}", data: "${{source.test}}"}}
"""


def inputs_of(compiled, stage):
    return json.loads(next(compiled.expansions[stage].texts([0])).inputs)


def test_data_are_read_without_them_and_models_as_they_are(compiler):
    compiled = compiler(BASE.format(hide=", hide: [id, domain]"))
    inputs = inputs_of(compiled, "model")
    source, start = (compiled.expansions[name].ids[0] for name in ("source", "start"))
    assert inputs["data"] == {"hide": ["domain", "id"], "port": "train", "task": source}
    assert inputs["start"] == {"port": "model", "task": start}
    assert "hide" not in json.dumps(inputs_of(compiled, "score"))


def test_a_task_is_another_one_and_those_that_hide_nothing_are_as_they_were(compiler):
    plain, hidden = compiler(BASE.format(hide="")), compiler(BASE.format(hide=", hide: [domain]"))
    same = {name for name, one in plain.expansions.items() if hidden.expansions[name].ids == one.ids}
    assert same == {"source", "start"}


def test_the_order_of_names_is_no_part_of_a_task(compiler):
    one, other = (
        compiler(BASE.format(hide=f", hide: {names}")) for names in ("[id, domain]", "[domain, id]")
    )
    assert one.expansions["model"].ids == other.expansions["model"].ids
    assert compiler(BASE.format(hide=", hide: null")).expansions["model"].ids != one.expansions["model"].ids


def test_data_by_level_and_at_levels_are_hidden_from_too(compiler):
    compiled = compiler("""
axes:
  part: {train: "${source.train}", other: "${other}"}
stages:
  source: {use: data/imported}
  model: {use: train/classifier, data: "${part}", hide: [domain]}
  fixed: {use: data/filter, data: {from: "${by}", at: {part: train}}, hide: [domain]}
  by: {use: data/filter, data: "${part}"}
  other: {use: data/digits}
""")
    assert [
        json.loads(text.inputs)["data"]["hide"] for text in compiled.expansions["model"].texts([0, 1])
    ] == [["domain"]] * 2
    assert inputs_of(compiled, "fixed")["data"]["hide"] == ["domain"]
