"""A job's command in a container of Apptainer."""

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from heldout.compiler.launch.place import Place, quoted
from heldout.compiler.launch.traits import IMAGE, PASSED, Traits

ARGUMENTS = "HELDOUT_APPTAINER_ARGS"
ISOLATED = ("--net", "--network=none")


@dataclass(frozen=True)
class Apptainer:
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

    def command(self, traits: Traits, place: Place) -> list[str]:
        """What stands before a job's own command.

        A SIF is read-only; home and `/tmp` are empty folders in memory, often small, so that files
        which lie for a moment only go to `/dev/shm`.
        """
        named = {IMAGE: self.reference} if self.reference else {}
        own = {"PYTHONUNBUFFERED": "1", "TMPDIR": "/dev/shm"} | named | place.variables(traits.network)
        cut_off = self.isolates and not traits.network
        return [
            *(self._passing() if traits.network else []),
            *("apptainer", "exec", "--cleanenv", "--containall"),
            *(ISOLATED if cut_off else ()),
            *(f"--mount={mount.text}" for mount in place.mounts(traits.network)),
            *(f"--env={quoted(f'{name}={value}')}" for name, value in own.items()),
            *(["--nv"] if traits.gpus else []),
            f"--pwd={place.folder}",
            *self.extra,
            str(self.image),
        ]

    def _passing(self) -> list[str]:
        return ["python", "-P", "-m", "heldout.compiler.launch.passing", *PASSED, "--"]


def extra_arguments(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """What HELDOUT_APPTAINER_ARGS adds, such as `--no-privs`.

    Raises:
        ValueError: a quotation in it does not end.
    """
    return tuple(shlex.split(environment.get(ARGUMENTS, "")))


def snakemake_arguments(store: str, gpus: bool) -> str:
    """What Snakemake's own `--sdm apptainer` must add, as the shell reads it in the workflow's folder.

    Args:
        store: the path from that folder to the store, which lies outside and is bound where it is.
        gpus: whether any stage asks for one.
    """
    words = ["--cleanenv", f'--bind "$(realpath -- {shlex.quote(store)})"', *(["--nv"] if gpus else [])]
    return " ".join([*words, f"${{{ARGUMENTS}-}}"])
