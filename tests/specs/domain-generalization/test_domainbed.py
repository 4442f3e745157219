"""DomainBed's ranges, and a cell of the paper's scale on pictures of a folder and a ResNet-50 of a folder."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from heldout.compiler.catalog import load_catalog
from heldout.compiler.compile import compile_spec
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.operators.data.files.import_folder import content_sha256, image_names, import_folder
from heldout.runtime.operators.data.splits.leave_one_domain_out import leave_one_domain_out
from heldout.runtime.operators.evaluate.classification import classification
from heldout.runtime.operators.evaluate.trajectory import trajectory
from heldout.runtime.operators.fetch.model_folder import model_folder, model_names
from heldout.runtime.operators.select.step import step
from heldout.runtime.operators.train.classifier import classifier
from heldout.runtime.training.plan import Plan

SPEC = Path(__file__).parents[3] / "specs/domain-generalization/domainbed.yaml"
STYLES, KINDS = ("cartoon", "photo", "sketch"), ("dog", "horse")
RESNET_50 = {"hidden_sizes": [256, 512, 1024, 2048], "depths": [3, 4, 6, 3], "layer_type": "bottleneck"}
NORMALIZED = {"do_normalize": True, "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}


@pytest.fixture
def pictures(tmp_path):
    """Three JPEGs of 224 pixels for each style and kind: a kind is a colour, a style its brightness."""
    rng = np.random.default_rng(0)
    root = tmp_path / "pictures"
    for number, style in enumerate(STYLES):
        for kind in KINDS:
            folder = root / style / kind
            folder.mkdir(parents=True)
            colour = np.array([150, 60, 60] if kind == "dog" else [60, 60, 150]) + 30 * number
            for one in range(3):
                pixels = (colour + rng.integers(-20, 20, (224, 224, 3))).astype(np.uint8)
                Image.fromarray(pixels).save(folder / f"{one}.jpg")
    return import_folder(path=str(root), sha256=content_sha256(root, image_names(root)), resize=None)


@pytest.fixture
def resnet_50(tmp_path):
    """The architecture of microsoft/resnet-50 with random weights, in the hub's format."""
    from transformers import ResNetConfig, ResNetModel

    torch.manual_seed(0)
    root = tmp_path / "resnet"
    ResNetModel(ResNetConfig(**RESNET_50)).save_pretrained(root)
    (root / "preprocessor_config.json").write_text(json.dumps(NORMALIZED))
    return model_folder(path=str(root), sha256=content_sha256(root, model_names(root)))


@pytest.mark.slow
def test_a_cell_of_the_papers_scale(pictures, resnet_50):
    split = leave_one_domain_out(pictures, domain="sketch", fraction=0.2)
    trained = classifier(
        split.train,
        resnet_50,
        checkpoint=Checkpoint(),
        augment=["domainbed"],
        preprocess=[{"resize": {"size": 224}}],
        plan=Plan(2, 5e-5, "adam", record_every=1),
        batch_size=1,
        keep_every=2,
        dropout=0.1,
    )
    assert sum(weight.numel() for weight in trained.model.weights.values()) > 23e6
    kept = {name for name in resnet_50.weights if "running_mean" in name}
    assert kept and all(torch.equal(trained.model.weights[n], resnet_50.weights[n]) for n in kept)  # frozen
    assert trained.trajectory.steps == (2,)
    best = step(
        trained.trajectory, trajectory(trained.trajectory, split.select), metric="mean_group_accuracy"
    )
    assert best.model.weights.keys() == trained.model.weights.keys()
    assert 0 <= classification(best.model, split.test).table.scalar("accuracy") <= 1


def study(scale):
    compiled, found = compile_spec(SPEC.read_bytes(), "domainbed.yaml", scale, load_catalog())
    assert compiled is not None, found
    return compiled


def test_each_repetition_has_its_default_values_and_a_draw_of_its_own():
    compiled = study("small")
    models = compiled.expansions["model"]
    compared, control = 8 * 2 * (3 * 2), 3 * 2  # seeds, trials, domains and objectives
    assert len(set(models.ids) - {None, ""}) == compared + control
    seen = {"101", *map(str, range(70, 76)), *map(str, range(110, 116))}
    assert not seen & set(compiled.scope.axes["seed"].labels()), "seeds that were looked at"


def test_evaluations_of_the_papers_scale_ask_for_a_gpu():
    stages = study("paper").scope.stages
    for name in (
        "model",
        "fold_model",
        "along",
        "fold_along",
        "best_test",
        "last_test",
        "oracle_validation",
        "crossed_test",
    ):
        assert stages[name].resources.gpu == 1, name
