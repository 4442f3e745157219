"""The module of a model of whichever kind."""

import json

from torch import nn

from heldout.runtime.artifacts import Model
from heldout.runtime.graphs.classifier import restore_node_classifier
from heldout.runtime.hub.format import transformers_config
from heldout.runtime.models.classifier import restore_classifier
from heldout.runtime.models.dual_encoder import restore_dual_encoder
from heldout.runtime.models.encoder_decoder import restore_encoder_decoder
from heldout.runtime.models.language_model import restore_language_model


def restored(model: Model) -> nn.Module:
    """The module of a classifier (of inputs or nodes), language model, encoder-decoder or CLIP.

    By what its config says.

    Raises:
        ValueError: it is none of these, or its weights do not fit.
    """
    if "network" in model.config:
        return restore_classifier(model)
    if "graph_network" in model.config:
        return restore_node_classifier(model)
    if "language_model" in model.config:
        return restore_language_model(model)
    settings = json.loads(model.files.get("config.json", b"{}"))
    if settings.get("model_type") == "clip":
        clip: nn.Module = restore_dual_encoder(model).clip
        return clip
    if settings:
        paired = transformers_config(settings).is_encoder_decoder
        return restore_encoder_decoder(model) if paired else restore_language_model(model)
    kinds = "classifier, language model, encoder-decoder or CLIP"
    raise ValueError(f"this model is no {kinds}: its config names none")
