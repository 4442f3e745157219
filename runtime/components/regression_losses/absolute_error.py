"""Absolute error: least absolute deviations."""

from torch import Tensor

from heldout.runtime.component import component


@component
def absolute_error(predicted: Tensor, labels: Tensor) -> Tensor:
    """The size of the error, averaged over the outputs; its least mean is at the conditional median.

    Koenker & Bassett 1978, "Regression Quantiles" (Econometrica 46), equation 1.2 at the quantile 1/2.
    Differs from the paper: twice its value.

    Args:
        predicted: [..., num_outputs], in some unit u.
        labels: the same.

    Returns:
        losses, [...], unit u.
    """
    return (predicted - labels).abs().mean(-1)
