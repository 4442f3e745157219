"""What the emitted rules say of containers, for Snakemake's own `--sdm apptainer`."""

import os
from pathlib import Path

from heldout.compiler.images import Pin


def rule_container(pin: Pin | None, folder: Path) -> str | None:
    """The image as a rule's `container:` names it; None where nothing was built or pulled.

    The local SIF file, by a path from the workflow's folder, else the image at its registry.
    """
    if pin is None:
        return None
    if pin.sif is not None and pin.sif.path.is_file():
        path = os.path.relpath(pin.sif.path.resolve(), folder.resolve())
        return path.replace("{", "{{").replace("}", "}}")  # Snakemake would read a wildcard
    return pin.container
