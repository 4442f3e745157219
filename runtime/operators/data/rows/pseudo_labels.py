"""Label data with a model: what it says becomes the label."""

from dataclasses import replace
from typing import Annotated

import pyarrow as pa
import torch
from pydantic import Field

from heldout.runtime.artifacts import Dataset, Model
from heldout.runtime.artifacts.tensors import Tensors
from heldout.runtime.device import compute_device
from heldout.runtime.models.classifier import restore_classifier
from heldout.runtime.operator import Role, Use, operator
from heldout.runtime.subtype import NETWORK_INPUTS, Of, SameAs


@operator(seconds=0.05)
def pseudo_labels(
    model: Annotated[Model, Of("classifier", "text classifier")],
    data: Annotated[Dataset, Use.ADAPTS, NETWORK_INPUTS],
    *,
    batch_size: Annotated[int, Field(ge=1)] = 512,
) -> Annotated[Dataset, Role.TRAIN, SameAs("data")]:
    """Unlabelled examples with the labels that a classifier gives them.

    Lee 2013, "Pseudo-Label: The Simple and Efficient Semi-Supervised Learning Method for Deep
    Neural Networks", section 2; with the probabilities beside, as Hinton et al. 2015
    (arXiv:1503.02531) distil them.
    Differs from the paper: labels are given once and not at each step.

    Args:
        model: the classifier, a weak supervisor or a teacher.
        data: examples, of which it sees no labels.
        batch_size: examples at a time.

    Returns:
        the examples with `label`, the most probable class, and the tensor `targets`, the
        probabilities, [num_rows, num_classes], which objectives such as `soft-labels` learn.

    Raises:
        ValueError: the model is no classifier, or its inputs or classes are not those of the data.
    """
    module = restore_classifier(model).to(compute_device()).eval()
    if data.input_shape != module.shape:
        took, have = list(module.shape), list(data.input_shape or ())
        raise ValueError(f"the model takes inputs of shape {took}, the data have {have}")
    if module.head.out_features != len(data.classes):
        raise ValueError(f"the model knows {module.head.out_features} classes, the data {len(data.classes)}")
    device = next(module.parameters()).device
    with torch.inference_mode():
        batches = torch.split(torch.arange(len(data)), batch_size)
        logits = torch.cat([module(data.at("x", rows).to(device)).float().cpu() for rows in batches])
    rows = data.without_labels().rows.append_column("label", pa.array(logits.argmax(1).numpy()))
    return replace(data, rows=rows, tensors=Tensors.of(data.tensors) | {"targets": logits.softmax(1)})
