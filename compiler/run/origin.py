"""Which spec a workflow's folder belongs to: two of one study's name would overwrite each other's results."""

import os
from pathlib import Path

from heldout.compiler.diagnostics import Mistakes
from heldout.compiler.files import write_if_changed
from heldout.compiler.refusal import Refusal
from heldout.compiler.run.source import Source

ORIGIN = ".spec"  # in the folder: the path of the spec from there


def refuse_other_spec(spec: Path, folder: Path) -> None:
    """Refuse a folder that another spec's results are in.

    A spec that was edited keeps its folder, and so does one that was moved: the folder belongs to the file
    that was run into it, as long as that is there, holds something else and names its study so still.

    Raises:
        Refusal: the folder belongs to another spec.
    """
    other = _origin(folder)
    if other is None or not other.is_file() or other.samefile(spec):
        return
    if _texts_of(other) == _texts_of(spec) or _study_of(other) not in (None, _study_of(spec)):
        return
    place = os.path.relpath(other)
    raise Refusal(
        f"{folder} holds the results of {place}, whose `study:` has the same name as that of {spec}",
        f"give {spec} another `study:`, or other results: `--results FOLDER`",
    )


def remember_spec(spec: Path, folder: Path) -> None:
    """Write down that a folder is a spec's."""
    write_if_changed(folder / ORIGIN, f"{os.path.relpath(spec, folder)}\n")


def _origin(folder: Path) -> Path | None:
    try:
        return folder / (folder / ORIGIN).read_text(encoding="utf-8").rstrip("\n")
    except (OSError, ValueError):
        return None


def _texts_of(spec: Path) -> str:
    """The hash of all that a spec is written in."""
    return Source.read(spec).texts.sha256


def _study_of(spec: Path) -> str | None:
    """The name of a spec's study; None where it cannot be read."""
    try:
        return Source.read(spec).study(None).name
    except (Refusal, Mistakes):
        return None
