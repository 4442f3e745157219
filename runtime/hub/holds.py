"""What a fetched model is: said by the study, and held against the model's own configuration."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

from heldout.runtime.artifacts import Model
from heldout.runtime.subtype import Of

Holds = Literal["causal language model", "encoder", "encoder-decoder", "dual encoder", "image encoder"]

# A fetched model, of which nothing is known before it is read unless the study says it.
Fetched = Annotated[
    Model,
    Of("causal language model", when={"holds": "causal language model"}),
    Of("encoder", when={"holds": "encoder"}),
    Of("encoder-decoder", when={"holds": "encoder-decoder"}),
    Of("dual encoder", when={"holds": "dual encoder"}),
    Of("image encoder", when={"holds": "image encoder"}),
]


def check_holds(config: Mapping[str, Any], holds: Holds | None, name: str) -> None:
    """A model is what a study says that it is.

    Args:
        config: of the model, as its `config.json` has it.
        holds: what it is said to be; None: nothing is said.
        name: of the model, for messages.

    Raises:
        ValueError: its architecture is another.
    """
    if holds is None:
        return
    model_type = config.get("model_type")
    if model_type not in _architectures(holds):
        fitting = [one for one in get_args(Holds) if model_type in _architectures(one)]
        there = f"it may be: {', '.join(fitting)}" if fitting else "nothing is known of it"
        raise ValueError(f"{name} is of the type {model_type!r}, which is no {holds}; {there}")


def _architectures(holds: Holds) -> Mapping[str, Any] | frozenset[str]:
    """The types of models that transformers reads as this."""
    if holds == "dual encoder":
        return frozenset({"clip"})
    from transformers.models.auto import modeling_auto  # costs seconds

    named: Mapping[str, Any] = {
        "causal language model": modeling_auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES,
        "encoder": modeling_auto.MODEL_FOR_MASKED_LM_MAPPING_NAMES,
        "encoder-decoder": modeling_auto.MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES,
        "image encoder": modeling_auto.MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING_NAMES,
    }
    found: Mapping[str, Any] = named[holds]
    return found
