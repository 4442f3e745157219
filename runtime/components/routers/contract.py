"""What a router is given, and what routers share."""

from collections.abc import Callable, Mapping
from typing import Concatenate, NamedTuple

import torch
from torch import Tensor

from heldout.runtime.artifacts import Model
from heldout.runtime.models.lora_format import CONFIG, lora_updates
from heldout.runtime.models.low_rank import Update


class Pool(NamedTuple):
    """Adapters and what is known of each.

    Attributes:
        members: the adapters' tasks.
        updates: by module, stacked over the members.
        gates: by module, [members, in_features]; empty where the pool has none.
        mean_inputs: by module, [members, in_features]; empty where the pool has none.
        examples: embeddings of training examples, [members, rows, width], of length 1; None where
            the pool has none.
    """

    members: tuple[str, ...]
    updates: Mapping[str, Update]
    gates: Mapping[str, Tensor]
    mean_inputs: Mapping[str, Tensor]
    examples: Tensor | None


class Tokens(NamedTuple):
    """What one module reads, and in which examples.

    Attributes:
        module: its name.
        inputs: [batch, length, in_features].
        embeddings: of the examples' inputs, [batch, width], of length 1.
    """

    module: str
    inputs: Tensor
    embeddings: Tensor


# To weights [batch, length, members], not negative; or all zero, which leaves the base as it is.
Router = Callable[Concatenate[Pool, Tokens, ...], Tensor]


def pool_of(model: Model, device: torch.device) -> Pool:
    """The pool of an artifact: of `adapters/pool`, or a single adapter as a pool of one.

    Raises:
        ValueError: the artifact is neither.
    """
    if CONFIG in model.files:
        single = {n: Update(*(w.to(device) for w in u)) for n, u in lora_updates(model).items()}
        return Pool((str(model.config.get("task", "")),), single, {}, {}, None)
    if model.config.get("adapter") != "pool":
        raise ValueError("routing needs a pool of adapters, or one adapter")

    def ending(suffix: str) -> dict[str, Tensor]:
        return {k.removesuffix(suffix): w.to(device) for k, w in model.weights.items() if k.endswith(suffix)}

    ups = ending(".lora_B")
    examples = model.weights.get("examples")
    return Pool(
        members=tuple(model.config["members"]),
        updates={name: Update(down, ups[name]) for name, down in ending(".lora_A").items()},
        gates=ending(".gate"),
        mean_inputs=ending(".mean_input"),
        examples=None if examples is None else examples.to(device),
    )


def standardized(vectors: Tensor) -> Tensor:
    """Less the mean over the last dimension, divided by the standard deviation over it."""
    return torch.nn.functional.layer_norm(vectors, vectors.shape[-1:])


def top_weights(scores: Tensor, k: int) -> Tensor:
    """The softmax over the k largest scores of the last dimension, 0 elsewhere.

    Raises:
        ValueError: k is not between 1 and the number of scores.
    """
    if not 1 <= k <= scores.shape[-1]:
        raise ValueError(f"top {k} of {scores.shape[-1]} adapters cannot be taken")
    best, where = scores.topk(k, dim=-1)
    return torch.zeros_like(scores).scatter(-1, where, best.softmax(-1))


def vector_scores(vectors: Tensor, inputs: Tensor) -> Tensor:
    """Standardized inputs times standardized vectors, over the root of the dimension.

    Args:
        vectors: one a member, [members, in_features].
        inputs: [..., in_features].

    Returns:
        [..., members].
    """
    root: float = inputs.shape[-1] ** 0.5
    return standardized(inputs) @ standardized(vectors).T / root


def for_every_token(weights: Tensor, inputs: Tensor) -> Tensor:
    """Weights of whole examples or of all of them, [batch or 1, members], at each of their tokens."""
    return weights[:, None, :].expand(inputs.shape[0], inputs.shape[1], -1)
