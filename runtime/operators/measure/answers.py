"""Whether what a language model wrote is right."""

from typing import Annotated, Literal, NamedTuple

import numpy as np
import pyarrow as pa

from heldout.runtime.artifacts import Dataset, Table
from heldout.runtime.artifacts.columns import texts
from heldout.runtime.asking.prompts import AnswerForm, answer_texts
from heldout.runtime.operator import ByGroup, Metrics, Role, Use, operator
from heldout.runtime.scoring.by_domain import means_by_domain
from heldout.runtime.scoring.written_answers import Normalisation, extracted, normalised, number_in
from heldout.runtime.subtype import Of

Shares = Metrics("exact", "contains", "number", "found", better="higher", unit="percent")


class Answered(NamedTuple):
    table: Annotated[Table, Shares]
    by_domain: Annotated[Table, Shares, ByGroup()]
    records: Annotated[Dataset, Role.TEST, Of("records")]


@operator(seconds=0.1)
def answers(
    records: Annotated[Dataset, Use.EVALUATES, Of("completions", "texts")],
    *,
    pattern: str | None = None,
    which: Literal["first", "last"] = "first",
    normalise: Normalisation = "words",
    right: AnswerForm = "text",
) -> Answered:
    """The shares of right answers among texts that a model wrote, by four rules.

    Exact match of normalised texts is that of Rajpurkar et al. 2016 (arXiv:1606.05250), section 6.1; numbers
    are compared as those of GSM8K are by lm-evaluation-harness.
    Differs from the paper: one answer is right, where SQuAD has several.

    Args:
        records: what `evaluate/generate` wrote down: rows with `text` and a label.
        pattern: a regular expression (RE2's, in linear time) whose group `(?P<answer>...)` is the answer in
            a text; without it the whole text is.
        which: of several matches.
        normalise: before texts are compared: `words` leaves out capitals, punctuation, articles and white
            space, as SQuAD does; `space` white space alone; `none` compares texts as they stand. A right
            answer of which `words` would leave nothing, such as the letter A, is compared by `space`.
        right: what is right: the right choice's `text`, or its `letter`.

    Returns:
        table: the shares of texts whose answer is the right one (`exact`), has it in it (`contains`) or has
            its number (`number`: the last one in each, equal as decimal numbers), and in which an answer
            was `found`. Where none is found, it is wrong; without a pattern, all are found.
        by_domain: the same for each value of the column `domain`; empty without it.
        records: the rows, with the `answer` that was found (none where there is none) and the same of each
            text, 0 or 1.

    Raises:
        ValueError: there are no texts or no labels, or the pattern is none of RE2 or has no group `answer`.
    """
    if len(records) == 0 or "text" not in records.rows.column_names:
        raise ValueError("there are no texts to score: give the records of `evaluate/generate`")
    written = texts(records.rows["text"])
    found = extracted(written, pattern, which) if pattern is not None else list(written)
    pairs = list(zip(found, answer_texts(records, right), strict=True))
    scores = {
        "exact": [one is not None and _equals(one, gold, normalise) for one, gold in pairs],
        "contains": [one is not None and _contains(one, gold, normalise) for one, gold in pairs],
        "number": [one is not None and _same_number(one, gold) for one, gold in pairs],
        "found": [one is not None for one in found],
    }
    by_row = {name: np.array(values, dtype=np.int64) for name, values in scores.items()}
    own = {"answer": pa.array(found, pa.string())} | {name: pa.array(one) for name, one in by_row.items()}
    kept = {name: records.rows[name] for name in records.rows.column_names if name not in own}
    table = Table.of({name: float(values.mean()) for name, values in by_row.items()})
    scored = Dataset(pa.table(kept | own), classes=records.classes)
    return Answered(table, means_by_domain(records, by_row), scored)


def _equals(text: str, gold: str, how: Normalisation) -> bool:
    how = how if normalised(gold, how) else "space"
    return normalised(text, how) == normalised(gold, how)


def _contains(text: str, gold: str, how: Normalisation) -> bool:
    how = how if normalised(gold, how) else "space"
    wanted = normalised(gold, how)
    return bool(wanted) and wanted in normalised(text, how)


def _same_number(text: str, gold: str) -> bool:
    number = number_in(gold)
    return number is not None and number_in(text) == number
