"""What a model costs, counted: parameters, bytes, and operations of a forward pass."""

from typing import Annotated

import torch
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from heldout.runtime.artifacts import Dataset, Model, Table
from heldout.runtime.artifacts.dataset import IMAGE
from heldout.runtime.device import compute_device
from heldout.runtime.loading.in_order import inputs_in_order
from heldout.runtime.models.causal_network import CausalNetwork
from heldout.runtime.models.classifier import Classifier
from heldout.runtime.operator import Metrics, Use, operator
from heldout.runtime.restoring.restore import restore


@operator(seconds=0.2)
def cost(
    model: Model,
    data: Annotated[Dataset | None, Use.ADAPTS] = None,
    part: Model | None = None,
) -> Annotated[Table, Metrics("parameters", "trainable", "bytes", "flops")]:
    """Parameters, bytes of weights, and floating-point operations of a forward pass.

    Counted and not measured: the numbers are the same on every machine.

    Operations are those of torch's `FlopCounterMode`, as in `adapt/online`: of products of matrices and of
    convolutions, two for each multiplication with its addition, without biases, norms, activations and
    embeddings. Attention is computed by its two products, so that it counts whichever kernel a machine has
    for it, and a causal one counts in full. Recurrent layers, of which torch's counter sees nothing, are
    refused.

    Args:
        model: a classifier, of inputs or of a graph's nodes, a language model, an encoder-decoder or a CLIP.
        data: inputs of a classifier, or sequences of a language model: their first example is passed through
            it, a sequence with its padding. Labels and answers are not looked at.
        part: what alone was trained, where that is a part beside the model, such as an adapter.

    Returns:
        parameters: numbers that training changes or may have changed, each once, also where layers share
            it; buffers, such as a batch norm's means, are none.
        trainable: those of them that are not frozen; of a `part`, its numbers.
        bytes: of the weights as they are stored, a part's among them.
        flops: of one forward pass of one example, without what a part adds; where there are data.

    Raises:
        ValueError: the model is none of these, or does not fit the data; there are no examples; or the
            operations of a model of its kind are not counted.
    """
    module = restore(model)
    counted = {
        "parameters": sum(one.numel() for one in module.parameters()),
        "trainable": sum(one.numel() for one in module.parameters() if one.requires_grad)
        if part is None
        else sum(one.numel() for one in part.weights.values()),
        "bytes": _bytes(model) + _bytes(part),
    }
    if data is None:
        return Table.of(counted)
    device = compute_device()
    return Table.of(counted | {"flops": forward_flops(module.to(device), _example(module, data, device))})


def forward_flops(module: nn.Module, example: Tensor) -> int:
    """Floating-point operations of one forward pass.

    Raises:
        ValueError: it has recurrent layers.
    """
    if any(isinstance(part, nn.RNNBase) for part in module.modules()):
        raise ValueError("torch's counter sees no operations of recurrent layers")
    with (
        torch.no_grad(),
        sdpa_kernel(SDPBackend.MATH),
        FlopCounterMode(display=False) as counter,
    ):
        module(example)
    flops: int = counter.get_total_flops()
    return flops


def _bytes(model: Model | None) -> int:
    """Of the weights as they are stored, those of what they tune among them."""
    if model is None:
        return 0
    own = sum(one.numel() * one.element_size() for one in model.weights.values())
    return own + _bytes(model.base)


def _example(module: nn.Module, data: Dataset, device: torch.device) -> Tensor:
    """The first example, as a batch of one, as the model takes it.

    Raises:
        ValueError: there is none, or not of the kind that the model takes.
    """
    if len(data) == 0:
        raise ValueError("there are no examples")
    name = "tokens" if isinstance(module, CausalNetwork) else "x"
    if not isinstance(module, CausalNetwork | Classifier):
        kind = type(module).__name__
        raise ValueError(f"operations of a {kind} are not counted: leave out `data`, and have its parameters")
    if name not in data.tensors and not (name == "x" and IMAGE in data.encoded):
        raise ValueError(f"the data have no tensor {name!r}, which the model takes")
    if isinstance(module, Classifier):
        return next(inputs_in_order(data.take([0]), module.shape, module.preprocess, 1, device))
    return data.at(name, [0]).to(device)
