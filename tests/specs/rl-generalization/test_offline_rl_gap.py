"""What the study's design rests on: nobody acts or learns in the levels that are tested on."""

from pathlib import Path

import pytest

from heldout.compiler.catalog import load_catalog
from heldout.compiler.compile import compile_spec

SPEC = Path(__file__).parents[3] / "specs/rl-generalization/offline-rl-gap.yaml"


def problems(text, scale=None):
    return compile_spec(text.encode(), "offline-rl-gap.yaml", scale, load_catalog())[1]


@pytest.mark.parametrize(
    ("before", "stages"),
    [
        # Logs of the test levels reach whatever learns from logs.
        (
            "use: data/collect-logs\n    levels: ${pool.train}",
            ["bc", "cql", "iql", "decision_transformer"],
        ),
        # Acting in the test levels while learning.
        ("use: reinforcement/ppo\n    levels: ${pool.train}\n    network: {mlp", ["ppo"]),
    ],
)
def test_learning_from_test_levels_does_not_compile(before, stages):
    text = SPEC.read_text()
    assert before in text
    found = problems(text.replace(before, before.replace("pool.train", "pool.test"), 1))
    assert {problem.code for problem in found} == {"held-out-leak"}
    said = "\n".join(problem.message for problem in found)
    for stage in stages:
        assert f"`{stage}` trains on" in said


def test_logs_of_a_policy_that_knows_test_levels_leak_too():
    text = SPEC.read_text()
    assert "    policy: ${ppo.model}\n" in text
    text = text.replace("    policy: ${ppo.model}\n", "    policy: ${peeked.model}\n", 1)
    peeking = """  peeked:
    use: reinforcement/ppo
    levels: ${pool.test}
    oracle: true
    seed: ${seed}

  bc:
"""
    found = problems(text.replace("  bc:\n", peeking, 1))
    assert {problem.code for problem in found} == {"held-out-leak"}
    assert any("`bc` trains on" in problem.message for problem in found)


@pytest.mark.parametrize("scale", [None, "smoke", "small", "paper"])
def test_every_scale_compiles(scale):
    assert problems(SPEC.read_text(), scale) == []


def test_seeds_are_none_that_were_run_before():
    compiled, found = compile_spec(SPEC.read_bytes(), "offline-rl-gap.yaml", "small", load_catalog())
    assert compiled is not None, found
    seeds = set(compiled.scope.axes["seed"].labels())
    assert len(seeds) == 6
    assert not seeds & {*range(6), 101, 102, 103}, "earlier designs and the pilots"
