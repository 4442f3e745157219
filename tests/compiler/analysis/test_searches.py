"""Searches: one stream of draws for each hyper-parameter."""

import json

import pytest

from heldout.compiler.lower.shards import shard_files


def parameters(compiled, stage: str) -> list[dict]:
    """The parameters of every task of a stage, by trial where it has that axis."""
    found = []
    for name, text in shard_files(compiled):
        if name.startswith(f"{stage}/"):
            found += json.loads(text)["tasks"]
    return [t["parameters"] for t in sorted(found, key=lambda t: t["coordinates"].get("trial", 0))]


def study(space: str, trials: int = 4, more: str = 'search: "${trial}"', name: str = "model") -> str:
    return f"""
axes:
  trial: {{search: {space}, trials: {trials}, seed: 3}}
stages:
  source: {{use: data/imported}}
  {name}: {{use: train/classifier, data: "${{source.train}}", {more}}}
"""


RATE = "learning_rate: {loguniform: [1e-4, 1e-2]}"
DECAY = "weight_decay: {uniform: [0, 1]}"


def test_a_hyperparameter_or_a_trial_more_moves_no_draw(compiler):
    few = [p["learning_rate"] for p in parameters(compiler(study(f"{{{RATE}}}")), "model")]
    more = parameters(compiler(study(f"{{{DECAY}, {RATE}}}", trials=6)), "model")
    assert [p["learning_rate"] for p in more[:4]] == few
    assert len({p["learning_rate"] for p in more}) == 6 == len({p["weight_decay"] for p in more})
    assert all(1e-4 <= rate <= 1e-2 for rate in few)


def test_what_is_searched_and_what_is_referred_to_are_the_same_draw(compiler):
    searched = parameters(compiler(study(f"{{{RATE}}}")), "model")
    referred = parameters(
        compiler(study(f"{{{RATE}}}", more='learning_rate: "${trial.learning_rate}"')), "model"
    )
    assert searched == referred


def test_draws_do_not_depend_on_the_name_of_a_stage(compiler):
    more = "learning_rate: {search: {loguniform: [1e-4, 1e-2]}}"
    first, second = (study("{}", more=more, name=name) for name in ("model", "network"))
    assert parameters(compiler(first), "model") == parameters(compiler(second), "network")


def test_defaults_are_what_operators_and_components_declare(compiler):
    tasks = parameters(compiler(study("defaults", more='search: "${trial}", objective: coral')), "model")
    assert len({p["learning_rate"] for p in tasks}) == 4
    assert len({p["objective"]["coral"]["penalty"] for p in tasks}) == 4
    assert {p["steps"] for p in tasks} == {300}  # declares no prior
    written = 'search: "${trial}", objective: {coral: {penalty: 2}}, learning_rate: 0.5'
    tasks = parameters(compiler(study("defaults", more=written)), "model")
    assert {(p["learning_rate"], p["objective"]["coral"]["penalty"]) for p in tasks} == {(0.5, 2)}
    assert len({p["weight_decay"] for p in tasks}) == 4


def test_a_space_may_hang_on_a_level(compiler):
    text = """
axes:
  trial: {search: {penalty: {uniform: [1, 2]}}, trials: 3}
  method:
    erm: {}
    coral: {penalty: "${trial.penalty}"}
    irm: {penalty: {search: {loguniform: [10, 1000]}}}
stages:
  source: {use: data/imported}
  model: {use: train/classifier, data: "${source.train}", objective: "${method}"}
"""
    compiled = compiler(text)
    tasks = parameters(compiled, "model")
    assert len(tasks) == 7  # erm does not depend on the trial
    coral = [p["objective"]["coral"]["penalty"] for p in tasks if "coral" in p["objective"]]
    irm = [p["objective"]["irm"]["penalty"] for p in tasks if "irm" in p["objective"]]
    assert all(1 <= penalty <= 2 for penalty in coral) and len(set(coral)) == 3
    assert all(10 <= penalty <= 1000 for penalty in irm) and len(set(irm)) == 3
    renamed = parameters(compiler(text.replace("model:", "network:")), "network")
    assert renamed == tasks
    fewer = text.replace('    coral: {penalty: "${trial.penalty}"}\n', "").replace(
        "{penalty: {uniform: [1, 2]}}", "{}"
    )
    assert [
        p["objective"]["irm"]["penalty"]
        for p in parameters(compiler(fewer), "model")
        if "irm" in p["objective"]
    ] == irm


def default_of(catalog, name: str):
    return catalog.operators["train/classifier"].parameters[name].default


def test_the_first_trial_has_defaults_where_it_says_so_and_no_other_draw_moves(compiler, catalog):
    coral = "objective: coral, search: '${trial}'"
    drawn = parameters(compiler(study("defaults", more=coral)), "model")
    first = parameters(compiler(study("defaults, first: defaults", more=coral)), "model")
    assert first[1:] == drawn[1:] and first[0] != drawn[0]
    for name in ("learning_rate", "weight_decay"):
        assert first[0][name] == default_of(catalog, name)
    penalty = catalog.components["objectives"]["coral"].parameters["penalty"]
    assert first[0]["objective"] == {"coral": {**first[0]["objective"]["coral"], "penalty": penalty.default}}


def test_a_prior_that_is_written_has_the_first_value_that_it_says(compiler):
    rate = "{loguniform: [1e-4, 1e-2], first: 0.05}"
    texts = [
        study("{}", more=f"learning_rate: {{search: {rate}}}"),
        study(f"{{learning_rate: {rate}}}"),
        study(f"{{own: {rate}}}", more='learning_rate: "${trial.own}"'),
    ]
    for text in texts:
        rates = [p["learning_rate"] for p in parameters(compiler(text), "model")]
        plain = compiler(text.replace(", first: 0.05", ""))
        assert rates == [0.05, *[p["learning_rate"] for p in parameters(plain, "model")][1:]]


def test_a_first_value_of_the_wrong_type_is_told(compiler):
    rate = "{loguniform: [1e-4, 1e-2], first: many}"
    codes = {found.code for found in compiler.diagnose(study(f"{{learning_rate: {rate}}}"))}
    assert codes == {"wrong-value"}


@pytest.mark.parametrize(
    "space",
    [
        "{learning_rate: {loguniform: [1e-4, 1e-2]}}, first: defaults",
        "defaults, first: 0.1",
        "{learning_rate: {loguniform: [1e-4, 1e-2], first: [1]}}",
        "{learning_rate: {first: 0.1}}",
        "{learning_rate: {loguniform: [1e-4, 1e-2], first: 0.1, choice: [1]}}",
    ],
)
def test_a_first_trial_in_a_wrong_place_is_told(compiler, space):
    (found,) = compiler.diagnose(study(space))
    assert found.code == "bad-prior"
