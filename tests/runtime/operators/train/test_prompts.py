import pytest
import torch

from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.operators.data.images.captioned_shapes import captioned_shapes
from heldout.runtime.operators.data.splits.base_to_novel import base_to_novel
from heldout.runtime.operators.train.contrastive_image_text import contrastive_image_text
from heldout.runtime.operators.train.prompts import prompts
from tests.fixtures.written import written

contrastive_image_text = written(contrastive_image_text)
prompts = written(prompts)

WORLD = {"side": 12, "colours": ["red", "blue"], "shapes": ["circle", "bar"], "omitted": 0.0}
TEMPLATE = "a photo of a {}"


@pytest.fixture(scope="module")
def clip():
    data = captioned_shapes(count=150, **WORLD)
    sizes = {"width": 16, "depth": 2, "heads": 2, "features": 8}
    return contrastive_image_text(data, checkpoint=Checkpoint(), steps=30, batch_size=16, **sizes).model


@pytest.fixture(scope="module")
def train():
    return base_to_novel(captioned_shapes(count=80, seed=1, **WORLD), shots=8).train


def learnt(train, clip, learner, steps=40, seed=0):
    return prompts(
        train, clip, checkpoint=Checkpoint(), learner=learner, template=TEMPLATE, steps=steps,
        batch_size=8, learning_rate=0.05, record_every=1, seed=seed,
    )  # fmt: skip


def tiny(tmp_path, hub):
    data, sizes = captioned_shapes(count=24, **WORLD), {"width": 16, "depth": 2, "heads": 2, "features": 8}
    clip = contrastive_image_text(data, checkpoint=Checkpoint(), steps=1, batch_size=8, **sizes).model
    shots = base_to_novel(data, shots=2).train
    return {
        "data": shots,
        "clip": clip,
        "learner": "coop",
        "template": TEMPLATE,
        "steps": 2,
        "batch_size": 4,
    }


@pytest.mark.parametrize(
    "learner", ["coop", "cocoop", {"vpt": {"depth": 2}}, {"maple": {"depth": 2}}], ids=str
)
def test_the_loss_on_the_shots_falls_and_the_model_is_untouched(train, clip, learner):
    before = {name: weight.clone() for name, weight in clip.weights.items()}
    made = learnt(train, clip, learner)
    losses = made.curve.rows["value"].to_pylist()
    assert sum(losses[-8:]) < sum(losses[:8])
    assert all(torch.equal(weight, before[name]) for name, weight in clip.weights.items())
    assert made.prompts.config == {"kind": "prompts", "learner": learner, "template": TEMPLATE}


def test_zero_shot_learns_nothing_and_says_its_loss(train, clip, tmp_path):
    made = learnt(train, clip, "zero-shot")
    assert made.prompts.weights == {}
    assert made.curve.rows.num_rows == 1
    made.prompts.save(tmp_path)
    assert type(made.prompts).load(tmp_path).config == made.prompts.config


def test_the_same_seed_gives_the_same_prompts(train, clip):
    one, two, other = (learnt(train, clip, "coop", 3, seed).prompts.weights for seed in (0, 0, 1))
    assert torch.equal(one["context"], two["context"])
    assert not torch.equal(one["context"], other["context"])


def test_prompts_deeper_than_the_model_are_refused(train, clip):
    with pytest.raises(ValueError, match="depth is 9, but the shallower encoder has 2 layers"):
        learnt(train, clip, "maple")
