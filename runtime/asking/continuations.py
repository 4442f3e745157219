"""How likely a causal model finds texts that might go on, and batches that fit a bound."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
import torch

from heldout.runtime.models.causal_reader import CausalReader

Row = TypeVar("Row")

MOST_LOGITS = 2**28  # at a time: 1 GiB of float32


class Continuation(NamedTuple):
    """Tokens that are read, and those after them that are scored; neither is empty."""

    before: Sequence[int]
    after: Sequence[int]


def shortened(before: Sequence[int], after: int, context: int | None) -> Sequence[int]:
    """A prompt that, with so many tokens after it, a model can read: a longer one loses its beginning.

    Raises:
        ValueError: nothing of it would be left.
    """
    if context is None or len(before) + after <= context:
        return before
    if after >= context:
        raise ValueError(f"{after} tokens are to follow, and the model reads {context} in all")
    return before[len(before) - (context - after) :]


def log_probabilities(
    reader: CausalReader, continuations: Sequence[Continuation], batch_tokens: int
) -> list[np.ndarray]:
    """The log-probability of each token of each continuation, given all before it.

    Logits are made at the places that are scored, of a batch at most a gibibyte, and turned into
    log-probabilities in float32, a row at a time. Continuations whose model reads the same tokens, such
    as answers of one token to one question, share a row.

    Args:
        reader: the model.
        continuations: in any order; a row is padded on the right, which changes nothing before it.
        batch_tokens: tokens of a batch at most, padding among them; one row may have more.

    Returns:
        for each continuation, [len(after)], float64, nats.

    Raises:
        ValueError: a log-probability is not finite.
    """
    asking: dict[tuple[int, ...], list[int]] = {}
    for number, (before, after) in enumerate(continuations):
        asking.setdefault((*before, *after[:-1]), []).append(number)
    rows = sorted(asking, key=len, reverse=True)
    first = {row: len(row) - max(len(continuations[one].after) for one in asking[row]) for row in rows}

    def fits(batch: Sequence[tuple[int, ...]]) -> bool:
        window = len(batch[0]) - min(first[row] for row in batch)
        return (
            len(batch) * len(batch[0]) <= batch_tokens
            and len(batch) * window * reader.vocabulary <= MOST_LOGITS
        )

    found: dict[int, np.ndarray] = {}
    for batch in batches(rows, fits):
        places = torch.arange(min(first[row] for row in batch), len(batch[0]), device=reader.device)
        tokens = torch.zeros((len(batch), len(batch[0])), dtype=torch.int64)
        for place, row in enumerate(batch):
            tokens[place, : len(row)] = torch.tensor(row)
        with torch.inference_mode():
            logits = reader.logits(tokens.to(reader.device), places)
            for row, said in zip(batch, logits, strict=True):
                for one in asking[row]:
                    targets = torch.tensor(continuations[one].after, device=reader.device)
                    start = len(row) - len(targets) - int(places[0])
                    scored = said[start : start + len(targets)].float().log_softmax(-1)
                    found[one] = scored.gather(1, targets[:, None])[:, 0].double().cpu().numpy()
    if wrong := sum(not np.isfinite(values).all() for values in found.values()):
        raise ValueError(f"the log-probability of {wrong} of {len(found)} texts is not finite")
    return [found[number] for number in range(len(continuations))]


def batches(rows: Sequence[Row], fits: Callable[[Sequence[Row]], bool]) -> Iterator[list[Row]]:
    """Rows in their order, as many at a time as fit, one at least."""
    batch: list[Row] = []
    for row in rows:
        if batch and not fits([*batch, row]):
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch
