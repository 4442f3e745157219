"""Retrieval: a whole example goes to the adapter with the most similar training example."""

import torch
from torch import Tensor

from heldout.runtime.component import component
from heldout.runtime.components.routers.contract import Pool, Tokens, for_every_token


@component
def retrieval(pool: Pool, tokens: Tokens) -> Tensor:
    """The adapter one of whose training examples is nearest by the cosine of their embeddings.

    Jang et al. 2023, "Exploring the Benefits of Training Expert Language Models over Instruction
    Tuning" (arXiv:2302.03202), section 3, as Muqeeth et al. 2024 (arXiv:2402.05859) use it.
    Differs from the paper: embeddings of the base's encoder in place of a sentence encoder; each
    example for itself, where the first paper takes a vote over examples of the unseen task.

    Raises:
        ValueError: the pool has no examples.
    """
    if pool.examples is None:
        raise ValueError("retrieval needs a pool with activations, which hold the examples")
    similarity = torch.einsum("bd,end->ben", tokens.embeddings, pool.examples).amax(-1)
    nearest = torch.nn.functional.one_hot(similarity.argmax(-1), len(pool.members))
    return for_every_token(nearest.to(tokens.inputs.dtype), tokens.inputs)
