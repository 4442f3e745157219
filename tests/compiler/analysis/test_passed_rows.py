"""Roles in time: what is tested on and then trained on, and what only looks like it."""

import re

import pytest

HEAD = """
axes:
  day: {sequence: [0, 15, 30]}
  seed: {count: 2}
stages:
  digits: {use: data/digits, seed: "${seed}"}
  warm: {use: data/training-domains, data: "${digits}", without: [0, 15, 30]}
  part: {use: data/arriving-domain, data: "${digits}", domain: "${day}"}
  model:
    use: train/classifier
    data: {previous: "${part}", initially: "${warm.train}"}
    start: {previous: "${model}", initially: null}
  score: {use: evaluate/classification, model: "${model}", data: "${part}"}
"""


def with_axes(lines: str, text: str = HEAD) -> str:
    return text.replace("stages:\n", f"{lines}stages:\n", 1)


def codes(compiler, text: str) -> list[str]:
    return [d.code for d in compiler.diagnose(text)]


def test_a_step_is_tested_on_and_the_next_one_trains_on_it(compiler):
    compiled = compiler(HEAD)
    first, second, third = (
        {
            compiled.expansions["model"].grid.labels(c)["day"]: c
            for c, _ in compiled.expansions["model"].cells()
        }[day]
        for day in (0, 15, 30)
    )
    reads = {
        c: set(compiled.expansions["model"].reads[compiled.expansions["model"].grid.flat(c)])
        for c in (first, second, third)
    }
    parts = compiled.expansions["part"]
    own = {parts.grid.labels(c)["day"]: set() for c, _ in parts.cells()}
    for cell, task in parts.cells():
        own[parts.grid.labels(cell)["day"]].add(task)
    assert reads[second] & own[0] and reads[third] & own[15]
    assert not any(reads[first] & tasks for tasks in own.values())
    assert compiled.firewall.oracles["score"] == ()


FINE = {
    "all that has passed": """
  buffer: {use: data/union, parts: [{previous: "${buffer}", initially: "${warm.train}"},
    {previous: "${part}", initially: "${warm.train}"}]}
  again: {use: train/classifier, data: "${buffer}"}
  tested: {use: evaluate/classification, model: "${again}", data: "${part}"}
""",
    "the model of the step before": """
  late: {use: evaluate/classification, model: {previous: "${model}", initially: "${model}"}, data: "${part}"}
""",
    "on a part of the step's rows": """
  some: {use: data/filter, data: "${part}"}
  tested: {use: evaluate/classification, model: "${model}", data: "${some}"}
""",
    "without labels": """
  own: {use: adapt/to-inputs, model: "${model}", data: "${part}"}
  tested: {use: evaluate/classification, model: "${own}", data: "${part}"}
""",
    "other data": """
  imported: {use: data/imported}
  elsewhere: {use: evaluate/classification, model: "${model}", data: "${imported.test}"}
""",
    "scores gathered over the steps": """
  mean: {use: measure/mean, values: "${score.accuracy}", over: [day]}
""",
    "as an oracle": """
  knows: {use: train/classifier, data: "${part}", oracle: true}
  tested: {use: evaluate/classification, model: "${knows}", data: "${part}"}
""",
}


@pytest.mark.parametrize("more", FINE.values(), ids=FINE)
def test_what_learns_of_earlier_steps_alone(compiler, more):
    assert compiler.diagnose(HEAD + more) == []


CHEATS = {
    "training on this step": """
  cheat: {use: train/classifier, data: "${part}"}
""",
    "training on it at the first step": """
  cheat: {use: train/classifier, data: {previous: "${part}", initially: "${part}"}}
""",
    "training on it by a copy": """
  copy: {use: data/filter, data: "${part}"}
  cheat: {use: train/classifier, data: "${copy}"}
""",
    "training on a union with this step": """
  cheat: {use: data/union, parts: ["${part}", {previous: "${part}", initially: "${warm.train}"}]}
  cheats: {use: train/classifier, data: "${cheat}"}
""",
    "training on a step that is named": """
  cheat: {use: train/classifier, data: {from: "${part}", at: {day: 30}}}
""",
    "training on the step after, one step later": """
  ahead: {use: data/union, parts: [{from: "${part}", at: {day: 30}},
    {previous: "${part}", initially: "${warm.train}"}]}
  cheat: {use: train/classifier, data: {previous: "${ahead}", initially: "${warm.train}"}}
""",
    "training on all steps": """
  all_days: {use: data/union, parts: "${part}", over: [day]}
  cheat: {use: train/classifier, data: "${all_days}"}
""",
    "training on steps that were gathered at another step": """
  before: {use: data/union, parts: {previous: "${part}", initially: "${warm.train}"}, over: [seed]}
  cheat: {use: train/classifier, data: "${before}"}
""",
    "training on whole data": """
  cheat: {use: train/classifier, data: "${digits}"}
""",
    "the model of the last step": """
  cheat: {use: evaluate/classification, model: {from: "${model}", at: {day: 30}}, data: "${part}"}
""",
    "the model of the last step, by another": """
  last: {use: train/classifier, data: "${warm.train}", start: {from: "${model}", at: {day: 30}}}
  cheat: {use: evaluate/classification, model: "${last}", data: "${part}"}
""",
    "the model of other seeds": """
  cheat: {use: evaluate/classification, model: {from: "${model}", at: {seed: 0}}, data: "${part}"}
""",
    "rows of the step before": """
  cheat: {use: evaluate/classification, model: "${model}", data: {previous: "${part}", initially: "${part}"}}
""",
    "rows of the step before, in a copy": """
  kept: {use: data/filter, data: {previous: "${part}", initially: "${part}"}}
  cheat: {use: evaluate/classification, model: "${model}", data: "${kept}"}
""",
    "rows of a step that is named": """
  cheat: {use: evaluate/classification, model: "${model}", data: {from: "${part}", at: {day: 0}}}
""",
    "the same rows by another stage": """
  twin: {use: data/arriving-domain, data: "${digits}", domain: "${day}", seed: 1}
  cheat: {use: evaluate/classification, model: "${model}", data: "${twin}"}
""",
    "the same rows by another split": """
  split: {use: data/leave-one-domain-out, data: "${digits}", domain: 0}
  cheat: {use: evaluate/classification, model: "${model}", data: "${split.test}"}
""",
    "the same rows by another source": """
  copied: {use: data/digits, seed: 7}
  twin: {use: data/leave-one-domain-out, data: "${copied}", domain: 0}
  cheat: {use: evaluate/classification, model: "${model}", data: "${twin.test}"}
""",
    "choosing by this step": """
  cheat: {use: select/best, candidates: "${model}", criterion: "${score.accuracy}", over: [seed]}
""",
    "choosing by earlier steps": """
  cheat: {use: select/best, candidates: "${model}",
    criterion: {previous: "${score.accuracy}", initially: "${score.accuracy}"}, over: [seed]}
""",
    "choosing by all steps": """
  mean: {use: measure/mean, values: "${score.accuracy}", over: [day]}
  cheat: {use: select/best, candidates: "${model}", criterion: "${mean}", over: [seed]}
""",
    "labels that were learnt of this step": """
  knows: {use: train/classifier, data: "${part}", oracle: true}
  labelled: {use: label/with-model, model: "${knows}", data: "${warm.train}"}
  cheat: {use: train/from-labels, labels: "${labelled}"}
""",
}


