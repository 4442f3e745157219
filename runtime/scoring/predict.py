"""What a classifier says of examples."""

import numpy as np
import pyarrow as pa
import torch

from heldout.runtime.artifacts import Dataset, Predictions, logits_column
from heldout.runtime.loading.in_order import at_once, inputs_in_order
from heldout.runtime.models.classifier import Classifier
from heldout.runtime.scoring.parts import outputs


def predict(module: Classifier, data: Dataset, batch_size: int, workers: int = 0) -> Predictions:
    """The classifier's logits on labelled examples, in evaluation mode, on its own device.

    Args:
        module: the classifier; its mode (training or evaluation) is left as it was.
        data: the examples.
        batch_size: how many at a time, at most.
        workers: processes that read examples ahead.

    Raises:
        ValueError: the data have no labels, or inputs of another shape than the classifier's, or an input
            cannot be read.
    """
    device = next(module.parameters()).device
    was_training = module.training
    module.eval()
    with torch.inference_mode():
        size = at_once(batch_size, module.shape)
        inputs = inputs_in_order(data, module.shape, module.preprocess, size, device, workers)
        batches = [logits.float().cpu() for logits in outputs(module, inputs)]
    module.train(was_training)
    logits = torch.cat(batches).numpy() if batches else np.empty((0, module.head.out_features))
    columns = {"id": data.column("id"), "label": pa.array(data.labels.numpy())}
    if "domain" in data.rows.column_names:
        columns["domain"] = data.rows["domain"]
    return Predictions(pa.table(columns | {"logits": logits_column(logits)}))
