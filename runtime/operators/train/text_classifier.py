"""Train a classifier of texts from an encoder, on several domains with one of the objectives."""

import hashlib
from dataclasses import replace
from typing import Annotated, Any, Literal

import torch
from pydantic import Field

from heldout.runtime.artifacts import Dataset, Model
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.component import Choice
from heldout.runtime.device import compute_device
from heldout.runtime.distributed import world
from heldout.runtime.groups import Searched
from heldout.runtime.hub.configuration import described_config
from heldout.runtime.models.classifier import (
    Classifier,
    build_classifier,
    classifier_model,
    restore_classifier,
)
from heldout.runtime.models.low_rank_featurizer import LowRankFeaturizer
from heldout.runtime.models.text_featurizer import TextFeaturizer
from heldout.runtime.operator import Use, loguniform, operator
from heldout.runtime.operators.train._text_classifier_run import ModuleRun
from heldout.runtime.randomness import torch_stream
from heldout.runtime.resources import NONE_ASKED, Resources
from heldout.runtime.subtype import Of
from heldout.runtime.training.plan import Plan
from heldout.runtime.training.trained import Trained

AT_A_TIME = 64  # texts whose features are computed before a head is trained on them


@operator(seconds=60.0, distributed=True, sharded=True)
def text_classifier(
    data: Annotated[Dataset, Use.TRAINS, Of("encoded texts")],
    start: Annotated[Model, Of("encoder", "bi-encoder", "cross-encoder", "text classifier")],
    *,
    checkpoint: Checkpoint,
    resources: Resources = NONE_ASKED,
    tune: Literal["all", "lora", "head"] = "all",
    fresh: bool = False,
    pooling: Literal["own", "mean", "first"] = "own",
    rank: Annotated[int, Field(ge=1)] = 8,
    alpha: Annotated[float, Field(gt=0)] = 16.0,
    modules: str = ".*",
    objective: Annotated[str | dict[str, Any], Choice("objectives")] = "erm",
    batch_size: Annotated[int, Field(ge=1)] = 16,
    plan: Annotated[Plan, Searched(learning_rate=loguniform(1e-5, 1e-2))] = Plan(
        300, 5e-5, "adamw", weight_decay=0.01, warmup=0.1, schedule="linear", clip=1.0
    ),
    seed: int = 0,
) -> Annotated[Trained, Of("text classifier")]:
    """Train an encoder of text with a linear head on labelled texts of one or more domains.

    Devlin et al. 2019, "BERT" (arXiv:1810.04805), section 4.1 and appendix A.3: a linear layer on the
    encoder's features, AdamW, a rate that rises over the first tenth of the steps and falls linearly. LoRA:
    Hu et al. 2022 (arXiv:2106.09685), section 4.1, equation 3. Every step takes one minibatch of each
    training domain, as `train/classifier` does.
    Differs from the papers: BERT's pooler is left out; a minibatch has as many texts, not as many tokens, of
    every domain, since objectives compare domains, and is cut to its longest; weight decay is of all that is
    trained; LoRA adapts all linear modules, has no dropout of its own, and is added to the weights at last.

    Args:
        data: labelled texts in tokens of `start`, as `data/encoded-text` writes them; their column `domain`
            says which domain each is of (without the column they are one domain).
        start: an encoder of text as `fetch/model` or `fetch/model-folder` brings it or another operator has
            trained it, or a text classifier, whose head is kept where it has as many classes.
        tune: all weights; low-rank updates and the head; or the head alone, on features that are computed
            once, without dropout.
        fresh: take the encoder's configuration, and new weights.
        pooling: of the tokens' features, their mean or the first one's; `own` is what the model itself says,
            else the first.
        rank: of LoRA's updates.
        alpha: they are scaled by alpha / rank.
        modules: regular expression that the whole name of a linear module matches to be adapted by LoRA.
        objective: a component of objectives.
        batch_size: texts of each domain in a minibatch.
        learning_rate: the highest. LoRA and heads take ten to a hundred times that of all weights.
        seed: of the head, fresh weights and updates, the minibatches, dropout and the objective's own draws.

    Returns:
        model: a classifier after the last step, which `evaluate/classification` scores: a folder that
            `from_pretrained` opens, the head's weights and the tokenizer beside.
        curve: metric `loss`, the objective's value by step, nats.

    Raises:
        ValueError: `start` is no encoder of text, the data are tokens of another tokenizer, no module
            matches, or the loss is not a finite number (the step is named).
    """
    sharded = resources.sharded and world().size > 1
    if sharded and tune != "all":
        raise ValueError(f"`tune: {tune}` trains what is small beside whole weights: leave `sharded` out")
    module = trained = _begun(data, start, fresh, pooling, seed, sharded)
    encoder = module.featurizer
    assert isinstance(encoder, TextFeaturizer)
    _check_tokens(data, start, encoder.backbone.config.vocab_size)
    if tune == "lora":
        drawn = torch_stream(seed, "low-rank updates")
        module.featurizer = LowRankFeaturizer(encoder, rank, alpha, modules, drawn)
    elif tune == "head":
        data = replace(data, tensors={**data.tensors, "x": _features(encoder, data)})
        trained = build_classifier("linear", (encoder.num_features,), len(data.classes), seed)
        trained.head = module.head
    run = ModuleRun(
        trained,
        data,
        checkpoint=checkpoint,
        resources=resources,
        objective=objective,
        plan=plan,
        batch_size=batch_size,
        seed=seed,
    )
    run.to_the_end()
    if isinstance(module.featurizer, LowRankFeaturizer):
        module.featurizer = module.featurizer.merged()
    model = run.model() if sharded else classifier_model(module)
    return Trained(replace(model, files={**start.files, **model.files}), run.curve())


def _begun(data: Dataset, start: Model, fresh: bool, pooling: str, seed: int, mapped: bool) -> Classifier:
    """The classifier that training begins with; its weights may stay in their files."""
    shape, classes = tuple(data.x.shape[1:]), len(data.classes)
    if not classes:
        raise ValueError("the data have no classes")
    own = start.config.get("network", {})
    own = own.get("text-encoder", {}) if isinstance(own, dict) else {}
    said = own.get("pooling", start.config.get("pooling", "first")) if pooling == "own" else pooling
    network = {"text-encoder": {"config": described_config(start), "pooling": said}}
    if fresh:
        return build_classifier(network, shape, classes, seed)
    known = own and own.get("pooling") == said
    head = start.config["num_classes"] if known else None
    config = {"network": network, "shape": list(shape), "num_classes": head}
    return restore_classifier(replace(start, config=config), classes, seed, mapped=mapped)


def _check_tokens(data: Dataset, start: Model, words: int) -> None:
    """The data are tokens that the encoder knows."""
    tokenizer, written = start.files.get("tokenizer.json"), data.notes.get("tokenizer_sha256")
    if tokenizer is not None and written not in (None, hashlib.sha256(tokenizer).hexdigest()):
        raise ValueError("the data are tokens of another model's tokenizer than that of `start`")
    if data.x.is_floating_point() or (len(data) and int(data.x.max()) >= words):
        raise ValueError(f"the data are no tokens of `start`, which knows {words}")


def _features(encoder: TextFeaturizer, data: Dataset) -> torch.Tensor:
    """Of all texts, [num_rows, width], float32, without dropout."""
    device = compute_device()
    encoder.to(device).eval()
    with torch.no_grad():
        return torch.cat([encoder(x.to(device)).float().cpu() for x in data.x.split(AT_A_TIME)])
