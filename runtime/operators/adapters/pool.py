"""Collect adapters, and what is known of each, into one artifact."""

from typing import Annotated

import torch
from torch import Tensor

from heldout.runtime.artifacts import Model
from heldout.runtime.models.lora_format import lora_updates
from heldout.runtime.operator import operator
from heldout.runtime.subtype import Of


@operator(seconds=0.1)
def pool(
    adapters: Annotated[list[Model], Of("adapter")],
    gates: Annotated[list[Model] | None, Of("gate")] = None,
    activations: Annotated[list[Model] | None, Of("activations")] = None,
) -> Annotated[Model, Of("adapter pool")]:
    """All adapters of a base, stacked, with their gates and mean activations.

    Muqeeth et al. 2024 (arXiv:2402.05859), section 3.1: what routing is given; no data.
    Differs from the paper: nothing.

    Args:
        adapters: of `adapters/lora`, over the same modules with the same rank.
        gates: of `adapters/gate`, in the adapters' order.
        activations: of `adapters/activations`, in the adapters' order.

    Returns:
        for every module `MODULE.lora_A` [adapters, rank, in], `MODULE.lora_B` [adapters, out, rank]
        (scaled), `MODULE.gate` and `MODULE.mean_input` [adapters, in]; `examples` [adapters, rows,
        width], cut to the fewest rows. The config's `members` name the adapters' tasks.

    Raises:
        ValueError: there are no adapters, they are of several shapes, or gates or activations are
            not of the same tasks.
    """
    if not adapters:
        raise ValueError("a pool needs at least one adapter")
    members = [_task(adapter) for adapter in adapters]
    for other in (gates, activations):
        if other is not None and [_task(model) for model in other] != members:
            raise ValueError(f"tasks {[_task(m) for m in other]} are not those of the adapters, {members}")
    updates = [lora_updates(adapter) for adapter in adapters]
    stacked = {}
    for name in updates[0]:
        stacked[f"{name}.lora_A"] = _stack([u.get(name, (None,))[0] for u in updates], name)
        stacked[f"{name}.lora_B"] = _stack([u[name].up for u in updates], name)
    for models in (gates or [], activations or []):
        for key in models[0].weights if models else ():
            if key != "examples":
                stacked[key] = _stack([model.weights[key][None] for model in models], key)
    if activations:
        rows = min(len(model.weights["examples"]) for model in activations)
        stacked["examples"] = torch.stack([model.weights["examples"][:rows] for model in activations])
    return Model(stacked, {"adapter": "pool", "members": members})


def _task(model: Model) -> str:
    return str(model.config.get("task", ""))


def _stack(parts: list[Tensor | None], name: str) -> Tensor:
    shapes = {None if part is None else tuple(part.shape) for part in parts}
    if len(shapes) > 1:
        raise ValueError(f"the adapters differ in {name!r}: {sorted(shapes, key=str)}")
    return torch.cat([part for part in parts if part is not None])
