"""Squared error: least squares."""

from torch import Tensor

from heldout.runtime.component import component


@component
def squared_error(predicted: Tensor, labels: Tensor) -> Tensor:
    """The square of the error, averaged over the outputs; its least mean is at the conditional mean.

    Legendre 1805, "Nouvelles méthodes pour la détermination des orbites des comètes", appendix.
    Differs from the paper: nothing.

    Args:
        predicted: [..., num_outputs], in some unit u.
        labels: the same.

    Returns:
        losses, [...], unit u^2.
    """
    return (predicted - labels).square().mean(-1)
