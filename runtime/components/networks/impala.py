"""The residual network of IMPALA."""

from typing import Annotated

from pydantic import Field
from torch import Tensor, nn

from heldout.runtime.component import component
from heldout.runtime.models.featurizer import Featurizer

Count = Annotated[int, Field(ge=1)]

LARGE: list[Count] = [16, 32, 32]


class _Residual(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1),
        )

    def forward(self, x: Tensor) -> Tensor:
        change: Tensor = self.layers(x)
        return x + change


class _Impala(Featurizer):
    def __init__(self, shape: tuple[int, ...], channels: list[int], width: int) -> None:
        super().__init__()
        self.num_features = width
        layers: list[nn.Module] = []
        side_in, rows, columns = shape
        for side_out in channels:
            layers += [nn.Conv2d(side_in, side_out, 3, padding=1), nn.MaxPool2d(3, 2, padding=1)]
            layers += [_Residual(side_out), _Residual(side_out)]
            side_in, rows, columns = side_out, (rows + 1) // 2, (columns + 1) // 2
        layers += [nn.ReLU(), nn.Flatten(), nn.Linear(side_in * rows * columns, width), nn.ReLU()]
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        features: Tensor = self.layers(x)
        return features


@component
def impala(
    shape: tuple[int, ...],
    *,
    channels: list[Count] = LARGE,
    width: Count = 256,
) -> Featurizer:
    """Convolutions with pooling and two residual blocks each, then one dense layer on all places.

    Espeholt et al. 2018, "IMPALA" (arXiv:1802.01561), figure 3, the large network; without its
    LSTM as in Cobbe et al. 2020 (arXiv:1912.01588), who use it for Procgen.
    Differs from the paper: no LSTM, and no instructions as a second input.

    Args:
        channels: of each section; a section halves the side, rounded up.
        width: of the dense layer, which gives the features.

    Raises:
        ValueError: the input is not [channels, height, width], or there is no section.
    """
    if len(shape) != 3:
        raise ValueError(f"impala needs inputs [channels, height, width], got shape {list(shape)}")
    if not channels:
        raise ValueError("impala needs at least one section of channels")
    return _Impala(shape, channels, width)
