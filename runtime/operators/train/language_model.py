"""Train a causal language model on sequences."""

from dataclasses import replace
from typing import Annotated, Any, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from heldout.runtime.artifacts import Dataset, Model
from heldout.runtime.asking.learnt_tokens import Cut, Reading, TokenRows
from heldout.runtime.asking.text_tokens import FILES, JINJA, TextTokens
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.component import Choice
from heldout.runtime.device import Precision, compute_device
from heldout.runtime.language.sequence_minibatches import SequenceBatch, SequenceMinibatches
from heldout.runtime.language_training.tuning import Tuning, train_on_rows
from heldout.runtime.models.causal_network import CausalNetwork
from heldout.runtime.models.causal_reader import end_tokens
from heldout.runtime.models.language_model import (
    build_language_model,
    described_network,
    language_model_artifact,
    restore_language_model,
    vocabulary_of,
)
from heldout.runtime.operator import Use, loguniform, operator
from heldout.runtime.randomness import stable_seed, torch_stream
from heldout.runtime.resources import Resources
from heldout.runtime.subtype import Of
from heldout.runtime.training.fit import fit
from heldout.runtime.training.plan import Optimizer, Plan, Schedule
from heldout.runtime.training.trained import Trained

ALONE = Resources()


@operator(seconds=10.0)
def language_model(
    data: Annotated[Dataset, Use.TRAINS, Of("sequences", "sums", "texts", "questions", "conversations")],
    start: Annotated[Model | None, Of("causal language model")] = None,
    tokenizer: Model | None = None,
    *,
    checkpoint: Checkpoint,
    resources: Resources = ALONE,
    network: Annotated[str | dict[str, Any], Choice("language-models")] = "decoder",
    steps: Annotated[int, Field(ge=0)] = 1000,
    batch_size: Annotated[int, Field(ge=1)] = 64,
    batch_tokens: Annotated[int, Field(ge=2)] | None = None,
    pack: bool = False,
    max_tokens: Annotated[int, Field(ge=2)] | None = None,
    cut: Cut = "beginning",
    roles: Annotated[tuple[str, ...], Field(min_length=1)] = ("assistant",),
    chat: bool = False,
    chat_template: str | None = None,
    template: str = "{question}",
    instruction: str = "",
    delimiter: str = " ",
    tune: Literal["all", "lora"] = "all",
    rank: Annotated[int, Field(ge=1)] = 16,
    alpha: Annotated[float, Field(gt=0)] = 32.0,
    modules: str = ".*",
    recompute: bool = False,
    learning_rate: Annotated[float, Field(gt=0), loguniform(1e-4, 1e-2)] = 1e-3,
    weight_decay: Annotated[float, Field(ge=0), loguniform(1e-4, 1e-1)] = 0.0,
    optimizer: Optimizer = "adamw",
    schedule: Schedule = "constant",
    warmup: Annotated[float, Field(ge=0.0, le=1.0)] = 0.0,
    clip: Annotated[float, Field(gt=0.0)] | None = 1.0,
    precision: Precision = "float32",
    record_every: Annotated[int, Field(ge=1)] = 50,
    seed: int = 0,
) -> Annotated[Trained, Of("causal language model")]:
    """Train a causal language model: on texts, on answers to questions, on what an assistant says, on tokens.

    Radford et al. 2018, "Improving Language Understanding by Generative Pre-Training" (GPT), equation 1: each
    token given all before it; AdamW (Loshchilov & Hutter 2019, arXiv:1711.05101). The loss is the mean over
    the learnt tokens of a minibatch, so that questions are read and not learnt, as in Kazemnejad et al. 2023
    (arXiv:2305.19466), section 4, and in supervised fine-tuning (Ouyang et al. 2022, arXiv:2203.02155). LoRA:
    Hu et al. 2022 (arXiv:2106.09685), section 4.1, equation 3.
    Differs from the papers: LoRA has no dropout, and is added to the weights at last; padded tokens are drawn
    with replacement, all else in epochs of permutations. A network of transformers makes logits at the places
    before learnt tokens alone, 2^26 at a time in float32 (and as many gradients), on the way back too, unless
    it scales or caps them.

    Args:
        data: conversations (column `messages`, as `data/import-chat` makes them), questions (`question`, with
            what is right as the label), texts (`text`), or tokens: tensors `tokens` [rows, length], padded on
            the right with 0, and `answer` [rows, length], true at those that are predicted (without it, all
            but the first); their notes' `vocabulary` lists the tokens.
        start: weights to start from instead of a fresh network; its network is used, and its tokenizer.
        tokenizer: a model as `fetch/model` brings it, for texts where `start` has none, or no network is
            started from.
        resources: of the stage; `micro_batch` rows go through the network at once, tokens that are padded
            excepted, and gradients are added up.
        network: a component of language models.
        steps: updates of the weights.
        batch_size: rows in a minibatch.
        batch_tokens: in the place of `batch_size`, as many rows as have so many tokens at most.
        pack: the rows of a minibatch stand in one, without padding, and do not see each other: places begin
            anew with each, from which transformers makes masks in blocks, or flash attention its lengths.
            Networks whose packed rows see each other (positions that are no input, such as BLOOM's) are
            refused: it is tried on two rows before the first step.
        max_tokens: of a row.
        cut: what a longer row loses. Without its beginning a row keeps its last answer.
        roles: whose messages of a conversation are learnt, each with the token that ends it.
        chat: write a question as a user's message, in the form of the chat template.
        chat_template: one in Jinja, in the place of the model's own; the trained model has it too.
        template: what is asked of a question; `{column}` stands for a row's value, and `{choices}` for a line
            of each choice.
        instruction: stands before a question; in a chat it is the system's message.
        delimiter: between a question and its answer, outside of chats.
        tune: all weights, or low-rank updates, of networks of transformers.
        rank: of the updates.
        alpha: they are scaled by alpha / rank.
        modules: regular expression that the whole name of a linear module matches to be adapted; the head
            never is.
        recompute: activations are computed again on the way back, and not kept: less memory for a third more
            time.
        learning_rate: the largest. Low-rank updates take ten times that of all weights.
        weight_decay: L2 penalty, or decoupled, as the optimizer takes it.
        optimizer: a component of optimizers.
        schedule: a component of schedules, of the rate after the warm-up.
        warmup: part of the steps in which the learning rate rises from 0.
        clip: largest norm of the gradient; none is no limit.
        precision: of the forward pass; bfloat16 by autocast. Of `lora`, frozen weights too.
        record_every: steps between two points of the curve.
        seed: of the initial weights and updates, the minibatches and dropout.

    Returns:
        model: the weights after the last step, with the tokenizer that texts were written in, so that
            `evaluate/generate` and others read it as it is.
        curve: metric `loss` by step, mean over the learnt tokens of the minibatch, nats.

    Raises:
        ValueError: the data are nothing of these, there is no tokenizer or no chat template, `start` does not
            know the tokens, the network cannot do what is asked, or the loss is not a finite number (the step
            is named).
    """
    tuning = Tuning(tune, rank, alpha, modules, batch_size, batch_tokens, pack, recompute, seed)
    rows, files = None, {}
    if "tokens" in data.tensors:
        vocabulary = vocabulary_of(data)
        if not tuning.as_usual or max_tokens is not None:
            rows = Reading(most=max_tokens, cut=cut).of_padded(data)
    else:
        speaks = tokenizer or start
        if speaks is None:
            raise ValueError("texts need a model with a tokenizer: give `start` or `tokenizer`")
        words = TextTokens.of(speaks.files, chat_template)
        ends = end_tokens(start or speaks)
        reading = Reading(
            template,
            instruction,
            delimiter,
            chat,
            frozenset(roles),
            max_tokens,
            cut,
            ends[0] if ends else None,
        )
        rows, vocabulary = reading.rows(data, words), int(words.words.get_vocab_size())
        files = {name: content for name, content in speaks.files.items() if name in FILES}
        files |= {} if chat_template is None else {JINJA: chat_template.encode()}
    module, network, vocabulary = _network(start, network, vocabulary, rows, seed)
    if rows is not None:
        plan = Plan(
            steps, learning_rate, optimizer, weight_decay, schedule, warmup,
            clip=clip, precision=precision, record_every=record_every,
        )  # fmt: skip
        curve = train_on_rows(module, rows, plan, tuning, checkpoint, resources.micro_batch)
        model = language_model_artifact(module, network, vocabulary)
        return Trained(replace(model, files={**model.files, **files}), curve)
    device = compute_device()
    module.to(device).train()
    torch.manual_seed(stable_seed(seed, "dropout"))
    minibatches = SequenceMinibatches(data, batch_size, torch_stream(seed, "minibatches"), device)

    plan = Plan(
        steps=steps,
        learning_rate=learning_rate,
        optimizer=optimizer,
        weight_decay=weight_decay,
        schedule=schedule,
        warmup=warmup,
        clip=clip,
        precision=precision,
        record_every=record_every,
    )
    curve = fit(
        module,
        lambda step: answer_loss(module, minibatches.draw()),
        plan,
        checkpoint=checkpoint,
        generator=minibatches.generator,
    )
    return Trained(language_model_artifact(module, network, vocabulary), curve)


def _network(
    start: Model | None, network: str | dict[str, Any], vocabulary: int, rows: TokenRows | None, seed: int
) -> tuple[CausalNetwork, str | dict[str, Any], int]:
    """What training begins with: the network, its description, and how many tokens it knows."""
    if start is None:
        return build_language_model(network, vocabulary, seed), network, vocabulary
    network, known = described_network(start)
    needed = vocabulary if rows is None else int(rows.tokens.max()) + 1
    if known < needed:
        raise ValueError(f"the model to start from knows {known} tokens, the data have {needed}")
    return restore_language_model(start), network, known


def answer_loss(module: nn.Module, batch: SequenceBatch) -> Tensor:
    """The mean negative log-likelihood of the answers' tokens, shape [], nats."""
    predicted = batch.answer[:, 1:]
    logits = module(batch.tokens[:, :-1])[predicted]
    return nn.functional.cross_entropy(logits.float(), batch.tokens[:, 1:][predicted])
