"""Low-rank updates that are trained on a causal network, whose own weights stay as they are."""

import contextlib
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from heldout.runtime.models.low_rank import Update, linear_modules, updated


class LowRank:
    """W x + alpha / rank B A x in linear modules; A and B alone are trained, in float32.

    Hu et al. 2022, "LoRA" (arXiv:2106.09685), section 4.1, equation 3.

    Attributes:
        trained: A by module, `NAME.A` [1, rank, in_features], drawn as `nn.Linear` draws its weights, and B,
            `NAME.B` [1, out_features, rank], 0 at first.
    """

    def __init__(
        self, network: nn.Module, rank: int, alpha: float, modules: str, generator: torch.Generator
    ) -> None:
        """Over the linear modules whose whole name matches; the generator draws A, on the CPU.

        Raises:
            ValueError: no module has such a name.
        """
        self._network, self._scale = network.requires_grad_(False), alpha / rank
        self.trained: dict[str, Tensor] = {}
        self._updates: dict[str, Update] = {}
        for name, linear in linear_modules(network, modules).items():
            device, bound = linear.weight.device, linear.in_features**-0.5
            drawn = torch.rand(1, rank, linear.in_features, generator=generator) * 2 * bound - bound
            down = drawn.to(device).requires_grad_()
            up = torch.zeros(1, linear.out_features, rank, device=device, requires_grad=True)
            self._updates[name] = Update(down, up)
            self.trained |= {f"{name}.A": down, f"{name}.B": up}

    @contextlib.contextmanager
    def on(self) -> Iterator[None]:
        """Within this the network computes with the updates, also where it computes again on the way back."""
        with updated(self._network, self._updates, self._weigh):
            yield

    def merge(self) -> None:
        """Add the updates to the weights, in place; sums are of float32."""
        with torch.no_grad():
            for name, (down, up) in self._updates.items():
                weight = self._network.get_submodule(name).weight
                assert isinstance(weight, Tensor)
                weight.copy_(weight.float() + self._scale * up[0] @ down[0])

    def _weigh(self, _name: str, inputs: Tensor) -> Tensor:
        return torch.full((*inputs.shape[:-1], 1), self._scale, dtype=inputs.dtype, device=inputs.device)
