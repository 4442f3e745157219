"""Let a causal model choose: which of a question's choices it finds the likeliest."""

import hashlib
from collections.abc import Sequence
from typing import Annotated, NamedTuple

import numpy as np
import pyarrow as pa
from pydantic import Field

from heldout.runtime.artifacts import Dataset, Model, Table
from heldout.runtime.asking.asking import PLAINLY, Asking
from heldout.runtime.asking.continuations import Continuation, log_probabilities, shortened
from heldout.runtime.asking.questions import choices_of, letter, right_answers
from heldout.runtime.device import Precision
from heldout.runtime.models.causal_reader import causal_reader
from heldout.runtime.operator import ByGroup, Metrics, Role, Use, operator
from heldout.runtime.scoring.by_domain import means_by_domain
from heldout.runtime.subtype import Of

SHARES = ("accuracy", "accuracy_per_token", "accuracy_per_byte", "accuracy_unconditional")
Shares = Metrics(*SHARES, better="higher", unit="percent")
Loss = Metrics("nll", better="lower")


class Chosen(NamedTuple):
    table: Annotated[Table, Shares, Loss, Metrics("shortened")]
    by_domain: Annotated[Table, Shares, Loss, ByGroup()]
    records: Annotated[Dataset, Role.TEST, Of("records")]


@operator(seconds=30.0)
def choices(
    model: Annotated[Model, Use.EVALUATES, Of("causal language model")],
    data: Annotated[Dataset, Use.EVALUATES, Of("questions")],
    examples: Annotated[Dataset | None, Use.TRAINS, Of("questions")] = None,
    tokenizer: Model | None = None,
    *,
    asking: Asking = PLAINLY,
    unconditional: str = "Answer:",
    precision: Precision = "float32",
    batch_tokens: Annotated[int, Field(ge=1)] = 16384,
    seed: int = 0,
) -> Chosen:
    """Multiple choice by the log-probability of each choice after its question.

    Brown et al. 2020, "Language Models are Few-Shot Learners" (arXiv:2005.14165), section 2.4: the
    likeliest completion, by its log-probability as it is (`acc` of lm-evaluation-harness), per token, or
    less that after a prompt which holds no question. Per byte it is `acc_norm` of lm-evaluation-harness,
    which divides by the letters of a choice: the same where each is one byte of UTF-8, as in ASCII.
    Differs from the paper: nothing. Texts are cut into tokens as lm-evaluation-harness does: prompt and
    choice together, the prompt's tokens taken off. Equal scores go to the first choice.

    Args:
        model: a causal model, as `fetch/model` or `train/language-model` gives it.
        data: questions, such as those of `data/import-questions`.
        examples: solved questions to show before each; training rows, since the answers are read.
        tokenizer: a model as `fetch/model` brings it, where `model` has no `tokenizer.json` of its own,
            as one that was trained on tokens has not.
        answers: what is scored, and stands in the examples: a choice's `text` or its `letter`.
        unconditional: the prompt without a question, for `accuracy_unconditional`.
        precision: of weights and activations; log-probabilities are float32.
        batch_tokens: tokens of a batch at most, with padding: what bounds the memory.
        seed: of the examples.

    Returns:
        table: shares of questions whose right choice has the greatest log-probability as it is
            (`accuracy`), `per_token`, `per_byte` of its text, and less that after `unconditional`; `nll`,
            the mean negative logarithm of the right choice's share among the choices' probabilities,
            nats; `shortened`, the share of questions with a prompt that lost its beginning, since the
            model reads no longer ones.
        by_domain: the same for each value of the column `domain`; empty without it.
        records: the data's rows, with the same of each question, `prompt_sha256`, and lists of a number a
            choice: `log_probabilities` and `unconditional` (nats) and `choice_tokens`.

    Raises:
        ValueError: the model is no causal model, has no tokenizer or no chat template, a question has fewer
            than two choices, or there are no questions or too few examples.
    """
    if len(data) == 0:
        raise ValueError("there are no questions to ask")
    offered, _ = choices_of(data), right_answers(data)
    if asking.answers == "letter":
        offered = [[letter(place) for place in range(len(row))] for row in offered]
    words = asking.words(tokenizer or model)
    prompts = asking.prompts(words, data, examples, seed)
    delimiter = asking.delimiter
    before = "" if asking.chat else delimiter
    reader = causal_reader(model, precision)
    asked = [
        words.after(prompt, before + choice, asking.chat)
        for prompt, row in zip(prompts, offered, strict=True)
        for choice in row
    ]
    alone = [words.after(unconditional, delimiter + choice, False) for row in offered for choice in row]
    read = [Continuation(shortened(b, len(a) - 1, reader.context), a) for b, a in asked]
    bare = [Continuation(shortened(b, len(a) - 1, reader.context), a) for b, a in alone]
    scored = log_probabilities(reader, [*read, *bare], batch_tokens)
    ends = np.cumsum([len(row) for row in offered])
    sums = np.split(np.array([values.sum() for values in scored]), [*ends, *(ends[-1] + ends[:-1])])
    likely, alone_likely = sums[: len(data)], sums[len(data) :]
    tokens = np.split(np.array([len(after) for _, after in asked]), ends[:-1])
    cut = np.array([len(one.before) < len(whole) for one, (whole, _) in zip(read, asked, strict=True)])
    found = _scores(data.labels.tolist(), offered, likely, alone_likely, tokens)
    by_domain = means_by_domain(data, found)
    found["shortened"] = np.array([float(part.any()) for part in np.split(cut, ends[:-1])])
    own = {name: pa.array(values) for name, values in found.items()}
    own["prompt_sha256"] = pa.array([hashlib.sha256(text.encode()).hexdigest() for text in prompts])
    lists = {"log_probabilities": likely, "unconditional": alone_likely, "choice_tokens": tokens}
    own |= {name: pa.array([part.tolist() for part in parts]) for name, parts in lists.items()}
    kept = {name: data.rows[name] for name in data.rows.column_names if name not in own}
    table = Table.of({name: float(values.mean()) for name, values in found.items()})
    return Chosen(table, by_domain, Dataset(pa.table(kept | own), classes=data.classes))


def _scores(
    labels: Sequence[int],
    offered: Sequence[Sequence[str]],
    likely: Sequence[np.ndarray],
    alone: Sequence[np.ndarray],
    tokens: Sequence[np.ndarray],
) -> dict[str, np.ndarray]:
    """What each question scores, [num_rows], by metric, from log-probabilities of its choices."""
    size = [np.array([len(choice.encode()) for choice in row]) for row in offered]
    forms = (
        likely,
        [a / b for a, b in zip(likely, tokens, strict=True)],
        [a / np.maximum(b, 1) for a, b in zip(likely, size, strict=True)],
        [a - b for a, b in zip(likely, alone, strict=True)],
    )
    found = {
        name: np.array([float(one.argmax() == label) for one, label in zip(form, labels, strict=True)])
        for name, form in zip(SHARES, forms, strict=True)
    }
    shares = [np.logaddexp.reduce(one) - one[label] for one, label in zip(likely, labels, strict=True)]
    return found | {"nll": np.array(shares)}
