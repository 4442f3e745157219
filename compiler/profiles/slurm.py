"""What Slurm's configuration means for the plugin that hands it jobs."""

import re
import shutil

from heldout.compiler.programs import ask

PATIENCE_SECONDS = 10.0

CHECKS = 3  # the plugin wants a finished job to stay in squeue for so many looks at it


def reason_against_arrays(at_once: int, jobs: int, status_seconds: int) -> str | None:
    """Why the plugin (2.8.0) cannot be trusted with job arrays here; None where it can.

    It hands in an array only when most jobs of a rule that are ready have been given to it, and drops
    those it was given before, which never run: a bound on jobs at once must not be reached. And where
    finished jobs leave squeue early it asks sacct, whose raw numbers of jobs do not name the members
    of an array.

    Args:
        at_once: the bound on jobs at once.
        jobs: of the workflow.
        status_seconds: between two looks at the jobs, at first.
    """
    if at_once < jobs:
        return (
            f"{at_once} jobs at once are fewer than the workflow's {jobs}, and some would never be handed in"
        )
    if asks_sacct(min_job_age(), status_seconds):
        return "jobs leave squeue too early here, and sacct does not tell the jobs of an array apart"
    return None


def asks_sacct(age: int | None, status_seconds: int) -> bool:
    """Whether the plugin, told to ask squeue, asks sacct instead."""
    early = age is None or age < CHECKS * status_seconds
    return early and shutil.which("sacct") is not None


def min_job_age() -> int | None:
    """Seconds that a finished job stays in squeue; None where Slurm does not say."""
    configuration = slurm_configuration()
    found = re.match(r"(\d+)", configuration.get("MinJobAge", ""))
    return int(found[1]) if found else None


def slurm_configuration() -> dict[str, str]:
    """What `scontrol show config` says; empty where there is no Slurm or it does not answer."""
    lines = ask("scontrol", "show", "config", patience_seconds=PATIENCE_SECONDS).lines
    pairs = (line.partition("=") for line in lines if "=" in line)
    return {key.strip(): value.strip() for key, _, value in pairs}
