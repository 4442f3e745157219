"""A profile: a folder with a Snakemake profile, and beside it what is heldout's own."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from heldout.compiler.diagnostics import nearest
from heldout.compiler.launch.registry import NONE, choices
from heldout.compiler.refusal import Refusal

SNAKEMAKE = ("profile.yaml", "config.yaml")  # the names that Snakemake looks for, in its order
OWN = "heldout.yaml"
PLUGINS = "plugins"


class ProfileError(Refusal):
    """There is no such profile, or it cannot be used."""


class _Own(BaseModel):
    """What a profile's `heldout.yaml` may say."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    description: str = ""
    job_seconds: int = Field(default=60, gt=0)
    max_jobs: int = Field(default=500, gt=0)
    containers: str = NONE

    @field_validator("containers")
    @classmethod
    def _is_known(cls, name: str) -> str:
        if name not in choices():
            raise ValueError(f"no container engine is called {name}")
        return name


@dataclass(frozen=True)
class Profile:
    """Where and how jobs run.

    Attributes:
        name: as it was asked for, or of its folder.
        folder: absolute; `snakemake --profile FOLDER` takes it.
        job_seconds: of work that one job should hold.
        max_jobs: the most jobs that a stage is split into; jobs become longer instead.
        containers: how jobs run where the command line does not say.
        executor: the plugin of Snakemake that starts the jobs.
        cores: of this machine, where the profile bounds them.
        jobs: at once on a cluster, where the profile bounds them.
        job_arrays: whether the profile asks Slurm for any.
        status_seconds: until Slurm's jobs are first looked at.
        description: one sentence, for people.
    """

    name: str
    folder: Path
    job_seconds: int
    max_jobs: int
    containers: str
    executor: str = "local"
    cores: int | None = None
    jobs: int | None = None
    job_arrays: bool = False
    status_seconds: int = 40
    description: str = ""

    @property
    def plugins(self) -> Path | None:
        """A folder of the profile's own plugins of Snakemake, which belongs on Python's path."""
        folder = self.folder / PLUGINS
        return folder if folder.is_dir() else None


def load_profile(name_or_path: str | Path) -> Profile:
    """Read a profile that is shipped, by name, or a folder of one's own.

    A name with a separator (`./my-profile`) is a path, and so is one that no shipped profile has.

    Raises:
        ProfileError: there is none, or its files do not say what they should.
    """
    folder = _folder(name_or_path)
    source = _snakemake_file(folder)
    options, own = _mapping(source), folder / OWN
    try:
        settings = _Own.model_validate(_mapping(own) if own.is_file() else {})
    except ValidationError as error:
        raise ProfileError(f"{own} {_first(error)}", "it may hold " + ", ".join(_Own.model_fields)) from None
    return Profile(folder.name, folder, **settings.model_dump(), **_options(source, options))


def known_profiles() -> Mapping[str, Path]:
    """The profiles that are shipped: beside the compiler in a wheel, above it in the repository."""
    installed = Path(__file__).parent / "shipped"
    root = installed if installed.is_dir() else Path(__file__).resolve().parents[2] / "profiles"
    return {path.name: path for path in sorted(root.iterdir()) if (path / OWN).is_file()}


def _folder(name_or_path: str | Path) -> Path:
    name, known = str(name_or_path), known_profiles()
    if name in known:
        return known[name].resolve()
    path = Path(name_or_path).expanduser()
    if not path.exists():
        hint = f"{nearest(name, known)}, or the path of a folder that holds a Snakemake profile"
        raise ProfileError(f"there is no profile {name}", hint)
    return (path if path.is_dir() else path.parent).resolve()


def _snakemake_file(folder: Path) -> Path:
    for name in SNAKEMAKE:
        if (folder / name).is_file():
            return folder / name
    raise ProfileError(
        f"{folder} is no profile: it has no {SNAKEMAKE[1]}",
        "put options of Snakemake into it, such as `executor: slurm`",
    )


def _options(source: Path, options: Mapping[str, Any]) -> dict[str, Any]:
    """What heldout must know of a profile's options of Snakemake."""
    cores = _number(source, options, "cores", {"all": os.cpu_count() or 1})
    jobs = _number(source, options, "jobs", {"unlimited": sys.maxsize})
    seconds = _number(source, options, "slurm-init-seconds-before-status-checks", {})
    return {
        "executor": str(options.get("executor") or "local"),
        "cores": cores,
        "jobs": jobs,
        "job_arrays": bool(options.get("slurm-array-jobs")),
        "status_seconds": Profile.status_seconds if seconds is None else seconds,
    }


def _number(source: Path, options: Mapping[str, Any], key: str, words: Mapping[str, int]) -> int | None:
    value = options.get(key)
    if value is None or value in words:
        return None if value is None else words[value]
    if not isinstance(value, int) or value < 1:
        raise ProfileError(f"{source} says `{key}: {value}`", f"write {' or '.join(['a number', *words])}")
    return value


def _mapping(path: Path) -> Mapping[str, Any]:
    try:
        value = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ProfileError(f"{path} cannot be read: {' '.join(str(error).split())}") from error
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ProfileError(f"{path} holds no options, such as `keep-going: true`")
    return {str(key): entry for key, entry in value.items()}


def _first(error: ValidationError) -> str:
    """The first thing that is wrong, in words."""
    problem = error.errors()[0]
    key, value = ".".join(map(str, problem["loc"])), problem["input"]
    if problem["type"] == "extra_forbidden":
        return f"has an unknown entry `{key}`"
    if key == "containers":
        return f"says `containers: {value}`: write one of {', '.join(choices())}"
    return f"says `{key}: {value}`: {problem['msg'].lower()}"
