"""What a task costs, learnt from what the store's tasks took."""

import pytest

from heldout.compiler.plan.cost import Cost, Timing, stage_cost, timings_of

STUDY = """
axes:
  seed: {count: 3}
  rate: [0.1, 0.01]
stages:
  source: {use: data/imported}
  model: {use: train/classifier, data: "${source.train}", learning_rate: "${rate}", seed: "${seed}",
          steps: 100 RESOURCES}
"""


@pytest.fixture
def model(compiler):
    """The expansion of a stage that trains for 100 steps, with resources."""

    def expand(resources=""):
        return compiler(STUDY.replace(" RESOURCES", resources)).expansions["model"]

    return expand


def timing(expansion, seconds, **changed):
    """A task of the stage's constant parameters but for some; the others as one of its cells has them."""
    return Timing({**expansion.constants(), "seed": 7, "learning_rate": 0.5, **changed}, seconds, 0)


def costs(expansion, *timings):
    return stage_cost(expansion, {"train/classifier": list(timings)})


def test_constants_are_what_no_axis_reaches(model):
    constants = model().constants()
    assert constants["steps"] == 100
    assert constants.keys().isdisjoint({"seed", "learning_rate"})
    assert {"network", "objective"} <= constants.keys()


def test_what_a_search_draws_is_no_constant(compiler):
    expansion = compiler("""
axes:
  trial: {search: {learning_rate: {loguniform: [1e-4, 1e-2]}}, trials: 3, seed: 0}
stages:
  source: {use: data/imported}
  model: {use: train/classifier, data: "${source.train}", search: "${trial}", steps: 100}
""").expansions["model"]
    assert "learning_rate" not in expansion.constants()
    assert expansion.constants()["steps"] == 100


def test_the_median_of_tasks_alike_whatever_the_axes_vary(model):
    stage = model(", resources: {seconds: 9}")
    alike = [
        timing(stage, s) for s in (0.2, 0.3, 8.0)
    ]  # the first one of a process imports: no outlier counts
    assert costs(stage, *alike, timing(stage, 50, steps=999)) == Cost(0.3, "learnt", 3)


def test_scaled_along_the_line_that_two_lengths_show(model):
    stage = model(", resources: {seconds: 9}")
    # 0.1 s at 10 steps and 0.3 s at 50: 0.005 s a step and 0.05 s besides, so 0.55 s at 100 steps.
    short = [timing(stage, 0.1, steps=10), timing(stage, 0.1, steps=10), timing(stage, 0.3, steps=50)]
    assert costs(stage, *short) == Cost(0.55, "scaled", 3, "steps")
    assert costs(stage, *short).words() == "scaled by steps from 3 tasks"


def test_one_length_or_one_that_costs_nothing_shows_no_line(model):
    stage = model(", resources: {seconds: 9}")
    assert costs(stage, timing(stage, 0.1, steps=10)) == Cost(9, "declared")
    flat = [timing(stage, 0.1, steps=10), timing(stage, 0.1, steps=50)]
    assert costs(stage, *flat) == Cost(9, "declared")
    other = [timing(stage, 0.1, steps=10, weight_decay=0.5), timing(stage, 0.3, steps=50, weight_decay=0.5)]
    assert costs(stage, *other) == Cost(9, "declared")  # they differ in more than the steps


def test_without_timings_what_the_stage_declares_or_the_operator_hints(model):
    assert costs(model(", resources: {seconds: 9}")) == Cost(9, "declared")
    assert costs(model()) == Cost(model().operator.seconds, "hint")
    assert not costs(model()).measured


def test_records_of_a_store_become_timings():
    records = [
        {
            "operator": "a/b",
            "parameters": {"n": 1},
            "seconds": 2,
            "files": {"x": {"size": 3}, "y": {"size": 4}},
        },
        {"operator": "a/b", "parameters": {}, "files": {}},  # of who knows when: without its seconds
    ]
    assert timings_of(records) == {"a/b": [Timing({"n": 1}, 2.0, 7)]}
