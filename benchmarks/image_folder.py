"""Pictures of a folder as torchvision's ImageFolder and transforms give them, on Pillow and PyTorch.

torchvision is no dependency. What its `ImageFolder` and its transforms of Pillow's images do is done in the
same calls of Pillow, and its draws are of as many numbers from the same generator.
"""

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageEnhance
from torch import Tensor

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
Change = Callable[[Image.Image], Image.Image]


class ImageFolder(torch.utils.data.Dataset[tuple[Tensor, int]]):
    """Files and their labels; an item is a picture, changed, as floats that are normalised, and its label."""

    def __init__(self, files: Sequence[Path], labels: Sequence[int], changes: Sequence[Change]) -> None:
        self._files, self._labels, self._changes = list(files), list(labels), changes
        self._mean, self._deviation = (torch.tensor(one)[:, None, None] for one in (MEAN, DEVIATION))

    def __len__(self) -> int:
        return len(self._files)

    def __getitem__(self, row: int) -> tuple[Tensor, int]:
        with self._files[row].open("rb") as file:
            image = Image.open(file).convert("RGB")
        for change in self._changes:
            image = change(image)
        x = torch.from_numpy(np.array(image, copy=True)).permute(2, 0, 1).contiguous().float().div(255)
        return x.sub_(self._mean).div_(self._deviation), self._labels[row]


def random_resized_crop(size: int, scale: tuple[float, float]) -> Change:
    """`RandomResizedCrop`: of ten draws the first part that fits, resized by Pillow."""
    logarithms = torch.log(torch.tensor([3 / 4, 4 / 3]))

    def change(image: Image.Image) -> Image.Image:
        width, height = image.size
        for _ in range(10):
            area = height * width * torch.empty(1).uniform_(*scale).item()
            proportions = torch.exp(torch.empty(1).uniform_(logarithms[0], logarithms[1])).item()
            across, down = round(math.sqrt(area * proportions)), round(math.sqrt(area / proportions))
            if 0 < across <= width and 0 < down <= height:
                top = torch.randint(0, height - down + 1, size=(1,)).item()
                left = torch.randint(0, width - across + 1, size=(1,)).item()
                part = image.crop((int(left), int(top), int(left) + across, int(top) + down))
                return part.resize((size, size), Image.Resampling.BILINEAR)
        return image.resize((size, size), Image.Resampling.BILINEAR)

    return change


def horizontal_flip(image: Image.Image) -> Image.Image:
    """`RandomHorizontalFlip`."""
    flips = torch.rand(1) < 0.5
    return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if flips else image


def color_jitter(strength: float) -> Change:
    """`ColorJitter` of the same strength four times, in an order by chance."""
    enhancers = (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color)

    def change(image: Image.Image) -> Image.Image:
        order = torch.randperm(4)
        factors = [float(torch.empty(1).uniform_(1 - strength, 1 + strength)) for _ in enhancers]
        turn = float(torch.empty(1).uniform_(-strength, strength))
        for number in order.tolist():
            image = enhancers[number](image).enhance(factors[number]) if number < 3 else _turned(image, turn)
        return image

    return change


def _turned(image: Image.Image, by: float) -> Image.Image:
    hue, saturation, value = image.convert("HSV").split()
    levels = np.array(hue, dtype=np.uint8)
    levels += np.array(by * 255).astype(np.int32).astype(np.uint8)
    return Image.merge("HSV", (Image.fromarray(levels), saturation, value)).convert("RGB")


def random_greyscale(image: Image.Image) -> Image.Image:
    """`RandomGrayscale` with probability 0.1."""
    return image.convert("L").convert("RGB") if torch.rand(1) < 0.1 else image


def flips(size: int) -> list[Change]:
    """A part of 0.7 to 1 of the area, mirrored in half of the cases."""
    return [random_resized_crop(size, (0.7, 1.0)), horizontal_flip]


def domainbed(size: int) -> list[Change]:
    """The augmentation of DomainBed, in the transforms of which its `datasets.py` makes it."""
    return [*flips(size), color_jitter(0.3), random_greyscale]
