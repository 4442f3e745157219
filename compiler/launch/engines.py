"""Find the engine that a study's containers run in, and see that it runs the image that was pinned."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from heldout.compiler.images import Pin
from heldout.compiler.images.pins import Sif
from heldout.compiler.launch.apptainer import ISOLATED, Apptainer, extra_arguments
from heldout.compiler.launch.docker import Docker, containers_of
from heldout.compiler.launch.intact import is_intact
from heldout.compiler.launch.refusal import missing, wrong

PATIENCE_SECONDS = 120.0  # a first start of an image unpacks it

INSTALL = {
    "apptainer": "your administrator installs it, or https://apptainer.org/docs/admin/main/installation.html",
    "docker": "install Docker Engine, or choose --containers podman or apptainer",
    "podman": "install Podman, or choose --containers docker or apptainer",
}


def find_docker(program: Literal["docker", "podman"], name: str, pin: Pin) -> Docker:
    """Docker or Podman with the image of a pin.

    Raises:
        Refusal: it is not installed or does not answer, or has another image or none.
    """
    version = "{{.Server.Version}}" if program == "docker" else "{{.Client.Version}}"
    done = _ask(program, "version", "--format", version)
    if done.returncode != 0:
        hint = f"start its daemon, or let DOCKER_HOST name it; may you open its socket? {INSTALL[program]}"
        missing(f"{program} does not answer: {_complaint(done)}", hint)
    rootless = _is_rootless(program)
    engine = Docker(
        program=program,
        image=_image(program, name, pin),
        # Root of a rootless Docker is this user outside.
        user="0:0" if rootless and program == "docker" else f"{os.getuid()}:{os.getgid()}",
        keep_id=rootless and program == "podman",
    )
    done = _ask(program, "run", "--rm", "--init", "--pull=never", "--network=none", engine.image, "true")
    if done.returncode != 0:
        hint = "install catatonit, which Podman needs" if "container-init" in done.stderr else ""
        missing(f"{program} cannot run the image {name}: {_complaint(done)}", hint or "see what it says")
    return engine


def _image(program: str, name: str, pin: Pin) -> str:
    """The image as the engine is to be told it: by digest where it knows that, else by its id."""
    for reference in filter(None, (pin.reference, pin.image_id)):
        done = _ask(program, "image", "inspect", "--format", "{{.Id}}", reference)
        if done.returncode != 0:
            continue
        found = "sha256:" + done.stdout.strip().removeprefix("sha256:")
        if found != pin.image_id:
            hint = f"`heldout image pull {name}` or `heldout image build {name}` pins one anew"
            wrong(f"{reference} is the image {found} in {program}, and {pin.image_id} was pinned", hint)
        return reference
    hint = f"`heldout image pull {name}` brings it, `heldout image build {name}` builds it here"
    missing(f"{program} does not have the image {name} ({pin.image_id[:19]}…)", hint)


def _is_rootless(program: str) -> bool:
    template = "{{.SecurityOptions}}" if program == "docker" else "{{.Host.Security.Rootless}}"
    said = _ask(program, "info", "--format", template).stdout
    return "name=rootless" in said or said.strip() == "true"


def find_apptainer(name: str, pin: Pin, here: bool) -> Apptainer:
    """Apptainer with the image of a pin as a SIF file.

    Args:
        name: of the image.
        pin: of it.
        here: whether jobs run on this machine; else Apptainer may be on theirs alone.

    Raises:
        Refusal: it is not installed or runs nothing, or there is no such file, or another one.
    """
    if pin.sif is None or not pin.sif.path.is_file():
        there = f", and {pin.sif.path} is gone" if pin.sif is not None else ""
        message = f"Apptainer needs the image {name} as a SIF file{there}"
        missing(message, f"`heldout image sif {name}` makes it")
    _refuse_changed(name, pin.sif)
    try:
        reference = pin.reference or pin.image_id
        engine = Apptainer(pin.sif.path.resolve(), extra=extra_arguments(), reference=reference)
    except ValueError as error:
        wrong(f"HELDOUT_APPTAINER_ARGS is not as a shell would read it: {error}", "close its quotation")
    if not here and shutil.which("apptainer") is None:
        return engine
    done = _try(engine, ISOLATED)
    if done.returncode == 0:
        return engine
    done = _try(engine, ())
    if done.returncode == 0:
        return replace(engine, isolates=False)
    hint = f"`heldout doctor` looks closer; HELDOUT_APPTAINER_ARGS adds arguments. {INSTALL['apptainer']}"
    missing(f"apptainer cannot run the image {name}: {_complaint(done)}", hint)


def _refuse_changed(name: str, sif: Sif) -> None:
    if not is_intact(sif):
        wrong(f"{sif.path} is not the file that was pinned", f"`heldout image sif {name}` makes it anew")


def _try(engine: Apptainer, options: Sequence[str]) -> subprocess.CompletedProcess[str]:
    words = ["exec", "--cleanenv", "--containall", *options, *engine.extra, str(engine.image), "true"]
    return _ask("apptainer", *words)


def remove_containers(engine: Docker, folder: Path) -> int:
    """End the containers of a workflow that nobody waits for any more; how many there were.

    Only to be called by who holds the folder: a run that was killed leaves its containers behind.
    """
    found = _ask(engine.program, "ps", "--all", "--quiet", "--filter", containers_of(folder)).stdout.split()
    if found:
        _ask(engine.program, "rm", "--force", *found)
    return len(found)


def _ask(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run an engine's command and return what it said, whatever that was.

    Raises:
        Refusal: there is no such program.
    """
    words = [program, *arguments]
    try:
        return subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    except FileNotFoundError:
        missing(f"{program} is not installed", INSTALL[program])
    except OSError as error:
        missing(f"{program} cannot be started: {error.strerror}", INSTALL[program])
    except subprocess.TimeoutExpired:
        said = f"`{shlex.join(words[:3])} …` has not answered for {PATIENCE_SECONDS:.0f} s"
        return subprocess.CompletedProcess(words, 1, "", said)


def _complaint(done: subprocess.CompletedProcess[str]) -> str:
    """The last line of what an engine said, where its reason stands."""
    lines = [line for line in (done.stderr or done.stdout).strip().splitlines() if line.strip()]
    return lines[-1].strip() if lines else f"exit code {done.returncode}"
