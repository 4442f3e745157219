"""What a model is by its content, whatever files its weights lie in."""

import hashlib

import torch

from heldout.runtime.artifacts import Model
from heldout.runtime.artifacts.stored_weights import owned

CONFIG = "config.json"


def model_sha256(model: Model) -> str:
    """A checksum of a model's weights, its `config.json`, and of what it tunes, in hexadecimal.

    Every weight is read once, one at a time; names, precisions and shapes count too, and files do not, so
    that shards and one file of the same weights are the same model.
    """
    found = hashlib.sha256(model.files.get(CONFIG, b""))
    for name in sorted(model.weights):
        weight = owned(model.weights, name).cpu().contiguous()
        found.update(f"\0{name}\0{weight.dtype}\0{list(weight.shape)}\0".encode())
        found.update(weight.view(-1).view(torch.uint8).numpy().data)
    if model.base is not None:
        found.update(model_sha256(model.base).encode())
    return found.hexdigest()
