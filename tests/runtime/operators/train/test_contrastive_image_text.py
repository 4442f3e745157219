import math

import pytest
import torch

from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.models.dual_encoder import restore_dual_encoder
from heldout.runtime.operators.data.images.captioned_shapes import captioned_shapes
from heldout.runtime.operators.train.contrastive_image_text import contrastive_image_text, contrastive_loss
from tests.fixtures.written import written

contrastive_image_text = written(contrastive_image_text)

SMALL = {
    "width": 32,
    "depth": 1,
    "heads": 2,
    "features": 16,
    "batch_size": 16,
    "learning_rate": 5e-3,
    "weight_decay": 0.0,
}


@pytest.fixture(scope="module")
def data():
    return captioned_shapes(count=200, side=12, omitted=0.0, styles=["plain"])


def tiny(tmp_path, hub):
    data = captioned_shapes(count=20, side=12, omitted=0.0, styles=["plain"])
    return {"data": data, "steps": 2, **SMALL}


def test_the_loss_by_hand():
    # Rows: ln(1 + e^-1) and ln(1 + e^-2); columns: ln(1 + e^-3) and ln(1 + e^0).
    logits = torch.tensor([[1.0, 0.0], [-2.0, 0.0]])
    rows = (math.log1p(math.exp(-1)) + math.log1p(math.exp(-2))) / 2
    columns = (math.log1p(math.exp(-3)) + math.log1p(math.exp(0))) / 2
    assert contrastive_loss(logits).item() == pytest.approx((rows + columns) / 2)


def test_it_learns_more_than_guessing_knows(data):
    trained = contrastive_image_text(data, checkpoint=Checkpoint(), steps=100, record_every=1, **SMALL)
    losses = trained.curve.rows["value"].to_pylist()
    assert sum(losses[-10:]) / 10 < math.log(16) - 0.3  # 16 captions to choose from
    encoder = restore_dual_encoder(trained.model)
    assert encoder.clip.config.vision_config.image_size == 12
    assert encoder.clip.logit_scale.exp() <= 100.0001


def test_the_same_seed_gives_the_same_weights(data):
    one, two, other = (
        contrastive_image_text(data, checkpoint=Checkpoint(), steps=2, seed=seed, **SMALL).model.weights
        for seed in (0, 0, 1)
    )
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert any(not torch.equal(one[name], other[name]) for name in one)


def test_wrong_sizes_and_data_without_captions_are_refused(data):
    with pytest.raises(ValueError, match="patches of 5 pixels do not tile images of 12"):
        contrastive_image_text(data, checkpoint=Checkpoint(), patch_size=5)
    with pytest.raises(ValueError, match="5 heads do not divide a width of 16"):
        contrastive_image_text(data, checkpoint=Checkpoint(), width=16, heads=5)
    bare = type(data)(data.rows.drop_columns("text"), data.tensors, data.classes)
    with pytest.raises(ValueError, match="no captions"):
        contrastive_image_text(bare, checkpoint=Checkpoint())
