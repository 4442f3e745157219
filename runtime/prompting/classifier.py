"""A frozen CLIP with prompts as a classifier of images by the names of their classes."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from heldout.runtime.artifacts import Dataset
from heldout.runtime.component import Listed, chosen
from heldout.runtime.components.prompts.contract import PromptLearner, Towers
from heldout.runtime.models.dual_encoder import DualEncoder
from heldout.runtime.models.preprocessor import preprocessing
from heldout.runtime.prompting.encoders import encode_images, encode_texts
from heldout.runtime.randomness import stable_seed

PLACE = "{}"


def build_learner(
    encoder: DualEncoder, choice: str | dict[str, Any], template: str, seed: int
) -> PromptLearner:
    """Fresh prompts for a model.

    Args:
        encoder: the model.
        choice: a component of `runtime/components/prompts`, by name or with parameters.
        template: a text with one place, `{}`, for the class name.
        seed: of the stream `prompts`.

    Raises:
        ValueError: the template has no place, or the prompts do not fit the model.
    """
    before, _ = _around(template)
    words = encoder.ids(before, special=False)
    config = encoder.clip.config
    embedding = encoder.clip.text_model.embeddings.token_embedding.weight
    towers = Towers(
        text_width=config.text_config.hidden_size,
        image_width=config.vision_config.hidden_size,
        features=config.projection_dim,
        layers=min(config.text_config.num_hidden_layers, config.vision_config.num_hidden_layers),
        words=embedding[torch.tensor(words, dtype=torch.int64, device=embedding.device)].detach(),
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(stable_seed(seed, "prompts"))
        learner: PromptLearner = chosen("prompts", choice)(towers)
        return learner


class PromptedClassifier:
    """Which of some classes an image shows, by the likeness of image and text.

    Attributes:
        encoder: the model, frozen.
        learner: its prompts.
    """

    def __init__(
        self, encoder: DualEncoder, learner: PromptLearner, template: str, classes: Sequence[str]
    ) -> None:
        encoder.requires_grad_(False)
        self.encoder = encoder
        self.learner = learner
        names = [name.replace("_", " ") for name in classes]
        self._ids = encoder.padded([_class_ids(encoder, learner, template, name) for name in names])
        with torch.no_grad():
            written = encoder.padded([encoder.ids(template.replace(PLACE, name)) for name in names])
            self._template_texts = encode_texts(encoder, written)

    def prepared(self, data: Dataset) -> Listed:
        """The transforms that bring pictures to the model's size, as its files say; of tensors none."""
        return () if "x" in data.tensors else preprocessing(self.encoder.files)

    def images(self, x: Tensor) -> Tensor:
        """What `logits` takes of images in [0, 1]: their features where no prompt changes them."""
        pixels = self.encoder.pixels(x)
        if self.learner.num_image:
            return pixels
        with torch.no_grad():
            return encode_images(self.encoder, pixels)

    def logits(self, images: Tensor) -> Tensor:
        """Logits, [batch, num_classes]: the cosines of image and texts times CLIP's scale."""
        return self._likeness(*self._features(images))

    def loss(self, images: Tensor, labels: Tensor) -> Tensor:
        """Cross-entropy of the labels and the learner's penalty, shape [], nats."""
        image, text = self._features(images)
        penalty = self.learner.penalty(text, self._template_texts)
        return cross_entropy(self._likeness(image, text), labels) + penalty

    def _features(self, images: Tensor) -> tuple[Tensor, Tensor]:
        own = None if self.learner.num_image else images
        prompts = self.learner(own)
        image = encode_images(self.encoder, images, prompts.image) if own is None else own
        if not prompts.text:
            return image, self._template_texts
        return image, encode_texts(self.encoder, self._ids, prompts.text)

    def _likeness(self, image: Tensor, text: Tensor) -> Tensor:
        cosines = torch.einsum("bd,bcd->bc" if text.dim() == 3 else "bd,cd->bc", image, text)
        scale: Tensor = self.encoder.clip.logit_scale.exp()
        return scale * cosines


def _around(template: str) -> tuple[str, str]:
    if template.count(PLACE) != 1:
        raise ValueError(f"the template needs one {PLACE} for the class name, got {template!r}")
    before, after = template.split(PLACE)
    return before.strip(), after


def _class_ids(encoder: DualEncoder, learner: PromptLearner, template: str, name: str) -> list[int]:
    if learner.num_text == 0:
        return encoder.ids(template.replace(PLACE, name))
    _, after = _around(template)
    start, *own, end = encoder.ids(name + after)
    return [start, *[0] * learner.num_text, *own, end]
