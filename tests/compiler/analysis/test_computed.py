"""Stages with `compute`: what they are given, what is no part of their tasks, and what they say."""

import json

import pytest

BASE = """
axes:
  {seed}: {{count: 2}}
  weight: [0.5, 2]
  method: {{erm: {{}}, coral: {{penalty: 1}}}}
stages:
  source: {{use: data/imported}}
  weighted: {{use: data/digits, seed: "${{round(weight * 2)}}"}}
  model: {{use: train/classifier, data: "${{source.train}}", objective: "${{method}}", seed: "${{{seed}}}"}}
  {score}: {{use: evaluate/classification, model: "${{model}}", data: "${{source.test}}"}}
"""


@pytest.fixture
def study(compiler):
    def compiled(stage, seed="seed", score="score", more=""):
        return compiler(BASE.format(seed=seed, score=score) + f"  computed: {stage}\n{more}")

    return compiled


def task(compiled, cell=0):
    expansion = compiled.expansions["computed"]
    found = next(expansion.texts([cell]))
    return json.loads(found.parameters)["formulas"], json.loads(found.inputs)


def test_a_stage_has_the_axes_of_what_it_reads_and_the_metric_value(study):
    compiled = study('{compute: "${1 - score.accuracy / weight}"}')
    assert compiled.reaches.axes_of_stage("computed") == ("seed", "weight", "method")
    assert compiled.scope.metrics("computed", "table") == ("value",)
    formulas, inputs = task(compiled, 2)  # seed 0, weight 2, erm
    assert formulas == {"value": ["-", 1, ["/", ["input", 0], 2]]}
    (one,) = inputs["inputs"]
    assert (one["metric"], inputs["members"]) == ("accuracy", None)


def test_names_are_no_part_of_a_task(study):
    one = study('{compute: "${score.accuracy - erm}", erm: {from: "${score.accuracy}", at: {method: erm}}}')
    other = study(
        '{compute: "${ result.accuracy-base }", base: {from: "${result.accuracy}", at: {method: erm}}}',
        seed="repeat",
        score="result",
    )
    assert one.expansions["computed"].ids == other.expansions["computed"].ids


def test_the_order_in_which_metrics_are_written_is_no_part_of_a_task(study):
    first, second = '"${score.accuracy - 1}"', '"${2 * score.error}"'
    one = study(f"{{compute: {{a: {first}, b: {second}}}}}")
    other = study(f"{{compute: {{b: {second}, a: {first}}}}}")
    assert one.scope.metrics("computed", "table") == ("a", "b")
    assert one.expansions["computed"].ids == other.expansions["computed"].ids
    formulas, inputs = task(one)
    assert formulas == {"a": ["-", ["input", 0], 1], "b": ["*", 2, ["input", 1]]}
    assert [given["metric"] for given in inputs["inputs"]] == ["accuracy", "error"]


def test_what_can_be_computed_before_a_run_is(study):
    compiled = study('{compute: "${score.accuracy * (2 * weight + rate) / 4}", rate: 3}')
    assert [task(compiled, cell)[0]["value"] for cell in (0, 2)] == [
        ["/", ["*", ["input", 0], 4.0], 4],
        ["/", ["*", ["input", 0], 7], 4],
    ]


def test_one_input_is_read_once(study):
    _, inputs = task(study('{compute: "${score.accuracy / (score.accuracy + 1)}"}'))
    assert len(inputs["inputs"]) == 1


def test_a_metric_of_one_output_as_claims_write_it(study):
    plain, named = (
        study(f'{{compute: "${{1 - {name}}}"}}') for name in ("score.accuracy", "score.table.accuracy")
    )
    assert plain.expansions["computed"].ids == named.expansions["computed"].ids


def test_members_are_given_one_after_the_other(study):
    compiled = study(
        '{compute: "${mean(score.accuracy) - base}", over: [seed], base: "${fixed.value}"}',
        more='  fixed: {compute: "${erm}", erm: {from: "${score.accuracy}", at: {seed: 0, method: erm}}}\n',
    )
    assert compiled.reaches.axes_of_stage("computed") == ("method",)
    formulas, inputs = task(compiled)
    assert formulas == {"value": ["-", ["mean", ["input", 0]], ["input", 1]]}
    first, base, second, again = (given["task"] for given in inputs["members"])
    assert first != second and base == again
    assert inputs["inputs"] is None


