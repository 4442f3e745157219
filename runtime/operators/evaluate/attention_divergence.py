"""How unlike the attention of two language models is."""

from typing import Annotated, NamedTuple

import pyarrow as pa
import torch
from pydantic import Field
from torch import Tensor

from heldout.runtime.artifacts import Dataset, Model, Table
from heldout.runtime.device import compute_device
from heldout.runtime.language.padded_sequences import sequence_ends, sequences
from heldout.runtime.models.causal_network import CausalNetwork
from heldout.runtime.models.language_model import restore_language_model
from heldout.runtime.operator import ByGroup, Metrics, Role, Use, operator
from heldout.runtime.subtype import Of


class Compared(NamedTuple):
    table: Annotated[Table, Metrics("divergence")]
    by_layer: Annotated[Table, Metrics("divergence"), ByGroup()]
    records: Annotated[Dataset, Role.TEST, Of("records")]


@operator(seconds=0.5)
def attention_divergence(
    model: Annotated[Model, Use.EVALUATES, Of("causal language model")],
    reference: Annotated[Model, Use.EVALUATES, Of("causal language model")],
    data: Annotated[Dataset, Use.EVALUATES, Of("sequences", "sums", "prompts")],
    *,
    rows: Annotated[int, Field(ge=1)] = 100,
    batch_size: Annotated[int, Field(ge=1)] = 16,
) -> Compared:
    """The distance between the nearest attention heads of two language models, layer by layer.

    Kazemnejad et al. 2023 (arXiv:2305.19466), section 5.2: two heads are as far apart as their
    attention distributions are, in the Jensen-Shannon divergence, on average over the places of a
    sequence; two layers are as far apart as the nearest pair of their heads.
    Differs from the paper: divergences are in nats, at most ln 2, and sequences are not kept to
    lengths that the models solve; the data say which lengths there are.

    Args:
        model: a language model.
        reference: another one with as many layers; heads may be fewer or more.
        data: tensors `tokens` and `answer`, as `train/language-model` takes them; answers are read.
        rows: how many of them are looked at, the first ones.
        batch_size: sequences at a time.

    Returns:
        table: divergence, the mean over layers and sequences, nats.
        by_layer: the same for each layer, from 1, in the column `group`.
        records: the sequences that were looked at, without their text, each with a column
            `layer_1`, `layer_2`, … of divergences.

    Raises:
        ValueError: a model is no language model, the numbers of layers differ, or there are no
            sequences.
    """
    if len(data) == 0:
        raise ValueError("there are no sequences to look at")
    chosen = data.take(range(min(rows, len(data))))
    device = compute_device()
    both = [restore_language_model(one).to(device).eval() for one in (model, reference)]
    tokens, answer = sequences(chosen)
    ends = sequence_ends(tokens, answer)
    parts = []
    for index in torch.split(torch.arange(len(chosen)), batch_size):
        longest = int(ends[index].max())
        parts.append(_nearest(both, tokens[index, :longest].to(device), ends[index].to(device)))
    distances = torch.cat(parts)
    kept = chosen.rows.select([name for name in chosen.rows.column_names if name != "text"])
    for layer, column in enumerate(distances.T, start=1):
        kept = kept.append_column(f"layer_{layer}", pa.array(column.tolist(), pa.float64()))
    by_layer = distances.mean(0).tolist()
    return Compared(
        Table.of({"divergence": float(distances.mean())}),
        Table.columns(
            metric=["divergence"] * len(by_layer),
            value=by_layer,
            group=[str(layer) for layer in range(1, len(by_layer) + 1)],
        ),
        Dataset(kept),
    )


def _nearest(both: list[CausalNetwork], tokens: Tensor, ends: Tensor) -> Tensor:
    """The divergence of the nearest heads, [batch, layers], float64."""
    with torch.inference_mode():
        one, other = (module.attentions(tokens).double() for module in both)
        if len(one) != len(other):
            raise ValueError(f"a model with {len(one)} layers has no counterpart in one with {len(other)}")
        there = torch.arange(tokens.shape[1], device=tokens.device) < ends[:, None]
        layers = []
        for first, second in zip(one, other, strict=True):
            apart = jensen_shannon(first[:, :, None], second[:, None])  # [batch, heads, heads, places]
            mean = (apart * there[:, None, None]).sum(-1) / ends[:, None, None]
            layers.append(mean.flatten(1).amin(1))
        return torch.stack(layers, dim=1).cpu()


def jensen_shannon(first: Tensor, second: Tensor) -> Tensor:
    """The Jensen-Shannon divergence of distributions over the last dimension, nats.

    Lin 1991, "Divergence measures based on the Shannon entropy" (IEEE Transactions on Information
    Theory 37), equation 4.3 with equal weights. Differs from the paper: nothing.
    """
    middle = (first + second) / 2
    information = [(torch.xlogy(one, one) - torch.xlogy(one, middle)).sum(-1) for one in (first, second)]
    return (information[0] + information[1]) / 2
