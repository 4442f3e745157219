"""Any causal language model of transformers."""

from typing import Any, Literal

from heldout.runtime.component import component
from heldout.runtime.hub.format import fresh_network
from heldout.runtime.models.causal_network import CausalNetwork
from heldout.runtime.models.hub_language_model import HubLanguageModel


@component
def hub_causal(
    vocabulary: int, *, config: dict[str, Any], attention: Literal["eager", "sdpa"] = "eager"
) -> CausalNetwork:
    """Any causal language model of transformers, freshly initialised from its configuration.

    What `start` from a hub model names as its network, with torch's attention.

    Args:
        config: as in a `config.json` of the hub, with `model_type`; without `vocab_size` it gets
            that of the data.
        attention: written out (`eager`), or by torch's kernels (`sdpa`), whose memory grows with the
            length and not its square; the same but for rounding.

    Raises:
        ValueError: transformers has no causal language model for the configuration.
    """
    from transformers import AutoModelForCausalLM  # costs seconds

    settings = {"vocab_size": vocabulary} | dict(config)
    return HubLanguageModel(fresh_network(AutoModelForCausalLM, settings, attn_implementation=attention))
