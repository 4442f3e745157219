"""What the study's design rests on: no adapter, gate or router learns from an unseen task."""

from pathlib import Path

import pytest

from heldout.compiler.catalog import load_catalog
from heldout.compiler.compile import compile_spec

SPEC = Path(__file__).parents[3] / "specs/peft-adaptation/phatgoose.yaml"


def codes(text, scale=None):
    return [d.code for d in compile_spec(text.encode(), SPEC.name, scale, load_catalog())[1]]


@pytest.mark.parametrize("scale", [None, "smoke", "small", "paper"])
def test_it_compiles_at_every_scale(scale):
    assert codes(SPEC.read_text(), scale) == []


@pytest.mark.parametrize(
    "stage",
    [
        "{use: adapters/lora, base: '${base}', data: '${unseen_task.test}'}",
        "{like: gate, data: '${unseen_task.test}'}",
        "{like: activations, data: '${task.test}'}",
        "{use: adapters/lora, base: '${base}', data: '${mixed}'}",
        "{use: adapters/lora, base: '${base}', data: '${score.records}'}",
        "{like: best_single, oracle: false}",
    ],
)
def test_what_learns_from_an_unseen_task_does_not_compile(stage):
    more = f"""
  mixed: {{use: data/mixture, data: "${{unseen_task.test}}", over: [unseen]}}
  leaking: {stage}
"""
    assert codes(SPEC.read_text().replace("\nclaims:", f"{more}\nclaims:", 1)) == ["held-out-leak"]
