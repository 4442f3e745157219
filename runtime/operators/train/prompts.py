"""Learn prompts in front of a frozen CLIP from a few labelled images."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, NamedTuple

import torch
from pydantic import Field
from torch import Tensor

from heldout.runtime.artifacts import Dataset, Model, Table
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.component import Choice
from heldout.runtime.components.transforms.contract import Transforms
from heldout.runtime.device import compute_device
from heldout.runtime.groups import Searched
from heldout.runtime.loading.by_step import inputs_by_step
from heldout.runtime.loading.in_order import inputs_in_order
from heldout.runtime.models.dual_encoder import restore_dual_encoder
from heldout.runtime.operator import Metrics, Use, loguniform, operator
from heldout.runtime.prompting.classifier import PromptedClassifier, build_learner
from heldout.runtime.resources import NONE_ASKED, Resources
from heldout.runtime.subtype import Of
from heldout.runtime.training.batches import Batches
from heldout.runtime.training.fit import fit, loss_curve
from heldout.runtime.training.plan import Plan

AT_ONCE = 64  # images whose features are computed, where they are computed once for all steps
MOMENTUM = {"sgd": {"momentum": 0.9}}


@dataclass(frozen=True)
class UnclippedPlan(Plan):
    """One that clips no gradients: here `clip` is the model."""

    clip: None = field(default=None, init=False)


class Learnt(NamedTuple):
    prompts: Model
    curve: Annotated[Table, Metrics("loss")]


@operator(seconds=3.0)
def prompts(
    data: Annotated[Dataset, Use.TRAINS, Of("images", "captioned images")],
    clip: Annotated[Model, Of("dual encoder")],
    *,
    checkpoint: Checkpoint,
    resources: Resources = NONE_ASKED,
    learner: Annotated[str | dict[str, Any], Choice("prompts")] = "maple",
    template: str = "a photo of a {}.",
    batch_size: Annotated[int, Field(ge=1)] = 4,
    plan: Annotated[UnclippedPlan, Searched(learning_rate=loguniform(1e-4, 1e-1))] = UnclippedPlan(
        1000, 0.0035, MOMENTUM, weight_decay=5e-4, warmup=0.2, schedule="cosine", record_every=20
    ),
    seed: int = 0,
) -> Annotated[Learnt, Of("prompts")]:
    """Prompts that make a frozen CLIP tell some classes apart, by cross-entropy on a few images.

    Khattak et al. 2023, "MaPLe: Multi-modal Prompt Learning" (arXiv:2210.03117), section 4,
    implementation details: SGD with rate 0.0035 and batches of 4, in one recipe for all ways of
    prompting, as in its ablations.
    Differs from the paper: steps are counted and not epochs, the rate rises linearly in the
    first steps in place of one epoch at 1e-5, and images are not augmented.

    Args:
        data: labelled images in [0, 1] of the classes to learn; class names are read. Pictures that are kept
            as files are brought to the model's size as its preprocessor says.
        clip: the model; its weights stay as they are.
        learner: a component of prompts.
        template: a text with one place, `{}`, for the class name; its words before that are
            where the context starts.
        batch_size: images in a minibatch.
        seed: of the initial prompts and the minibatches.

    Returns:
        prompts: their weights, and in the config the learner and the template. The model is not
            part of it.
        curve: metric `loss` by step, nats; of the first minibatch alone where nothing is learnt.

    Raises:
        ValueError: the model is no CLIP, data and prompts do not fit it, its vocabulary lacks a
            word, or the loss is not finite.
    """
    device = compute_device()
    encoder = restore_dual_encoder(clip).to(device)
    module = build_learner(encoder, learner, template, seed).to(device)
    classifier = PromptedClassifier(encoder, module, template, data.classes)
    batches = Batches(len(data), batch_size, seed)
    labels = data.labels.to(device)
    images = _images_by_step(
        classifier, data, batches, seed=seed, steps=plan.steps, device=device, workers=resources.workers
    )

    def loss_at(step: int) -> Tensor:
        return classifier.loss(images(step), labels[batches.at(step).to(device)])

    if list(module.parameters()):
        curve = fit(module, loss_at, plan, checkpoint=checkpoint)
    else:
        curve = loss_curve({0: loss_at(0).item()})
    config = {"kind": "prompts", "learner": learner, "template": template}
    return Learnt(Model(module.cpu().state_dict(), config), curve)


def _images_by_step(
    classifier: PromptedClassifier,
    data: Dataset,
    batches: Batches,
    *,
    seed: int,
    steps: int,
    device: torch.device,
    workers: int,
) -> Callable[[int], Tensor]:
    """From a step to its images as the classifier takes them: features, computed once, where they can be."""
    prepared, shape = classifier.prepared(data), classifier.encoder.shape
    if classifier.learner.num_image == 0:
        parts = inputs_in_order(data, shape, prepared, AT_ONCE, device, workers)
        features = torch.cat([classifier.images(x) for x in parts])
        return lambda step: features[batches.at(step).to(device)]
    pictures = inputs_by_step(
        data, Transforms(prepared), batches.at, seed=seed, steps=steps, device=device, workers=workers
    )
    return lambda step: classifier.images(pictures(step))
