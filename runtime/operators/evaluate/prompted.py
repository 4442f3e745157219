"""Score a CLIP with prompts on labelled images."""

from typing import Annotated, NamedTuple

import pyarrow as pa
import torch
from pydantic import Field

from heldout.runtime.artifacts import Dataset, Model, Predictions, Table, logits_column
from heldout.runtime.device import compute_device
from heldout.runtime.loading.in_order import inputs_in_order
from heldout.runtime.models.dual_encoder import restore_dual_encoder
from heldout.runtime.operator import Metrics, Use, operator
from heldout.runtime.prompting.classifier import PromptedClassifier, build_learner
from heldout.runtime.resources import NONE_ASKED, Resources
from heldout.runtime.scoring.scores import scores
from heldout.runtime.subtype import Of


class Scored(NamedTuple):
    table: Annotated[
        Table,
        Metrics("accuracy", "worst_group_accuracy", "mean_group_accuracy", "calibration_error", "nll"),
    ]
    predictions: Annotated[Predictions, Of("logits")]


@operator(seconds=0.5)
def prompted(
    clip: Annotated[Model, Of("dual encoder")],
    prompts: Annotated[Model, Of("prompts")],
    data: Annotated[Dataset, Use.EVALUATES, Of("images", "captioned images")],
    *,
    resources: Resources = NONE_ASKED,
    batch_size: Annotated[int, Field(ge=1)] = 64,
) -> Scored:
    """Scores of a frozen CLIP with prompts, told apart among the classes of the data.

    Radford et al. 2021 (arXiv:2103.00020), section 3.1: each class is a text, and an image is of
    the class whose text is most like it. The classes may be others than those that the prompts
    were learnt from.
    Differs from the paper: nothing; scores are those of `evaluate/classification`.

    Args:
        clip: the model that the prompts were learnt for.
        prompts: what `train/prompts` gave, of `zero-shot` where nothing is to be learnt.
        data: labelled images in [0, 1]; class names are read. Pictures that are kept as files are brought to
            the model's size as its preprocessor says.
        batch_size: images at a time.

    Returns:
        table: accuracy; worst_group_accuracy (the lowest of a domain); mean_group_accuracy (the
            mean over domains); calibration_error; nll (mean, nats).
        predictions: id, label, domain and logits, over the classes of the data, of every example.

    Raises:
        ValueError: the model is no CLIP, prompts or data do not fit it, its vocabulary lacks a
            word, there are no examples, or a logit is not finite.
    """
    if prompts.config.get("kind") != "prompts":
        raise ValueError("these are no prompts: give what train/prompts gave")
    device = compute_device()
    encoder = restore_dual_encoder(clip).to(device)
    template = prompts.config["template"]
    learner = build_learner(encoder, prompts.config["learner"], template, seed=0)
    try:
        learner.load_state_dict(prompts.weights)
    except RuntimeError as error:
        raise ValueError(f"the prompts do not fit the model: {error}") from error
    classifier = PromptedClassifier(encoder, learner.to(device), template, data.classes)
    with torch.inference_mode():
        prepared = classifier.prepared(data)
        parts = inputs_in_order(data, encoder.shape, prepared, batch_size, device, resources.workers)
        batches = [classifier.logits(classifier.images(x)).float().cpu() for x in parts]
    logits = torch.cat(batches) if batches else torch.empty(0, len(data.classes))
    columns = {"id": data.rows["id"], "label": pa.array(data.labels.numpy())}
    if "domain" in data.rows.column_names:
        columns["domain"] = data.rows["domain"]
    predictions = Predictions(pa.table(columns | {"logits": logits_column(logits.numpy())}))
    return Scored(Table.of(scores(predictions)), predictions)
