"""A frozen encoder of text with low-rank updates that are trained, and the encoder that comes of it."""

import torch
from torch import Tensor, nn

from heldout.runtime.models.featurizer import Featurizer
from heldout.runtime.models.low_rank import Update, in_full, linear_modules, updated
from heldout.runtime.models.text_featurizer import TextFeaturizer


class LowRankFeaturizer(Featurizer):
    """W x + alpha / rank B A x in the encoder's linear modules; A and B alone are trained.

    Hu et al. 2022, "LoRA" (arXiv:2106.09685), section 4.1, equation 3.

    Attributes:
        base: the encoder, whose weights take no gradients.
        downs: A by module, [rank, in_features], drawn as `nn.Linear` draws its weights.
        ups: B by module, [out_features, rank], 0 at first.
    """

    def __init__(
        self, base: TextFeaturizer, rank: int, alpha: float, modules: str, generator: torch.Generator
    ) -> None:
        """Over the linear modules whose whole name matches; the generator draws A.

        Raises:
            ValueError: no module has such a name.
        """
        super().__init__()
        self.base = base.requires_grad_(False)
        self.num_features = base.num_features
        self.scale = alpha / rank
        self.downs, self.ups = nn.ParameterDict(), nn.ParameterDict()
        for name, linear in linear_modules(base.backbone, modules).items():
            bound = linear.in_features**-0.5
            drawn = torch.rand(rank, linear.in_features, generator=generator) * 2 * bound - bound
            self.downs[_key(name)] = nn.Parameter(drawn)
            self.ups[_key(name)] = nn.Parameter(torch.zeros(linear.out_features, rank))

    def forward(self, x: Tensor) -> Tensor:
        updates = {
            _name(key): Update(down[None], self.scale * self.ups[key][None])
            for key, down in self.downs.items()
        }
        with updated(self.base.backbone, updates, in_full):
            return self.base(x)

    def merged(self) -> TextFeaturizer:
        """The encoder with the updates added to its weights, in place; it computes the same."""
        with torch.no_grad():
            for key, down in self.downs.items():
                weight = self.base.backbone.get_submodule(_name(key)).weight
                weight += self.scale * self.ups[key] @ down
                self.ups[key].zero_()
        return self.base.requires_grad_(True)


def _key(name: str) -> str:
    return name.replace(".", "/")  # a module's children have no dots in their names


def _name(key: str) -> str:
    return key.replace("/", ".")
