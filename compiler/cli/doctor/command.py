"""The command `heldout doctor`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from heldout.compiler.cli.doctor.clusters import look_at_kubernetes, look_at_slurm
from heldout.compiler.cli.doctor.disk import look_at_disks
from heldout.compiler.cli.doctor.gpu import look_at_gpus
from heldout.compiler.cli.doctor.images import look_at_images
from heldout.compiler.cli.doctor.installation import look_at_installation
from heldout.compiler.cli.doctor.profiles import look_at_profiles
from heldout.compiler.cli.doctor.surroundings import look_at_surroundings
from heldout.compiler.cli.options import Json, StorePath
from heldout.compiler.finding import Finding
from heldout.compiler.launch.registry import engines
from heldout.compiler.run.workspace import STORE
from heldout.compiler.terminal import MISSING, out, print_json, printable

STYLES = {"fine": "green", "absent": "dim", "doubtful": "yellow", "wrong": "red"}


POSITION = 220


def register(application: typer.Typer) -> None:
    application.command()(doctor)


def doctor(
    profile: Annotated[
        str | None, typer.Option("--profile", "-p", help="A profile of your own, to look at too.")
    ] = None,
    store: StorePath = STORE,
    as_json: Json = False,
) -> None:
    """Tell what works on this machine, and what to install.

    Looks at Python and the runtime, home, locale and path, the disk, GPUs, container engines and images,
    Slurm, Kubernetes and profiles. Exit code 3 where something is missing that every study needs.
    """
    findings = []
    for finding in _look(store, profile):
        findings.append(finding)
        if not as_json:
            _show(finding)
    if as_json:
        print_json([vars(finding) for finding in findings])
    if any(finding.state == "wrong" for finding in findings):
        raise typer.Exit(MISSING)


def _look(store: Path, profile: str | None) -> Iterator[Finding]:
    yield from look_at_installation()
    yield from look_at_surroundings(store)
    yield from look_at_disks(store)
    yield from look_at_gpus()
    usable = []
    for engine in engines().values():
        found = list(engine.look())
        yield from found
        if found[0].state == "fine":
            usable.append(engine)
    yield from look_at_images(usable)
    yield from look_at_slurm()
    yield from look_at_kubernetes()
    yield from look_at_profiles(profile)


def _show(finding: Finding) -> None:
    out.print(f"{finding.state:>8}", style=STYLES[finding.state], end="  ")
    out.print(printable(f"{finding.name}: {finding.found}"), markup=False)
    if finding.hint and finding.state != "fine":
        out.print(printable(f"          {finding.hint}"), markup=False)
