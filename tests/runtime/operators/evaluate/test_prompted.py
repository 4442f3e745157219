import numpy as np
import pytest
import torch
from transformers import CLIPModel

from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.models.dual_encoder import Sizes, build_dual_encoder
from heldout.runtime.operators.data.images.captioned_shapes import captioned_shapes
from heldout.runtime.operators.evaluate.prompted import prompted
from heldout.runtime.operators.train.prompts import prompts
from tests.fixtures.written import written

prompts = written(prompts)

WORLD = {"side": 12, "colours": ["red", "blue"], "shapes": ["circle", "bar"]}
DATA = captioned_shapes(count=20, styles=["plain", "dim"], **WORLD)
SIZES = Sizes(width=16, depth=2, heads=2, features=8, patch_size=6)
CLIP = build_dual_encoder(SIZES, 12, ["a photo of a red blue circle bar"], 12, seed=0).model()
TEMPLATE = "a photo of a {}"


def made(learner):
    return prompts(DATA, CLIP, checkpoint=Checkpoint(), learner=learner, template=TEMPLATE, steps=2).prompts


def tiny(tmp_path, hub):
    return {"clip": CLIP, "prompts": made({"maple": {"depth": 2}}), "data": DATA}


def test_zero_shot_logits_are_those_of_transformers(tmp_path):
    predictions = prompted(CLIP, made("zero-shot"), DATA).predictions
    CLIP.save(tmp_path)
    clip = CLIPModel.from_pretrained(tmp_path).eval()
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tmp_path)
    texts = tokenizer([f"a photo of a {name}" for name in DATA.classes], return_tensors="pt")
    with torch.no_grad():
        theirs = clip(input_ids=texts.input_ids, pixel_values=DATA.x * 2 - 1).logits_per_image
    np.testing.assert_allclose(predictions.logits, theirs.numpy(), atol=1e-4)


def test_accuracy_and_rows_follow_from_the_predictions():
    scored = prompted(CLIP, made({"maple": {"depth": 2}}), DATA, batch_size=7)
    predictions = scored.predictions
    assert predictions.rows["id"].to_pylist() == DATA.rows["id"].to_pylist()
    assert predictions.rows["domain"].to_pylist() == DATA.rows["domain"].to_pylist()
    right = (predictions.logits.argmax(1) == DATA.labels.numpy()).mean()
    assert scored.table.scalar("accuracy") == pytest.approx(right)


def test_batches_make_no_difference_where_each_image_has_its_own_prompt():
    cocoop = made("cocoop")
    one = prompted(CLIP, cocoop, DATA, batch_size=1).predictions.logits
    np.testing.assert_allclose(one, prompted(CLIP, cocoop, DATA).predictions.logits, atol=1e-4)


def test_what_is_no_prompt_or_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="these are no prompts"):
        prompted(CLIP, CLIP, DATA)
    other = build_dual_encoder(SIZES._replace(width=8), 12, ["a photo of a red blue circle bar"], 12, seed=0)
    with pytest.raises(ValueError, match="do not fit the model"):
        prompted(other.model(), made("coop"), DATA)
