"""From a question to what a language model reads: a template, with solved examples before it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from heldout.runtime.artifacts import Dataset
from heldout.runtime.artifacts.columns import listed, texts
from heldout.runtime.asking.questions import letter, right_answers
from heldout.runtime.randomness import numpy_stream

PLACE = re.compile(r"\{(\w+)\}")
Draw = Literal["once", "per-row"]
AnswerForm = Literal["text", "letter"]
Turn = tuple[str, str]  # what is asked and what is answered


@dataclass(frozen=True)
class Prompt:
    """What comes before an answer.

    Attributes:
        shots: solved examples, in the order in which they are read.
        asked: the question itself.
        before: what stands before all of it: an instruction.
    """

    shots: tuple[Turn, ...]
    asked: str
    before: str = ""

    def text(self, delimiter: str, separator: str) -> str:
        """As one text, which ends where the answer begins.

        Args:
            delimiter: between a question and its answer; after the last question it belongs to the answer.
            separator: between examples, and after the instruction.
        """
        solved = [f"{asked}{delimiter}{answer}" for asked, answer in self.shots]
        return separator.join([*([self.before] if self.before else []), *solved, self.asked])

    def messages(self) -> list[dict[str, str]]:
        """As turns of a chat, the instruction as that of the system."""
        turns = [{"role": "system", "content": self.before}] if self.before else []
        for asked, answer in self.shots:
            turns += [{"role": "user", "content": asked}, {"role": "assistant", "content": answer}]
        return [*turns, {"role": "user", "content": self.asked}]


@dataclass(frozen=True)
class Prompting:
    """How prompts are made; see `evaluate/generate`, whose parameters these are."""

    template: str
    instruction: str
    shots: int
    draw: Draw
    same_domain: bool
    answers: AnswerForm
    seed: int

    def prompts(self, data: Dataset, examples: Dataset | None) -> list[Prompt]:
        """The prompt of every row.

        Raises:
            ValueError: the template names a column that is not there, or there are too few examples.
        """
        asked = filled(self.template, data)
        if not self.shots:
            return [Prompt((), one, self.instruction) for one in asked]
        if examples is None:
            raise ValueError(f"{self.shots} shots need `examples` to take them from")
        given = answer_texts(examples, self.answers)
        solved = list(zip(filled(self.template, examples), given, strict=True))
        drawn = self._drawn(data, examples)
        return [
            Prompt(tuple(solved[place] for place in places), one, self.instruction)
            for one, places in zip(asked, drawn, strict=True)
        ]

    def _drawn(self, data: Dataset, examples: Dataset) -> list[list[int]]:
        """Which examples stand before each row, from the seed and the names of rows alone."""
        rows = data.domains.tolist() if self.same_domain else [""] * len(data)
        among = examples.domains if self.same_domain else np.full(len(examples), "", dtype=object)
        pools = {domain: np.flatnonzero(among == domain) for domain in dict.fromkeys(rows)}
        found = []
        for name, domain in zip(texts(data.rows["id"]), rows, strict=True):
            pool = pools[domain]
            if len(pool) < self.shots:
                where = f" of domain {domain!r}" if domain else ""
                raise ValueError(f"{self.shots} shots need as many examples{where}; there are {len(pool)}")
            own = (name,) if self.draw == "per-row" else ()
            order = numpy_stream(self.seed, "shots", domain, *own).permutation(len(pool))
            found.append(pool[order[: self.shots]].tolist())
        return found


def filled(template: str, data: Dataset) -> list[str]:
    """A template with each row's values in the places of their names; nothing is evaluated.

    `{choices}` is a line for each choice, with its letter: `A. red`. No place gives the label.

    Raises:
        ValueError: there is no such column.
    """
    known = [name for name in data.rows.column_names if name != "label"]
    if unknown := [name for name in PLACE.findall(template) if name not in known]:
        raise ValueError(f"the template names {unknown[0]!r}; there are {listed(known)}")
    wanted = list(dict.fromkeys(PLACE.findall(template)))
    rows: list[Any] = data.rows.select(wanted).to_pylist() if wanted else [{}] * len(data)
    return [_filled(template, row) for row in rows]


def _filled(template: str, row: Mapping[str, Any]) -> str:
    return PLACE.sub(lambda place: _shown(row[place[1]]), template)


def answer_texts(data: Dataset, form: AnswerForm) -> list[str]:
    """What is right of every row, as it is written in examples.

    Raises:
        ValueError: labels are hidden, or letters are asked for where there are no choices.
    """
    if form == "text":
        return right_answers(data)
    if "choices" not in data.rows.column_names:
        raise ValueError("answers are letters where there are choices, and these questions have none")
    return [letter(place) for place in data.labels.tolist()]


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(f"{letter(place)}. {choice}" for place, choice in enumerate(value))
    return str(value)
