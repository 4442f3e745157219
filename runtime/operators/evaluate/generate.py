"""Let a causal model continue prompts, and write down what it says."""

import hashlib
from typing import Annotated, NamedTuple

import numpy as np
import pyarrow as pa
from pydantic import Field

from heldout.runtime.artifacts import Dataset, Model, Table
from heldout.runtime.artifacts.columns import texts
from heldout.runtime.asking.asking import PLAINLY, Asking
from heldout.runtime.asking.continuations import shortened
from heldout.runtime.device import Precision
from heldout.runtime.models.causal_reader import causal_reader
from heldout.runtime.operator import Metrics, Role, Use, operator
from heldout.runtime.subtype import Of

Probability = Annotated[float, Field(gt=0.0, le=1.0)]


class Generated(NamedTuple):
    table: Annotated[Table, Metrics("tokens", "log_probability", "unfinished", "shortened")]
    records: Annotated[Dataset, Role.TEST, Of("completions")]


@operator(seconds=60.0)
def generate(
    model: Annotated[Model, Use.EVALUATES, Of("causal language model")],
    data: Annotated[Dataset, Use.EVALUATES, Of("questions", "texts")],
    examples: Annotated[Dataset | None, Use.TRAINS, Of("questions", "texts")] = None,
    tokenizer: Model | None = None,
    *,
    asking: Asking = PLAINLY,
    most_tokens: Annotated[int, Field(ge=1)] = 256,
    stop: list[str] | None = None,
    temperature: Annotated[float, Field(ge=0.0)] = 0.0,
    top_k: Annotated[int, Field(ge=1)] | None = None,
    top_p: Probability | None = None,
    precision: Precision = "float32",
    batch_tokens: Annotated[int, Field(ge=1)] = 16384,
    seed: int = 0,
) -> Generated:
    """What a causal model writes after each question; `measure/answers` says whether it is right.

    Greedy, or drawn at a temperature from the `top_k` likeliest tokens (Fan et al. 2018,
    arXiv:1805.04833) or the nucleus `top_p` (Holtzman et al. 2020, arXiv:1904.09751, section 3.1),
    with the generation of transformers and its cache.
    Differs from the papers: each row draws from a stream of its own, of the seed and its id, so that
    batches and other rows change no draw. They change how sums are rounded: two tokens whose
    probabilities are as near as that may change places.

    Args:
        model: a causal model, as `fetch/model` or `train/language-model` gives it.
        data: questions, such as those of `data/import-questions`.
        examples: solved questions to show before each; training rows, since the answers are read.
        tokenizer: a model as `fetch/model` brings it, where `model` has no `tokenizer.json` of its own,
            as one that was trained on tokens has not.
        most_tokens: of a continuation.
        stop: texts that end a continuation; they are no part of it.
        temperature: what logits are divided by; 0 takes the likeliest token.
        top_k: draw among so many of the likeliest tokens.
        top_p: draw among the likeliest tokens that have this probability together.
        precision: of weights and activations; log-probabilities are float32.
        batch_tokens: tokens of a batch at most, with continuations and padding: what bounds the memory.
        seed: of the examples and the draws.

    Returns:
        table: means over questions: `tokens` of a continuation; its `log_probability` (nats, of all
            its tokens, the one that ended it among them, under the model itself whatever the
            temperature); the shares that are `unfinished`, since `most_tokens` ended them, and
            `shortened`, whose prompts lost their beginning, since the model reads no longer ones.
        records: the data's rows, with `prompt_sha256`, the `text`, `log_probability`, `tokens`, and
            how it `ended`: by the model's own `end`, by a `stop` text, or by the `length`.

    Raises:
        ValueError: the model is none of transformers, has no tokenizer or no chat template, the
            template names a column that is not there, or there are no questions or too few examples.
    """
    from heldout.runtime.asking.decoding import Asked, Sampling, continued  # costs seconds

    words = asking.words(tokenizer or model)
    written = asking.prompts(words, data, examples, seed)
    whole = [words.before(text, asking.chat) for text in written]
    if not all(whole):
        raise ValueError("a prompt is empty: the model needs a token to go on from")
    reader = causal_reader(model, precision)
    if not reader.hub:
        raise ValueError(
            "this network is none of transformers; of sequences of tokens, `evaluate/exact-match` says what "
            "greedy decoding writes"
        )
    read = [shortened(tokens, most_tokens, reader.context) for tokens in whole]
    said = continued(
        reader,
        words,
        [Asked(name, tokens) for name, tokens in zip(texts(data.rows["id"]), read, strict=True)],
        sampling=Sampling(temperature, top_k, top_p, seed),
        most_tokens=most_tokens,
        stops=[text for text in stop or () if text],
        batch_tokens=batch_tokens,
    )
    own = {
        "prompt_sha256": pa.array([hashlib.sha256(text.encode()).hexdigest() for text in written]),
        "text": pa.array([one.text for one in said], pa.string()),
        "log_probability": pa.array([one.log_probability for one in said], pa.float64()),
        "tokens": pa.array([one.tokens for one in said], pa.int64()),
        "ended": pa.array([one.ended for one in said]),
    }
    kept = {name: data.rows[name] for name in data.rows.column_names if name not in own}
    means = {
        "tokens": np.mean([one.tokens for one in said]),
        "log_probability": np.mean([one.log_probability for one in said]),
        "unfinished": np.mean([one.ended == "length" for one in said]),
        "shortened": np.mean([len(a) < len(b) for a, b in zip(read, whole, strict=True)]),
    }
    table = Table.of({name: float(value) for name, value in means.items()})
    return Generated(table, Dataset(pa.table(kept | own), classes=data.classes))
