"""A study that was run: its results, verdicts, tables, figures and artifacts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from heldout.studies.figure import Figure
from heldout.studies.missing import NoResult, with_runtime
from heldout.studies.rows import Results, Rows
from heldout.studies.verdicts import Verdicts

if TYPE_CHECKING:
    import pandas
    from torch import nn

    from heldout.runtime.artifacts import Artifact, Model, Predictions
    from heldout.studies.artifacts import Artifacts


class Failure(NamedTuple):
    """A task that raised.

    Attributes:
        coordinates: axis -> level; of one of the cells that have this task.
        error: the exception's class.
    """

    stage: str
    coordinates: Mapping[str, Any]
    error: str
    message: str


@dataclass(frozen=True)
class Study:
    """A study at one scale, as a run has left it.

    Attributes:
        folder: of its workflow, `results/STUDY/SCALE`.
        report: the folder of its report.
        store: the folder of the store that has its artifacts.
    """

    folder: Path
    report: Path
    store: Path

    @property
    def name(self) -> str:
        """What the study is called."""
        return str(self._declared["study"])

    @property
    def title(self) -> str:
        """The question that it asks."""
        return str(self._declared["title"] or self.name)

    @property
    def scale(self) -> str | None:
        """The scale that it was run at; None: as it stands."""
        scale: str | None = self._declared["scale"]
        return scale

    @property
    def axes(self) -> Mapping[str, tuple[Any, ...]]:
        """The levels of every axis."""
        return {name: tuple(axis["levels"]) for name, axis in self._declared["axes"].items()}

    @property
    def stages(self) -> Mapping[str, tuple[str, ...]]:
        """The axes that every stage varies along."""
        return {stage["name"]: tuple(stage["axes"]) for stage in self._declared["stages"]}

    @property
    def page(self) -> Path:
        """The report's page."""
        return self._reported("index.html")

    @property
    def results(self) -> Results:
        """All numbers of the study, a row for each."""
        path = self._reported("results.parquet")
        with with_runtime("reading results"):
            from heldout.runtime.results.plan import ReportPlan
        stages = ReportPlan.of(self._declared).stages.values()
        return Results(path, axes={stage.name: tuple(a.column for a in stage.axes) for stage in stages})

    @property
    def costs(self) -> Rows:
        """What was measured of the study, where it shows some: seconds and memory, as rows of results.

        Raises:
            NoResult: it shows none, or its run has not ended.
        """
        path = self._reported("results.parquet").with_name("costs.parquet")
        if not path.exists():
            raise NoResult(f"the study {self.name} shows no costs: name one, such as `STAGE.cost.seconds`")
        return Rows(path)

    @property
    def verdicts(self) -> Verdicts:
        """What the data say of every claim."""
        return Verdicts.read(self._reported("verdicts.json"))

    @property
    def tables(self) -> Mapping[str, Rows]:
        """The report's tables, each with a row for each of its cells."""
        paths = sorted(self._reported("tables").glob("*.parquet"))
        return {path.stem: Rows(path) for path in paths}

    @property
    def figures(self) -> Mapping[str, Figure]:
        """The report's figures."""
        paths = sorted(self._reported("figures").glob("*.svg"))
        return {path.stem: Figure.of(path.parent, path.stem) for path in paths}

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The tasks that failed; what could not run without them is not among them."""
        from heldout.compiler.run.done import every_done

        found = []
        for done in every_done(self.folder):
            found += [
                Failure(done["stage"], task["coordinates"], task["error"], task["message"])
                for task in done["failed"]
            ]
        return tuple(found)

    def artifact(self, stage: str, port: str | None = None, /, **coordinates: Any) -> Artifact:
        """What a stage made at some coordinates.

        Args:
            stage: its name, or `STAGE.PORT` as specs write it.
            port: the output's name; by default the stage's first.
            coordinates: the level on each axis that the stage varies along.

        Raises:
            ValueError: there is no such stage, output, axis or level, or an axis is left open.
            NoResult: there is nothing at these coordinates; it says why.
        """
        return self._artifacts.load(stage, port, "Artifact", coordinates)

    def predictions(self, stage: str, port: str | None = None, /, **coordinates: Any) -> pandas.DataFrame:
        """What a model said of each example, a row for each.

        Args, and what is raised, are those of `artifact`; the port is the stage's first with predictions.
        """
        found = cast("Predictions", self._artifacts.load(stage, port, "Predictions", coordinates))
        with with_runtime("a data frame"):
            return found.rows.to_pandas()

    def model(self, stage: str, port: str | None = None, /, **coordinates: Any) -> nn.Module:
        """A trained network, in evaluation mode and on the CPU.

        Args, and what is raised, are those of `artifact`; the port is the stage's first with a model.

        Raises:
            ValueError: also where the output is no whole network, as an adapter is none.
        """
        found = cast("Model", self._artifacts.load(stage, port, "Model", coordinates))
        from heldout.runtime.restoring.restore import restore

        return restore(found)

    def _reported(self, name: str) -> Path:
        path = self.report / name
        if not path.exists():
            raise NoResult(f"the study {self.name} has no {path}: its run has not ended")
        return path

    @cached_property
    def _declared(self) -> Mapping[str, Any]:
        declared: dict[str, Any] = json.loads((self.folder / "plan" / "report.json").read_bytes())
        return declared

    @cached_property
    def _artifacts(self) -> Artifacts:
        with with_runtime("an artifact"):
            from heldout.studies.artifacts import Artifacts
        return Artifacts(self.folder, self.store, self._declared)
