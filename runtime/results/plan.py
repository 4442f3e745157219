"""The report's plan, as the compiler writes it: what to gather, claim, draw and print."""

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from heldout.runtime.results.levels import Axis

ALL = "all"  # the tests of a claim that needs several, and what its kind is called
FILE_ID = re.compile(r"[a-z0-9-]+")


@dataclass(frozen=True)
class Stage:
    """A stage of the study.

    Attributes:
        axes: the axes it varies along.
        cells: task by cell, row-major over the levels of `axes`; None where the study has no cell.
            Empty for a stage without Tables, whose cells no number of the report is of.
        num_tasks: tasks, each counted once however many cells share it.
        tables: the ports that hold Tables, each with its metrics where they are declared.
        inputs: the stages it reads.
        oracle: conditions, axis -> levels; a cell that meets one of them used test labels on purpose.
    """

    name: str
    operator: str
    axes: tuple[Axis, ...]
    cells: tuple[str | None, ...]
    num_tasks: int
    tables: Mapping[str, tuple[str, ...] | None]
    inputs: tuple[str, ...]
    oracle: tuple[Mapping[str, list[Any]], ...]

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(len(axis.levels) for axis in self.axes)

    @classmethod
    def of(cls, declared: Mapping[str, Any], axes: Mapping[str, Axis]) -> Self:
        own = tuple(axes[name] for name in declared["axes"])
        stage = cls(
            name=declared["name"],
            operator=declared["operator"],
            axes=own,
            cells=tuple(declared["cells"]),
            num_tasks=declared["tasks"],
            tables={
                port: tuple(output["metrics"]) if output.get("metrics") else None
                for port, output in declared["outputs"].items()
                if output["holds_metrics"]
            },
            inputs=tuple(dict.fromkeys(declared["inputs"])),
            oracle=tuple(declared.get("oracle") or ()),
        )
        expected = math.prod(stage.shape) if stage.tables else len(stage.cells)
        if len(stage.cells) != expected:
            raise ValueError(f"stage {stage.name!r} has {len(stage.cells)} cells, its axes make {expected}")
        return stage


@dataclass(frozen=True)
class ReportPlan:
    """All that the report is made from, besides the results.

    Attributes:
        about: title, paper, notes, scale, spec, spec_text, bases, digests: shown and not computed with.
        claims, figures, tables: as declared.
        samples: galleries, with the cells and tasks whose rows they show.
    """

    study: str
    title: str
    about: Mapping[str, Any]
    axes: Mapping[str, Axis]
    stages: Mapping[str, Stage]
    claims: tuple[Mapping[str, Any], ...]
    figures: tuple[Mapping[str, Any], ...]
    tables: tuple[Mapping[str, Any], ...]
    samples: tuple[Mapping[str, Any], ...] = ()

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read report.json.

        Raises:
            ValueError: it is no JSON, or not what the compiler writes.
        """
        try:
            return cls.of(json.loads(path.read_text(encoding="utf-8")))
        except OSError as error:
            raise ValueError(f"cannot read the report's plan {path}: {error.strerror}") from error
        except KeyError as error:
            raise ValueError(f"the report's plan {path} has no {error.args[0]!r}") from error

    @classmethod
    def of(cls, declared: Mapping[str, Any]) -> Self:
        """The plan that report.json declares.

        Raises:
            KeyError: it lacks something.
            ValueError: it is of another version, or something in it cannot be.
        """
        if declared["heldout"] != 1:
            raise ValueError(f"report plan of version {declared['heldout']!r}, this runtime reads 1")
        axes = {
            name: Axis(name, tuple(axis["levels"]), axis["kind"], axis.get("title"))
            for name, axis in declared["axes"].items()
        }
        plan = cls(
            study=declared["study"],
            title=declared.get("title") or declared["study"],
            about=declared,
            axes=axes,
            stages={stage["name"]: Stage.of(stage, axes) for stage in declared["stages"]},
            claims=tuple(declared["claims"]),
            figures=tuple(declared["figures"]),
            tables=tuple(normal_table(table) for table in declared["tables"]),
            samples=tuple(declared.get("samples", ())),
        )
        for item in (*plan.figures, *plan.tables, *plan.samples):
            if not FILE_ID.fullmatch(item["id"]):
                raise ValueError(f"{item['id']!r} names a file and may hold a-z, 0-9 and - only")
        return plan


def tests_of(claims: Iterable[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """Every test that claims are decided by, each as a claim: several of those that need all of several."""
    tests: list[Mapping[str, Any]] = []
    for claim in claims:
        parts = [{**claim, **one, ALL: ()} for one in claim.get(ALL) or ()]
        tests += parts if parts else [claim]
    return tuple(tests)


def normal_table(declared: Mapping[str, Any]) -> dict[str, Any]:
    """A declared table with a list of row axes and at most one column axis.

    Further column axes are rows: a table has one line of column names.
    """
    rows, columns = (
        [value] if isinstance(value, str) else list(value or ())
        for value in (declared.get("rows"), declared.get("columns"))
    )
    return {**declared, "rows": [*rows, *columns[1:]], "columns": columns[0] if columns else None}
