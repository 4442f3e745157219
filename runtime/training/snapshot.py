"""What the next step of a training loop depends on, as tensors, and back."""

from collections.abc import Mapping

import torch
from torch import Tensor


def snapshot(
    weights: Mapping[str, Tensor], optimizer: torch.optim.Optimizer, generator: torch.Generator | None = None
) -> dict[str, Tensor]:
    """Weights, the optimizer's moments and the random generators, the global ones among them.

    Args:
        weights: by name; a module's `state_dict`, or any tensors that are trained. What is given back are
            these tensors, and no copies: a checkpoint copies what it saves.
        optimizer: of these.
        generator: of the loop's own, if it has one.
    """
    named = {f"weights.{name}": value for name, value in weights.items()}
    return named | moments(optimizer) | generator_states(generator)


def restore(
    tensors: Mapping[str, Tensor],
    weights: Mapping[str, Tensor],
    optimizer: torch.optim.Optimizer,
    generator: torch.Generator | None = None,
) -> None:
    """Go back to a snapshot; the weights are changed in place."""
    restore_weights(tensors, weights)
    restore_moments(optimizer, tensors)
    restore_generators(tensors, generator)


def restore_weights(tensors: Mapping[str, Tensor], weights: Mapping[str, Tensor]) -> None:
    """Weights take back, in place, what a snapshot has of them."""
    with torch.no_grad():
        for name, value in weights.items():
            value.copy_(tensors[f"weights.{name}"])


def generator_states(generator: torch.Generator | None = None) -> dict[str, Tensor]:
    """The states of torch's global generators, and of a loop's own."""
    tensors = {} if generator is None else {"random.generator": generator.get_state()}
    tensors["random.global"] = torch.get_rng_state()
    if torch.cuda.is_available():
        tensors["random.cuda"] = torch.cuda.get_rng_state()
    return tensors


def restore_generators(tensors: Mapping[str, Tensor], generator: torch.Generator | None = None) -> None:
    """Generators take back their states."""
    if generator is not None:
        generator.set_state(tensors["random.generator"])
    torch.set_rng_state(tensors["random.global"])
    if "random.cuda" in tensors:
        torch.cuda.set_rng_state(tensors["random.cuda"])


def moments(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """What an optimizer remembers, as `optimizer.INDEX.NAME`."""
    return {
        f"optimizer.{index}.{name}": value
        for index, remembered in optimizer.state_dict()["state"].items()
        for name, value in remembered.items()
        if value is not None
    }


def restore_moments(optimizer: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Give an optimizer back what `moments` found, among other tensors."""
    found: dict[int, dict[str, Tensor]] = {}
    for name, value in below(tensors, "optimizer.").items():
        index, key = name.split(".", 1)
        found.setdefault(int(index), {})[key] = value
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": found, "param_groups": groups})


def below(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The tensors whose names begin so, without that beginning."""
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
