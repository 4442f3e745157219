"""compare-rows: one level of an axis scores higher than another, on examples drawn as these were."""

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field

from heldout.runtime.claim import AxisName, Part, Reach, RowMetricName, claim
from heldout.runtime.components.claims.contract import Along, Alpha, KeptTo, Level, Margin, Sides
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.evidence.over_rows import OverRows
from heldout.runtime.evidence.rows_by_run import Side
from heldout.runtime.results.levels import level_text
from heldout.runtime.results.numbers import plain
from heldout.runtime.results.results import Results
from heldout.runtime.statistics.student import smallest_t_p

# Three runs tell how models vary; how many examples there are is not known before the study has run.
OVER_ROWS = (Reach(lambda _: 0.0, when={"runs": None}), Reach(smallest_t_p, over="runs"))


@dataclass(frozen=True, kw_only=True)
class RowDesign:
    """Which rows a claim is over, and over which runs."""

    metric: Annotated[
        Any,
        RowMetricName(),
        Part.METRIC,
        Field(
            description="the metric of single rows that it is about, `STAGE.OUTPUT.METRIC`: of predictions "
            "`accuracy`, `nll`, `score` or `auroc`, of estimates `squared_error` or `absolute_error`, of "
            "other records a column of numbers."
        ),
    ]
    runs: Annotated[
        str | None,
        AxisName(),
        Part.PAIR,
        Field(
            description="the axis of the repeated runs, such as `seed`: it is claimed of models that are "
            "trained again, on other rows. `null` claims it of these very models, on other rows."
        ),
    ]
    unit: Annotated[
        str,
        Field(
            description="the column of the records whose values are independent of each other: `id` for "
            "every row, or what several rows are of, such as a query or a patient."
        ),
    ] = "id"
    where: KeptTo = field(default_factory=dict)
    alpha: Alpha = 0.05
    sides: Sides = "one"
    missing: Annotated[
        Literal["block", "drop"],
        Part.MISSING,
        Field(
            description="`block` leaves the claim untested when a model has no records; `drop` goes on with "
            "the combinations of levels that have all of theirs."
        ),
    ] = "block"

    @property
    def over_rows(self) -> OverRows:
        """The same, as it is weighed."""
        return OverRows(**vars(self))


@claim(decided_by=OVER_ROWS)
def compare_rows(
    results: Results, *, axis: Along, greater: Level, less: Level, margin: Margin = 0.0, design: RowDesign
) -> Outcome:
    """A metric is greater at one level of an axis than at another, by more than a margin, on other examples.

    Both levels are scored on the same rows, whose records say how each fared. The units are the rows, crossed
    with the runs where `runs` names an axis: each row's difference moves the whole of all runs, and each run
    that of all rows (`heldout.runtime.statistics.crossed`). Where one model is held against one other and
    each row is right or wrong, McNemar's exact test decides whether there is a difference. Areas under the
    ROC curve are compared by DeLong's covariances. Axes that are not named are averaged over within a run.

    Nothing is said of other data sets or domains, of which these rows are one: that claims `compare` with
    a `cluster`, whose levels have rows of their own.

    Args:
        greater: the level with the greater value.
        less: the level with the smaller value; for a metric that is better when small, the better one.

    Returns:
        supported where the effect exceeds the margin, contradicted where it falls short of it.

    Raises:
        ValueError: an axis, a level or a column that is not there, or levels that are scored on other rows.
    """
    over_rows = design.over_rows
    return over_rows.outcome(
        results,
        (Side(greater, 1.0), Side(less, -1.0)),
        axis,
        subject=f"{level_text(greater)} minus {level_text(less)}, {over_rows.metric_name}",
        noun="differences over all rows",
        null=margin,
        null_words=f"above {plain(margin) if margin else 'zero'}",
    )
