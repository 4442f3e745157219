"""Train a network that predicts numbers, on several domains."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from heldout.runtime.artifacts import Dataset, Model
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.component import Choice
from heldout.runtime.groups import Searched
from heldout.runtime.operator import Use, loguniform, operator
from heldout.runtime.operators.train._regressor_run import RegressorRun
from heldout.runtime.resources import NONE_ASKED, Resources
from heldout.runtime.subtype import Of
from heldout.runtime.training.plan import Plan
from heldout.runtime.training.trained import Trained


@operator(seconds=1.0)
def regressor(
    data: Annotated[Dataset, Use.TRAINS, Of("measurements")],
    start: Annotated[Model | None, Of("classifier", "text classifier", "image encoder", "regressor")] = None,
    *,
    checkpoint: Checkpoint,
    resources: Resources = NONE_ASKED,
    network: Annotated[str | dict[str, Any], Choice("networks")] = "mlp",
    objective: Annotated[str | dict[str, Any], Choice("regression-objectives")] = "erm",
    loss: Annotated[str | dict[str, Any], Choice("regression-losses")] = "squared-error",
    standardize: bool = True,
    augment: Annotated[Sequence[str | dict[str, Any]], Choice("transforms")] = (),
    preprocess: Annotated[Sequence[str | dict[str, Any]] | None, Choice("transforms")] = None,
    batch_size: Annotated[int, Field(ge=1)] = 32,
    plan: Annotated[
        Plan, Searched(learning_rate=loguniform(10**-4.5, 10**-2.5), weight_decay=loguniform(1e-6, 1e-2))
    ] = Plan(300, 1e-3, "adam"),
    seed: int = 0,
) -> Annotated[Trained, Of("regressor")]:
    """Train a network on examples of one or more domains whose labels are numbers.

    Gulrajani & Lopez-Paz 2021, "In Search of Lost Domain Generalization" (arXiv:2007.01434),
    section 4: every step takes one minibatch of each training domain, as `train/classifier` does.
    Differs from the paper: labels are numbers; the last step's weights are kept; batch norm sees the
    domains that an objective passes together.

    Args:
        data: examples whose labels are numbers, one or several a row; their column `domain` says which
            domain each is of (without the column they are one domain).
        start: weights to start from instead of a fresh network; its network is used, and its head
            where it predicts as many numbers.
        network: a component of networks.
        objective: a component of regression-objectives.
        loss: a component of regression-losses: what an error costs.
        standardize: train on labels less their mean over `data`, in standard deviations, each output by
            itself. The model's head is brought back to the labels' own unit.
        augment: transforms of training pictures, in order, each a component of transforms. What is drawn for
            a picture is a function of the seed, the step and its row.
        preprocess: transforms that come after these, and that evaluators give a picture too: they are kept
            with the model. Left out, they are those of `start`; a fetched model brings encoded pictures to
            its size as its own `preprocessor_config.json` says.
        batch_size: examples of each domain in a minibatch.
        seed: of the initial weights, the minibatches and the objective's own draws.

    Returns:
        model: the weights after the last step; it predicts in the labels' own unit.
        curve: metric `loss`, the objective's value by step, of labels as the network learns them.

    Raises:
        ValueError: labels are classes, the loss is not a finite number (the step is named), or
            `start` does not fit.
    """
    run = RegressorRun(
        data,
        start,
        checkpoint=checkpoint,
        resources=resources,
        augment=augment,
        preprocess=preprocess,
        network=network,
        objective=objective,
        loss=loss,
        standardize=standardize,
        plan=plan,
        batch_size=batch_size,
        seed=seed,
    )
    run.to_the_end()
    return Trained(run.model(), run.curve())
