"""Adapt a classifier to a stream of inputs without labels, batch by batch."""

from collections.abc import Iterator
from typing import Annotated, Any, NamedTuple

import numpy as np
import pyarrow as pa
import torch
from pydantic import Field
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from heldout.runtime.artifacts import Dataset, Model, Predictions, Table, logits_column
from heldout.runtime.component import Choice, Chosen, chosen
from heldout.runtime.components.adaptations.contract import Source, State
from heldout.runtime.device import compute_device
from heldout.runtime.loading.in_order import at_once, inputs_in_order
from heldout.runtime.models.classifier import Classifier, restore_classifier
from heldout.runtime.operator import Metrics, Use, operator
from heldout.runtime.randomness import numpy_stream
from heldout.runtime.resources import NONE_ASKED, Resources
from heldout.runtime.subtype import NETWORK_INPUTS, Of

AT_ONCE = 512  # examples of the source, at most


class Adapted(NamedTuple):
    predictions: Annotated[Predictions, Of("logits")]
    state: Annotated[Model, Of("adaptation state")]
    cost: Annotated[Table, Metrics("flops", "overhead", "state_size")]


@operator(seconds=0.2)
def online(
    model: Annotated[Model, Of("classifier", "text classifier")],
    stream: Annotated[Dataset, Use.ADAPTS, NETWORK_INPUTS],
    source: Annotated[Dataset | None, Use.TRAINS, NETWORK_INPUTS] = None,
    state: Annotated[Model | None, Of("adaptation state")] = None,
    *,
    resources: Resources = NONE_ASKED,
    method: Annotated[str | dict[str, Any], Choice("adaptations")] = "none",
    batch_size: Annotated[int, Field(ge=1)] = 32,
    frozen: bool = False,
    shuffle: int | None = None,
) -> Adapted:
    """Online test-time adaptation: each batch is predicted once, when it comes, and learnt from.

    Wang et al. 2021, "Tent" (arXiv:2006.10726), section 3: the setting, online and without
    resets. With `state`, the stream goes on from another one: successive target domains.
    Differs from the paper: nothing. Costs are counted and not timed, since a clock would make the
    same task give other bytes.

    Args:
        model: the classifier, as it was trained.
        stream: the inputs, in order; their labels are hidden.
        source: labelled training data, for a method that starts with a memory of them.
        state: what the method has become on an earlier stream; without it, it starts anew.
        method: a component of adaptations.
        batch_size: examples that come at a time; the last batch may be smaller.
        frozen: use the state and leave it as it is, as where a deployed memory must not grow, or
            an earlier domain is tested again.
        shuffle: seed of a random order of the stream; without it, the data's own.

    Returns:
        predictions: id, logits and, where the data have one, domain of every example, in the
            stream's order, without labels; `evaluate/adapted` joins them.
        state: the method's state after the stream, tensors by name; no model by itself.
        cost: `flops`, floating-point operations for an example, forward and backward, by
            torch's counter (products of matrices and convolutions), without what building the
            first state takes; `overhead`, that beyond one forward pass of the classifier, in
            forward passes; `state_size`, numbers in the last state.

    Raises:
        ValueError: the model is no classifier or does not fit the stream, the stream is empty, the
            state is of another method, or the method lacks what it needs.
    """
    device = compute_device()
    module = restore_classifier(model).to(device).eval().requires_grad_(False)
    if len(stream) == 0:
        raise ValueError("the stream has no examples")
    if shuffle is not None:
        stream = stream.take(numpy_stream(shuffle, "stream").permutation(len(stream)))
    adapt = chosen("adaptations", method)

    def read(data: Dataset, size: int) -> Iterator[Tensor]:
        return inputs_in_order(data, module.shape, module.preprocess, size, device, resources.workers)

    if state is None:
        size = at_once(AT_ONCE, module.shape)
        given = None if source is None else Source(read(source, size), source.labels)
        now = _first_state(adapt, module, given)
    else:
        now = _resumed(adapt.name, state, device)
    logits = []
    inputs = read(stream, batch_size)
    first: Tensor | None = None
    with FlopCounterMode(display=False) as counter:
        for x in inputs:
            first = x[:1] if first is None else first
            step = adapt(module, x, now)
            logits.append(step.logits.float().cpu())
            now = now if frozen else step.state
    flops = counter.get_total_flops() / len(stream)
    assert first is not None
    forward = _forward_flops(module, first)
    cost = {
        "flops": flops,
        "overhead": flops / forward - 1,
        "state_size": sum(tensor.numel() for tensor in now.values()),
    }
    return Adapted(
        _unlabelled_predictions(stream, torch.cat(logits).numpy()),
        Model(weights=now, config={"adaptation": adapt.name}),
        Table.of(cost),
    )


def _first_state(adapt: Chosen, module: Classifier, source: Source | None) -> State:
    initial = getattr(adapt.function, "initial_state", None)
    return {} if initial is None else initial(module, source)


def _resumed(name: str, state: Model, device: torch.device) -> State:
    of = state.config.get("adaptation")
    if of != name:
        raise ValueError(f"the state is {of or 'no adaptation'}'s, and the method is {name}")
    return {key: tensor.to(device) for key, tensor in state.weights.items()}


def _forward_flops(module: Classifier, x: Tensor) -> int:
    """Floating-point operations of one forward pass of one example."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        module(x)
    flops: int = counter.get_total_flops()
    return flops


def _unlabelled_predictions(stream: Dataset, logits: np.ndarray) -> Predictions:
    columns = {name: stream.rows[name] for name in ("id", "domain") if name in stream.rows.column_names}
    return Predictions(pa.table(columns | {"logits": logits_column(logits)}))
