"""What the emitted rules say of containers, for Snakemake's own `--sdm apptainer`."""

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heldout.compiler.images import Pin

APPTAINER_ARGUMENTS = "HELDOUT_APPTAINER_ARGS"  # what the user adds to every start of Apptainer


def rule_container(pin: "Pin | None", folder: Path) -> str | None:
    """The image as a rule's `container:` names it; None where nothing was built or pulled.

    The local SIF file, by a path from the workflow's folder, else the image at its registry.
    """
    if pin is None:
        return None
    if pin.sif is not None and pin.sif.path.is_file():
        path = os.path.relpath(pin.sif.path.resolve(), folder.resolve())
        return path.replace("{", "{{").replace("}", "}}")  # Snakemake would read a wildcard
    return pin.container


def snakemake_arguments(store: str, gpus: bool) -> str:
    """What Snakemake's own `--sdm apptainer` must add, as the shell reads it in the workflow's folder.

    Args:
        store: the path from that folder to the store, which lies outside and is bound where it is.
        gpus: whether any stage asks for one.
    """
    # As a line of CSV, since `--bind` would read colons and commas of a path; its quotes are doubled there.
    # The first job of all finds no store yet, and what is bound has to be there.
    place = shlex.quote(store)
    path = f"""$(mkdir -p -- {place} && realpath -- {place} | sed 's/"/""/g')"""
    mount = f'''--mount "type=bind,\\"source={path}\\",\\"destination={path}\\""'''
    words = ["--cleanenv", mount, *(["--nv"] if gpus else [])]
    return " ".join([*words, f"${{{APPTAINER_ARGUMENTS}-}}"])
