import pytest
import torch

from heldout.runtime.components.prompts.contract import Towers
from heldout.runtime.models.dual_encoder import Sizes, build_dual_encoder

CLASSES = ("red circle", "blue circle", "red star")


@pytest.fixture
def encoder():
    """A random CLIP whose towers differ from their initial symmetry: widths 16, two layers."""
    sizes = Sizes(width=16, depth=2, heads=2, features=12, patch_size=4)
    built = build_dual_encoder(sizes, 8, ["a photo of a red circle.", "a blue star"], 12, seed=0)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in built.clip.parameters():
            parameter.add_(0.1 * torch.randn(parameter.shape, generator=generator))
    return built.eval()


@pytest.fixture
def images():
    return torch.rand(4, 3, 8, 8, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def towers():
    """Towers of different widths, so that text and image cannot be mixed up."""
    words = torch.arange(24.0).reshape(4, 6)
    return Towers(text_width=6, image_width=10, features=32, layers=3, words=words)
