"""Train a causal language model on sequences."""

from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field

from heldout.runtime.artifacts import Dataset, Model
from heldout.runtime.asking.learnt_tokens import Cut, Reading
from heldout.runtime.asking.text_tokens import FILES, JINJA, TextTokens
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.component import Choice
from heldout.runtime.device import compute_device
from heldout.runtime.groups import Searched
from heldout.runtime.hub.reading import IN_PLACE
from heldout.runtime.hub.reading import Reading as WeightsReading
from heldout.runtime.language_training.in_parts import is_in_parts, model_from_parts
from heldout.runtime.language_training.token_batches import IN_EPOCHS, Batching
from heldout.runtime.language_training.training import begun, train_on_rows
from heldout.runtime.models.causal_reader import end_tokens
from heldout.runtime.models.language_model import language_model_artifact, vocabulary_of
from heldout.runtime.models.tuned import begin_tuning
from heldout.runtime.operator import Use, loguniform, operator
from heldout.runtime.resources import NONE_ASKED, Resources
from heldout.runtime.subtype import Of
from heldout.runtime.training.plan import Plan
from heldout.runtime.training.trained import Trained


@operator(seconds=10.0, distributed=True, sharded=True)
def language_model(
    data: Annotated[Dataset, Use.TRAINS, Of("sequences", "sums", "texts", "questions", "conversations")],
    start: Annotated[Model | None, Of("causal language model")] = None,
    tokenizer: Model | None = None,
    *,
    checkpoint: Checkpoint,
    resources: Resources = NONE_ASKED,
    network: Annotated[str | dict[str, Any], Choice("language-models")] = "decoder",
    tuning: Annotated[str | dict[str, Any] | None, Choice("tunings")] = None,
    batching: Batching = IN_EPOCHS,
    max_tokens: Annotated[int, Field(ge=2)] | None = None,
    cut: Cut = "beginning",
    roles: Annotated[tuple[str, ...], Field(min_length=1)] = ("assistant",),
    chat: bool = False,
    chat_template: str | None = None,
    template: str = "{question}",
    instruction: str = "",
    delimiter: str = " ",
    plan: Annotated[
        Plan, Searched(learning_rate=loguniform(1e-4, 1e-2), weight_decay=loguniform(1e-4, 1e-1))
    ] = Plan(1000, 1e-3, "adamw", clip=1.0),
    seed: int = 0,
) -> Annotated[Trained, Of("causal language model")]:
    """Train a causal language model: on texts, on answers to questions, on what an assistant says, on tokens.

    Radford et al. 2018, "Improving Language Understanding by Generative Pre-Training" (GPT), equation 1: each
    token given all before it; AdamW (Loshchilov & Hutter 2019, arXiv:1711.05101). The loss is the mean over
    the learnt tokens of a minibatch, so that questions are read and not learnt, as in Kazemnejad et al. 2023
    (arXiv:2305.19466), section 4, and in supervised fine-tuning (Ouyang et al. 2022, arXiv:2203.02155).
    Differs from the papers: nothing. A network of transformers makes logits at the places before learnt
    tokens alone, 2^26 at a time in float32 (and as many gradients), on the way back too, unless it scales or
    caps them.

    Args:
        data: conversations (column `messages`, as `data/import-chat` makes them), questions (`question`, with
            what is right as the label), texts (`text`), or tokens: sequences `tokens`, and `answer` of their
            lengths, true at those that are predicted (without it, all but the first), or tensors of both
            [rows, length], padded on the right with 0; their notes' `vocabulary` lists the tokens.
        start: weights to start from instead of a fresh network; its network is used, and its tokenizer. A
            tuned model's adapter is merged first.
        tokenizer: a model as `fetch/model` brings it, for texts where `start` has none, or no network is
            started from.
        resources: of the stage; `micro_batch` rows go through the network at once. With `sharded` each
            process holds a part of a network of transformers, but for its head, which is whole.
        network: a component of language models.
        tuning: a component of tunings: what is trained beside the weights of `start`, which stay as they are
            and are held in `precision`. Without it all weights are trained.
        max_tokens: of a row.
        cut: what a longer row loses. Without its beginning a row keeps its last answer.
        roles: whose messages of a conversation are learnt, each with the token that ends it.
        chat: write a question as a user's message, in the form of the chat template.
        chat_template: one in Jinja, in the place of the model's own; the trained model has it too.
        template: what is asked of a question; `{column}` stands for a row's value, and `{choices}` for a line
            of each choice.
        instruction: stands before a question; in a chat it is the system's message.
        delimiter: between a question and its answer, outside of chats.
        learning_rate: the largest. Adapters take ten times that of all weights.
        precision: of the forward pass; bfloat16 by autocast. With a `tuning` of frozen weights too.
        seed: of fresh weights and adapters, the minibatches and dropout.

    Returns:
        model: the weights after the last step, or with a `tuning` those of `start` and an adapter in peft's
            files; with the tokenizer that texts were written in, so that `evaluate/generate` and others read
            it as it is.
        curve: metric `loss` by step, mean over the learnt tokens of the minibatch, nats.

    Raises:
        ValueError: the data are nothing of these, there is no tokenizer or no chat template, `start` does not
            know the tokens or is not there to tune, the network cannot do what is asked, or the loss is not a
            finite number (the step is named).
    """
    if tuning is not None and start is None:
        raise ValueError("a tuning is of a model that is there: give `start`, or leave out `tuning`")
    in_parts = is_in_parts(resources, start, tuning is not None)
    files: dict[str, bytes] = {}
    if "tokens" in data.tensors or "tokens" in data.sequences:
        vocabulary, rows = vocabulary_of(data), Reading(most=max_tokens, cut=cut).of_tokens(data)
    else:
        speaks = tokenizer or start
        if speaks is None:
            raise ValueError("texts need a model with a tokenizer: give `start` or `tokenizer`")
        words, ends = TextTokens.of(speaks.files, chat_template), end_tokens(start or speaks)
        end = ends[0] if ends else None
        reading = Reading(template, instruction, delimiter, chat, frozenset(roles), max_tokens, cut, end)
        rows = reading.rows(data, words)
        known = int(words.words.get_vocab_size())
        vocabulary = known if start is None else int(rows.tokens.values.max()) + 1
        files = {name: content for name, content in speaks.files.items() if name in FILES}
        files |= {} if chat_template is None else {JINJA: chat_template.encode()}
    reads = WeightsReading(plan.precision if tuning is not None else "float32", compute_device())
    weights = IN_PLACE if in_parts else reads
    module, network, vocabulary = begun(start, network, vocabulary, seed, weights)
    adapter = None if tuning is None else begin_tuning(module, tuning, seed)
    curve = train_on_rows(module, rows, plan, batching, seed, checkpoint, resources.micro_batch, in_parts)
    if adapter is not None and start is not None:
        model = adapter.model(start)
    elif in_parts:
        model = model_from_parts(module, network, vocabulary, checkpoint)
    else:
        model = language_model_artifact(module, network, vocabulary)
    return Trained(replace(model, files={**model.files, **files}), curve)
