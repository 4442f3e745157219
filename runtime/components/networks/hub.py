"""Any image model of transformers."""

from typing import Any

from heldout.runtime.component import component
from heldout.runtime.hub.format import fresh_network
from heldout.runtime.models.featurizer import Featurizer
from heldout.runtime.models.hub_featurizer import HubFeaturizer


@component
def hub(shape: tuple[int, ...], *, config: dict[str, Any], freeze_batch_norm: bool = True) -> Featurizer:
    """Any image model of transformers, freshly initialised from its configuration.

    What `start` from a hub model builds before it loads the weights. Features are the model's
    own pooled output where its pooling has no weights (ResNet: the mean over all places), else
    the last layer's class token (ViT: Dosovitskiy et al. 2021, equation 4). Poolers with weights
    are left out: many published weights lack them. Attention is written out (eager), since
    several objectives take gradients of gradients.

    Args:
        config: as in a `config.json` of the hub, with `model_type`.
        freeze_batch_norm: use and keep the running statistics of batch norm, as DomainBed
            (arXiv:2007.01434) does with pretrained networks.

    Raises:
        ValueError: the configuration is of no image model, or its image size or channels are not
            those of the data.
    """
    from transformers import AutoModel  # costs seconds

    model = fresh_network(AutoModel, config, attn_implementation="eager")
    if model.main_input_name != "pixel_values":
        raise ValueError(f"{config['model_type']!r} takes {model.main_input_name}, not images")
    expected = _expected_shape(model.config, shape)
    if tuple(shape) != expected:
        raise ValueError(
            f"{config['model_type']!r} takes inputs {list(expected)}, the data have {list(shape)}"
        )
    pooler = getattr(model, "pooler", None)
    if pooler is not None and any(True for _ in pooler.parameters()):
        model.pooler = None
    return HubFeaturizer(model, tuple(shape), freeze_batch_norm)


def _expected_shape(config: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
    size = getattr(config, "image_size", None)
    if isinstance(size, int):
        size = (size, size)
    return (config.num_channels, *(size if size is not None else shape[1:]))
