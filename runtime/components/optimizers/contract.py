"""What an optimizer is given and what it gives back."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Concatenate

import torch
from pydantic import Field

Share = Annotated[float, Field(ge=0.0, lt=1.0)]
Positive = Annotated[float, Field(gt=0.0)]
NotNegative = Annotated[float, Field(ge=0.0)]

Groups = Sequence[dict[str, Any]]  # of parameters, as torch.optim takes them; what a group says holds in it

# From groups of parameters, the learning rate, the weight decay, and whether to use torch's fused kernel
# where it has one (faster, and rounded in another way), to the optimizer. The loop sets the rates.
BuildOptimizer = Callable[Concatenate[Groups, float, float, bool, ...], torch.optim.Optimizer]
