"""Classifiers and regressors of pictures as they are in their files: read, augmented and prepared."""

import gc
import io
import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
import torch
from PIL import Image

from heldout.runtime.artifacts import Dataset, Model
from heldout.runtime.artifacts.encoded import Encoded, Media
from heldout.runtime.checkpoint import Checkpoint, StopSignal
from heldout.runtime.groups import grouped, groups
from heldout.runtime.loading.examples import Examples
from heldout.runtime.models.classifier import build_classifier, classifier_model, restore_classifier
from heldout.runtime.models.preprocessor import PREPROCESSOR, normalization, preprocessing
from heldout.runtime.operator import Interrupted, NotStackable
from heldout.runtime.operators.adapt.online import online
from heldout.runtime.operators.evaluate.classification import classification
from heldout.runtime.operators.evaluate.regression import regression
from heldout.runtime.operators.train.classifier import classifier, stack_key
from heldout.runtime.operators.train.regressor import regressor
from heldout.runtime.resources import Resources
from tests.fixtures.written import written

classifier = written(classifier)
regressor = written(regressor)

RESIZE = [{"resize": {"size": 8}}]
AUGMENT = [{"domainbed": {"size": 8}}]
SETTINGS = {"network": {"conv": {"width": 4}}, "batch_size": 6, "record_every": 3, "learning_rate": 0.01}


class StopBeforeStep4(StopSignal):
    def __init__(self):
        self.looks = 0

    @property
    def received(self):
        self.looks += 1
        return 15 if self.looks > 4 else None


def picture(label, number):
    """Dark or light, of a size of its own."""
    rng = np.random.default_rng(number)
    pixels = rng.integers(0, 120, (9 + number % 5, 12 + number % 3, 3)) + 130 * label
    file = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def data():
    """Twenty pictures of two classes in two domains."""
    labels = [number % 2 for number in range(20)]
    rows = pa.table(
        {
            "id": [f"p{number}" for number in range(20)],
            "label": labels,
            "domain": ["photo" if number < 12 else "sketch" for number in range(20)],
        }
    )
    files = [picture(label, number) for number, label in enumerate(labels)]
    return Dataset(rows=rows, classes=("dark", "light"), encoded={"image": Encoded.of(files, Media())})


def train(data, workers=0, steps=8, checkpoint=None, **more):
    settings = SETTINGS | {"augment": AUGMENT, "preprocess": RESIZE} | more
    resources = Resources(workers=workers)
    return classifier(
        data, checkpoint=checkpoint or Checkpoint(), resources=resources, steps=steps, **settings
    )


def same(one, other):
    return all(torch.equal(one.weights[name], other.weights[name]) for name in one.weights)


def test_workers_change_no_bit(data):
    alone, helped = train(data), train(data, workers=2)
    assert same(alone.model, helped.model) and alone.curve.rows.equals(helped.curve.rows)


@pytest.mark.parametrize("workers", [0, 1])
def test_a_run_that_was_stopped_goes_on_to_the_same_bits(data, tmp_path, workers):
    whole = train(data)
    with pytest.raises(Interrupted):
        train(data, workers, checkpoint=Checkpoint(tmp_path / "c", StopBeforeStep4()))
    resumed = train(data, workers, checkpoint=Checkpoint(tmp_path / "c"))
    assert same(whole.model, resumed.model) and whole.curve.rows.equals(resumed.curve.rows)


def test_it_learns_and_an_evaluator_needs_no_parameter(data, tmp_path):
    model = train(data, steps=40, network="mlp", augment=["horizontal-flip"]).model
    assert model.config["preprocess"] == RESIZE and model.config["shape"] == [3, 8, 8]
    model.save(tmp_path)
    again = Model.load(tmp_path)
    scored = classification(again, data)
    assert scored.table.scalar("accuracy") > 0.9
    helped = classification(again, data, resources=Resources(workers=2), batch_size=3)
    assert helped.predictions.rows["id"] == scored.predictions.rows["id"]
    np.testing.assert_allclose(helped.predictions.logits, scored.predictions.logits, atol=1e-5)
    corrupted = classification(again, data, corrupt=[{"contrast": {"severity": 5}}])
    assert corrupted.table.scalar("nll") > scored.table.scalar("nll")
    adapted = online(again, data.without_labels(), batch_size=8)
    np.testing.assert_allclose(adapted.predictions.logits, scored.predictions.logits, atol=1e-5)


def test_training_goes_on_with_the_transforms_of_the_model_that_it_starts_from(data):
    start = train(data, steps=1).model
    further = train(data, steps=1, start=start, augment=(), preprocess=None).model
    assert further.config["preprocess"] == RESIZE


def test_tensors_that_are_transformed_are_read_one_by_one_and_others_as_before(data):
    x = torch.rand(20, 3, 8, 8)
    small = Dataset(rows=data.rows, tensors={"x": x}, classes=data.classes)
    plain = {"augment": (), "preprocess": None}
    assert "preprocess" not in train(small, **plain).model.config
    assert not same(
        train(small, **plain).model, train(small, augment=["horizontal-flip"], preprocess=None).model
    )
    call = SETTINGS | {"data": small, "start": None, "checkpoint": Checkpoint(), "objective": "erm"}
    call = grouped(
        call | {"steps": 1, "dropout": 0.0, "keep_every": None, "resources": Resources()}, groups(classifier)
    )
    assert stack_key(call | plain) is not None
    with pytest.raises(NotStackable, match="one by one"):
        stack_key(call | plain | {"augment": ["horizontal-flip"]})


