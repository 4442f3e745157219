"""Groups of parameters: which learn slower, and which decay."""

import re
from collections.abc import Mapping
from typing import Any

from torch import Tensor

from heldout.runtime.training.options import TrainingOptions

HEAD = re.compile(r"(^|\.)(head|classifier|score|lm_head)(\.|$)")
LAYER = re.compile(r"(?:^|\.)(?:layers?|blocks?|stages?|h)\.?(\d+)(?:\.|$)")


def parameter_groups(
    trained: Mapping[str, Tensor], weight_decay: float, options: TrainingOptions
) -> list[dict[str, Any]]:
    """Parameters with the same rate and decay, in groups as torch's optimizers take them.

    Args:
        trained: by name, in the order of the module.
        weight_decay: of those that decay.
        options: what is asked for.

    Returns:
        groups, each with its `params`, its `weight_decay`, and its `scale`, by which the loop multiplies the
        learning rate. Where nothing is asked for, all parameters are one.

    Raises:
        ValueError: layers are to learn at other rates, and no parameter's name has a layer's number; or the
            head is to, and there is none.
    """
    depths = _depths(list(trained)) if options.layer_decay != 1 else {}
    if options.head_rate != 1 and not any(HEAD.search(name) for name in trained):
        raise ValueError(f"there is no head among {', '.join(list(trained)[:5])}, …: `head_rate` is of none")
    groups: dict[tuple[float, float], list[Tensor]] = {}
    for name, parameter in trained.items():
        scale = options.head_rate if HEAD.search(name) else 1.0
        scale *= options.layer_decay ** depths.get(name, 0)
        decays = options.decayed == "all" or parameter.ndim > 1
        groups.setdefault((scale, weight_decay if decays else 0.0), []).append(parameter)
    return [
        {"params": parameters, "scale": scale, "weight_decay": decay}
        for (scale, decay), parameters in groups.items()
    ]


def _depths(names: list[str]) -> dict[str, int]:
    """How many layers lie above each parameter, counted from what lies above all numbered ones."""
    numbers: list[int | None] = []
    for name in names:
        found = None if HEAD.search(name) else LAYER.search(name)
        numbers.append(None if found is None else int(found[1]))
    known = [number for number in numbers if number is not None]
    if not known:
        raise ValueError(
            f"no name has a layer's number, as `layers.3.` would be: {', '.join(names[:5])}; "
            "`layer_decay` is of networks with layers"
        )
    lowest, count = min(known), max(known) - min(known) + 1
    first = next(place for place, number in enumerate(numbers) if number is not None)
    return {
        name: count - (number - lowest) if number is not None else (count + 1 if place < first else 0)
        for place, (name, number) in enumerate(zip(names, numbers, strict=True))
    }
