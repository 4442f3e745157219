"""Low-rank updates of a frozen model's linear modules, one or many, weighed token by token."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

# Of a module's name and its inputs [batch, length, in_features]: [batch, length, num_updates].
Weigh = Callable[[str, Tensor], Tensor]


class Update(NamedTuple):
    """Low-rank updates of one linear module: output + sum_e weight_e up_e down_e input.

    Attributes:
        down: [num_updates, rank, in_features], A in the literature.
        up: [num_updates, out_features, rank], B, already scaled by alpha / rank.
    """

    down: Tensor
    up: Tensor


def linear_modules(module: nn.Module, pattern: str) -> dict[str, nn.Linear]:
    """The linear modules inside the model whose whole name matches, in its order; never the head.

    Raises:
        ValueError: none does.
    """
    output_embeddings = getattr(module, "get_output_embeddings", None)
    head = None if output_embeddings is None else output_embeddings()
    found = {
        name: inner
        for name, inner in module.named_modules()
        if isinstance(inner, nn.Linear) and inner is not head and re.fullmatch(pattern, name)
    }
    if not found:
        raise ValueError(f"no linear module has a name like {pattern!r}")
    return found


def updated_output(update: Update, inputs: Tensor, weights: Tensor) -> Tensor:
    """What the updates add to a module's output.

    Args:
        update: of the module.
        inputs: [..., in_features].
        weights: [..., num_updates].

    Returns:
        [..., out_features], the unit of the module's output.
    """
    count, rank, _ = update.down.shape
    inner = torch.unflatten(inputs @ update.down.flatten(0, 1).T, -1, (count, rank))
    inner = (inner * weights.unsqueeze(-1)).flatten(-2)
    return inner @ update.up.transpose(1, 2).flatten(0, 1)


@contextmanager
def updated(module: nn.Module, updates: Mapping[str, Update], weigh: Weigh) -> Iterator[None]:
    """Within this block the model computes with the updates; after it, without.

    Args:
        module: the model; its weights stay as they are.
        updates: by the name of a linear module.
        weigh: how much of each update a module's input gets.

    Raises:
        ValueError: the model has no such module, or one of another size.
    """
    hooks = []
    try:
        for name, update in updates.items():
            linear = _module_of(module, name)
            if (linear.in_features, linear.out_features) != (update.down.shape[2], update.up.shape[1]):
                raise ValueError(
                    f"the update of {name!r} is of another size than "
                    f"{linear.in_features} x {linear.out_features}"
                )
            hooks.append(linear.register_forward_hook(_adding(name, update, weigh)))
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _module_of(module: nn.Module, name: str) -> nn.Linear:
    try:
        found = module.get_submodule(name)
    except AttributeError as error:
        raise ValueError(f"the model has no module {name!r}") from error
    if not isinstance(found, nn.Linear):
        raise ValueError(f"{name!r} is no linear module")
    return found


def _adding(name: str, update: Update, weigh: Weigh) -> Callable[..., Tensor]:
    def hook(_module: nn.Module, arguments: tuple[Any, ...], output: Tensor) -> Tensor:
        (inputs,) = arguments
        return output + updated_output(update, inputs, weigh(name, inputs))

    return hook


def in_full(_name: str, inputs: Tensor) -> Tensor:
    """The weight of a single update that is always there: 1, [..., 1]."""
    return torch.ones((*inputs.shape[:-1], 1), dtype=inputs.dtype, device=inputs.device)
