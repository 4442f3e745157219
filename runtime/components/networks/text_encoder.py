"""Any encoder of text of transformers."""

from typing import Any, Literal

from heldout.runtime.component import component
from heldout.runtime.hub.configuration import padding_of
from heldout.runtime.hub.format import fresh_network
from heldout.runtime.models.featurizer import Featurizer
from heldout.runtime.models.text_featurizer import TextFeaturizer


@component
def text_encoder(
    shape: tuple[int, ...], *, config: dict[str, Any], pooling: Literal["mean", "first"] = "first"
) -> Featurizer:
    """Any encoder of text of transformers (BERT, RoBERTa, MPNet, DistilBERT, …), freshly initialised.

    Inputs are tokens, as `data/encoded-text` writes them; `train/text-classifier` loads a model's weights.
    Features are the last layer's hidden states, of the first token (Devlin et al. 2019, "BERT",
    arXiv:1810.04805, section 4.1) or their mean over a text's tokens (Reimers & Gurevych 2019,
    "Sentence-BERT", arXiv:1908.10084, section 3).
    Differs from the papers: BERT's pooler, a layer and a tanh on the first token, is left out, since many
    published weights lack it. Attention is written out (eager), since several objectives take gradients of
    gradients.

    Args:
        config: as in a `config.json` of the hub, with `model_type` and `pad_token_id`.
        pooling: what features are made of, the mean over all tokens but padding, or the first token.

    Raises:
        ValueError: the configuration is of no encoder of text or has no padding token, or the data hold
            longer texts than the encoder has positions for.
    """
    from transformers import AutoModel  # costs seconds

    if len(shape) != 1:
        raise ValueError(f"an encoder of text reads rows of tokens, the data have inputs {list(shape)}")
    model = fresh_network(AutoModel, config, attn_implementation="eager")
    if model.main_input_name != "input_ids" or model.config.is_encoder_decoder:
        raise ValueError(f"{config['model_type']!r} is no encoder of text")
    padding = padding_of(model.config)
    if shape[0] > (most := _positions(model)):
        raise ValueError(
            f"{config['model_type']!r} has {most} positions, the data have {shape[0]}: write "
            f"`max_tokens: {most}`"
        )
    if getattr(model, "pooler", None) is not None:
        model.pooler = None
    return TextFeaturizer(model, padding, pooling)


def _positions(model: Any) -> int:
    """How many tokens the encoder can read; RoBERTa and MPNet count positions from behind the padding's."""
    table = getattr(getattr(model, "embeddings", None), "position_embeddings", None)
    if table is None:
        return int(getattr(model.config, "max_position_embeddings", 1 << 31))
    return int(table.num_embeddings) - (0 if table.padding_idx is None else table.padding_idx + 1)
