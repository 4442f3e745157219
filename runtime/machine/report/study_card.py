"""A study in a few words, as `study.json`: what a page of many studies needs to know of one."""

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from heldout.runtime.machine.report.provenance import Provenance
from heldout.runtime.machine.verdicts.verdicts import Verdict, Word
from heldout.runtime.results.plan import ReportPlan
from heldout.runtime.results.results import Results

NAME = "study.json"
VERSION = 1
MAX_BYTES = 4_000_000


@dataclass(frozen=True)
class ClaimCard:
    """What is said of a claim.

    Attributes:
        lock: its state, where the study has a lock.
    """

    id: str
    says: str
    verdict: Word
    lock: str = ""


@dataclass(frozen=True)
class StudyCard:
    """What is said of a finished study.

    Attributes:
        claims: in the order of the study.
        num_missing: results that are missing.
        seconds: of computing.
        operators: of its stages, each once, by name.
    """

    study: str
    title: str
    scale: str | None
    paper: str | None
    claims: tuple[ClaimCard, ...]
    num_missing: Annotated[int, Field(ge=0)]
    num_tasks: Annotated[int, Field(ge=0)]
    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    operators: tuple[Annotated[str, Field(pattern=r"^[^\s,]+$")], ...] = ()

    @staticmethod
    def read(path: Path) -> "StudyCard":
        """Read a study.json, whoever wrote it.

        Raises:
            ValueError: it is no JSON, or of another version, or lacks something, or is too large.
        """
        try:
            with path.open("rb") as file:
                found = json.loads(file.read(MAX_BYTES + 1))
            if found.pop("heldout") != VERSION:
                raise ValueError(f"{path} is of another version of heldout")
            return _shape().validate_json(json.dumps(found), strict=True)
        except (KeyError, TypeError, AttributeError, OSError, RecursionError, ValidationError) as error:
            raise ValueError(f"{path} does not describe a study") from error


@functools.cache
def _shape() -> TypeAdapter[StudyCard]:
    return TypeAdapter(StudyCard)


def study_text(plan: ReportPlan, results: Results, verdicts: Sequence[Verdict], computed: Provenance) -> str:
    """The text of study.json."""
    states: Mapping[str, Any] = (plan.about.get("lock") or {}).get("claims") or {}
    card = StudyCard(
        study=plan.study,
        title=plan.title,
        scale=plan.about.get("scale"),
        paper=(plan.about.get("paper") or {}).get("title"),
        claims=tuple(ClaimCard(one.id, one.says, one.word, states.get(one.id, "")) for one in verdicts),
        num_missing=len(results.missing),
        num_tasks=computed.num_tasks,
        seconds=computed.seconds,
        operators=tuple(sorted({stage.operator for stage in plan.stages.values()})),
    )
    return json.dumps({"heldout": VERSION, **asdict(card)}, indent=1, ensure_ascii=False) + "\n"
