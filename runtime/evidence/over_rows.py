"""From what was written down of single rows to the outcome of a claim about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from heldout.runtime.evidence.decide import Sides, outcome, untested
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.evidence.rows_by_run import RowsByRun, Side, rows_by_run
from heldout.runtime.evidence.weigh import Evidence
from heldout.runtime.evidence.words import interval_words
from heldout.runtime.results.results import Results
from heldout.runtime.statistics.crossed import on_other_examples, trained_again_too
from heldout.runtime.statistics.exact import binomial, is_right_or_wrong, mcnemar


@dataclass(frozen=True, kw_only=True)
class OverRows:
    """How a claim over rows is to be decided.

    Attributes:
        metric: a mapping with `stage`, `port`, `kind` and `metric`.
        runs: the axis of the runs; None where the claim is about the very models.
        unit: the column whose values are independent.
        where, alpha, sides, missing: as the claim declares them.
    """

    metric: Mapping[str, Any]
    runs: str | None
    unit: str
    where: Mapping[str, Any]
    alpha: float
    sides: Sides
    missing: Literal["block", "drop"]

    @property
    def metric_name(self) -> str:
        rows = " on training rows" if self.metric.get("rows") == "training" else ""
        return f"{self.metric['metric']}{rows}"

    def outcome(
        self,
        results: Results,
        compared: Sequence[Side],
        axis: str | None,
        *,
        subject: str,
        noun: str,
        null: float,
        null_words: str,
        direction: Literal[1, -1] = 1,
    ) -> Outcome:
        """Weigh whether a number that models have on rows exceeds a null, or stays under it.

        Args:
            compared: levels of `axis`, each with the sign that its number has in what is claimed.
            subject, noun, null, null_words, direction: as `evidence.decide.outcome` takes them.

        Raises:
            ValueError: an axis, a level or a column that is not there, a value that is not finite, or
                levels that are scored on other rows.
        """
        drop = self.missing == "drop"
        read = rows_by_run(results, self.metric, self.where, axis, compared, self.runs, self.unit, drop)
        cause = read.observations.cannot_test(self.missing)
        if not cause and self.runs is not None and len(read.found.estimates) < 2:
            cause = f"one level of {self.runs} does not say how runs vary: write `runs: null`"
        if cause:
            return untested(cause, read.observations, self.alpha, read.oracle)
        evidence = self._evidence(read, null, len(compared))
        found = outcome(
            read.observations,
            subject=subject,
            noun=noun,
            null=null,
            null_words=null_words,
            direction=direction,
            cluster=None,
            statistic="mean",
            test=None,
            alpha=self.alpha,
            sides=self.sides,
            missing=self.missing,
            oracle=read.oracle,
            evidence=evidence,
            percent=self.metric.get("unit") == "percent",
        )
        level = self.alpha / (2 if self.sides == "two" else 1) if found.interval else None
        narrow = found.interval is not None and found.interval[0] == found.interval[1]
        words = interval_words(level, narrow, evidence.interval_by)
        method = f"{self._counted(read)} Test: {evidence.test.method}. {words}".strip()
        return replace(found, method=f"{method} {self._about()}", num_units=len(read.found.influence))

    def _evidence(self, read: RowsByRun, null: float, num_sides: int) -> Evidence:
        """The exact test of one pair of models, or of one model, that is right or wrong; else Student's t."""
        number = len(read.found.influence)
        if self.runs is not None:
            method = f"Behrens and Fisher's, of {len(read.found.estimates)} runs crossed with {number} units"
            again = trained_again_too(read.found)
            return Evidence(again.effect, again.test(null, method), again.ends)
        others = on_other_examples(read.found)
        by_unit = read.by_unit
        if by_unit is not None and num_sides == 1 and is_right_or_wrong(by_unit) and 0 < null < 1:
            tested, ends = binomial(by_unit, null)
            return Evidence(others.effect, tested, ends)
        words = f"Student's t over {number} units"
        if by_unit is not None and num_sides == 2 and is_right_or_wrong(abs(by_unit)) and null == 0:
            return Evidence(others.effect, mcnemar(by_unit), others.ends, interval_by=words)
        return Evidence(others.effect, others.test(null, words), others.ends)

    def _counted(self, read: RowsByRun) -> str:
        units = "rows" if self.unit == "id" else f"levels of {self.unit!r}"
        runs = "" if self.runs is None else f" of {len(read.found.estimates)} levels of {self.runs}"
        return f"The mean{runs} over {len(read.found.influence)} {units}, which are the units."

    def _about(self) -> str:
        if self.runs is None:
            return "It is about these very models, on other rows drawn as these were."
        return (
            f"It is about models trained with other levels of {self.runs}, on other rows drawn as these were."
        )
