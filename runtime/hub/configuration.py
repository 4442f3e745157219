"""What the configuration of a model of transformers says."""

import json
from typing import Any

from heldout.runtime.artifacts import Model
from heldout.runtime.hub.format import transformers_config


def padding_of(config: Any) -> int:
    """The padding token that a configuration of transformers names.

    Raises:
        ValueError: it names none.
    """
    padding = getattr(config, "pad_token_id", None)
    if not isinstance(padding, int):
        raise ValueError(f"the configuration of {config.model_type!r} names no `pad_token_id`")
    return padding


def described_config(model: Model) -> dict[str, Any]:
    """What a model's `config.json` says.

    Raises:
        ValueError: it has none, or one that holds no JSON object.
    """
    try:
        found = json.loads(model.files["config.json"])
    except KeyError:
        raise ValueError("this model is of no transformers: it has no config.json") from None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ValueError("config.json holds no JSON object")
    return found


def padding_token(model: Model) -> int:
    """The padding token of a model as `fetch/model` brings it.

    Raises:
        ValueError: its configuration cannot be read or names none.
    """
    return padding_of(transformers_config(described_config(model)))