@pytest.mark.parametrize("more", CHEATS.values(), ids=CHEATS)
def test_no_way_around(compiler, more):
    found = compiler.diagnose(HEAD + more)
    assert {d.code for d in found} == {"held-out-leak"}
    assert all("`cheat" in d.message for d in found)


def test_it_is_said_how_to_train_on_them(compiler):
    (found,) = compiler.diagnose(HEAD + CHEATS["training on this step"])
    assert found.hint == "train one step later: `{previous: ${part.dataset}, initially: …}`"
    (found,) = compiler.diagnose(HEAD + CHEATS["rows of the step before"])
    assert "scores what has learnt of rows of `part.dataset` on rows of an earlier step" in found.message
    assert "this very step" in found.hint


# Where steps may share rows, training on an earlier one is training on test rows.
NOT_APART = {
    "another seed of the same domain": (
        'domain: "${day}"',
        'domain: 15, seed: "${day}"',
    ),
    "the data of another step": ('seed: "${seed}"', 'seed: "${day}"'),
    "a field that repeats": ("[0, 15, 30]", "{a: 0, b: 15, c: 0}"),
    "a field that is the same number": ("[0, 15, 30]", '{a: 0, b: 15, c: "15"}'),
    "numbers that are one domain": ("[0, 15, 30]", "{a: 0, b: 15, c: 15.0}"),
    "arithmetic that repeats": ('domain: "${day}"', 'domain: "${day // 20}"'),
}


@pytest.mark.parametrize(("old", "new"), NOT_APART.values(), ids=NOT_APART)
def test_steps_that_may_share_rows(compiler, old, new):
    assert old in HEAD
    text = HEAD.replace(old, new, 1)
    if "${seed}" not in text:
        text = text.replace("  seed: {count: 2}\n", "")
    assert "held-out-leak" in codes(compiler, text)


def test_fields_and_arithmetic_that_tell_steps_apart(compiler):
    assert codes(compiler, HEAD.replace("[0, 15, 30]", "{a: 0, b: 15, c: 30}", 1)) == []
    assert codes(compiler, HEAD.replace('domain: "${day}"', 'domain: "${day + 1}"', 1)) == []


def test_data_that_go_in_step_may_share_rows(compiler):
    text = with_axes(
        "  deal: [0, 1, 2]\nzip: [[day, deal]]\n", HEAD.replace('seed: "${seed}"', 'seed: "${deal}"', 1)
    )
    assert "held-out-leak" in codes(compiler, re.sub(r"  seed: \{count: 2\}\n", "", text))


def test_another_sequence_makes_nothing_pass(compiler):
    text = with_axes("  round: {sequence: [a, b]}\n")
    text = text.replace(
        '{previous: "${part}", initially: "${warm.train}"}',
        '{previous: "${again}", initially: "${warm.train}", along: round}',
    )
    text = text.replace('{previous: "${model}", initially: null}', "null")
    text += '  again: {use: data/filter, data: "${part}", keep: "${round}"}\n'
    assert codes(compiler, text) == ["held-out-leak"]


def test_what_is_known_at_a_step_is_known_one_step_later(compiler):
    text = """
axes:
  day: {sequence: {a: "${split.train}", b: "${split.test}", c: "${split.train}"}}
stages:
  digits: {use: data/digits}
  split: {use: data/leave-one-domain-out, data: "${digits}", domain: 0}
  some: {use: data/filter, data: "${day}"}
  model: {use: train/classifier, data: {previous: "${some}", initially: "${split.train}"}, when: {day: DAY}}
"""
    assert codes(compiler, text.replace("DAY", "c")) == ["held-out-leak"]
    assert codes(compiler, text.replace("DAY", "[a, b]")) == []
    assert codes(compiler, text.replace("DAY", "c}, oracle: {day: c")) == []
