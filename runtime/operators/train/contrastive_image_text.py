"""Train an image and a text encoder on images with captions, as CLIP was."""

from typing import Annotated, NamedTuple

import torch
from pydantic import Field
from torch import Tensor
from torch.nn.functional import cross_entropy

from heldout.runtime.artifacts import Dataset, Model, Table
from heldout.runtime.artifacts.columns import texts
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.components.transforms.contract import Transforms
from heldout.runtime.device import compute_device
from heldout.runtime.groups import Searched
from heldout.runtime.loading.by_step import inputs_by_step
from heldout.runtime.models.dual_encoder import Sizes, build_dual_encoder
from heldout.runtime.operator import Metrics, Use, loguniform, operator
from heldout.runtime.prompting.encoders import encode_images, encode_texts
from heldout.runtime.resources import NONE_ASKED, Resources
from heldout.runtime.subtype import Of
from heldout.runtime.training.batches import Batches
from heldout.runtime.training.fit import fit
from heldout.runtime.training.plan import Plan

Count = Annotated[int, Field(ge=1)]

LARGEST_SCALE = 100.0


class Pretrained(NamedTuple):
    model: Model
    curve: Annotated[Table, Metrics("loss")]


@operator(seconds=30.0)
def contrastive_image_text(
    data: Annotated[Dataset, Use.TRAINS, Of("captioned images")],
    *,
    checkpoint: Checkpoint,
    resources: Resources = NONE_ASKED,
    width: Count = 64,
    depth: Count = 3,
    heads: Count = 4,
    features: Count = 64,
    patch_size: Count = 6,
    max_length: Count = 16,
    batch_size: Count = 64,
    plan: Annotated[Plan, Searched(learning_rate=loguniform(1e-4, 1e-2))] = Plan(
        500, 2e-3, "adamw", weight_decay=0.1, warmup=0.1, schedule="cosine"
    ),
    seed: int = 0,
) -> Annotated[Pretrained, Of("dual encoder")]:
    """A small CLIP, trained from scratch on images and their captions.

    Radford et al. 2021, "Learning Transferable Visual Models From Natural Language Supervision"
    (arXiv:2103.00020), section 2.3 and figure 3: cross-entropy over the cosines of all images
    and captions of a minibatch, both ways, with a learnt temperature that is clipped at 100.
    Differs from the paper: both encoders are small transformers of the same width; words, not
    byte pairs, are the tokens; weights that are gains or biases decay too.

    Args:
        data: images in [0, 1] with captions in the column `text`; labels are not read.
        width: of a token in both encoders.
        depth: layers of each encoder.
        heads: of the attention; they divide the width.
        features: dimensions of the shared space.
        patch_size: side of a patch, pixels.
        max_length: longest text, tokens.
        batch_size: images with their captions in a minibatch.
        seed: of the initial weights and the minibatches.

    Returns:
        model: a CLIPModel with its tokenizer, in the hub's format.
        curve: metric `loss` by step, nats.

    Raises:
        ValueError: there are no captions, images are of several sizes or no squares, patches do not tile
            them, heads do not divide the width, a caption is too long, or the loss is not finite.
    """
    if "text" not in data.rows.column_names:
        raise ValueError("the data have no captions: there is no column `text`")
    side = _side(data)
    if side % patch_size:
        raise ValueError(f"patches of {patch_size} pixels do not tile images of {side}")
    if width % heads:
        raise ValueError(f"{heads} heads do not divide a width of {width}")
    captions = texts(data.rows["text"])
    sizes = Sizes(width, depth, heads, features, patch_size)
    encoder = build_dual_encoder(sizes, side, captions, max_length, seed).to(compute_device())
    device = encoder.image_mean.device
    ids = encoder.padded([encoder.ids(caption) for caption in captions])
    batches = Batches(len(data), batch_size, seed)
    network = encoder.clip.train()
    images = inputs_by_step(
        data,
        Transforms(()),
        batches.at,
        seed=seed,
        steps=plan.steps,
        device=device,
        workers=resources.workers,
    )

    def loss_at(step: int) -> Tensor:
        with torch.no_grad():
            network.logit_scale.clamp_(max=torch.tensor(LARGEST_SCALE).log())
        rows = batches.at(step).to(device)
        image, text = encode_images(encoder, encoder.pixels(images(step))), encode_texts(encoder, ids[rows])
        return contrastive_loss(network.logit_scale.exp() * image @ text.T)

    curve = fit(network, loss_at, plan, checkpoint=checkpoint)
    return Pretrained(encoder.cpu().model(), curve)


def _side(data: Dataset) -> int:
    """The side of all images, pixels.

    Raises:
        ValueError: they are of several sizes, or no squares.
    """
    shape = data.input_shape
    if shape is None:
        raise ValueError("the images are of several sizes; import them with `resize`")
    if len(shape) != 3 or shape[1] != shape[2]:
        raise ValueError(f"images are squares [channels, side, side], and these are {list(shape)}")
    return shape[2]


def contrastive_loss(logits: Tensor) -> Tensor:
    """The mean of both cross-entropies of a square of logits whose diagonal is right, nats."""
    target = torch.arange(len(logits), device=logits.device)
    return (cross_entropy(logits, target) + cross_entropy(logits.T, target)) / 2
