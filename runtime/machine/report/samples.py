"""Galleries of samples: rows of data as they are, cell by cell, for a reader to look at.

The rows may be a stranger's. Texts are cut and shown as text, images are drawn anew from their numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from heldout.runtime.artifacts.columns import listed
from heldout.runtime.artifacts.predictions import Predictions
from heldout.runtime.machine.report.pictures import Picture, pictures
from heldout.runtime.results.levels import level_name
from heldout.runtime.results.numbers import listing
from heldout.runtime.results.results import Results

if TYPE_CHECKING:
    from heldout.runtime.artifacts import Dataset
    from heldout.runtime.artifacts.encoded import Encoded

LONGEST_TEXT = 600  # characters of a column that are shown
SQUARE = 128  # pixels of a side of a picture that is kept as its file
PREDICTED = "predicted"  # beside the columns of predictions: the class of the largest logit


@dataclass(frozen=True)
class Sample:
    """One row: its texts, its caption, and its image where images are shown."""

    texts: tuple[str, ...]
    caption: str
    picture: Picture | None


@dataclass(frozen=True)
class SampleCell:
    """The rows of one cell; `problem` says why there are none."""

    name: str
    samples: tuple[Sample, ...]
    problem: str = ""


@dataclass(frozen=True)
class Gallery:
    """A drawn gallery: its cells in the study's order, and what they are in words."""

    id: str
    title: str | None
    cells: tuple[SampleCell, ...]
    note: str


@dataclass(frozen=True)
class _Chosen:
    """The rows of a cell that are shown, before they are drawn; `problem` says why there are none."""

    texts: list[tuple[str, ...]]
    captions: list[str]
    images: np.ndarray | None
    problem: str = ""


def gallery(declared: Mapping[str, Any], results: Results) -> Gallery:
    """The rows that one declared gallery shows.

    They are the first `count` of each cell, or, by the values of the column `example`, those of the first
    cell that has some: each other cell shows the same, where it has them.

    Raises:
        ValueError: columns or images that the rows do not have.
    """
    wanted: list[str] | None = None
    chosen = []
    for cell in declared["cells"]:
        data = _written(cell["task"], declared["rows"], results)
        if data is None:
            chosen.append(_Chosen([], [], None, "not there"))
            continue
        rows, wanted = chosen_rows(data.rows, declared, wanted)
        chosen.append(_read(data, rows, declared) if rows else _Chosen([], [], None, "no such row"))
    found, spread = pictures([one.images for one in chosen if one.images is not None])
    drawn = iter(found)
    cells = []
    for cell, one in zip(declared["cells"], chosen, strict=True):
        images = next(drawn) if one.images is not None else [None] * len(one.captions)
        samples = tuple(map(Sample, one.texts, one.captions, images))
        cells.append(SampleCell(_name(cell, declared["by"], results), samples, one.problem))
    return Gallery(declared["id"], declared.get("title"), tuple(cells), _note(declared, results, spread))


def _written(task: str, output: Mapping[str, Any], results: Results) -> "Predictions | Dataset | None":
    """What a task wrote down of its rows; None where it is not there."""
    store = results.records.store
    if store is None or not store.has(task):
        return None
    try:
        data: Predictions | Dataset = store.load(task, output["port"], output["kind"])
    except (OSError, KeyError):  # an archive may have left it out
        return None
    return data


def chosen_rows(
    rows: pa.Table, declared: Mapping[str, Any], wanted: list[str] | None
) -> tuple[list[int], list[str] | None]:
    """Which rows of a cell are shown, and the examples that all cells show.

    Args:
        wanted: the examples of the first cell; None in that cell.

    Raises:
        ValueError: there is no column `example`.
    """
    count, column = int(declared["count"]), declared.get("example")
    if column is None:
        return list(range(min(count, rows.num_rows))), None
    _has(rows.column_names, column)
    place: dict[str, int] = {}
    for number, name in enumerate(rows[column].to_pylist()):
        place.setdefault(str(name), number)
    wanted = wanted or list(place)[:count]
    return [place[name] for name in wanted if name in place], wanted


