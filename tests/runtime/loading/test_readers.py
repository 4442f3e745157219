"""Operators that go through pictures give of files what they give of a tensor, and never ask for all."""

import io

import numpy as np
import pyarrow as pa
import pytest
import torch
from PIL import Image

from heldout.runtime.artifacts import Dataset
from heldout.runtime.artifacts.encoded import Encoded, Media
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.loading import in_order
from heldout.runtime.models.classifier import build_classifier, classifier_model
from heldout.runtime.models.dual_encoder import Sizes, build_dual_encoder
from heldout.runtime.operators.adapt.online import online
from heldout.runtime.operators.evaluate.prompted import prompted
from heldout.runtime.operators.measure.cost import cost
from heldout.runtime.operators.train.classifier import classifier
from heldout.runtime.operators.train.contrastive_image_text import contrastive_image_text
from heldout.runtime.operators.train.contrastive_images import contrastive_images
from heldout.runtime.operators.train.full_batch import full_batch
from heldout.runtime.operators.train.prompts import prompts
from heldout.runtime.resources import Resources
from heldout.runtime.scoring.queries import ask
from tests.fixtures.written import written

classifier, contrastive_image_text, contrastive_images, full_batch, prompts = map(
    written, (classifier, contrastive_image_text, contrastive_images, full_batch, prompts)
)

SIDE, COUNT = 12, 14
WORDS = "a photo of a red blue"
CONV = {"conv": {"width": 4}}
CLIP = build_dual_encoder(Sizes(16, 2, 2, 8, patch_size=6), SIDE, [WORDS], 12, seed=0).model()
CLASSIFIER = classifier_model(build_classifier(CONV, (3, SIDE, SIDE), 2, seed=0))


def png(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def pixels(height=SIDE, width=SIDE):
    random = np.random.default_rng(0)
    return [random.integers(0, 256, (height, width, 3), dtype=np.uint8) for _ in range(COUNT)]


def rows():
    labels = [number % 2 for number in range(COUNT)]
    texts = [["a red", "a blue"][label] for label in labels]
    return pa.table({"id": [f"p{number}" for number in range(COUNT)], "label": labels, "text": texts})


def as_files(drawn, shape=(3, SIDE, SIDE)):
    files = Encoded.of([png(one) for one in drawn], Media(shape=shape))
    return Dataset(rows(), classes=("red", "blue"), encoded={"image": files})


def as_tensor():
    x = torch.stack([torch.from_numpy(one).permute(2, 0, 1).float().div(255) for one in pixels()])
    return Dataset(rows(), {"x": x}, ("red", "blue"))


def tuned(data, learner, **more):
    return prompts(
        data, CLIP, checkpoint=Checkpoint(), learner=learner, template="a photo of a {}", steps=4, **more
    )


def of_prompts(learner):
    return lambda data, **more: tuned(data, learner, **more).prompts.weights


READERS = {
    "cost": lambda data, **_: cost(CLASSIFIER, data).rows,
    "ask": lambda data, **_: ask(CLASSIFIER, data, batch_size=4),
    "adanpc": lambda data, **more: (
        online(CLASSIFIER, data.without_labels(), data, method="adanpc", **more).state.weights
    ),
    "prompts of texts": of_prompts("coop"),
    "prompts of images": of_prompts({"vpt": {"depth": 2}}),
    "prompted": lambda data, **more: (
        prompted(CLIP, tuned(as_tensor(), "coop").prompts, data, batch_size=5, **more).predictions.logits
    ),
    "contrastive-images": lambda data, **more: (
        contrastive_images(
            data, checkpoint=Checkpoint(), network=CONV, steps=4, batch_size=5, **more
        ).model.weights
    ),
    "contrastive-image-text": lambda data, **more: (
        contrastive_image_text(
            data, checkpoint=Checkpoint(), steps=4, batch_size=5, width=16, depth=1, heads=2, **more
        ).model.weights
    ),
}


def same(one, other):
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, pa.Table):
        return one.equals(other)
    return np.array_equal(one, other)


@pytest.fixture
def nothing_is_small(monkeypatch):
    """No inputs are few enough to lie in memory, and who asks for all of them fails."""

    def asked(self):
        raise AssertionError("all pictures were asked for")

    monkeypatch.setattr(in_order, "WHOLE_BYTES", 0)
    monkeypatch.setattr(Dataset, "x", property(asked))


@pytest.mark.parametrize("reader", READERS)
def test_files_give_what_the_tensor_gives(reader, request):
    wanted = READERS[reader](as_tensor())
    small = READERS[reader](as_files(pixels()))
    request.getfixturevalue("nothing_is_small")
    assert same(small, wanted)
    assert same(READERS[reader](as_files(pixels())), wanted), "read a minibatch at a time"


@pytest.mark.parametrize("reader", ["prompts of images", "contrastive-images"])
def test_workers_change_no_bit(reader, nothing_is_small):
    data = as_files(pixels())
    assert same(READERS[reader](data), READERS[reader](data, resources=Resources(workers=2)))


def test_pictures_of_any_size_are_brought_to_the_models():
    """CLIP's preprocessor says how, a model's own `preprocess` too; what has neither says what to write."""
    wide = as_files([*pixels(20, 20)[:-1], *pixels(16, 16)[-1:]], shape=None)
    assert prompted(CLIP, tuned(wide, "coop").prompts, wide).predictions.logits.shape == (COUNT, 2)
    preprocess = [{"resize": {"size": SIDE}}]
    start = contrastive_images(
        wide, checkpoint=Checkpoint(), network=CONV, preprocess=preprocess, steps=1, batch_size=5
    ).model
    assert start.config["preprocess"] == preprocess and start.config["shape"] == [3, SIDE, SIDE]
    further = classifier(wide, start, checkpoint=Checkpoint(), steps=1, batch_size=4).model
    assert further.config["preprocess"] == preprocess
    assert cost(further, wide).rows.equals(cost(CLASSIFIER, as_tensor()).rows)
    with pytest.raises(ValueError, match=r"images are of several sizes; import them with `resize`"):
        contrastive_image_text(wide, checkpoint=Checkpoint())


def test_what_takes_all_examples_at_once_takes_files_of_one_size():
    settings = {"network": "linear", "steps": 3, "points": 1}
    found, wanted = (
        full_batch(data, checkpoint=Checkpoint(), **settings).model.weights
        for data in (as_files(pixels()), as_tensor())
    )
    assert same(dict(found), dict(wanted))
    several = as_files(pixels(), shape=None)
    with pytest.raises(ValueError, match="several sizes, so that they are no one tensor; import them with"):
        full_batch(several, checkpoint=Checkpoint(), **settings)
