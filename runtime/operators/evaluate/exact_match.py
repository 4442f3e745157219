"""Score a language model by whether it writes the whole answer."""

from collections.abc import Iterable, Iterator
from typing import Annotated, NamedTuple

import numpy as np
import pyarrow as pa
import torch
from pydantic import Field
from torch import Tensor, nn

from heldout.runtime.artifacts import Dataset, Model, Table
from heldout.runtime.device import compute_device
from heldout.runtime.language.padded_sequences import sequence_ends, sequences
from heldout.runtime.models.language_model import described_network, restore_language_model
from heldout.runtime.operator import ByGroup, Metrics, Role, Use, operator
from heldout.runtime.subtype import Of

MOST_LOGITS = 2**28  # at a time: 1 GiB of float32
MOST_DOUBLES = 2**24  # 128 MiB of float64
METRICS = ("accuracy", "token_accuracy", "nll")


class Scored(NamedTuple):
    table: Annotated[Table, Metrics(*METRICS)]
    by_length: Annotated[Table, Metrics(*METRICS), ByGroup()]
    records: Annotated[Dataset, Role.TEST, Of("records")]


@operator(seconds=0.5)
def exact_match(
    model: Annotated[Model, Use.EVALUATES, Of("causal language model")],
    data: Annotated[Dataset, Use.EVALUATES, Of("sequences", "sums", "prompts")],
    *,
    group: str = "length",
    batch_size: Annotated[int, Field(ge=1)] = 256,
) -> Scored:
    """The share of sequences whose answer the model writes without a mistake.

    Exact match under greedy decoding, as in Kazemnejad et al. 2023 (arXiv:2305.19466), section 4.
    Differs from the paper: nothing in exact match, though nothing is decoded. The model reads the
    true answer and names the likeliest token at each place. If all are right, greedy decoding,
    which reads its own tokens, has read the same ones; if the first mistake is at some place, it
    makes the same mistake there. Token accuracy, though, is that of reading the true answer.

    Args:
        model: a language model.
        data: tensors `tokens` and `answer`, as `train/language-model` takes them.
        group: the column by which `by_length` tells sequences apart, in ascending order.
        batch_size: sequences at a time; fewer where their logits take more than a gibibyte. Likelihoods are
            of float64, made at the answers' places alone, 128 MiB at a time.

    Returns:
        table: accuracy (exact match, the mean over sequences); token_accuracy (the mean over
            sequences of the part of their answers' tokens that is right); nll (nats, the mean
            over sequences of the mean over their answers' tokens).
        by_length: the same for each value of the column `group`; empty without that column.
        records: the data's rows without their text, and for each sequence `exact` (0 or 1),
            `token_accuracy`, `nll` and `first_mistake` (the place in the answer, from 0; none
            where it is exact).

    Raises:
        ValueError: the model is no language model or does not know a token, the data are no
            sequences or are empty, or a likelihood is not finite.
    """
    if len(data) == 0:
        raise ValueError("there are no sequences to evaluate on")
    module = restore_language_model(model).to(compute_device()).eval()
    parts = list(_scored_batches(module, data, batch_size, described_network(model)[1]))
    order = torch.cat([index for index, _ in parts])
    scores = torch.cat([part for _, part in parts])[torch.argsort(order)].numpy()
    if not np.isfinite(scores).all():
        raise ValueError(f"the likelihood of {(~np.isfinite(scores).all(1)).sum()} answers is not finite")
    return Scored(_table(scores), _by_group(scores, data.rows, group), _records(scores, data))


def _scored_batches(
    module: nn.Module, data: Dataset, batch_size: int, vocabulary: int
) -> Iterable[tuple[Tensor, Tensor]]:
    """Rows of similar length together: their positions, and their scores as `_scores` has them."""
    tokens, answer = sequences(data)
    ends = sequence_ends(tokens, answer)
    device = next(module.parameters()).device
    for index in _batches(torch.argsort(ends, stable=True), ends, batch_size, vocabulary):
        longest = int(ends[index].max())
        with torch.inference_mode():
            yield (
                index,
                _scores(module, tokens[index, :longest].to(device), answer[index, :longest].to(device)),
            )


def _batches(order: Tensor, ends: Tensor, batch_size: int, vocabulary: int) -> Iterator[Tensor]:
    """Rows in their order, fewer at a time where the logits of so many would not fit; one at least."""
    for index in order.split(batch_size):
        yield from index.split(max(MOST_LOGITS // (int(ends[index].max()) * vocabulary), 1))


def _scores(module: nn.Module, tokens: Tensor, answer: Tensor) -> Tensor:
    """Exact, token accuracy, nll and place of the first mistake (-1 for none), [batch, 4], float64."""
    logits: Tensor = module(tokens[:, :-1])
    target, asked = tokens[:, 1:], answer[:, 1:]
    right = ~asked
    likelihood = torch.zeros(asked.shape, dtype=torch.float64, device=asked.device)
    # In float64 at the answers' places alone, so many at a time.
    for some in asked.nonzero().split(max(MOST_DOUBLES // logits.shape[-1], 1)):
        row, place = some.unbind(1)
        said, wanted = logits[row, place].double().log_softmax(-1), target[row, place]
        right[row, place] = said.argmax(-1) == wanted
        likelihood[row, place] = said.gather(1, wanted[:, None])[:, 0]
    count = asked.sum(1)
    exact = right.all(1)
    first_wrong = torch.where(exact, 0, (~right).double().argmax(1))
    place = (asked.cumsum(1).gather(1, first_wrong[:, None])[:, 0] - 1).where(~exact, -1)
    tokens_right = (right & asked).sum(1) / count
    columns = (exact.double(), tokens_right.double(), -likelihood.sum(1) / count, place.double())
    return torch.stack(columns, dim=1).cpu()


def _table(scores: np.ndarray) -> Table:
    return Table.of(dict(zip(METRICS, scores[:, :3].mean(0), strict=True)))


def _by_group(scores: np.ndarray, rows: pa.Table, column: str) -> Table:
    metric: list[str] = []
    value: list[float] = []
    group: list[str] = []
    groups = np.asarray(rows[column].to_pylist()) if column in rows.column_names else np.empty(0)
    for name in np.unique(groups):
        means = scores[groups == name, :3].mean(0)
        metric += METRICS
        value += means.tolist()
        group += [str(name)] * len(METRICS)
    return Table.columns(metric=metric, value=value, group=pa.array(group, pa.string()))


def _records(scores: np.ndarray, data: Dataset) -> Dataset:
    kept = [name for name in data.rows.column_names if name != "text"]
    place = [None if number < 0 else int(number) for number in scores[:, 3]]
    own = {
        "exact": pa.array(scores[:, 0].astype(np.int64)),
        "token_accuracy": pa.array(scores[:, 1]),
        "nll": pa.array(scores[:, 2]),
        "first_mistake": pa.array(place, pa.int64()),
    }
    rows = data.rows.select(kept)
    for name, column in own.items():
        rows = rows.append_column(name, column)
    return Dataset(rows)
