"""Compile a spec on behalf of the top-level Snakefile."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer

from heldout.compiler.images import PinError, read_pins
from heldout.compiler.run.workspace import RESULTS, STORE, Workspace


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
        pins = read_pins()
    except typer.Exit as error:
        raise SystemExit(error.exit_code) from error
    except PinError as error:
        raise SystemExit(str(error)) from error
    workspace.emit(pins)
    return workspace.folder.absolute()


def _places() -> tuple[Path, Path]:
    """Where results and artifacts go: the same places as for `heldout run`."""
    environment = os.environ
    return Path(environment.get("HELDOUT_RESULTS", RESULTS)), Path(environment.get("HELDOUT_STORE", STORE))