def test_numbers_of_axes_that_are_gathered_go_with_their_cells(study):
    compiled = study('{compute: "${sum(weight * score.accuracy) / sum(weight)}", over: [weight, seed]}')
    assert compiled.reaches.axes_of_stage("computed") == ("method",)
    expansion = compiled.expansions["computed"]
    text = next(expansion.texts([0]))
    parameters, inputs = json.loads(text.parameters), json.loads(text.inputs)
    assert parameters["formulas"]["value"] == [
        "/", ["sum", ["*", ["input", 1], ["input", 0]]], ["sum", ["input", 1]]
    ]  # fmt: skip
    # Seeds before weights, as the study has them: each of two models is read at both weights.
    assert parameters["levels"] == [[0.5], [2], [0.5], [2]]
    models = [one["task"] for one in inputs["members"]]
    assert models[0] == models[1] != models[2] == models[3]


def test_an_arm_is_an_input_at_every_level(compiler):
    arms = '  arm: {test: "${score.accuracy}", train: "${fitted.accuracy}"}\nstages:'
    text = BASE.format(seed="seed", score="score").replace("stages:", arms)
    compiled = compiler(
        text
        + """
  fitted: {like: score, data: "${source.train}", training_rows: true}
  computed: {compute: "${2 * arm}"}
"""
    )
    assert compiled.reaches.axes_of_stage("computed") == ("seed", "method", "arm")
    (test, inputs), (train, others) = task(compiled, 0), task(compiled, 1)
    assert test == train == {"value": ["*", 2, ["input", 0]]}
    assert inputs != others


def test_a_search_draws_nothing_of_it(compiler):
    text = BASE.format(seed="seed", score="score") + '  computed: {compute: "${1}", search: "${seed}"}\n'
    assert [d.code for d in compiler.diagnose(text)] == ["not-a-search"]


def test_a_scale_replaces_the_whole_stage(compiler):
    text = (
        BASE.format(seed="seed", score="score")
        + """
  computed: {compute: "${score.accuracy - erm}", erm: 1}
scales:
  smoke: {stages: {computed: {compute: "${score.accuracy}"}}}
  added: {stages: {more: {compute: "${computed.value}"}}}
"""
    )
    assert task(compiler(text, "smoke"))[0] == {"value": ["input", 0]}
    assert compiler(text, "added").scope.metrics("more", "table") == ("value",)


def test_a_stage_may_be_like_one_that_computes(compiler):
    text = (
        BASE.format(seed="seed", score="score")
        + """
  first: {compute: "${score.accuracy - base}", base: 1}
  computed: {like: first, base: 2}
"""
    )
    assert task(compiler(text))[0] == {"value": ["-", ["input", 0], 2]}


def test_what_an_oracle_touched_is_marked_through_what_is_computed(compiler):
    compiled = compiler("""
axes:
  method: [erm, coral]
  seed: {count: 2}
stages:
  source: {use: data/imported}
  model: {use: train/classifier, data: "${source.train}", objective: "${method}", seed: "${seed}"}
  peeked:
    use: train/classifier
    data: "${source.test}"
    objective: "${method}"
    seed: "${seed}"
    oracle: true
    when: {method: coral}
  score: {use: evaluate/classification, model: "${model}", data: "${source.test}"}
  ceiling: {use: evaluate/classification, model: "${peeked}", data: "${source.test}"}
  gap: {compute: "${ceiling.accuracy - score.accuracy}"}
  half: {compute: "${score.accuracy / 2}", when: {seed: 0}}
""")
    assert compiled.firewall.oracles["gap"] == compiled.firewall.oracles["ceiling"] != ()
    assert compiled.firewall.oracles["half"] == ()
    assert sum(task is not None for task in compiled.expansions["gap"].ids) == 2  # where `ceiling` is
    assert sum(task is not None for task in compiled.expansions["half"].ids) == 2
