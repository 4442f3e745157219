"""What a classifier says of examples."""

import numpy as np
import pyarrow as pa
import torch

from heldout.runtime.artifacts import Dataset, Predictions, logits_column
from heldout.runtime.models.classifier import Classifier


def predict(module: Classifier, data: Dataset, batch_size: int) -> Predictions:
    """The classifier's logits on labelled examples, in evaluation mode, on its own device.

    Args:
        module: the classifier; its mode (training or evaluation) is left as it was.
        data: the examples.
        batch_size: how many at a time.

    Raises:
        ValueError: the data have no labels, or inputs of another shape than the classifier's.
    """
    if tuple(data.x.shape[1:]) != module.shape:
        took, have = list(module.shape), list(data.x.shape[1:])
        raise ValueError(f"the model takes inputs of shape {took}, the data have {have}")
    device = next(module.parameters()).device
    was_training = module.training
    module.eval()
    with torch.inference_mode():
        batches = [module(x.to(device)).float().cpu() for x in data.x.split(batch_size)]
    module.train(was_training)
    logits = torch.cat(batches).numpy() if batches else np.empty((0, module.head.out_features))
    columns = {"id": data.rows["id"], "label": pa.array(data.labels.numpy())}
    if "domain" in data.rows.column_names:
        columns["domain"] = data.rows["domain"]
    return Predictions(pa.table(columns | {"logits": logits_column(logits)}))
