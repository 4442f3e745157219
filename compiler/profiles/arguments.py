"""What a profile adds to Snakemake's command line, and what the command line then means."""

import os
import sys
from collections.abc import Sequence

from heldout.compiler.environment import own_python_path
from heldout.compiler.profiles.profile import Profile
from heldout.compiler.profiles.slurm import reason_against_arrays

HERE = frozenset({"local", "dryrun", "touch"})  # executors whose jobs, if any, run on this machine
KUBERNETES = "kubernetes-shared"
LOCAL = "local"


def executor_of(profile: Profile | None, extra: Sequence[str]) -> str:
    """The executor of a run: of its command line, else of its profile, else this machine's."""
    return given(extra, "--executor", "-e") or (profile.executor if profile else "local")


def jobs_at_once(profile: Profile | None, cores: int | None, extra: Sequence[str], most: int) -> int:
    """How many jobs may run at once.

    Args:
        profile: of the run.
        cores: asked for on the command line.
        extra: arguments of Snakemake.
        most: of the jobs that there are.
    """
    if executor_of(profile, extra) in HERE:
        return cores or (profile.cores if profile else None) or os.cpu_count() or 1
    return min(_jobs(profile, extra), max(most, 1))


def profile_arguments(
    profile: Profile | None, cores: int | None, extra: Sequence[str], jobs: int, image: str | None = None
) -> tuple[list[str], list[str]]:
    """Arguments of Snakemake for a run with a profile or without, and what to tell about them.

    `--cores` is for jobs of this machine alone: for a cluster it would bound the threads of its jobs.

    Args:
        profile: of the run.
        cores: asked for on the command line.
        extra: arguments of Snakemake that the user gives, which go after these.
        jobs: of the whole workflow.
        image: what the pods of Kubernetes run in, `REPOSITORY@sha256:…`.
    """
    arguments = ["--profile", str(profile.folder)] if profile else []
    executor, notes = executor_of(profile, extra), list[str]()
    if executor in HERE:
        return [*arguments, "--cores", str(jobs_at_once(profile, cores, extra, jobs))], notes
    if executor == "slurm" and profile and profile.job_arrays and not given(extra, "--slurm-array-jobs"):
        against = reason_against_arrays(_jobs(profile, extra), jobs, profile.status_seconds)
        if against:
            arguments += ["--slurm-array-jobs", "none"]  # no rule is called that
            notes.append(f"no job arrays: {against}")
    if executor == KUBERNETES and image and not given(extra, "--container-image"):
        arguments += ["--container-image", image]
    return arguments, notes


def python_path(profile: Profile | None) -> dict[str, str]:
    """Variables of the environment by which Snakemake finds a profile's own plugins."""
    if profile is None or profile.plugins is None:
        return {}
    return {"PYTHONPATH": os.pathsep.join(filter(None, [str(profile.plugins), own_python_path(os.environ)]))}


def given(extra: Sequence[str], name: str, short: str = "") -> str | None:
    """The value of an option among arguments: `--name VALUE`, `--name=VALUE`, `-n VALUE` or `-nVALUE`."""
    value = None
    for i, argument in enumerate(extra):
        if argument == name or (short and argument == short):
            value = extra[i + 1] if i + 1 < len(extra) else None
        elif argument.startswith(f"{name}="):
            value = argument.removeprefix(f"{name}=")
        elif short and argument.startswith(short) and not argument.startswith("--"):
            value = argument.removeprefix(short)
    return value


def _jobs(profile: Profile | None, extra: Sequence[str]) -> int:
    """The bound on jobs of a cluster at once."""
    text = given(extra, "--jobs", "-j")
    if text is not None and text.isdigit():
        return max(1, int(text))
    return (profile.jobs if profile and text is None else None) or sys.maxsize
