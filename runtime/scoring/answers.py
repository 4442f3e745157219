"""Who answered what rightly: the answers of several respondents to the same items."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from heldout.runtime.artifacts import Predictions
from heldout.runtime.artifacts.columns import texts


class Answers(NamedTuple):
    """Attributes:
    ids: of the items, in the first respondent's order.
    right: [num_respondents, num_items], 1.0 where the answer was right and 0.0 where not.
    """

    ids: tuple[str, ...]
    right: np.ndarray


def gather_answers(answers: Sequence[Predictions | None]) -> Answers:
    """The answers of those respondents that there are; a label's answer is its largest logit.

    Raises:
        ValueError: there are fewer than two respondents or items, or they were asked different items.
    """
    present = [one for one in answers if one is not None]
    if len(present) < 2 or len(present[0]) < 2:
        raise ValueError("difficulty needs two respondents and two items at least")
    ids = texts(present[0].rows["id"])
    rows = []
    for one in present:
        place = {name: row for row, name in enumerate(texts(one.rows["id"]))}
        if place.keys() != set(ids):
            raise ValueError("the respondents were not asked the same items")
        order = [place[name] for name in ids]
        rows.append((one.logits.argmax(1) == one.labels)[order].astype(np.float64))
    return Answers(tuple(ids), np.stack(rows))
