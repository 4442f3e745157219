"""What a network is given and what it gives back.

Supplied is the shape of one input, without the batch. What comes back is a featurizer of such inputs,
freshly initialised from torch's global generator, which the caller has seeded.
"""

from collections.abc import Callable
from typing import Concatenate

from heldout.runtime.models.featurizer import Featurizer

Network = Callable[Concatenate[tuple[int, ...], ...], Featurizer]
