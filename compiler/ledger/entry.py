"""What a ledger holds: by scale an entry, of what it rests on, how it was computed, and what came out."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

VERSION: Literal[1] = 1

Word = Literal["supported", "contradicted", "undecided", "untested"]

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,200}$")]
# On one line, without what a terminal or a page would obey.
_OBEYED = r"\p{Cc}\p{Zl}\p{Zp}\x{202a}-\x{202e}\x{2066}-\x{2069}"
Text = Annotated[str, StringConstraints(max_length=10_000, pattern=rf"^[^{_OBEYED}]*$")]
Number = Annotated[float, Field(allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]
Amount = Annotated[float, Field(ge=0, le=1e14)]
Count = Annotated[int, Field(ge=0, le=2**60)]
Decimals = Annotated[int, Field(ge=0, le=12)]
Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Basis(_Part):
    """What an entry rests on: it is stale when the study's own has moved from it.

    Attributes:
        tasks: the hash of the names of all tasks, in order.
        stages: likewise of each stage's, by its name.
        claims: by claim the hash of what it says, how it is tested, and the code that does.
        tables: by table the hash of what it shows.
    """

    tasks: Sha256
    stages: dict[Name, Sha256]
    claims: dict[Name, Sha256]
    tables: dict[Name, Sha256]


class Environment(_Part):
    """Where tasks were computed: versions, device and threads by name, and how many there were."""

    about: dict[Name, Text]
    tasks: Count


class Computed(_Part):
    """How the results of an entry were computed.

    Attributes:
        tasks: that have a result.
        failed, blocked: that have none, since they raised or read one that did.
        seconds, cpu_seconds: of all tasks together; None where it was not measured.
        date: on which the last of them ended (UTC).
        heldout: the version that recorded it.
    """

    tasks: Count
    failed: Count = 0
    blocked: Count = 0
    seconds: Amount
    cpu_seconds: Amount | None = None
    date: Day | None = None
    heldout: Text
    environments: tuple[Environment, ...]


class Verdict(_Part):
    """A verdict as the report's `verdicts.json` has it, without the observations behind it.

    Attributes:
        measured: it is about what tasks cost, which is another number when they are computed again.
    """

    id: Name
    says: Text
    kind: Name
    verdict: Word
    finding: Text
    method: Text
    effect: Number | None
    null: Number
    holds: bool
    interval: tuple[Number, Number] | None
    confidence: Share | None = None
    direction: Literal[1, 0, -1] = 1
    interval_adjusted: tuple[Number | None, Number | None] | None = None
    level_claimed: Share | None = None
    level_opposite: Share | None = None
    p_claimed: Share
    p_opposite: Share
    p_claimed_adjusted: Share
    p_opposite_adjusted: Share
    smallest_p: Share
    alpha: Share
    num_claims: Count
    num_units: Count
    spread: Number | None
    standardized: Number | None
    standardized_interval: tuple[Number, Number] | None
    lost: dict[Text, Count] = {}
    oracle: bool = False
    measured: bool = False
    untested: Text = ""
    parts: tuple["Verdict", ...] = ()

    @property
    def p(self) -> float:
        """How surprising the data are, on the side that the effect lies on, after Holm's correction."""
        return self.p_claimed_adjusted if self.holds else self.p_opposite_adjusted


class Cell(_Part):
    """A number of a table, in the metric's own unit.

    Attributes:
        at: its level on each axis of the table, as text; None on the last: the average over it.
        mean: of the runs; None where there is none.
        half_width: of its 95 % interval; None for fewer than two runs.
        runs, missing: that are there, and that are not.
        best: of its block and column.
        measured: it is what tasks cost.
    """

    at: tuple[Text | None, ...]
    mean: Number | None = None
    half_width: Number | None = None
    runs: Count
    missing: Count = 0
    oracle: bool = False
    best: bool = False
    measured: bool = False


class Shown(_Part):
    """How the numbers of a column are shown.

    Attributes:
        without_spread: its half-widths are all zero, and are not.
    """

    unit: Literal["percent"] | None = None
    decimals: Decimals
    without_spread: bool = False


class Table(_Part):
    """A table of the report.

    Attributes:
        note: what its numbers are.
        axes: what each is called, in the order of a cell's levels.
        columns: the last of them where it runs from left to right.
        unit, decimals: in which its numbers are shown.
        by_column: the same by the levels of `columns`, where these differ in it.
    """

    id: Name
    title: Text
    note: Text
    axes: dict[Name, Text]
    columns: Name | None
    unit: Literal["percent"] | None
    decimals: Decimals
    by_column: dict[Text, Shown] = {}
    cells: tuple[Cell, ...]

    def shown(self, level: str | None) -> Shown:
        """How the numbers at a level of the last axis are shown."""
        own = self.by_column.get(level) if level is not None else None
        return own or Shown(unit=self.unit, decimals=self.decimals)


class Entry(_Part):
    """What came of a study at one scale.

    Attributes:
        spec: the hash of the spec's bytes.
        verdicts, tables: None where the tasks alone were recorded.
    """

    spec: Sha256
    rests_on: Basis
    computed: Computed
    verdicts: tuple[Verdict, ...] | None = None
    tables: tuple[Table, ...] | None = None


class Ledger(_Part):
    """The entries of one study, by scale."""

    heldout: Literal[1] = VERSION
    study: Name
    scales: dict[Name, Entry]


def ledger_path(spec: Path) -> Path:
    """Where the ledger of a spec is: `study.results.json` beside `study.yaml`."""
    return spec.with_suffix(".results.json")
