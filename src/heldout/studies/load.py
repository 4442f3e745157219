"""`heldout.load`: a study that was run, by its folder or by its spec."""

import json
import warnings
from pathlib import Path

import yaml

from heldout.compiler.run.source import Source
from heldout.studies.missing import NoResult
from heldout.studies.places import Place, results_folder
from heldout.studies.study import Study

PLAN = Path("plan/report.json")


def load(
    place: Place,
    scale: str | None = None,
    *,
    results: Place | None = None,
    store: Place | None = None,
) -> Study:
    """A study that was run.

    Args:
        place: the folder of its results (`results/STUDY/SCALE`), its spec, or the folder into which its
            archive was unpacked.
        scale: that it was run at, beside a spec; None: as it stands.
        results: where results lie, beside a spec; by default as for `heldout run`.
        store: that has its artifacts; by default the one that the study was run with.

    Raises:
        NoResult: there is no study, or it was never run.
        Mistakes: the spec cannot be read.
    """
    path = Path(place)
    if path.is_file():
        return _opened(_folder_of(path, scale, results), store)
    if (path / "workflow" / PLAN).is_file():  # an archive
        return Study(path / "workflow", path / "report", Path(store or path / "store"))
    if scale is not None and not (path / PLAN).is_file():
        path = path / scale
    return _opened(path, store)


def _folder_of(spec: Path, scale: str | None, results: Place | None) -> Path:
    """Where the results of a spec lie; warns where they are of another text of it."""
    source = Source.read(spec)
    folder = results_folder(results) / source.study(scale).name / (scale or "full")
    if (folder / PLAN).is_file():
        was = json.loads((folder / PLAN).read_bytes())["spec_sha256"]
        if was != source.texts.sha256:
            warnings.warn(f"{spec} has changed since {folder} was written", stacklevel=3)
    return folder


def _opened(folder: Path, store: Place | None) -> Study:
    if not (folder / PLAN).is_file():
        runs = sorted(path.parents[1].name for path in folder.glob(f"*/{PLAN}"))
        hint = f": it has {', '.join(runs)}" if runs else "; `heldout run` writes one"
        raise NoResult(f"{folder} is no folder of a study's results{hint}")
    if store is None:
        configuration = yaml.load((folder / "config.yaml").read_bytes(), Loader=yaml.CSafeLoader)
        return Study(folder, folder / "report", folder / configuration["store"])
    return Study(folder, folder / "report", Path(store))
