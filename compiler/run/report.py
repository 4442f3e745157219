"""Write a study's report from what the store has, computing nothing."""

from pathlib import Path

from heldout.compiler.images import Pins
from heldout.compiler.refusal import Failed, Refusal
from heldout.compiler.run.exclusive import Busy, holding
from heldout.compiler.run.runtime import call_runtime
from heldout.compiler.run.workspace import Workspace


def write_report(workspace: Workspace, pins: Pins, still: bool = False) -> Path:
    """The page of a study's report, freshly written. While a run is under way it shows how far that has come.

    Args:
        workspace: of the study.
        pins: what the names of images stand for.
        still: leave the figures as pictures.

    Raises:
        Refusal: a run is beginning, and its plan is not written yet.
        Failed: the report was not written.
    """
    folder = workspace.folder
    try:
        with holding(folder):
            workspace.emit(pins)
    except Busy:  # the files of the plan are those of the run
        if not (folder / "plan" / "report.json").is_file():
            raise Refusal(f"a run of {folder} is beginning", "ask again in a moment") from None
    options = ["--plan", folder / "plan" / "report.json", "--store", workspace.store]
    options += ["--done", folder / "done", "--out", folder / "report", *(["--still"] if still else [])]
    page = folder / "report" / "index.html"
    if call_runtime("report", *options) != 0 or not page.is_file():
        raise Failed("the report could not be written")
    return page
