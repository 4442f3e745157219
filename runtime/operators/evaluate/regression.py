"""Score a model that predicts numbers."""

from typing import Annotated, NamedTuple

from pydantic import Field

from heldout.runtime.artifacts import Dataset, Estimates, Model, Table
from heldout.runtime.device import compute_device
from heldout.runtime.models.regressor import restore_regressor
from heldout.runtime.operator import Metrics, Use, operator
from heldout.runtime.resources import NONE_ASKED, Resources
from heldout.runtime.scoring.errors import error_scores, estimate, scores_by_domain
from heldout.runtime.subtype import Of


class Scored(NamedTuple):
    table: Annotated[
        Table,
        Metrics("mse", "rmse", "mae", "worst_group_rmse", "worst_group_mae", better="lower"),
        Metrics("r2", better="higher"),
    ]
    estimates: Estimates


@operator(seconds=0.05)
def regression(
    model: Annotated[Model, Use.EVALUATES, Of("regressor")],
    data: Annotated[Dataset, Use.EVALUATES, Of("measurements")],
    *,
    resources: Resources = NONE_ASKED,
    batch_size: Annotated[int, Field(ge=1)] = 512,
) -> Scored:
    """Errors of a model that predicts numbers, over all examples and in the worst domain.

    Worst-group errors: Sagawa et al. 2020 (arXiv:1911.08731), with the domains as groups.
    Differs from the paper: errors of regression instead of classification.

    Args:
        model: what `train/regressor` or `train/linear-regression` gave.
        data: examples whose labels are numbers; without a column `domain` they are one domain. Labels of
            several outputs are averaged over.
        batch_size: examples at a time.

    Returns:
        table: mse (mean squared error); rmse (its root); mae (mean absolute error); worst_group_rmse and
            worst_group_mae (the greatest of a domain); r2 (the share of the labels' variance that is
            explained; below 0 where their mean would do better; NaN where all are equal).
        estimates: id, domain, label, prediction, squared_error and absolute_error of every example.

    Raises:
        ValueError: the model predicts no numbers or does not fit the data, labels are classes, there are
            no examples, or a prediction is not finite.
    """
    found = estimate(restore_regressor(model).to(compute_device()), data, batch_size, resources.workers)
    whole = error_scores(found.labels, found.predicted)
    groups = scores_by_domain(found).values()
    worst = {f"worst_group_{name}": max(group[name] for group in groups) for name in ("rmse", "mae")}
    return Scored(Table.of(whole | worst), found)
