"""CLIP's two encoders with prompts in their layers."""

from typing import Any

import torch
from torch import Tensor

from heldout.runtime.models.dual_encoder import DualEncoder


def encode_images(encoder: DualEncoder, pixels: Tensor, prompts: tuple[Tensor, ...] = ()) -> Tensor:
    """Image features of length 1, [batch, features].

    Args:
        encoder: the model.
        pixels: as `DualEncoder.pixels` gives them.
        prompts: by layer, each [num_context, width]: appended to the patches before the first
            layer, replaced before each further layer that has its own.
    """
    tower = encoder.clip.vision_model
    hidden = tower.embeddings(pixels)
    num_own = hidden.shape[1]
    if prompts:
        hidden = torch.cat([hidden, prompts[0].expand(len(hidden), -1, -1)], dim=1)
    hidden = tower.pre_layrnorm(hidden)
    for position, layer in enumerate(tower.encoder.layers):
        if 0 < position < len(prompts):
            hidden = torch.cat([hidden[:, :num_own], prompts[position].expand(len(hidden), -1, -1)], dim=1)
        hidden = layer(hidden, None)
    return unit(encoder.clip.visual_projection(tower.post_layernorm(hidden[:, 0])))


def encode_texts(encoder: DualEncoder, ids: Tensor, prompts: tuple[Tensor, ...] = ()) -> Tensor:
    """Text features of length 1, [num_texts, features], or [batch, num_texts, features].

    Args:
        encoder: the model.
        ids: tokens, [num_texts, length]; where there are prompts, the places 1 to num_context
            are theirs, whatever token stands there.
        prompts: by layer, each [num_context, width], or [batch, num_context, width] where each
            of a batch of images has its own.
    """
    tower = encoder.clip.text_model
    images = max((len(prompt) for prompt in prompts if prompt.dim() == 3), default=0)
    embedded = tower.embeddings.token_embedding(ids)
    tokens = ids
    if images:
        embedded = embedded.expand(images, -1, -1, -1).flatten(0, 1)
        tokens = ids.expand(images, -1, -1).flatten(0, 1)
    if prompts:
        embedded = _in_place(embedded, prompts[0], len(ids))
    hidden = tower.embeddings(inputs_embeds=embedded)
    length = ids.shape[1]
    future = torch.full((length, length), float("-inf"), device=hidden.device, dtype=hidden.dtype).triu(1)
    for position, layer in enumerate(tower.encoder.layers):
        if 0 < position < len(prompts):
            hidden = _in_place(hidden, prompts[position], len(ids))
        hidden = layer(hidden, future[None, None])
    rows = torch.arange(len(tokens), device=tokens.device)
    pooled = tower.final_layer_norm(hidden)[rows, _ends(tokens, tower)]
    features = unit(encoder.clip.text_projection(pooled))
    return torch.unflatten(features, 0, (images, len(ids))) if images else features


def unit(features: Tensor) -> Tensor:
    """Features scaled to length 1."""
    length: Tensor = features.norm(dim=-1, keepdim=True)
    return features / length


def _in_place(hidden: Tensor, prompt: Tensor, num_texts: int) -> Tensor:
    """Hidden states of [(batch *) num_texts] texts with a prompt behind their first token."""
    if prompt.dim() == 3:
        prompt = prompt.repeat_interleave(num_texts, dim=0)
    prompt = prompt.expand(len(hidden), -1, -1)
    return torch.cat([hidden[:, :1], prompt, hidden[:, 1 + prompt.shape[1] :]], dim=1)


def _ends(ids: Tensor, tower: Any) -> Tensor:
    """The place of each text's last token, as transformers finds it.

    Published configurations give 2 for it, which is wrong; the last token is then the highest id.
    """
    end: int = tower.eos_token_id
    if end == 2:
        return ids.argmax(dim=-1)
    return (ids == end).int().argmax(dim=-1)
