"""Score pairs of sentences with an encoder."""

from typing import Annotated

import numpy as np
import pyarrow as pa
import torch
from pydantic import Field

from heldout.runtime.artifacts import Dataset, Model, Predictions
from heldout.runtime.device import compute_device
from heldout.runtime.language.text_inputs import joined, pair_tokens, single, special_tokens
from heldout.runtime.models.text_encoder import Pooling, restore_encoder
from heldout.runtime.operator import Use, operator
from heldout.runtime.subtype import Of


@operator(seconds=0.3)
def pair_scores(
    model: Annotated[Model, Of("encoder", "bi-encoder", "cross-encoder")],
    data: Annotated[Dataset, Use.ADAPTS, Of("pairs")],
    *,
    pooling: Pooling = "first",
    batch_size: Annotated[int, Field(ge=1)] = 256,
) -> Annotated[Predictions, Of("scores")]:
    """How alike the two sentences of every pair are to a bi- or a cross-encoder.

    Liu et al. 2022, "Trans-Encoder" (arXiv:2109.13059), section 2: the cosine of a bi-encoder,
    the sigmoid of a cross-encoder's output, which reads the pair as (a, b).
    Differs from the paper: nothing.

    Args:
        model: a bi-encoder or a cross-encoder; a language model is scored as the bi-encoder that
            it is before any training.
        data: pairs. No label is seen, so that scores may serve as labels of a student, and
            `measure/spearman` takes the labels from the data itself.
        pooling: of a model that does not say it.
        batch_size: pairs at a time.

    Returns:
        rows `id` and `score`, in [-1, 1] of a bi-encoder and in [0, 1] of a cross-encoder.

    Raises:
        ValueError: the data are no pairs, the model is no text encoder or was made for other
            special tokens, or a score is not finite.
    """
    special = special_tokens(data.notes)
    device = compute_device()
    encoder = restore_encoder(model, pooling, special).to(device).eval()
    one, other = pair_tokens(data)
    parts = []
    with torch.inference_mode():
        for a, b in zip(torch.split(one, batch_size), torch.split(other, batch_size), strict=True):
            if encoder.head is None:
                parts.append(encoder.cosine(single(a, special).to(device), single(b, special).to(device)))
            else:
                parts.append(encoder.logit(joined(a, b, special).to(device)).sigmoid())
    scores = torch.cat(parts).double().cpu().numpy()
    if not np.isfinite(scores).all():
        raise ValueError(f"{(~np.isfinite(scores)).sum()} of {len(scores)} scores are not finite")
    return Predictions(pa.table({"id": data.rows["id"], "score": scores}))
