"""A study in a few words, as `study.json`: what a page of many studies needs to know of one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from heldout.runtime.machine.report.provenance import Provenance
from heldout.runtime.machine.verdicts.verdicts import Verdict
from heldout.runtime.results.plan import ReportPlan
from heldout.runtime.results.results import Results

NAME = "study.json"
VERSION = 1


@dataclass(frozen=True)
class StudyCard:
    """What is said of a finished study.

    Attributes:
        claims: id, says, verdict and lock (its state, where the study has one).
        num_missing: results that are missing.
        seconds: of computing.
    """

    study: str
    title: str
    scale: str | None
    paper: str | None
    claims: tuple[Mapping[str, str], ...]
    num_missing: int
    num_tasks: int
    seconds: float

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a study.json.

        Raises:
            ValueError: it is no JSON, or of another version, or lacks something.
        """
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            if found.pop("heldout") != VERSION:
                raise ValueError(f"{path} is of another version of heldout")
            return cls(**found | {"claims": tuple(found["claims"])})
        except (KeyError, TypeError, AttributeError, OSError) as error:
            raise ValueError(f"{path} does not describe a study") from error


def study_text(plan: ReportPlan, results: Results, verdicts: Sequence[Verdict], computed: Provenance) -> str:
    """The text of study.json."""
    states: Mapping[str, Any] = (plan.about.get("lock") or {}).get("claims") or {}
    card = StudyCard(
        study=plan.study,
        title=plan.title,
        scale=plan.about.get("scale"),
        paper=(plan.about.get("paper") or {}).get("title"),
        claims=tuple(
            {"id": one.id, "says": one.says, "verdict": one.word.value, "lock": states.get(one.id, "")}
            for one in verdicts
        ),
        num_missing=len(results.missing),
        num_tasks=computed.num_tasks,
        seconds=computed.seconds,
    )
    return json.dumps({"heldout": VERSION, **asdict(card)}, indent=1, ensure_ascii=False) + "\n"
