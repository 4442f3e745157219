"""Huber's loss: squared where errors are small, absolute where they are large."""

from typing import Annotated

from pydantic import Field
from torch import Tensor
from torch.nn.functional import huber_loss

from heldout.runtime.component import component


@component
def huber(predicted: Tensor, labels: Tensor, *, delta: Annotated[float, Field(gt=0)] = 1.0) -> Tensor:
    """Half the square of an error up to `delta`, and a straight line of the same slope from there on.

    Huber 1964, "Robust Estimation of a Location Parameter" (Annals of Mathematical Statistics 35),
    section 1: e^2 / 2 for |e| <= delta, delta (|e| - delta / 2) beyond, averaged over the outputs.
    Differs from the paper: nothing.

    Args:
        predicted: [..., num_outputs], in some unit u.
        labels: the same.
        delta: where the two meet, unit u; labels that are standardised have a standard deviation as unit.

    Returns:
        losses, [...], unit u^2.
    """
    return huber_loss(predicted, labels, reduction="none", delta=delta).mean(-1)
