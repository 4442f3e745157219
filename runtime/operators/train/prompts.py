"""Learn prompts in front of a frozen CLIP from a few labelled images."""

from dataclasses import dataclass, field
from typing import Annotated, Any, NamedTuple

from pydantic import Field
from torch import Tensor

from heldout.runtime.artifacts import Dataset, Model, Table
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.component import Choice
from heldout.runtime.device import compute_device
from heldout.runtime.groups import Searched
from heldout.runtime.models.dual_encoder import restore_dual_encoder
from heldout.runtime.operator import Metrics, Use, loguniform, operator
from heldout.runtime.prompting.classifier import PromptedClassifier, build_learner
from heldout.runtime.subtype import Of
from heldout.runtime.training.batches import Batches
from heldout.runtime.training.fit import fit, loss_curve
from heldout.runtime.training.plan import Plan

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
        data: labelled images in [0, 1] of the classes to learn; class names are read.
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
    images, labels = classifier.images(data.x), data.labels.to(device)

    def loss_at(step: int) -> Tensor:
        rows = batches.at(step).to(device)
        return classifier.loss(images[rows], labels[rows])

    if list(module.parameters()):
        curve = fit(module, loss_at, plan, checkpoint=checkpoint)
    else:
        curve = loss_curve({0: loss_at(0).item()})
    config = {"kind": "prompts", "learner": learner, "template": template}
    return Learnt(Model(module.cpu().state_dict(), config), curve)
