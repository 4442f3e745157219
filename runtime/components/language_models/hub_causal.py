"""Any causal language model of transformers."""

from typing import Any

from heldout.runtime.component import component
from heldout.runtime.hub.format import fresh_network
from heldout.runtime.models.causal_network import CausalNetwork
from heldout.runtime.models.hub_language_model import HubLanguageModel


@component
def hub_causal(vocabulary: int, *, config: dict[str, Any]) -> CausalNetwork:
    """Any causal language model of transformers, freshly initialised from its configuration.

    What `start` from a hub model builds before it loads the weights. Attention is written out
    (eager), so that it can be looked at.

    Args:
        config: as in a `config.json` of the hub, with `model_type`; without `vocab_size` it gets
            that of the data.

    Raises:
        ValueError: transformers has no causal language model for the configuration.
    """
    from transformers import AutoModelForCausalLM  # costs seconds

    settings = {"vocab_size": vocabulary} | dict(config)
    return HubLanguageModel(fresh_network(AutoModelForCausalLM, settings, attn_implementation="eager"))
