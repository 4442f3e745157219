"""Train a classifier on several domains with one of the objectives."""

import json
from collections.abc import Hashable, Sequence
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from heldout.runtime.artifacts import Dataset, Model, Table, Trajectory
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.classifier_training.feed import Feed
from heldout.runtime.classifier_training.run import Run
from heldout.runtime.component import Choice, chosen
from heldout.runtime.groups import Searched
from heldout.runtime.operator import Call, Metrics, NotStackable, Use, loguniform, operator, stacked
from heldout.runtime.resources import NONE_ASKED, Resources
from heldout.runtime.stacked_training.runs import advance_together, begin_all, measure_speed
from heldout.runtime.subtype import NETWORK_INPUTS, Of
from heldout.runtime.training.options import AS_USUAL
from heldout.runtime.training.plan import Plan


class Followed(NamedTuple):
    model: Model
    curve: Annotated[Table, Metrics("loss")]
    trajectory: Annotated[Trajectory, Of("classifier")]


@operator(seconds=1.0, distributed=True, sharded=True)
def classifier(
    data: Annotated[Dataset, Use.TRAINS, NETWORK_INPUTS],
    start: Annotated[Model | None, Of("classifier", "text classifier", "image encoder", "regressor")] = None,
    *,
    checkpoint: Checkpoint,
    resources: Resources = NONE_ASKED,
    network: Annotated[str | dict[str, Any], Choice("networks")] = "mlp",
    objective: Annotated[str | dict[str, Any], Choice("objectives")] = "erm",
    augment: Annotated[Sequence[str | dict[str, Any]], Choice("transforms")] = (),
    preprocess: Annotated[Sequence[str | dict[str, Any]] | None, Choice("transforms")] = None,
    batch_size: Annotated[int, Field(ge=1)] = 32,
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0,
    keep_every: Annotated[int, Field(ge=1)] | None = None,
    plan: Annotated[
        Plan, Searched(learning_rate=loguniform(10**-4.5, 10**-2.5), weight_decay=loguniform(1e-6, 1e-2))
    ] = Plan(300, 1e-3, "adam"),
    seed: int = 0,
) -> Annotated[Followed, Of("classifier")]:
    """Train a classifier on labelled examples of one or more domains.

    Gulrajani & Lopez-Paz 2021, "In Search of Lost Domain Generalization" (arXiv:2007.01434),
    section 4: every step takes one minibatch of each training domain.
    Differs from the paper: the model is that of the last step; choosing among several is a matter of
    the study (`select/step`), not of training. As in DomainBed's code, batch norm
    takes its statistics of each domain by itself in CORAL, MMD, GroupDRO, Mixup, ANDMask, EQRM and
    MLDG, and Fish takes one domain after another; other objectives join all domains.

    Args:
        data: labelled examples; their column `domain` says which domain each is of (without the
            column they are one domain). A tensor `targets` holds soft labels, for objectives that
            ask for them.
        start: weights to start from instead of a fresh network; its network is used.
        network: a component of networks.
        objective: a component of objectives.
        augment: transforms of training pictures, in order, each a component of transforms. What is drawn for
            a picture is a function of the seed, the step and its row.
        preprocess: transforms that come after these, and that evaluators give a picture too: they are kept
            with the model. Left out, they are those of `start`; a fetched model brings encoded pictures to
            its size as its own `preprocessor_config.json` says.
        batch_size: examples of each domain in a minibatch.
        learning_rate: the highest; an objective may ask for another one.
        dropout: part of the features that is zero at each step, before the head and whatever else an
            objective does with them; DomainBed has it for its ResNets.
        keep_every: steps between two points at which the weights are kept for `trajectory`; none keeps
            none. The last step is a point too.
        seed: of the initial weights, the minibatches and the objective's own draws.

    Returns:
        model: the weights after the last step.
        curve: metric `loss`, the objective's value by step, nats.
        trajectory: the weights at the points of `keep_every`, which `evaluate/trajectory` scores and
            `select/step` chooses from; empty without it.

    Raises:
        ValueError: the loss is not a finite number (the step is named), or `start` does not fit.
    """
    run = Run(
        data,
        start,
        checkpoint=checkpoint,
        resources=resources,
        augment=augment,
        preprocess=preprocess,
        network=network,
        objective=objective,
        plan=plan,
        batch_size=batch_size,
        dropout=dropout,
        seed=seed,
        keep_every=keep_every,
    )
    run.to_the_end()
    return _outputs(run)


def _outputs(run: Run) -> Followed:
    model = run.model()
    return Followed(model, run.curve(), run.trajectory(model.config))


STACKED = ("adam", "sgd")  # the optimizers that a stack has, with their defaults


def stack_key(call: Call) -> Hashable:
    """What must be equal in a stack: all that decides shapes, loops and branches.

    Raises:
        NotStackable: a stack has not what is asked for.
    """
    plan: Plan = call["plan"]
    data: Dataset = call["data"]
    start: Model | None = call["start"]
    if plan.optimizer not in STACKED:
        raise NotStackable(f"the optimizer is none of {', '.join(STACKED)} with their defaults")
    if plan.clip is not None or plan.options != AS_USUAL:
        raise NotStackable("gradients are clipped, or an option such as `average` is asked for")
    if call["keep_every"] is not None or call["dropout"] != 0:
        raise NotStackable("weights are kept on the way, or features are dropped")
    if call["resources"].micro_batch is not None:
        raise NotStackable("a `micro_batch` is asked for")
    if not Feed.of(data, start, call["augment"], call["preprocess"]).whole:
        raise NotStackable("inputs are read one by one")
    saved = call["checkpoint"].load()
    names = data.rows["domain"].unique() if "domain" in data.rows.column_names else [""]
    objective = chosen("objectives", call["objective"])
    shared = getattr(objective.function, "equal_in_a_stack", ())
    fixed = {
        name: value == 0 if _is_number(value) and name not in shared else value
        for name, value in objective.hyperparameters.items()
    }
    described = {
        "network": call["network"] if start is None else start.config,
        "start": start is None or {name: list(weight.shape) for name, weight in start.weights.items()},
        "input": [list(data.x.shape[1:]), str(data.x.dtype), len(data.classes), len(names)],
        "targets": "targets" in data.tensors,
        "objective": [objective.name, fixed],
        "step": 0 if saved is None else saved[1]["step"],
        "batch_size": call["batch_size"],
        "plan": [plan.steps, plan.optimizer, plan.precision, plan.record_every],
    }
    return json.dumps(described, sort_keys=True)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@stacked(classifier, key=stack_key, measure=measure_speed, compiles=True)
def classifiers(calls: Sequence[Call], backend: str | None = None) -> list[Followed | Exception]:
    """Train classifiers of one shape at once, through `torch.compile` where a backend is named."""
    runs, results = begin_all(calls)
    failed = advance_together(list(runs.values()), backend) if runs else {}
    for place, (position, run) in enumerate(runs.items()):
        results[position] = failed.get(place) or _outputs(run)
    return results
