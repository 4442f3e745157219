"""Compile a spec on behalf of the top-level Snakefile."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from heldout.compiler.images import read_pins
from heldout.compiler.refusal import Refusal
from heldout.compiler.run.workspace import RESULTS, STORE, Workspace
from heldout.compiler.terminal import show_refusal


def workflow_for(config: Mapping[str, Any]) -> Path:
    """The folder of the workflow of `--config spec=… scale=…`, freshly written.

    Raises:
        SystemExit: no spec is named, or it has mistakes, which are printed with their places; or the file
            of pins is damaged.
    """
    if "spec" not in config:
        raise SystemExit(
            "name a study: snakemake --cores 2 --config spec=specs/FAMILY/STUDY.yaml scale=small"
        )
    scale = str(config["scale"]) if config.get("scale") else None
    try:
        workspace = Workspace.open(Path(str(config["spec"])), scale, *_places())
        workspace.emit(read_pins())
    except Refusal as refusal:
        raise SystemExit(show_refusal(refusal)) from refusal
    return workspace.folder.absolute()


def _places() -> tuple[Path, Path]:
    """Where results and artifacts go: the same places as for `heldout run`."""
    environment = os.environ
    return Path(environment.get("HELDOUT_RESULTS", RESULTS)), Path(environment.get("HELDOUT_STORE", STORE))
