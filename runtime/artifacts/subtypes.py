"""The subtypes of each kind of artifact: what is in it, in a sentence each.

Ports name them (`Annotated[Dataset, Of("images")]`), the compiler holds what a stage gives against what
the next one takes, and the glossary lists them. They stand here and not on the classes, whose code is
part of every task: a new one renews nothing.
"""

from collections.abc import Iterator, Mapping

from heldout.runtime.artifacts.artifact import Artifact

SUBTYPES: Mapping[str, Mapping[str, str]] = {
    "Dataset": {
        "images": "Pictures in `x`, [rows, channels, height, width].",
        "captioned images": "Pictures in `x`, and what each shows in the column `text`.",
        "features": "Numbers in `x`, [rows, features], with labels that name classes.",
        "measurements": "Numbers in `x`, with labels that are numbers.",
        "sums": "Arithmetic, one-hot in `x` and the same in `tokens`.",
        "texts": "The column `text`.",
        "encoded texts": "Texts in `x`, as tokens of a model's own tokenizer.",
        "sequences": "Sequences in `tokens`, [rows, length], of the `vocabulary` in the notes.",
        "prompts": "Prompts with their answers in `tokens`, of a model's own tokenizer.",
        "sentences": "Sentences in `tokens`, with `special_tokens` in the notes.",
        "pairs": "Pairs of sentences, in `tokens_a` and `tokens_b`.",
        "questions": "The column `question`, with a right answer and, where there are some, `choices`.",
        "conversations": "Messages of several roles, in the column `messages`.",
        "completions": "What a model wrote to each prompt, in the column `text`.",
        "levels": "Levels of an environment, which the notes name.",
        "logs": "Steps of episodes: observations, actions and rewards.",
        "records": "What was found of each example: columns, and nothing that a network reads.",
    },
    "Model": {
        "classifier": "A network with an output for each class, whatever its architecture.",
        "text classifier": "The same over a text encoder, with its tokenizer.",
        "regressor": "A network whose outputs are numbers, in the labels' unit.",
        "image encoder": "A network of images without a head.",
        "node classifier": "A network with an output for each class, of a graph's nodes.",
        "causal language model": "It predicts the next token.",
        "encoder": "A text encoder, as it learns to fill masked words.",
        "bi-encoder": "A text encoder that gives a sentence a vector.",
        "cross-encoder": "A text encoder that scores two sentences together.",
        "encoder-decoder": "It reads a sequence and writes another.",
        "dual encoder": "Encoders of images and of texts into one space, as CLIP.",
        "prompts": "What was learnt in front of a dual encoder, without it.",
        "policy": "It acts on observations of an environment.",
        "adapter": "What was learnt beside a model's weights (LoRA), without them.",
        "gate": "By module, what of its inputs speaks for an adapter.",
        "activations": "By module, the mean of an adapter's inputs.",
        "adapter pool": "Adapters over the same modules, for a router.",
        "adaptation state": "What a method of adaptation has become on a stream.",
    },
    "Trajectory": {
        "classifier": "Weights of a classifier, by step.",
    },
    "Predictions": {
        "logits": "A number for each class.",
        "scores": "One number an example, in the column `score`.",
    },
}


def subtypes_of(kind: type[Artifact]) -> dict[str, str]:
    """The subtypes of a kind by name, with what holds for each: its own, and those of what it extends."""
    return {name: says for one in reversed([*_lineage(kind)]) for name, says in SUBTYPES.get(one, {}).items()}


def _lineage(kind: type[Artifact]) -> Iterator[str]:
    yield from (one.__name__ for one in kind.__mro__ if issubclass(one, Artifact))
