import json

import pytest
import torch
from transformers import CLIPModel

from heldout.runtime.artifacts import Model
from heldout.runtime.models.dual_encoder import Sizes, build_dual_encoder, restore_dual_encoder
from heldout.runtime.operators.fetch.model import model as fetch

COMMIT = "c" * 40
SIZES = Sizes(width=16, depth=2, heads=2, features=12, patch_size=4)
TEXTS = ["a photo of a red circle", "a blue star"]


@pytest.fixture(scope="module")
def encoder():
    return build_dual_encoder(SIZES, 8, TEXTS, 8, seed=0).eval()


def test_equal_seeds_give_equal_weights(encoder):
    again = build_dual_encoder(SIZES, 8, TEXTS, 8, seed=0)
    other = build_dual_encoder(SIZES, 8, TEXTS, 8, seed=1)
    weights = encoder.clip.state_dict()
    assert all(torch.equal(weights[name], value) for name, value in again.clip.state_dict().items())
    assert any(not torch.equal(weights[name], value) for name, value in other.clip.state_dict().items())


def test_the_artifact_is_a_folder_that_transformers_opens(encoder, tmp_path):
    encoder.model().save(tmp_path)
    theirs = CLIPModel.from_pretrained(tmp_path)
    assert all(
        torch.equal(value, encoder.clip.state_dict()[name]) for name, value in theirs.state_dict().items()
    )


def test_a_fetched_clip_is_restored_with_its_tokenizer(encoder, hub, tmp_path):
    encoder.model().save(tmp_path)
    files = {f.name: f.read_bytes() for f in tmp_path.iterdir() if f.name != "heldout.json"}
    hub("model", "lab/clip", COMMIT, files)
    restored = restore_dual_encoder(fetch(repository="lab/clip", revision=COMMIT))
    assert restored.ids(TEXTS[0]) == encoder.ids(TEXTS[0])
    assert not restored.clip.training
    assert all(
        torch.equal(value, encoder.clip.state_dict()[name])
        for name, value in restored.clip.state_dict().items()
    )


def test_images_are_normalised_as_the_model_says(encoder):
    # Mean and deviation of 0.5: 0 becomes -1, 1 becomes 1.
    x = torch.zeros(1, 3, 8, 8)
    x[..., 0] = 1
    pixels = encoder.pixels(x)
    assert pixels[..., 0].unique().tolist() == [1.0]
    assert pixels[..., 1:].unique().tolist() == [-1.0]
    with pytest.raises(ValueError, match=r"takes images \[3, 8, 8\], the data have \[3, 9, 9\]"):
        encoder.pixels(torch.zeros(1, 3, 9, 9))


def test_texts_are_padded_on_the_right(encoder):
    rows = encoder.padded([[2, 5, 3], [2, 3]])
    assert rows.tolist() == [[2, 5, 3], [2, 3, 0]]
    with pytest.raises(ValueError, match="has 9 tokens, the model has places for 8"):
        encoder.padded([[2] * 9])


def test_what_is_no_clip_is_refused(encoder):
    model = encoder.model()
    other = {**model.files, "config.json": json.dumps({"model_type": "vit"}).encode()}
    with pytest.raises(ValueError, match="of type 'vit', not clip"):
        restore_dual_encoder(Model(model.weights, {}, other))
    lacking = {name: weight for name, weight in model.weights.items() if name != "text_projection.weight"}
    with pytest.raises(
        ValueError, match=r"1 weights are missing or of another shape: text_projection\.weight"
    ):
        restore_dual_encoder(Model(lacking, {}, model.files))
    bare = {name: content for name, content in model.files.items() if name != "tokenizer.json"}
    with pytest.raises(ValueError, match=r"no tokenizer\.json"):
        restore_dual_encoder(Model(model.weights, {}, bare))
