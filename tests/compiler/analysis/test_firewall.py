"""The held-out firewall: what test labels reach, and where."""

import pytest

HEAD = """
axes:
  held_out: [0, 15]
  trial: {count: 3}
  protocol: {validation: "${validation.accuracy}", oracle: "${test.accuracy}"}
  arm: {inner: "${split.train}", outer: "${split.test}"}
stages:
  digits: {use: data/digits}
  split: {use: data/leave-one-domain-out, data: "${digits}", domain: "${held_out}"}
  imported: {use: data/imported}
  model: {use: train/classifier, data: "${split.train}", weight_decay: "${trial}"}
  validation: {use: evaluate/classification, model: "${model}", data: "${split.select}"}
  test: {use: evaluate/classification, model: "${model}", data: "${split.test}"}
  chosen:
    use: select/best
    candidates: "${model}"
    criterion: "${protocol}"
    over: [trial]
    oracle: {protocol: oracle}
  by_arm: {use: data/filter, data: "${arm}"}
"""


@pytest.mark.parametrize(
    "stage",
    [
        '{use: train/classifier, data: "${split.test}"}',
        '{use: train/classifier, data: "${split.oracle}"}',
        '{use: train/classifier, data: "${imported.test}"}',
        '{use: train/classifier, data: "${digits}"}',  # before the split
        '{use: train/classifier, data: "${filtered}"}',  # before the split, and changed
        '{use: train/classifier, data: "${arm}"}',
        '{use: train/classifier, data: "${by_arm}"}',
        '{use: train/classifier, data: "${by_arm}", when: {arm: [inner, outer]}}',
        '{use: train/classifier, data: "${split.train}", start: "${on_test}"}',
        '{use: select/best, candidates: "${model}", criterion: "${test.accuracy}", over: [trial]}',
        '{use: select/best, candidates: "${model}", criterion: ["${test.accuracy}"], over: [trial]}',
        '{use: select/best, candidates: "${model}", criterion: "${protocol}", over: [trial, protocol]}',
        '{use: train/from-labels, labels: "${labels_by_oracle}"}',
        '{use: train/from-labels, labels: "${labels_by_whole}"}',  # learnt from what was then split
    ],
)
def test_leaks(stage: str, compiler):
    more = """
  filtered: {use: data/filter, data: "${digits}"}
  on_test: {use: train/classifier, data: "${split.test}", oracle: true}
  on_whole: {use: train/classifier, data: "${digits}", oracle: true}
  labels_by_whole: {use: label/with-model, model: "${on_whole}", data: "${split.train}"}
  labels_by_oracle: {use: label/with-model, model: "${chosen}", data: "${split.train}"}
"""
    if "on_test" in stage:  # a start carries what it knows, and is not trained on: no leak of its own
        assert compiler.diagnose(HEAD + more + f"  leaking: {stage}\n") == []
        return
    found = compiler.diagnose(HEAD + more + f"  leaking: {stage}\n")
    assert [d.code for d in found] == ["held-out-leak"]
    assert "`leaking`" in found[0].message


@pytest.mark.parametrize(
    "stage",
    [
        '{use: train/classifier, data: "${split.select}"}',
        '{use: train/classifier, data: "${imported.train}"}',
        '{use: train/classifier, data: "${imported.inputs}"}',  # test rows without labels
        '{use: train/classifier, data: "${by_arm}", when: {arm: inner}}',
        '{use: train/classifier, data: {from: "${by_arm}", at: {arm: inner}}}',
        '{use: train/classifier, data: "${by_arm}", oracle: {arm: outer}}',
        '{use: train/classifier, data: "${by_arm}", when: {arm: outer}, oracle: {arm: outer}}',
        '{use: train/classifier, data: "${split.test}", oracle: true}',
        '{use: adapt/to-inputs, model: "${model}", data: "${split.test}"}',
        '{use: train/from-labels, labels: "${own_labels}"}',  # adaptation sees no labels
        '{use: select/best, candidates: "${test}", criterion: "${validation.accuracy}", over: [trial]}',
        '{use: train/classifier, data: "${other}"}',  # whole data that nothing is held out of
    ],
)
def test_no_leaks(stage: str, compiler):
    more = """
  own_labels: {use: label/with-model, model: "${model}", data: "${split.test}"}
  other: {use: data/digits, seed: 7}
"""
    assert compiler.diagnose(HEAD + more + f"  fine: {stage}\n") == []


def oracles(compiled, stage: str) -> list[dict[str, set[str]]]:
    found = []
    for when in compiled.firewall.oracles[stage]:
        levels: dict[str, set[str]] = {}
        for axis, label in when:
            levels.setdefault(axis, set()).add(label)
        found.append(levels)
    return found


def test_a_mark_goes_where_results_rest_on_the_oracle_and_nowhere_else(compiler):
    compiled = compiler(
        HEAD
        + """
  score: {use: evaluate/classification, model: "${chosen}", data: "${split.test}"}
  over_both: {use: measure/mean, values: "${score.accuracy}", over: [protocol]}
  only: {use: measure/renamed, value: {from: "${score.accuracy}", at: {protocol: validation}}}
  pinned: {use: measure/renamed, value: {from: "${score.accuracy}", at: {protocol: oracle}}}
  everywhere: {use: train/classifier, data: "${split.test}", oracle: true}
"""
    )
    assert oracles(compiled, "chosen") == [{"protocol": {"oracle"}}] == oracles(compiled, "score")
    assert oracles(compiled, "over_both") == [{}] == oracles(compiled, "pinned")
    assert oracles(compiled, "everywhere") == [{}]
    assert oracles(compiled, "only") == oracles(compiled, "model") == oracles(compiled, "test") == []


def test_marks_of_several_levels_are_one_of_them(compiler):
    compiled = compiler("""
axes:
  source: {a: "${imported.train}", b: "${imported.test}", c: "${again.test}"}
stages:
  imported: {use: data/imported}
  again: {use: data/leave-one-domain-out, data: "${imported.train}", domain: x}
  model: {use: train/classifier, data: "${source}", oracle: {source: [b, c]}}
""")
    assert oracles(compiled, "model") == [{"source": {"b", "c"}}]
