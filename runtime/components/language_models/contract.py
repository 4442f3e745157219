"""What a language model is given and what it gives back.

Supplied is the number of tokens, the padding with id 0 among them. What comes back is a network over these
tokens, freshly initialised from torch's global generator, which the caller has seeded. Its logits at a place
depend on the tokens up to it alone, so that padding on the right needs no mask.
"""

from collections.abc import Callable
from typing import Concatenate

from heldout.runtime.models.causal_network import CausalNetwork

LanguageModel = Callable[Concatenate[int, ...], CausalNetwork]
