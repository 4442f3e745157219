"""Describe an adapter by what a model computes on its training examples."""

from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor, nn

from heldout.runtime.artifacts import Dataset, Model
from heldout.runtime.device import compute_device
from heldout.runtime.language.sequence_pairs import PADDING, SequencePairs, logits_of, sequence_pairs
from heldout.runtime.language.token_places import real_tokens
from heldout.runtime.models.encoder_decoder import encoder_of, restore_encoder_decoder
from heldout.runtime.models.lora_format import lora_updates
from heldout.runtime.models.low_rank import Update, updated
from heldout.runtime.operator import Use, operator
from heldout.runtime.randomness import torch_stream
from heldout.runtime.subtype import Of


@operator(seconds=1.0)
def activations(
    base: Annotated[Model, Of("encoder-decoder")],
    adapter: Annotated[Model, Of("adapter")],
    data: Annotated[Dataset, Use.TRAINS, Of("sequences", "prompts", "sums")],
    *,
    rows: Annotated[int, Field(ge=1)] = 1000,
    batch_size: Annotated[int, Field(ge=1)] = 128,
    seed: int = 0,
) -> Annotated[Model, Of("activations")]:
    """The mean input of every adapted module, and an embedding of every example.

    Muqeeth et al. 2024 (arXiv:2402.05859), section 4.2, the baselines "Average Activation" and
    "Retrieval": what they keep of an expert's training data.
    Differs from the paper: the embedding is the mean of the frozen base's last encoder states, in
    place of the sentence encoder all-MiniLM-L6-v2.

    Args:
        base: the encoder-decoder that the adapter was trained over.
        adapter: of `adapters/lora`; it is in place while the inputs are averaged.
        data: of the adapter's task, as `adapters/lora` takes them.
        rows: at most so many, drawn without replacement.
        batch_size: rows at a time.
        seed: of the draw.

    Returns:
        `MODULE.mean_input` [in_features], the mean over all real tokens; `examples` [rows, width].

    Raises:
        ValueError: the adapter does not fit the base.
    """
    device = compute_device()
    module = restore_encoder_decoder(base).to(device)
    updates = {name: Update(*(w.to(device) for w in u)) for name, u in lora_updates(adapter).items()}
    drawn = torch.randperm(len(data), generator=torch_stream(seed, "rows"))[:rows]
    pairs = sequence_pairs(data).take(drawn).to(device)
    sums: dict[str, Tensor] = {}
    counts: dict[str, Tensor] = {}
    embeddings = []

    for start in range(0, len(pairs.inputs), batch_size):
        batch = pairs.take(torch.arange(start, min(start + batch_size, len(pairs.inputs)), device=device))

        def note(name: str, inputs: Tensor, batch: SequencePairs = batch) -> Tensor:
            real = real_tokens(name, batch)
            sums[name] = sums.get(name, 0) + inputs[real].double().sum(0)
            counts[name] = counts.get(name, 0) + real.sum()
            return torch.ones((*inputs.shape[:-1], 1), dtype=inputs.dtype, device=inputs.device)

        with torch.no_grad():
            embeddings.append(example_embeddings(module, batch.inputs))
            with updated(module, updates, note):
                logits_of(module, batch)
    weights = {f"{name}.mean_input": (sums[name] / counts[name]).float().cpu() for name in updates}
    weights["examples"] = torch.cat(embeddings).cpu()
    return Model(weights, {"adapter": "activations", "task": adapter.config.get("task", "")})


def example_embeddings(module: nn.Module, inputs: Tensor) -> Tensor:
    """The mean of a model's last encoder states over the real tokens, [rows, width], of length 1."""
    real = (inputs != PADDING).unsqueeze(-1)
    states = encoder_of(module)(input_ids=inputs, attention_mask=real[..., 0].long()).last_hidden_state
    means = (states * real).sum(1) / real.sum(1)
    return nn.functional.normalize(means, dim=-1)
