"""Train a classifier on all examples at once, and keep its weights along the way."""

from typing import Annotated, Any, NamedTuple

from pydantic import Field

from heldout.runtime.artifacts import Dataset, Model, Table, Trajectory
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.component import Choice
from heldout.runtime.operator import Metrics, Use, loguniform, operator
from heldout.runtime.operators.train._full_batch_run import (
    FullBatchRun,
    FullBatchSettings,
    Optimizer,
    Precision,
)
from heldout.runtime.subtype import NETWORK_INPUTS, Of

Rate = Annotated[float, Field(ge=0.0, lt=1.0)]


class Followed(NamedTuple):
    model: Model
    curve: Annotated[
        Table,
        Metrics(
            "train_loss",
            "train_accuracy",
            "zero_gradient_share",
            "logit_scale",
            "weight_norm",
            "scaling_alignment",
        ),
    ]
    trajectory: Annotated[Trajectory, Of("classifier")]


@operator(seconds=5.0)
def full_batch(
    data: Annotated[Dataset, Use.TRAINS, NETWORK_INPUTS],
    start: Annotated[Model | None, Of("classifier", "text classifier", "image encoder", "regressor")] = None,
    *,
    checkpoint: Checkpoint,
    network: Annotated[str | dict[str, Any], Choice("networks")] = "mlp",
    loss: Annotated[str | dict[str, Any], Choice("losses")] = "cross-entropy",
    gradient_transform: Annotated[str | dict[str, Any] | None, Choice("gradient-transforms")] = None,
    optimizer: Optimizer = "adamw",
    learning_rate: Annotated[float, Field(gt=0), loguniform(1e-4, 1e-1)] = 1e-3,
    weight_decay: Annotated[float, Field(ge=0), loguniform(1e-3, 1e1)] = 0.0,
    momentum: Rate = 0.9,
    second_moment: Rate = 0.98,
    epsilon: Annotated[float, Field(gt=0.0)] = 1e-8,
    precision: Precision = "float32",
    steps: Annotated[int, Field(ge=1)] = 1000,
    points: Annotated[int, Field(ge=1)] = 32,
    seed: int = 0,
) -> Annotated[Followed, Of("classifier")]:
    """Train on all examples at every step, long past the point at which they are fitted.

    Power et al. 2022, "Grokking: Generalization Beyond Overfitting on Small Algorithmic Datasets"
    (arXiv:2201.02177); the probes are those of Prieto et al. 2025, "Grokking at the Edge of Numerical
    Stability" (arXiv:2501.04697), sections 3 and 4.
    Differs from the paper: full batches (as in the second); test data are no input here:
    `evaluate/trajectory` scores the weights that were kept.

    Args:
        data: labelled examples; they are all one batch.
        start: weights to start from instead of a fresh network; its network is used.
        network: a component of networks.
        loss: a component of losses, with the precision in which it is computed.
        gradient_transform: a component of gradient_transforms; none leaves the gradient as it is.
        optimizer: AdamW, or gradient descent with momentum.
        learning_rate: of the optimizer.
        weight_decay: decoupled for AdamW, an L2 penalty for gradient descent, as torch has them.
        momentum: of gradient descent; for AdamW the decay of the first moment.
        second_moment: decay of AdamW's second moment.
        epsilon: of AdamW; one far below the gradients keeps its steps of one size as they shrink.
        precision: of the weights, the forward pass and the optimizer.
        steps: updates of the weights.
        points: places on the logarithmic grid from step 1 to the last at which the run is probed and
            its weights are kept; step 0 is one more, and places that round to one step are one.
        seed: of the initial weights.

    Returns:
        model: the weights after the last step.
        curve: by step (updates made): train_loss (mean, nats); train_accuracy; zero_gradient_share
            (examples whose loss has a gradient of exactly zero in the label's logit: Softmax
            Collapse); logit_scale (mean over examples of the largest absolute logit); weight_norm
            (L2 norm of all parameters); scaling_alignment (cosine between the negative gradient,
            before any transform, and the weights: the direction that only scales the logits, exactly
            where the network is homogeneous, nearly where it has biases; no point where the
            gradient is zero).
        trajectory: the weights at those steps.

    Raises:
        ValueError: there are no examples, the loss is not a finite number (the step is named), or
            `start` does not fit.
    """
    run = FullBatchRun(
        data,
        start,
        checkpoint=checkpoint,
        settings=FullBatchSettings(
            network=network,
            loss=loss,
            gradient_transform=gradient_transform,
            optimizer=optimizer,
            learning_rate=learning_rate,
            weight_decay=weight_decay,
            momentum=momentum,
            second_moment=second_moment,
            epsilon=epsilon,
            precision=precision,
            steps=steps,
            points=points,
            seed=seed,
        ),
    )
    while not run.ended:
        run.advance()
    return Followed(run.model(), run.curve(), run.trajectory())
