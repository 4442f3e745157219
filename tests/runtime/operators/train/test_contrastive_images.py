import math

import pyarrow as pa
import pytest
import torch

from heldout.runtime.artifacts import Dataset
from heldout.runtime.checkpoint import Checkpoint, StopSignal
from heldout.runtime.models.classifier import restore_classifier
from heldout.runtime.operator import Interrupted
from heldout.runtime.operators.train.contrastive_images import contrastive_images, nt_xent
from tests.fixtures.written import written

contrastive_images = written(contrastive_images)

SETTINGS = {"network": {"mlp": {"width": 16}}, "steps": 6, "batch_size": 8, "record_every": 1}


class StopAfter(StopSignal):
    def __init__(self, step):
        self.steps_left = step

    @property
    def received(self):
        self.steps_left -= 1
        return 15 if self.steps_left < 0 else None


def drawn_images():
    x = torch.rand(24, 1, 6, 6, generator=torch.Generator().manual_seed(0))
    return Dataset(pa.table({"id": [str(i) for i in range(24)]}), {"x": x}, ("a", "b"))


@pytest.fixture
def images():
    return drawn_images()


def tiny(tmp_path, hub):
    return {"data": drawn_images(), **SETTINGS}


def test_loss_of_two_images_by_hand():
    # Views of one image are equal, those of the other image at right angles: of the three others the
    # right one has cosine 1, two have 0. Cross-entropy is log(e^(1/t) + 2) - 1/t.
    projected = torch.tensor([[2.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 3.0]])
    expected = math.log(math.exp(1 / 0.5) + 2) - 1 / 0.5
    assert nt_xent(projected, 0.5).item() == pytest.approx(expected, rel=1e-6)


def test_the_loss_falls_and_features_go_on_without_a_head(images):
    easy = SETTINGS | {"steps": 80, "shift": 0.2, "turn": 5.0, "learning_rate": 0.01}
    trained = contrastive_images(images, checkpoint=Checkpoint(), **easy, seed=0)
    losses = trained.curve.rows["value"].to_pylist()
    assert sum(losses[-10:]) / 10 < 0.8 * sum(losses[:10]) / 10
    with pytest.raises(ValueError, match="no head yet"):
        restore_classifier(trained.model)
    module = restore_classifier(trained.model, num_classes=2, seed=5)
    kept = module.featurizer.state_dict()
    assert all(torch.equal(kept[k.removeprefix("featurizer.")], v) for k, v in trained.model.weights.items())


def test_seed_decides_every_bit(images):
    one, same, other = (
        contrastive_images(images, checkpoint=Checkpoint(), **SETTINGS, seed=seed).model.weights
        for seed in (1, 1, 2)
    )
    assert all(torch.equal(one[k], same[k]) for k in one)
    assert any(not torch.equal(one[k], other[k]) for k in one)


def test_stopped_and_resumed_gives_the_same_bits(images, tmp_path):
    whole = contrastive_images(images, checkpoint=Checkpoint(), **SETTINGS, seed=0)
    with pytest.raises(Interrupted):
        contrastive_images(images, checkpoint=Checkpoint(tmp_path / "c", StopAfter(3)), **SETTINGS, seed=0)
    resumed = contrastive_images(images, checkpoint=Checkpoint(tmp_path / "c"), **SETTINGS, seed=0)
    assert all(torch.equal(whole.model.weights[k], resumed.model.weights[k]) for k in whole.model.weights)
    assert whole.curve.rows.equals(resumed.curve.rows)


def test_what_is_no_image_is_refused(images):
    flat = Dataset(images.rows, {"x": images.x.flatten(1)}, images.classes)
    with pytest.raises(ValueError, match="two images or more"):
        contrastive_images(flat, checkpoint=Checkpoint(), **SETTINGS)
