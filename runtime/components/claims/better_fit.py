"""better-fit: one form of curve is nearer than another to levels that neither was fitted to."""

from dataclasses import replace
from typing import get_args

import numpy as np

from heldout.runtime.claim import Refusal, claim
from heldout.runtime.components.claims.contract import Along, By, Directed, Margin, Scale
from heldout.runtime.evidence.curve_levels import needed_levels, scale_of
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.evidence.places import places
from heldout.runtime.evidence.reach import STANDING
from heldout.runtime.results.level_fields import field_name
from heldout.runtime.results.numbers import plain
from heldout.runtime.results.results import Results
from heldout.runtime.statistics.curves import Form
from heldout.runtime.statistics.fitted_curves import left_out_error

FORMS: tuple[Form, ...] = get_args(Form)


@claim(
    decided_by=STANDING,
    levels=[
        needed
        for parameter in ("curve", "than")
        for form in FORMS
        for needed in needed_levels(form, parameter, more=1)
    ],
    refused=[
        Refusal(
            {"curve": {"const": form}, "than": {"const": form}},
            "`{claim}` holds `{curve}` against itself",
            "name two forms",
        )
        for form in FORMS
    ],
)
def better_fit(
    results: Results,
    *,
    axis: Along,
    by: By = None,
    curve: Form,
    than: Form,
    margin: Margin = 0.0,
    scale: Scale = "value",
    design: Directed,
) -> Outcome:
    """A curve of one form fits better than one of another form.

    Each combination of the levels of `pair` is fitted by either form, with each level of the axis left out in
    turn, and each form is as far from the metric at the levels left out as the root of its mean square says.
    The effect is the centre of the differences: the error of `than` less that of `curve`, in the metric's
    unit. A form with more coefficients has no advantage by that, as it has where R^2 is compared. Leaving out
    the first or the last level asks for an extrapolation by one level.

    Stone 1974, "Cross-Validatory Choice and Assessment of Statistical Predictions" (Journal of the Royal
    Statistical Society B 36).
    Differs from the paper: the difference of two errors is tested over independent fits.

    Args:
        axis: over whose levels, which are numbers.
        curve: the form that fits better: `linear`, `log-linear`, `power-law`, `power-law-offset` or
            `quadratic`, as `fit` has them.
        than: the form that fits worse.
        scale: of the axis in `linear` and `quadratic`: the levels' own numbers, their natural logarithms, or
            their ranks 0, 1, 2, …

    Returns:
        supported where the error of `curve` is smaller by more than the margin, contradicted where it is not.

    Raises:
        ValueError: one form twice, too few levels, levels or values without a logarithm, or an axis or a
            level that the metric lacks.
    """
    if curve == than:
        raise ValueError(f"`{curve}` fits as well as itself: name two forms")
    cells = design.cells(results, axis)
    errors = {
        form: left_out_error(form, places(cells.axes[-1], scale_of(form, scale), by), cells.values)
        for form in (curve, than)
    }
    exists = cells.exists.any(axis=-1)
    found = design.outcome(
        design.observations(cells.axes[:-1], errors[than] - errors[curve], exists, cells.values),
        subject=f"error of {than} less that of {curve} at levels left out, {design.metric_name} over"
        f" {axis if by is None else field_name(by)}",
        noun="differences of errors",
        null=margin,
        oracle=bool(cells.oracle.any()),
        in_unit=True,
        symmetric=False,
    )
    if found.untested:
        return found
    means = " and ".join(
        f"{plain(float(f'{np.nanmean(error):.3g}'))} ({form})" for form, error in errors.items()
    )
    return replace(found, finding=f"{found.finding} The mean errors are {means}.")
