"""Linear regression in closed form: the baseline of all others."""

from typing import Annotated

import torch
from pydantic import Field
from sklearn.linear_model import LinearRegression, Ridge

from heldout.runtime.artifacts import Dataset, Model
from heldout.runtime.artifacts.columns import numbers_in
from heldout.runtime.models.classifier import build_classifier
from heldout.runtime.models.regressor import Scale, regressor_model
from heldout.runtime.operator import Use, loguniform, operator
from heldout.runtime.subtype import Of


@operator(seconds=0.05)
def linear_regression(
    data: Annotated[Dataset, Use.TRAINS, Of("measurements")],
    *,
    penalty: Annotated[float, Field(ge=0), loguniform(1e-3, 1e3)] = 0.0,
) -> Annotated[Model, Of("regressor")]:
    """The linear function of the input with the least squared error, with a penalty on its weights.

    Hoerl & Kennard 1970, "Ridge Regression" (Technometrics 12), equation 2.1; without a penalty ordinary
    least squares, of which that with the smallest weights where there are several. scikit-learn's.
    Differs from the paper: the intercept has no penalty, and inputs are taken as they stand.

    Args:
        data: examples whose labels are numbers, one or several a row; inputs are flattened.
        penalty: of the sum of squared weights, beside the sum (not the mean) of squared errors.

    Returns:
        a model with the network `linear`.

    Raises:
        ValueError: there are no examples, or their labels are classes.
    """
    labels = numbers_in(data.rows, "label")
    if not len(data):
        raise ValueError("there are no examples to train on")
    x = data.x.flatten(1).double().numpy()
    fitted = (Ridge(alpha=penalty) if penalty else LinearRegression()).fit(x, labels)
    module = build_classifier("linear", tuple(data.x.shape[1:]), labels.shape[1], seed=0)
    with torch.no_grad():
        module.head.weight.copy_(torch.from_numpy(fitted.coef_.reshape(labels.shape[1], -1)))
        module.head.bias.copy_(torch.from_numpy(fitted.intercept_))
    return regressor_model(module, Scale.none(labels.shape[1]))
