"""What a way of prompting is given and what it gives back."""

from collections.abc import Callable
from typing import Concatenate, NamedTuple

import torch
from torch import Tensor, nn


class Towers(NamedTuple):
    """What the prompts of a CLIP have to fit.

    Attributes:
        text_width: of a token of the text encoder.
        image_width: of a token of the image encoder.
        features: dimensions of the shared space.
        layers: of the shallower encoder.
        words: embeddings of the template's words before the class name, [num_words, text_width].
    """

    text_width: int
    image_width: int
    features: int
    layers: int
    words: Tensor


class Prompts(NamedTuple):
    """Tokens by layer, from the first on; a layer that has none passes on what came before.

    Attributes:
        text: each [num_context, text_width], or [batch, num_context, text_width] where each
            image has its own; in place of the context before the class name.
        image: each [num_context, image_width]; after the patches.
    """

    text: tuple[Tensor, ...] = ()
    image: tuple[Tensor, ...] = ()


class PromptLearner(nn.Module):
    """Learnt prompts. Its parameters are all that prompt learning trains.

    Attributes:
        num_text: context tokens before the class name; with 0 the template's own words are read.
        num_image: context tokens after the patches.
        per_image: the text prompts depend on the image.
    """

    num_text: int = 0
    num_image: int = 0
    per_image: bool = False

    def forward(self, image_features: Tensor | None) -> Prompts:
        """The prompts; of images with these features, [batch, features], where `per_image`."""
        raise NotImplementedError

    def penalty(self, text: Tensor, template: Tensor) -> Tensor:
        """What is added to the cross-entropy, shape [], nats; nothing unless a learner says so.

        Args:
            text: features of the classes with these prompts, [(batch,) num_classes, features].
            template: those of the classes in the hand-written template, [num_classes, features].
        """
        return text.new_zeros(())


Prompting = Callable[Concatenate[Towers, ...], PromptLearner]


def first_context(words: Tensor, num_context: int) -> nn.Parameter:
    """The context of the first text layer: the template's words, then random tokens (sd 0.02)."""
    given = words[:num_context]
    random = 0.02 * torch.randn(num_context - len(given), words.shape[1])
    return nn.Parameter(torch.cat([given.detach().cpu(), random]).clone())


def random_context(depth: int, num_context: int, width: int) -> nn.ParameterList:
    """Contexts of `depth` layers, normal with standard deviation 0.02."""
    return nn.ParameterList(0.02 * torch.randn(num_context, width) for _ in range(depth))


def check_depth(depth: int, towers: Towers) -> None:
    """Check that there are as many layers as are to be prompted.

    Raises:
        ValueError: there are not.
    """
    if depth > towers.layers:
        raise ValueError(f"depth is {depth}, but the shallower encoder has {towers.layers} layers")
