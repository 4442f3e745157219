"""The catalog: what operators and components the runtime has, as the runtime wrote it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Port(_Frozen):
    """An input of an operator."""

    kind: str  # the kind of artifact, or Artifact where any will do
    gathered: bool = False
    optional: bool = False
    missing: bool = False  # gathered, and members that failed are given as None
    use: str = "carries"
    description: str = ""


class Prior(_Frozen):
    name: str
    arguments: tuple[Any, ...]


class Refers(_Frozen):
    """What a parameter of a claim names: an axis, a level of one, a metric, or levels by axis."""

    to: str
    axis: str | None = None


class Parameter(_Frozen):
    """A parameter of an operator or component."""

    schema_: dict[str, Any] = Field(alias="schema")
    required: bool = False
    choice: str | None = None
    set: bool = False
    prior: Prior | None = None
    refers: Refers | None = None

    @property
    def default(self) -> Any:
        return self.schema_.get("default")


class Output(_Frozen):
    """An output of an operator."""

    kind: str | None = None
    same_as: str | None = None  # the kind and metrics of what this port is given
    role: str | None = None
    labels: bool = True
    metrics: tuple[str, ...] | None = None
    metrics_from: str | None = None
    description: str = ""


class Component(_Frozen):
    summary: str = ""
    doc: str = ""
    parameters: dict[str, Parameter] = {}
    digest: str
    smallest_p: str | None = None


class Operator(_Frozen):
    summary: str = ""
    doc: str = ""
    ports: dict[str, Port] = {}
    parameters: dict[str, Parameter] = {}
    outputs: dict[str, Output]
    order: tuple[str, ...] = ()
    first: str
    network: bool = False
    seconds: float = 1.0
    digest: str


class Catalog(_Frozen):
    heldout: int
    digest: str
    operators: dict[str, Operator]
    components: dict[str, dict[str, Component]]

    @property
    def claims(self) -> Mapping[str, Component]:
        return self.components.get("claims", {})


class CatalogError(Exception):
    """There is no catalog to compile against, or it cannot be read."""


def catalog_path() -> Path:
    """The catalog that is shipped with the compiler: of the runtime of the same version."""
    return shipped("catalog.json")


def shipped(name: str) -> Path:
    """A file of `containers/`: beside the compiler in a wheel, above it in the repository."""
    installed = Path(__file__).parent / "containers" / name
    return installed if installed.is_file() else Path(__file__).resolve().parents[1] / "containers" / name


def load_catalog(path: Path | None = None) -> Catalog:
    """Read a catalog.

    Raises:
        CatalogError: the file is missing or is no catalog of this language version.
    """
    path = path or catalog_path()
    try:
        return Catalog.model_validate(json.loads(path.read_bytes()))
    except FileNotFoundError as error:
        raise CatalogError(f"there is no catalog at {path}: run `heldout catalog --update`") from error
    except (ValidationError, ValueError) as error:
        raise CatalogError(f"{path} is no catalog: {error}") from error
