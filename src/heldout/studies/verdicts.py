"""The verdicts of a study, by claim."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from heldout.studies.missing import with_runtime

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Verdict:
    """What the data say of a claim.

    Attributes:
        claim: its name in the spec.
        says: the claim, in words.
        word: supported, contradicted, undecided, or untested.
        effect: in the metric's own unit and sign; None where nothing could be computed.
        interval: of the effect, at the claim's own alpha on either side (`details["confidence"]`); None where
            its test excludes nothing.
        p: chance of such data if the effect lay at the claim's edge, after Holm's correction.
        p_opposite: the same of the opposite.
        num_units: independent units of the test.
        finding: what the data say, in words.
        method: what was computed, in words.
        details: all that `report/verdicts.json` says, the observations among it.
    """

    claim: str
    says: str
    word: str
    effect: float | None
    interval: tuple[float, float] | None
    p: float
    p_opposite: float
    num_units: int
    finding: str
    method: str
    details: Mapping[str, Any]

    @classmethod
    def of(cls, written: Mapping[str, Any]) -> Verdict:
        """A verdict as the report writes it."""
        interval = written["interval"]
        return cls(
            claim=written["id"],
            says=written["says"],
            word=written["verdict"],
            effect=written["effect"],
            interval=None if interval is None else (interval[0], interval[1]),
            p=written["p_claimed_adjusted"],
            p_opposite=written["p_opposite_adjusted"],
            num_units=written["num_units"],
            finding=written["finding"],
            method=written["method"],
            details=written,
        )

    def __str__(self) -> str:
        return f"{self.word:>12}  {self.says}"

    def __repr__(self) -> str:
        return f"{self.claim}: {self.word}. {self.finding}"


class Verdicts(Mapping[str, Verdict]):
    """The verdicts by claim, in the study's order. Prints as the command line prints them."""

    def __init__(self, verdicts: Mapping[str, Verdict]) -> None:
        self._verdicts = dict(verdicts)

    @classmethod
    def read(cls, path: Path) -> Verdicts:
        """Read the report's `verdicts.json`."""
        return cls({one["id"]: Verdict.of(one) for one in json.loads(path.read_bytes())})

    def __getitem__(self, claim: str) -> Verdict:
        return self._verdicts[claim]

    def __iter__(self) -> Iterator[str]:
        return iter(self._verdicts)

    def __len__(self) -> int:
        return len(self._verdicts)

    def __str__(self) -> str:
        return "\n".join(map(str, self.values()))

    __repr__ = __str__

    def to_pandas(self) -> pandas.DataFrame:
        """A row for each claim: its verdict, effect, interval, p-values and units."""
        with with_runtime("a data frame"):
            import pandas
        rows = [
            {
                "claim": v.claim,
                "verdict": v.word,
                "effect": v.effect,
                "low": v.interval[0] if v.interval is not None else None,
                "high": v.interval[1] if v.interval is not None else None,
                "p": v.p,
                "p_opposite": v.p_opposite,
                "units": v.num_units,
                "says": v.says,
            }
            for v in self.values()
        ]
        return pandas.DataFrame(rows).set_index("claim")
