"""Any image model of transformers."""

from typing import Annotated, Any

from pydantic import Field

from heldout.runtime.component import component
from heldout.runtime.hub.format import fresh_network
from heldout.runtime.models.featurizer import Featurizer
from heldout.runtime.models.hub_featurizer import HubFeaturizer


@component
def hub(
    shape: tuple[int, ...],
    *,
    config: dict[str, Any],
    freeze_batch_norm: bool = True,
    mean: list[float] | None = None,
    std: list[Annotated[float, Field(gt=0)]] | None = None,
) -> Featurizer:
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
        mean: of the inputs by channel, in [0, 1], which is taken from them; a model that is fetched brings
            its own along (`preprocessor_config.json`).
        std: by which they are divided then.

    Raises:
        ValueError: the configuration is of no image model, or its image size or channels are not
            those of the data; or mean and standard deviation are not both given by channel.
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
    return HubFeaturizer(model, tuple(shape), freeze_batch_norm, _by_channel(mean, std, shape[0]))


def _by_channel(
    mean: list[float] | None, std: list[float] | None, channels: int
) -> tuple[list[float], list[float]] | None:
    if mean is None and std is None:
        return None
    if mean is None or std is None or not {len(mean), len(std)} <= {1, channels} or min(std) <= 0:
        raise ValueError(f"mean {mean} and std {std} are lists of {channels} numbers, one a channel")
    return mean, std


def _expected_shape(config: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
    size = getattr(config, "image_size", None)
    if isinstance(size, int):
        size = (size, size)
    return (config.num_channels, *(size if size is not None else shape[1:]))
