"""wins: one level of an axis beats another in so many of several settings."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field
from scipy import stats

from heldout.runtime.claim import GIVEN, LEFT_OUT, AxisName, Part, Reach, Refusal, Sought, claim
from heldout.runtime.components.claims._settings import of_others, of_these
from heldout.runtime.components.claims.compare import paired_differences
from heldout.runtime.components.claims.contract import Across, Directed, Level, Margin
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.evidence.reach import SMALLEST_P
from heldout.runtime.evidence.sides import side_text
from heldout.runtime.results.results import Results
from heldout.runtime.statistics.detectable import detectable_shift


def _in_these(sought: Sought, parameters: Mapping[str, Any]) -> float | None:
    """The difference, the same in every setting, that enough of them find."""
    number, count = sought.num_observations, parameters["count"]
    each = float(stats.beta.ppf(sought.power, count, number - count + 1))
    alpha = sought.alpha / (number - count + 1)
    return detectable_shift(sought.num_units, alpha, parameters["test"], power=each)


def _in_others(sought: Sought, parameters: Mapping[str, Any]) -> float | None:
    """The mean difference of normal settings of which enough are won."""
    number, share = sought.num_units, parameters["share"]
    enough = [w for w in range(1, number + 1) if stats.binom.sf(w - 1, number, share) <= sought.alpha]
    if not enough:
        return None
    won = stats.beta.ppf(sought.power, enough[0], number - enough[0] + 1)
    return float(stats.norm.ppf(won) - stats.norm.ppf(share))


@claim(
    decided_by=[
        *(
            Reach(
                lambda units: 0.0,
                over="over",
                when={"count": None, "test": test},
                base="share",
                counts=True,
                detectable=_in_others,
            )
            for test in SMALLEST_P
        ),
        *(
            Reach(
                smallest,
                when={"share": None, "test": test},
                partial=("over", "count"),
                counts=True,
                detectable=_in_these,
            )
            for test, smallest in SMALLEST_P.items()
        ),
    ],
    refused=[
        Refusal(
            {"count": LEFT_OUT, "share": LEFT_OUT},
            "`{claim}` does not say in how many settings",
            "write `count: 4`, of those tried, or `share: 0.5`, of all like them",
        ),
        Refusal(
            {"count": GIVEN, "share": GIVEN},
            "`{claim}` has a `count` and a `share`",
            "write `count`, of the settings tried, or `share`, of all like them",
        ),
        Refusal(
            {"share": GIVEN, "cluster": GIVEN},
            "with a `share`, the units of `{claim}` are the levels of `{over}`, and not of `{cluster}`",
            "leave `cluster` out",
        ),
    ],
)
def wins(
    results: Results,
    *,
    axis: Across = None,
    greater: Level,
    less: Level,
    over: Annotated[
        str,
        AxisName(),
        Part.COMPARED,
        Field(description="the axis whose levels are the settings: domains, data sets, environments."),
    ],
    count: Annotated[
        int | None, Field(ge=1, description="in at least so many of the settings that were tried.")
    ] = None,
    share: Annotated[
        float | None,
        Field(gt=0, lt=1, description="in more than this share of all settings like them: 0.5 is most."),
    ] = None,
    margin: Margin = 0.0,
    design: Directed,
) -> Outcome:
    """A metric is greater at one level than at another in at least so many settings, or in most.

    With `count` the claim is about the settings that were tried. In each, the paired differences are tested
    as the claim type `compare` does; the null is that they exceed the margin in fewer than `count` settings:
    Benjamini & Heller 2008, "Screening for Partial Conjunction Hypotheses" (Biometrics 64), which holds
    however the settings depend on each other. The effect is how many have a difference above the margin, and
    its interval takes settings not to be negatively dependent (Hochberg 1988).

    With `share` it is about settings like them, which are drawn independently: the null is that a study such
    as this measures a difference above the margin in that share of them, or less; `share: 0.5` is the sign
    test over settings (Dixon & Mood 1946; Demšar 2006, "Statistical Comparisons of Classifiers over Multiple
    Data Sets", Journal of Machine Learning Research 7, section 3.1.4). By how much each is won does not
    count.
    Differs from the papers: a tie counts against either side.

    `pair` names the axes of the pairs within a setting, such as seeds, and `test` how a setting is tested.

    Args:
        greater: the level that wins.
        less: the level that it beats.
        margin: the difference that must be exceeded in a setting that is won, in the metric's unit.

    Returns:
        supported where so many settings are won, contradicted where so many are not that fewer must be.

    Raises:
        ValueError: neither or both of `count` and `share`, a `count` of more settings than there are, or an
            axis or a level that the metric does not have.
    """
    if (count is None) == (share is None):
        raise ValueError(f"wins are counted, or a share, got count={count} and share={share}")
    whole = replace(design, pair=[*design.pair, over])
    differences, oracle = paired_differences(results, whole, axis, greater, less)
    subject = f"{side_text(greater)} minus {side_text(less)}, {design.metric_name}"
    if share is not None:
        return of_others(differences, design, over, share, margin, subject, oracle)
    assert count is not None
    return of_these(differences, design, over, count, margin, subject, oracle)
