"""Which of a module's inputs belong to real tokens, and not to padding."""

from torch import Tensor

from heldout.runtime.language.sequence_pairs import PADDING, SequencePairs

# The keys and values of attention from the decoder to the encoder are computed of the encoder's tokens.
_READS_ENCODER = (".EncDecAttention.k", ".EncDecAttention.v", ".encoder_attn.k_proj", ".encoder_attn.v_proj")


def reads_targets(name: str) -> bool:
    """Whether a module computes on the decoder's tokens, by its name in transformers."""
    return ".decoder." in f".{name}" and not name.endswith(_READS_ENCODER)


def real_tokens(name: str, pairs: SequencePairs) -> Tensor:
    """Where a module's inputs are of real tokens, [batch, length], bool."""
    return (pairs.targets if reads_targets(name) else pairs.inputs) != PADDING
