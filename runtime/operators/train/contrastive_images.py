"""Learn features of images without labels, by telling views of one from views of others."""

from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize

from heldout.runtime.artifacts import Dataset, Model, Table
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.component import Choice
from heldout.runtime.components.transforms.contract import Transforms
from heldout.runtime.device import compute_device
from heldout.runtime.groups import Searched
from heldout.runtime.loading.by_step import inputs_by_step
from heldout.runtime.loading.in_order import prepared_shape
from heldout.runtime.models.classifier import build_classifier
from heldout.runtime.operator import Metrics, Use, loguniform, operator
from heldout.runtime.operators.train._image_views import Views, random_views
from heldout.runtime.randomness import stable_seed, torch_stream
from heldout.runtime.resources import NONE_ASKED, Resources
from heldout.runtime.subtype import Of
from heldout.runtime.training.batches import Batches
from heldout.runtime.training.fit import fit
from heldout.runtime.training.plan import Plan

NotNegative = Annotated[float, Field(ge=0.0)]
Count = Annotated[int, Field(ge=1)]


class Pretrained(NamedTuple):
    model: Model
    curve: Annotated[Table, Metrics("loss")]


@operator(seconds=3.0)
def contrastive_images(
    data: Annotated[Dataset, Use.ADAPTS, Of("images", "captioned images")],
    *,
    checkpoint: Checkpoint,
    resources: Resources = NONE_ASKED,
    preprocess: Annotated[Sequence[str | dict[str, Any]], Choice("transforms")] = (),
    network: Annotated[str | dict[str, Any], Choice("networks")] = "mlp",
    projection: Count = 32,
    temperature: Annotated[float, Field(gt=0.0), loguniform(0.05, 1.0)] = 0.2,
    shift: NotNegative = 1.0,
    turn: NotNegative = 15.0,
    scale: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.1,
    noise: NotNegative = 0.1,
    batch_size: Annotated[int, Field(ge=2)] = 128,
    plan: Annotated[Plan, Searched(learning_rate=loguniform(1e-4, 1e-2))] = Plan(
        500, 1e-3, "adamw", weight_decay=1e-4, schedule="cosine"
    ),
    seed: int = 0,
) -> Annotated[Pretrained, Of("image encoder")]:
    """A network whose features know views of the same image, trained without a label.

    Chen et al. 2020, "A Simple Framework for Contrastive Learning of Visual Representations"
    (arXiv:2002.05709), section 2 and algorithm 1: two views of each image, a projection of one
    hidden layer that is thrown away afterwards, NT-Xent (equation 1).
    Differs from the paper: views are shifts, turns, changes of size and noise, which suit small
    grey images, in the place of crops, colours and blur; AdamW in the place of LARS.

    Args:
        data: images, [channels, height, width] each, of which no label is read.
        preprocess: transforms of each image before its views are made, which are kept with the model: what
            is trained from it and evaluators do the same.
        network: a component of networks.
        projection: dimensions in which views are compared.
        temperature: by which their cosines are divided.
        shift: of a view, pixels, at most.
        turn: of a view, degrees, at most.
        scale: change of a view's size, at most.
        noise: of a view, standard deviation, in the unit of the pixels.
        batch_size: images in a minibatch; the others of it are what an image is told from.
        seed: of the initial weights, the minibatches and the views.

    Returns:
        model: the network without a head; `train/classifier` gives it one (`start`).
        curve: metric `loss` by step, nats.

    Raises:
        ValueError: the inputs are no images, there are fewer than two, they are of several sizes after
            `preprocess`, or the loss is not finite.
    """
    device, transforms = compute_device(), Transforms(preprocess)
    shape = prepared_shape(data, transforms)
    if len(shape) != 3 or len(data) < 2:
        raise ValueError(
            f"contrastive-images needs two images or more, got {len(data)} inputs of {list(shape)}"
        )
    module = build_classifier(network, shape, num_classes=1, seed=seed)
    trained = nn.Sequential(module.featurizer, _projection(module.featurizer.num_features, projection, seed))
    trained.to(device).train()
    batches = Batches(len(data), batch_size, seed)
    images = inputs_by_step(
        data, transforms, batches.at, seed=seed, steps=plan.steps, device=device, workers=resources.workers
    )
    views = Views(shift, turn, scale, noise)

    def loss_at(step: int) -> Tensor:
        stream = torch_stream(seed, "views", str(step))
        twice = torch.cat([images(step)] * 2)
        return nt_xent(trained(random_views(twice, views, stream)), temperature)

    curve = fit(trained, loss_at, plan, checkpoint=checkpoint)
    weights = {f"featurizer.{name}": value for name, value in module.featurizer.state_dict().items()}
    config = {"network": network, "shape": list(shape), "num_classes": None}
    kept = {"preprocess": list(preprocess)} if preprocess else {}
    return Pretrained(Model(weights=weights, config=config | kept), curve)


def nt_xent(projected: Tensor, temperature: float) -> Tensor:
    """The normalised temperature-scaled cross-entropy (equation 1).

    Args:
        projected: [2n, dimensions]; rows i and n + i are views of one image.
        temperature: by which cosines are divided.

    Returns:
        mean over all 2n views, shape [], nats.
    """
    unit = normalize(projected, dim=1)
    count = len(unit)
    own = torch.eye(count, dtype=torch.bool, device=unit.device)
    logits = (unit @ unit.T / temperature).masked_fill(own, -torch.inf)
    return cross_entropy(logits, torch.arange(count, device=unit.device).roll(count // 2))


def _projection(num_features: int, dimensions: int, seed: int) -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(stable_seed(seed, "projection"))
        return nn.Sequential(
            nn.Linear(num_features, num_features), nn.ReLU(), nn.Linear(num_features, dimensions)
        )
