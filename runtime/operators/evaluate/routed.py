"""Score an encoder-decoder whose adapters are chosen by a router, token by token."""

from typing import Annotated, Any, NamedTuple

import pyarrow as pa
import torch
from pydantic import Field
from torch import Tensor, nn

from heldout.runtime.artifacts import Dataset, Model, Table
from heldout.runtime.artifacts.columns import texts
from heldout.runtime.component import Choice, Chosen, chosen
from heldout.runtime.components.routers.contract import Pool, Tokens, pool_of
from heldout.runtime.device import compute_device
from heldout.runtime.language.sequence_pairs import PADDING, SequencePairs, logits_of, sequence_pairs
from heldout.runtime.models.encoder_decoder import restore_encoder_decoder
from heldout.runtime.models.low_rank import updated
from heldout.runtime.operator import Metrics, Use, operator
from heldout.runtime.operators.adapters.activations import example_embeddings
from heldout.runtime.operators.evaluate._routing_record import RoutingRecord
from heldout.runtime.subtype import Of

METRICS = ("exact_match", "token_accuracy", "nll", "entropy", "own_weight")


class Routed(NamedTuple):
    table: Annotated[Table, Metrics(*METRICS)]
    records: Annotated[
        Dataset, Of("records")
    ]  # without a role: it knows what the data know, and is test data where they are


@operator(seconds=0.5)
def routed(
    base: Annotated[Model, Use.EVALUATES, Of("encoder-decoder")],
    pool: Annotated[Model, Use.EVALUATES, Of("adapter pool", "adapter")],
    data: Annotated[Dataset, Use.EVALUATES, Of("sequences", "prompts", "sums")],
    *,
    router: Annotated[str | dict[str, Any], Choice("routers")] = "phatgoose",
    batch_size: Annotated[int, Field(ge=1)] = 128,
) -> Routed:
    """Exact match of a base with a pool of adapters, and where the router sent the tokens.

    Muqeeth et al. 2024, "Learning to Route Among Specialized Experts for Zero-Shot Generalization"
    (arXiv:2402.05859), section 3.1 (inference) and section 5 (analysis of the routing).
    Differs from the paper: exact match under greedy decoding also where the paper ranks the given
    answers. Nothing is decoded for it: reading the true answer, the model names the likeliest token
    at each place. If all are right, greedy decoding has read the same tokens; the first mistake is
    the same too.

    Args:
        base: the encoder-decoder that the adapters were trained over.
        pool: of `adapters/pool`, or one adapter of `adapters/lora`.
        data: prompts and answers (tensors `tokens`, `answer`).
        router: a component of routers.
        batch_size: rows at a time.

    Returns:
        table: exact_match; token_accuracy (of the answers' tokens, reading the true ones before);
            nll (nats a token); entropy (nats, of the weights over the members, the mean over tokens
            and modules); own_weight (the part of the weight on members that the row's task is made
            of: tasks of several skills join their names by +). The means over rows.
        records: id, task and text of every row, `exact` (0 or 1), `token_accuracy`, `nll`,
            `first_mistake` (its place in the answer, none where it is exact), `written` (the
            likeliest tokens), `entropy`, `own_weight`, and `weights` by member in the order of
            notes `members`.

    Raises:
        ValueError: the pool does not fit the base or lacks what the router needs, there are no
            rows, or a likelihood is not finite.
    """
    device = compute_device()
    module = restore_encoder_decoder(base).to(device)
    known = pool_of(pool, device)
    route = chosen("routers", router)
    rows = []
    pairs = sequence_pairs(data).to(device)
    for start in range(0, len(data), batch_size):
        index = torch.arange(start, min(start + batch_size, len(data)), device=device)
        with torch.inference_mode():
            rows += _score(module, known, pairs.take(index), route)
    records = _records(rows, data, known)
    for row in records.rows.select(["id", "nll"]).to_pylist():
        if not torch.isfinite(torch.tensor(row["nll"])):
            raise ValueError(f"the likelihood of {row['id']} is not finite")
    means = {"exact_match": "exact"} | {metric: metric for metric in METRICS[1:]}
    columns: dict[str, list[Any]] = {m: records.rows[column].to_pylist() for m, column in means.items()}
    return Routed(Table.of({m: sum(values) / len(values) for m, values in columns.items()}), records)


def _score(module: nn.Module, pool: Pool, pairs: SequencePairs, route: Chosen) -> list[dict[str, Any]]:
    """One record a row of the batch."""
    embeddings = example_embeddings(module, pairs.inputs)
    record = RoutingRecord(pairs, len(pool.members))

    def weigh(name: str, inputs: Tensor) -> Tensor:
        weights: Tensor = route(pool, Tokens(name, inputs, embeddings))
        record.add(name, weights)
        return weights

    with updated(module, pool.updates, weigh):
        log_probabilities = logits_of(module, pairs).double().log_softmax(-1)
    asked = pairs.targets != PADDING
    written = log_probabilities.argmax(-1)
    right = (written == pairs.targets) | ~asked
    likelihood = log_probabilities.gather(2, pairs.targets[:, :, None])[:, :, 0] * asked
    count = asked.sum(1)
    columns = {
        "exact": right.all(1).long(),
        "token_accuracy": (right & asked).sum(1) / count,
        "nll": -likelihood.sum(1) / count,
        "first_mistake": (~right).long().argmax(1),
        "entropy": record.entropy(),
        "weights": record.weights(),
    }
    listed = {column: values.tolist() for column, values in columns.items()}
    listed["written"] = [row[there].tolist() for row, there in zip(written, asked, strict=True)]
    return [dict(zip(listed, values, strict=True)) for values in zip(*listed.values(), strict=True)]


def _records(scored: list[dict[str, Any]], data: Dataset, pool: Pool) -> Dataset:
    kept = [name for name in data.rows.column_names if name in ("id", "task", "domain", "text")]
    tasks = texts(data.rows["task"]) if "task" in kept else [""] * len(data)
    for row, task in zip(scored, tasks, strict=True):
        own = set(task.split("+"))
        shares = zip(pool.members, row["weights"], strict=True)
        row["own_weight"] = sum(share for member, share in shares if member in own)
        row["first_mistake"] = None if row["exact"] else row["first_mistake"]
    types = {
        "exact": pa.int64(),
        "token_accuracy": pa.float64(),
        "nll": pa.float64(),
        "first_mistake": pa.int64(),
        "written": pa.list_(pa.int64()),
        "entropy": pa.float64(),
        "own_weight": pa.float64(),
        "weights": pa.list_(pa.float64()),
    }
    rows = data.rows.select(kept)
    for name, kind in types.items():
        rows = rows.append_column(name, pa.array([row[name] for row in scored], kind))
    return Dataset(rows, notes={"members": list(pool.members)})