def test_augmentation_of_another_size_is_refused(data):
    with pytest.raises(ValueError, match=r"augment gives inputs of shape \[3, 6, 6\].*\[3, 9, 12\]"):
        train(data, augment=[{"domainbed": {"size": 6}}], preprocess=None)


def test_pictures_of_several_sizes_are_named(data):
    with pytest.raises(ValueError, match=r"row \d+ \(p\d+\) is .*bring all to one size"):
        train(data, augment=(), preprocess=None)


def test_a_regressor_of_pictures(data):
    rows = data.rows.set_column(1, "label", pa.array([float(n % 2) * 10 for n in range(20)]))
    numbers = replace(data, rows=rows, classes=())
    settings = SETTINGS | {
        "steps": 60,
        "network": "mlp",
        "augment": ["horizontal-flip"],
        "preprocess": RESIZE,
    }
    trained = regressor(numbers, None, checkpoint=Checkpoint(), **settings)
    assert regression(trained.model, numbers).table.scalar("rmse") < 3


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_memory_is_that_of_a_few_minibatches(data, monkeypatch):
    """Of forty times as many pictures no more are held: tensors that live at once are counted."""
    held = []
    read = Examples.__getitem__

    def counted(self, draw):
        tensors = [one for one in gc.get_objects() if isinstance(one, torch.Tensor)]
        held.append(sum(one.numel() for one in tensors if one.shape[-3:] == (3, 8, 8)))
        return read(self, draw)

    monkeypatch.setattr(Examples, "__getitem__", counted)
    gc.collect()  # what other tests have left
    many = data.take(list(range(20)) * 40)
    train(many, steps=3)
    assert max(held) < 8 * 12 * 3 * 8 * 8, "a few minibatches of twelve, of 800 pictures"


RESNET = {
    "model_type": "resnet",
    "num_channels": 3,
    "embedding_size": 4,
    "hidden_sizes": [4, 8],
    "depths": [1, 1],
    "layer_type": "basic",
}
PREPARED = {
    "do_normalize": True,
    "image_mean": [0.5, 0.4, 0.3],
    "image_std": [0.2, 0.2, 0.1],
    "do_resize": True,
    "size": {"shortest_edge": 10},
    "resample": 3,
    "do_center_crop": True,
    "crop_size": {"height": 8, "width": 8},
}


def fetched():
    """A model as it is fetched: no head, its files beside it."""
    made = classifier_model(build_classifier({"hub": {"config": RESNET}}, (3, 8, 8), 2, seed=0))
    weights = {name: value for name, value in made.weights.items() if not name.startswith("head.")}
    files = dict(made.files) | {PREPROCESSOR: json.dumps(PREPARED).encode()}
    return Model(weights, {}, files)


def test_a_fetched_model_is_given_what_its_preprocessor_gives(data, tmp_path):
    trained = train(data, steps=1, start=fetched(), augment=(), preprocess=None).model
    wanted = [
        {"resize": {"size": 10, "sides": "shorter", "interpolation": "bicubic"}},
        {"center-crop": {"size": 8}},
    ]
    assert trained.config["preprocess"] == wanted
    trained.save(tmp_path)
    module = restore_classifier(Model.load(tmp_path)).eval()
    plain = restore_classifier(
        replace(trained, config={**trained.config, "network": {"hub": {"config": RESNET}}})
    )
    x = torch.rand(2, 3, 8, 8)
    mean, std = (torch.tensor(PREPARED[name])[:, None, None] for name in ("image_mean", "image_std"))
    with torch.no_grad():
        assert torch.allclose(module(x), plain.eval()((x - mean) / std), atol=1e-6)
        assert not torch.allclose(module(x), plain(x))


BOTH = {"resize": {"size": 8, "sides": "both", "interpolation": "bilinear"}}


@pytest.mark.parametrize(
    ("about", "transforms"),
    [
        (
            {"size": {"height": 8, "width": 8}},
            [{"resize": {"size": 8, "sides": "both", "interpolation": "bilinear"}}],
        ),
        ({"size": 8, "resample": 0}, [{"resize": {"size": 8, "sides": "both", "interpolation": "nearest"}}]),
        ({"size": 8, "do_resize": False}, []),
        (
            {"size": {"shortest_edge": 224}, "crop_pct": 0.875},
            [
                {"resize": {"size": 256, "sides": "shorter", "interpolation": "bilinear"}},
                {"center-crop": {"size": 224}},
            ],
        ),
        ({}, []),
    ],
)
def test_how_a_preprocessor_brings_pictures_to_a_size(about, transforms):
    assert preprocessing({PREPROCESSOR: json.dumps(about).encode()}) == transforms
    assert preprocessing({}) == [] and normalization({}) == {}


@pytest.mark.parametrize(
    ("about", "message"),
    [
        ({"size": {"height": 8, "width": 9}}, "pictures are brought to squares"),
        ({"size": 8, "resample": 4}, "the filter 4"),
        ({"image_mean": ["a"], "image_std": [1]}, "no numbers by channel"),
        ([], "no mapping"),
    ],
)
def test_a_preprocessor_that_cannot_be_followed(about, message):
    files = {PREPROCESSOR: json.dumps(about).encode()}
    with pytest.raises(ValueError, match=message):
        preprocessing(files)
        normalization(files)


def test_what_is_not_normalised():
    about = {"do_normalize": False, "image_mean": [0.5], "image_std": [0.5]}
    assert normalization({PREPROCESSOR: json.dumps(about).encode()}) == {}
