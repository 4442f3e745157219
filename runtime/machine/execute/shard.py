"""The shard: the tasks that one job runs, as the compiler wrote them."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from heldout.runtime.machine.execute.spread import Spread
from heldout.runtime.resources import Resources

LANGUAGE = 1


class PlanError(Exception):
    """The plan cannot be run by this runtime; nothing was run."""


@dataclass(frozen=True)
class Task:
    """One call of an operator.

    Attributes:
        task: its identity, 64 hexadecimal digits.
        coordinates: its place on the study's axes, for people to read.
        parameters: by name.
        components: digests of the components that the parameters choose, by `kind/name`.
        libraries: major and minor version of every library that the code takes from.
        inputs: by port: `{"task", "port"}` with `metric` where one number is meant, a list of
            these for a gathered port, or None.
    """

    task: str
    coordinates: dict[str, Any]
    parameters: dict[str, Any]
    components: dict[str, str]
    libraries: dict[str, str]
    inputs: dict[str, Any]


@dataclass(frozen=True)
class Shard:
    """Tasks of one stage, all of one operator.

    Attributes:
        network: the operator fetches from outside.
        operators: the user's files that the study names.
        resources: that each of its tasks may spend.
        stack: at most so many tasks may be computed as one program, where that is faster; None:
            none, as if each ran on its own.
        spread: the processes that compute each task together.
    """

    study: str
    stage: str
    shard: str
    operator: str
    digest: str
    network: bool
    operators: tuple[Path, ...]
    tasks: tuple[Task, ...]
    stack: int | None = None
    resources: Resources = field(default_factory=Resources)
    spread: Spread = field(default_factory=Spread)

    @property
    def name(self) -> str:
        """What people call it: `model 003`."""
        return f"{self.stage} {self.shard}"


LARGEST_STACK = 128  # with `auto`; more members than that gain nothing


def _stack(value: Any) -> int | None:
    return LARGEST_STACK if value == "auto" else value


def read_shard(path: Path) -> Shard:
    """Read a shard file.

    Raises:
        PlanError: there is no such file, or it is none that this runtime reads.
    """
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise PlanError(f"the shard {path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise PlanError(f"the shard {path} is not JSON: {error}") from error
    version = content.get("heldout") if isinstance(content, dict) else None
    if version != LANGUAGE:
        raise PlanError(f"the shard {path} is of version {version!r}; this runtime reads version {LANGUAGE}")
    try:
        tasks = tuple(
            Task(t["task"], t["coordinates"], t["parameters"], t["components"], t["libraries"], t["inputs"])
            for t in content["tasks"]
        )
        return Shard(
            study=content["study"],
            stage=content["stage"],
            shard=content["shard"],
            operator=content["operator"],
            digest=content["digest"],
            network=content["network"],
            operators=tuple(Path(file) for file in content["operators"]),
            tasks=tasks,
            stack=_stack(content.get("stack")),
            resources=Resources(**content.get("resources", {})),
            spread=Spread.read(content.get("spread")),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise PlanError(f"the shard {path} is not whole: {error!r} is missing or misplaced") from error