def _read(data: "Predictions | Dataset", rows: Sequence[int], declared: Mapping[str, Any]) -> _Chosen:
    """The texts, captions and images of some rows."""
    columns = {name: _column(data, name, rows) for name in (*declared["text"], *declared["caption"])}
    texts = list(zip(*(columns[name] for name in declared["text"]), strict=True)) or [()] * len(rows)
    several = len(declared["caption"]) > 1
    said = {name: f"{name.replace('_', ' ')} " if several else "" for name in declared["caption"]}
    captions = [
        ", ".join(f"{what}{columns[name][at]}" for name, what in said.items()) for at in range(len(rows))
    ]
    name = declared.get("image")
    if name is None:
        return _Chosen(texts, captions, None)
    tensors: Mapping[str, Any] = getattr(data, "tensors", {})
    files: Mapping[str, Encoded] = getattr(data, "encoded", {})
    if name in files and files[name].media.kind == "image":
        return _Chosen(texts, captions, _decoded(files[name], rows))
    if isinstance(data, Predictions) or name not in tensors:
        there = listed([*tensors, *files])
        raise ValueError(f"the rows have no tensor {name!r}; there are {there or 'none'}")
    return _Chosen(texts, captions, data.at(name, rows).numpy())


def _decoded(files: "Encoded", rows: Sequence[int]) -> np.ndarray:
    """The pictures of some rows, as squares, [num_rows, channels, SQUARE, SQUARE]."""
    from heldout.runtime.pictures.files import image_tensor  # PyTorch, which a report else does without

    drawn = [image_tensor(files[row], f"picture {row}", SQUARE, files.media.mode).numpy() for row in rows]
    return np.stack(drawn)


def _column(data: "Predictions | Dataset", name: str, rows: Sequence[int]) -> list[str]:
    """One column of some rows as texts: of labels the names of their classes."""
    if name == PREDICTED and isinstance(data, Predictions) and "logits" in data.rows.column_names:
        return [str(one) for one in data.logits[list(rows)].argmax(axis=1).tolist()]
    _has(data.rows.column_names, name)
    values = data.rows[name].take(pa.array(list(rows), pa.int64())).to_pylist()
    classes: Sequence[str] = getattr(data, "classes", ()) if name == "label" else ()
    known = [classes[one] if isinstance(one, int) and 0 <= one < len(classes) else one for one in values]
    return [_shown(one) for one in known]


def _shown(value: Any) -> str:
    """A value as text, cut where it is long."""
    text = f"{value:.4g}" if isinstance(value, float) else "—" if value is None else str(value)
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"


def _has(columns: Sequence[str], name: str) -> None:
    if name not in columns:
        raise ValueError(f"the rows have no column {name!r}; there are {listed(columns)}")


def _name(cell: Mapping[str, Any], by: Sequence[str], results: Results) -> str:
    """A cell in words: its levels on the axes that tell cells apart."""
    at = cell["coordinates"]
    return ", ".join(f"{results.axes[name].label} {level_name(at[name])}" for name in by)


def _note(declared: Mapping[str, Any], results: Results, spread: bool) -> str:
    """What the samples are, in words."""
    rows, cells = declared["rows"], declared["cells"]
    if not cells:
        return "The study has no such cell."
    which = "The first" if declared.get("example") is None else "The same"
    across = listing([results.axes[name].label for name in declared["by"]])
    said = f"{which} {declared['count']} rows of {rows['stage']}.{rows['port']}"
    said += f" for each {across}" if across else ""
    others = [name for name in cells[0]["coordinates"] if name not in declared["by"]]
    levels = {name: dict.fromkeys(level_name(cell["coordinates"][name]) for cell in cells) for name in others}
    at = listing([f"{results.axes[name].label} {listing(list(found))}" for name, found in levels.items()])
    said += f", at {at}" if at else ""
    return said + ("; the least number in an image is black, the greatest white." if spread else ".")
