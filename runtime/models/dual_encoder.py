"""CLIP with its tokenizer: an encoder of images and one of texts into one space."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from heldout.runtime.artifacts import Model
from heldout.runtime.hub.format import described, from_hub_format, hub_format, quiet
from heldout.runtime.hub.tokenizer import hub_tokenizer, in_tokens
from heldout.runtime.models.tuned import also_tuned
from heldout.runtime.models.word_tokenizer import END, PADDING, SPECIAL, START, word_tokenizer
from heldout.runtime.randomness import stable_seed

PREPROCESSOR = "preprocessor_config.json"


class Sizes(NamedTuple):
    """The sizes of a small CLIP, the same in both towers.

    Attributes:
        width: of a token.
        depth: layers.
        heads: of the attention.
        features: dimensions of the shared space.
        patch_size: side of a patch, pixels.
    """

    width: int
    depth: int
    heads: int
    features: int
    patch_size: int


class DualEncoder(nn.Module):
    """A `CLIPModel` of transformers, its tokenizer and how its inputs are normalised.

    Attributes:
        clip: the model.
        files: the other files of its folder in the hub's format.
        image_mean: that is taken off the pixels' channels, [3, 1, 1].
        image_std: by which they are then divided, [3, 1, 1].
    """

    image_mean: Tensor
    image_std: Tensor

    def __init__(self, clip: Any, files: dict[str, bytes]) -> None:
        super().__init__()
        for needed in ("tokenizer.json", PREPROCESSOR):
            if needed not in files:
                raise ValueError(f"this model has no {needed}: its texts or images cannot be prepared")
        self.clip = clip
        self.files = files
        self._tokenizer = hub_tokenizer(files)
        about = json.loads(files[PREPROCESSOR])
        for name in ("image_mean", "image_std"):
            self.register_buffer(name, torch.tensor(about[name])[:, None, None], persistent=False)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the images that it takes, [3, side, side]."""
        side: int = self.clip.config.vision_config.image_size
        return (len(self.image_mean), side, side)

    def pixels(self, x: Tensor) -> Tensor:
        """Images in [0, 1], [batch, 3, side, side], as the image encoder takes them.

        Raises:
            ValueError: they are of another size.
        """
        if tuple(x.shape[1:]) != self.shape:
            raise ValueError(f"the model takes images {list(self.shape)}, the data have {list(x.shape[1:])}")
        return (x.to(self.image_mean) - self.image_mean) / self.image_std

    def ids(self, text: str, special: bool = True) -> list[int]:
        """The tokens of a text, between those that start and end it if `special`.

        Raises:
            ValueError: a word is not in the vocabulary.
        """
        with in_tokens():
            found = self._tokenizer.encode(text, add_special_tokens=special)
        unknown = self._tokenizer.token_to_id("<unk>")
        if unknown is not None and unknown in found.ids:
            raise ValueError(f"the model's vocabulary lacks a word of {text!r}")
        return list(found.ids)

    def padded(self, texts: Sequence[Sequence[int]]) -> Tensor:
        """Token ids side by side, [num_texts, length], padded on the right with 0.

        Raises:
            ValueError: a text is longer than the model's positions.
        """
        length = max(len(text) for text in texts)
        if length > (most := self.clip.config.text_config.max_position_embeddings):
            raise ValueError(f"a text has {length} tokens, the model has places for {most}")
        rows = [[*text, *[0] * (length - len(text))] for text in texts]
        return torch.tensor(rows, device=self.image_mean.device)

    def model(self) -> Model:
        """The artifact, in the hub's format."""
        weights, files = hub_format(self.clip)
        return Model(weights, {"kind": "dual-encoder"}, self.files | files)


def build_dual_encoder(
    sizes: Sizes, side: int, texts: Sequence[str], max_length: int, seed: int
) -> DualEncoder:
    """A fresh CLIP for images of `side` pixels and the words of some texts."""
    from transformers import CLIPConfig, CLIPModel  # costs seconds

    quiet()
    files = word_tokenizer(texts)
    vocabulary = json.loads(files["tokenizer.json"])["model"]["vocab"]
    tower = {
        "hidden_size": sizes.width,
        "intermediate_size": 4 * sizes.width,
        "num_hidden_layers": sizes.depth,
        "num_attention_heads": sizes.heads,
        "projection_dim": sizes.features,
    }
    config = CLIPConfig(
        text_config=tower
        | {
            "vocab_size": len(vocabulary),
            "max_position_embeddings": max_length,
            "pad_token_id": SPECIAL.index(PADDING),
            "bos_token_id": SPECIAL.index(START),
            "eos_token_id": SPECIAL.index(END),
        },
        vision_config=tower | {"image_size": side, "patch_size": sizes.patch_size},
        projection_dim=sizes.features,
    )
    about = {"image_mean": [0.5] * 3, "image_std": [0.5] * 3, "size": {"shortest_edge": side}}
    files[PREPROCESSOR] = json.dumps(about, indent=1).encode()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(stable_seed(seed, "initialise"))
        clip = CLIPModel(config)
    return DualEncoder(clip, files)


@also_tuned
def restore_dual_encoder(model: Model) -> DualEncoder:
    """The CLIP of an artifact, ours or of `fetch/model`, in float32 and evaluation mode.

    Raises:
        ValueError: it is no CLIP, or a weight is missing or has another shape.
    """
    from transformers import CLIPConfig, CLIPModel  # costs seconds

    settings = described(json.loads(model.files.get("config.json", b"{}")))
    if settings.get("model_type") != "clip":
        raise ValueError(f"the model is of type {settings.get('model_type')!r}, not clip")
    clip = from_hub_format(CLIPModel, CLIPConfig.from_dict(settings), model.weights)
    files = {name: content for name, content in model.files.items() if name != "config.json"}
    return DualEncoder(clip.eval(), files)
