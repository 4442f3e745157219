"""How likely a causal model finds texts, or what is said in conversations."""

import math
from typing import Annotated, NamedTuple

import numpy as np
import pyarrow as pa
from pydantic import Field

from heldout.runtime.artifacts import Dataset, Model, Table
from heldout.runtime.asking.continuations import Continuation, log_probabilities
from heldout.runtime.asking.learnt_tokens import Reading
from heldout.runtime.asking.text_tokens import TextTokens
from heldout.runtime.device import Precision
from heldout.runtime.models.causal_reader import causal_reader
from heldout.runtime.operator import ByGroup, Metrics, Role, Use, operator
from heldout.runtime.subtype import Of

Losses = Metrics("perplexity", "nll", better="lower")


class Perplexed(NamedTuple):
    table: Annotated[Table, Losses, Metrics("tokens")]
    by_domain: Annotated[Table, Losses, ByGroup()]
    records: Annotated[Dataset, Role.TEST, Of("records")]


@operator(seconds=30.0)
def perplexity(
    model: Annotated[Model, Use.EVALUATES, Of("causal language model")],
    data: Annotated[Dataset, Use.EVALUATES, Of("texts", "conversations")],
    tokenizer: Model | None = None,
    *,
    roles: Annotated[tuple[str, ...], Field(min_length=1)] = ("assistant",),
    chat_template: str | None = None,
    window: Annotated[int, Field(ge=2)] | None = None,
    precision: Precision = "float32",
    batch_tokens: Annotated[int, Field(ge=1)] = 16384,
) -> Perplexed:
    """The perplexity of texts, or of what some roles say in conversations, with one record a row.

    Jelinek et al. 1977, "Perplexity: a measure of the difficulty of speech recognition tasks": the
    exponential of the mean negative log-likelihood of a token, given all before it.
    Differs from the paper: tokens, which differ between models, and not words; a row that is longer than the
    model reads is scored in windows, each token with half a window before it at least.

    Args:
        model: a causal model, as `fetch/model` or `train/language-model` gives it.
        data: texts (column `text`) or conversations (`messages`).
        tokenizer: a model as `fetch/model` brings it, where `model` has no `tokenizer.json` of its own.
        roles: whose messages are scored, each with the special token that ends it.
        chat_template: one in Jinja, in the place of the model's own.
        window: tokens that are read at once; without it as many as the model reads.
        precision: of weights and activations; log-probabilities are float32.
        batch_tokens: tokens of a batch at most, with padding: what bounds the memory.

    Returns:
        table: over all tokens that are scored, `nll` (mean, nats) and `perplexity`, its exponential;
            `tokens`, the mean number of a row. A text's first token is scored where the tokenizer puts one
            before it.
        by_domain: the first two for each value of the column `domain`; empty without it.
        records: the rows of which something is scored, with `nll` (mean over the row's tokens, nats),
            `tokens` (how many) and `log_probability` (their sum, nats).

    Raises:
        ValueError: the model is no causal model, has no tokenizer or no chat template, there is nothing to
            score, or a log-probability is not finite.
    """
    if "question" in data.rows.column_names and "messages" not in data.rows.column_names:
        raise ValueError("these are questions; `evaluate/choices` has the likelihood of their answers")
    words = TextTokens.of((tokenizer or model).files, chat_template)
    rows = Reading(roles=frozenset(roles)).rows(data, words)
    reader = causal_reader(model, precision)
    window = min((n for n in (window, reader.context) if n is not None), default=None)
    pieces, marks, owner = [], [], []
    for number in range(len(rows)):
        tokens, learnt = rows.row(number)
        for start, first, end in windows(len(tokens), int(learnt.argmax()), window):
            if learnt[first:end].any():
                pieces.append(Continuation(tokens[start:first].tolist(), tokens[first:end].tolist()))
                marks.append(learnt[first:end])
                owner.append(number)
    scored = log_probabilities(reader, pieces, batch_tokens)
    sums = [float(values[mark].sum()) for values, mark in zip(scored, marks, strict=True)]
    likely = np.bincount(owner, sums, len(rows))
    count = np.bincount(owner, [int(mark.sum()) for mark in marks], len(rows)).astype(np.int64)
    kept = data.take(rows.positions)
    own = {"nll": pa.array(-likely / count), "tokens": pa.array(count), "log_probability": pa.array(likely)}
    left = {name: kept.rows[name] for name in kept.rows.column_names if name not in own}
    whole = _losses(likely, count) | {"tokens": float(count.mean())}
    records = Dataset(pa.table(left | own), classes=kept.classes)
    return Perplexed(Table.of(whole), _by_domain(kept, likely, count), records)


def windows(length: int, first: int, window: int | None) -> list[tuple[int, int, int]]:
    """Where windows over a row begin, from where their tokens are scored, and where they end.

    Args:
        length: tokens of the row.
        first: that is scored, 1 at least.
        window: tokens that are read at once, 2 at least; None is all. The last that is scored is not read.
    """
    found = []
    while first < length:
        start = 0 if window is None else max(first - max(window // 2, 1), 0)
        end = length if window is None else min(start + window + 1, length)
        found.append((start, first, end))
        first = end
    return found


def _losses(likely: np.ndarray, count: np.ndarray) -> dict[str, float]:
    nll = float(-likely.sum() / count.sum())
    return {"perplexity": math.exp(nll) if nll < 700 else math.inf, "nll": nll}


def _by_domain(data: Dataset, likely: np.ndarray, count: np.ndarray) -> Table:
    metric: list[str] = []
    value: list[float] = []
    group: list[str] = []
    for name in data.domain_names if "domain" in data.rows.column_names else ():
        of = data.domains == name
        found = _losses(likely[of], count[of])
        metric += found
        value += found.values()
        group += [name] * len(found)
    return Table.columns(metric=metric, value=value, group=pa.array(group, pa.string()))
