"""Apptainer, which runs an image from one file, without a daemon and on clusters."""

import os
import shlex
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from heldout.compiler.finding import Finding
from heldout.compiler.launch.bound_folders import BoundFolders, quoted
from heldout.compiler.launch.engine_program import Said, complaint, run_program
from heldout.compiler.launch.refusal import missing, wrong
from heldout.compiler.launch.rules import APPTAINER_ARGUMENTS
from heldout.compiler.launch.sif_checksum import is_pinned_file
from heldout.compiler.launch.traits import IMAGE, PASSED, Traits
from heldout.compiler.programs import ask

if TYPE_CHECKING:
    from heldout.compiler.images import Pin

ISOLATED = ("--net", "--network=none")
INSTALL = "your administrator installs it, or https://apptainer.org/docs/admin/main/installation.html"
SETTINGS = Path("/proc/sys")
STARTERS = ("/usr/lib/x86_64-linux-gnu", "/usr/lib", "/usr/libexec", "/usr/local/libexec", "/opt/apptainer")


@dataclass(frozen=True)
class ApptainerCommand:
    """Apptainer and an image in one file.

    Attributes:
        image: the SIF file, absolute.
        isolates: whether this user may cut a container off from the network; it is done where it can be.
        extra: arguments of `exec` that the user adds.
        reference: the image as it was pinned, by which records name it.
    """

    image: Path
    isolates: bool = True
    extra: tuple[str, ...] = ()
    reference: str = ""

    def command(self, traits: Traits, folders: BoundFolders) -> list[str]:
        """What stands before a job's own command.

        A SIF is read-only; home and `/tmp` are empty folders in memory, often small, so that files
        which lie for a moment only go to `/dev/shm`.
        """
        named = {IMAGE: self.reference} if self.reference else {}
        own = {"PYTHONUNBUFFERED": "1", "TMPDIR": "/dev/shm"} | named | folders.variables(traits.network)
        cut_off = self.isolates and not traits.network and traits.nodes == 1
        return [
            *(_handing_on() if traits.network else []),
            *("apptainer", "exec", "--cleanenv", "--containall"),
            *(ISOLATED if cut_off else ()),
            *(f"--mount={mount.text}" for mount in folders.mounts(traits.network)),
            *(f"--env={quoted(f'{name}={value}')}" for name, value in own.items()),
            *(["--nv"] if traits.gpus else []),
            f"--pwd={folders.workflow}",
            *self.extra,
            str(self.image),
        ]

    def remove_leftovers(self, folder: Path) -> int:
        """Nothing: a container is a process of the job, and ends with it."""
        return 0


def _handing_on() -> list[str]:
    return ["python", "-P", "-m", "heldout.compiler.launch.apptainer_environment", *PASSED, "--"]


@dataclass(frozen=True)
class Apptainer:
    """Apptainer."""

    name: str = "apptainer"
    install: str = INSTALL
    takes_sif: bool = True
    spans_machines: bool = True

    def find(self, image: str, pin: "Pin", here: bool) -> ApptainerCommand:
        """Apptainer with the image of a pin as a SIF file.

        Raises:
            Refusal: it is not installed or runs nothing, or there is no such file, or another one.
        """
        if pin.sif is None or not pin.sif.path.is_file():
            there = f", and {pin.sif.path} is gone" if pin.sif is not None else ""
            message = f"Apptainer needs the image {image} as a SIF file{there}"
            missing(message, f"`heldout image sif {image}` makes it")
        if not is_pinned_file(pin.sif):
            message = f"{pin.sif.path} is not the file that was pinned"
            wrong(message, f"`heldout image sif {image}` makes it anew")
        try:
            reference = pin.reference or pin.image_id
            found = ApptainerCommand(pin.sif.path.resolve(), extra=extra_arguments(), reference=reference)
        except ValueError as error:
            wrong(f"{APPTAINER_ARGUMENTS} is not as a shell would read it: {error}", "close its quotation")
        if not here and shutil.which("apptainer") is None:
            return found
        if _try(found, ISOLATED).returncode == 0:
            return found
        said = _try(found, ())
        if said.returncode == 0:
            return replace(found, isolates=False)
        hint = f"`heldout doctor` looks closer; {APPTAINER_ARGUMENTS} adds arguments. {INSTALL}"
        missing(f"apptainer cannot run the image {image}: {complaint(said)}", hint)

    def look(self) -> Iterator[Finding]:
        """Its version, by which rights it starts containers, and how it mounts images."""
        said = ask("apptainer", "--version")
        if said.out is None:
            yield Finding(self.name, "absent", said.complaint, f"for containers on clusters: {INSTALL}")
            return
        yield Finding(self.name, "fine", said.out.removeprefix("apptainer version "))
        ways = [name for name, there in (("root", os.geteuid() == 0), ("setuid", _setuid())) if there]
        ways += ["user namespaces"] if _namespaces() else []
        hint = "an administrator allows user namespaces (sysctl user.max_user_namespaces) or installs "
        hint += "apptainer-suid"
        yield Finding("apptainer's rights", "fine" if ways else "doubtful", ", ".join(ways) or "none", hint)
        fuse = os.access("/dev/fuse", os.R_OK | os.W_OK)
        fuse = fuse and bool(shutil.which("squashfuse") or _own_squashfuse())
        kernel = "root" in ways or "setuid" in ways
        how = "FUSE" if fuse else "the kernel's squashfs" if kernel else "neither FUSE nor the kernel's"
        hint = "install squashfuse and allow /dev/fuse: without them images are unpacked for every job"
        yield Finding("apptainer's mounts", "fine" if fuse or kernel else "doubtful", how, hint)


def extra_arguments(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """What HELDOUT_APPTAINER_ARGS adds, such as `--no-privs`.

    Raises:
        ValueError: a quotation in it does not end.
    """
    return tuple(shlex.split(environment.get(APPTAINER_ARGUMENTS, "")))


def _try(found: ApptainerCommand, options: Sequence[str]) -> Said:
    """Whether it starts a container with these options."""
    words = ["apptainer", "exec", "--cleanenv", "--containall", *options, *found.extra]
    return run_program([*words, str(found.image), "true"], INSTALL)


def _setuid() -> bool:
    paths = (Path(root) / "apptainer/bin/starter-suid" for root in STARTERS)
    return any(path.is_file() and path.stat().st_mode & 0o4000 for path in paths)


def _own_squashfuse() -> bool:
    return any((Path(root) / "apptainer/bin/squashfuse_ll").is_file() for root in STARTERS)


def _namespaces() -> bool:
    """Whether a user without rights may make user namespaces; what a kernel does not have forbids nothing."""
    most = _setting("user/max_user_namespaces")
    debian = _setting("kernel/unprivileged_userns_clone")
    ubuntu = _setting("kernel/apparmor_restrict_unprivileged_userns")
    return most != 0 and debian != 0 and not ubuntu


def _setting(name: str) -> int | None:
    try:
        return int((SETTINGS / name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


ENGINE = Apptainer()
