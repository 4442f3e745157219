"""How a model is asked: what operators that ask it in words have in common, as a group of parameters."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from heldout.runtime.artifacts import Dataset, Model
from heldout.runtime.asking.prompts import AnswerForm, Draw, Prompting
from heldout.runtime.asking.text_tokens import TextTokens


@dataclass(frozen=True)
class Asking:
    """How a model is asked.

    Attributes:
        template: what is asked; `{column}` stands for a row's value, and `{choices}` for a line of each
            choice with its letter (`A. red`).
        instruction: stands before everything; in a chat it is the system's message.
        shots: solved examples before each question.
        draw: of the examples: `once` for all questions (or for all of a domain), or `per-row`.
        same_domain: take only examples of the question's own `domain`.
        answers: what stands in the examples: the right choice's `text`, or its `letter`.
        delimiter: between a question and its answer. A prompt ends before it, so that the template
            has no white space at its end; a chat has none.
        separator: between examples, and after the instruction.
        chat: ask in the form of the model's own chat template, examples as earlier turns.
        chat_template: one in Jinja, in the place of the model's own.
    """

    template: str = "{question}"
    instruction: str = ""
    shots: Annotated[int, Field(ge=0)] = 0
    draw: Draw = "once"
    same_domain: bool = False
    answers: AnswerForm = "text"
    delimiter: str = " "
    separator: str = "\n\n"
    chat: bool = False
    chat_template: str | None = None

    def words(self, model: Model) -> TextTokens:
        """The tokens and the chat template in which a model is asked.

        Raises:
            ValueError: it has no tokenizer.
        """
        return TextTokens.of(model.files, self.chat_template)

    def prompts(self, words: TextTokens, data: Dataset, examples: Dataset | None, seed: int) -> list[str]:
        """What stands before the answer of every row, as the model reads it.

        Args:
            words: of the model.
            data: what is asked.
            examples: solved questions, where there are shots.
            seed: of their draw.

        Raises:
            ValueError: there are no questions or too few examples, the template names a column that is not
                there, or the model has no chat template.
        """
        if len(data) == 0:
            raise ValueError("there are no questions to ask")
        prompting = Prompting(
            self.template, self.instruction, self.shots, self.draw, self.same_domain, self.answers, seed
        )
        return [
            words.prompt(prompt, self.chat, self.delimiter, self.separator)
            for prompt in prompting.prompts(data, examples)
        ]


PLAINLY = Asking()
