"""A stage has exactly the axes that its references reach."""

from pathlib import Path

import pytest

GOOD = Path(__file__).parents[1] / "good_specs"


def axes(compiled) -> dict[str, tuple[str, ...]]:
    return {stage.name: stage.axes for stage in compiled.plan.stages}


def test_directly_through_stages_and_through_levels(compiler):
    found = axes(
        compiler("""
axes:
  unrelated: {count: 2}
  start: {scratch: null, pretrained: "${pretrain}"}
  strength: [0.1, 1.0]
  method: {erm: {}, coral: {penalty: "${strength}"}}
  seed: {count: 2}
stages:
  source: {use: data/imported}
  digits: {use: data/digits, seed: "${unrelated}"}
  pretrain: {use: train/classifier, data: "${source.train}", seed: "${seed}"}
  model: {use: train/classifier, data: "${source.train}", start: "${start}", objective: "${method}"}
  score: {use: evaluate/classification, model: "${model}", data: "${source.test}"}
  by_seed: {use: measure/mean, values: "${score.accuracy}", over: [start, method]}
  number: {use: measure/mean, values: "${by_seed}", over: [seed, strength]}
""")
    )
    assert found == {
        "source": (),
        "digits": ("unrelated",),
        "pretrain": ("seed",),
        "model": ("start", "strength", "method", "seed"),
        "score": ("start", "strength", "method", "seed"),
        "by_seed": ("strength", "seed"),
        "number": (),
    }


def test_a_field_reaches_only_what_stands_in_it(compiler):
    found = axes(
        compiler("""
axes:
  penalty: [1, 2]
  setting: {a: {steps: 3, objective: {coral: {penalty: "${penalty}"}}}, b: {steps: 4, objective: erm}}
stages:
  source: {use: data/imported}
  short: {use: train/classifier, data: "${source.train}", steps: "${setting.steps}"}
  whole: {use: train/classifier, data: "${source.train}", objective: "${setting.objective}"}
""")
    )
    assert found["short"] == ("setting",)
    assert found["whole"] == ("penalty", "setting")


@pytest.mark.parametrize(
    ("study", "stage", "expected", "tasks"),
    [
        # 3 rotations, 3 methods, 4 trials, 2 seeds; a fold leaves out 2 of 3 rotations, in any order.
        ("selection-protocols", "model", ("held_out", "method", "trial", "seed"), 3 * 3 * 4 * 2),
        (
            "selection-protocols",
            "fold_model",
            ("held_out", "validation_domain", "method", "trial", "seed"),
            72,
        ),
        ("selection-protocols", "chosen", ("held_out", "method", "seed", "protocol"), 3 * 3 * 2 * 3),
        ("pool-of-adapters", "pool", (), 1),
        ("pool-of-adapters", "gate", ("task",), 3),
        ("pool-of-adapters", "routed", ("held_out",), 2),
        ("label-free-score", "truth", ("environment",), 40),
        ("label-free-score", "agreement", (), 1),
        ("item-difficulty", "difficulty", (), 1),
        ("item-difficulty", "score", ("train_bin", "test_bin"), 25),
        ("two-encoders", "bi", ("cycle", "seed"), 6),
        ("two-encoders", "cross", ("cycle", "seed"), 6),
        ("curve", "grokked_at", ("decay",), 3),
        # From scratch: erm, coral at 2 strengths, irm at 2 trials. Pretrained, by trial: 2, 4 and 2.
        ("arms-and-steps", "model", ("start", "strength", "method", "trial"), 13),
        ("arms-and-steps", "again", ("round", "source"), 6),
    ],
)
def test_the_sketches(study: str, stage: str, expected: tuple, tasks: int, compiler):
    compiled = compiler((GOOD / f"{study}.yaml").read_text())
    assert axes(compiled)[stage] == expected
    assert next(s.tasks for s in compiled.plan.stages if s.name == stage) == tasks
