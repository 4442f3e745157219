"""A dataset from the Hugging Face hub."""

from collections.abc import Iterator
from typing import Annotated, Any

import numpy as np
import pyarrow as pa
import torch
from pydantic import Field

from heldout.runtime.artifacts import Dataset
from heldout.runtime.artifacts.encoded import Encoded, Media
from heldout.runtime.hub.dataset import DATA_FILES, Opened, opened
from heldout.runtime.hub.snapshot import Commit, Repository, snapshot
from heldout.runtime.operator import Apart, operator
from heldout.runtime.pictures.files import ColourMode, image_tensor
from heldout.runtime.pictures.kept import OneShape
from heldout.runtime.randomness import numpy_stream
from heldout.runtime.rows.columns import feature_tensor, known_columns, labels_of, said_of, scalars
from heldout.runtime.rows.domains import domain_name
from heldout.runtime.subtype import Of

AT_ONCE = 500  # rows whose files are in memory


@operator(network=True, seconds=120.0)
def huggingface(
    *,
    repository: Repository,
    revision: Commit,
    label: Annotated[str, Apart("features", "image")],
    split: str = "train",
    configuration: str | None = None,
    image: str | None = None,
    features: list[str] | None = None,
    domain: Annotated[str | None, Apart("features", "image")] = None,
    files: set[str] | None = None,
    max_rows: Annotated[int, Field(ge=1)] | None = None,
    resize: Annotated[int, Field(ge=1, le=4096)] | None = 64,
    mode: ColourMode = "rgb",
    seed: int = 0,
) -> Annotated[Dataset, Of("features", when={"image": None}), Of("images")]:
    """One split of one commit of a hub dataset, or several joined.

    The files of the commit are downloaded and read from disk with the `datasets` library. (Its
    own loading by name falls back, without the network, to whatever revision it last prepared.)
    Code in the repository never runs, and files that its data or its README name outside the commit (paths,
    addresses) are refused; nothing needs the hub after this. Pictures are read as
    `data/import-folder` reads them: upright, scaled by their depth, over white.

    Args:
        repository: `owner/name` on the hub.
        revision: the commit, 40 hexadecimal digits.
        label: column of the label. Classes are the names that the dataset declares for it, else
            its values in ascending order.
        split: as the dataset names it; `train+test` joins two, one after the other.
        configuration: where the dataset has several.
        image: column of an image; give this or `features`.
        features: numeric columns that make the input, in this order.
        domain: column of the domain, where the examples have one. Domains have the names that the dataset
            declares for it, else its values.
        files: shell patterns of the files to download, such as `en/*.parquet`; without them all
            files of the formats that `datasets` reads.
        max_rows: keep so many rows, drawn by the seed, in the dataset's order.
        resize: side of the square that images are resized to, pixels; null keeps their files as they are, as
            `data/import-folder` does.
        mode: of images, rgb (3 channels) or grey (1 channel).
        seed: of the draw of `max_rows`.

    Returns:
        rows named `SPLIT-0000042` by their position in their split, counted from 0; `x` [num_rows,
        channels, resize, resize] in [0, 1], or [num_rows, num_features]; of images that are kept as files
        `encoded["image"]`.

    Raises:
        ValueError: the input is not given as one of `image` and `features`, a column is missing
            or has missing values, an image cannot be read, or the data name files outside the commit.
    """
    if (image is None) == (not features):
        raise ValueError("give one of `image` and `features`")
    found = snapshot(repository, revision, "dataset", files or DATA_FILES)
    draw = numpy_stream(seed, "rows").permutation
    with said_of(f"{repository}, split {split}"):
        with opened(found, configuration, split) as data:
            num_rows = len(data.rows)
            chosen = np.arange(num_rows) if max_rows is None else np.sort(draw(num_rows)[:max_rows])
            named = [*(features or ()), image, label, domain]
            wanted = list(dict.fromkeys(name for name in named if name is not None))
            declared = {name: getattr(data.rows.features.get(name), "names", None) for name in wanted}
            table = data.columns([name for name in wanted if name != image]).table(chosen)
            known_columns(table, [name for name in wanted if name != image])
            tensors: dict[str, torch.Tensor] = {}
            encoded: dict[str, Encoded] = {}
            if image is None:
                tensors["x"] = feature_tensor(table, features or [])
            elif resize is None:
                seen = OneShape(mode)
                contents = _files(data, image, chosen, seen)
                encoded["image"] = Encoded.spooled(contents, lambda: Media("image", mode, seen.shape))
            else:
                tensors["x"] = torch.empty((len(chosen), {"rgb": 3, "grey": 1}[mode], resize, resize))
                for place, (name, content) in enumerate(_contents(data, image, chosen)):
                    tensors["x"][place] = image_tensor(content, name, resize, mode)
            names = data.names(chosen)
        labels, classes = _labels(table, label, declared[label])
        columns: dict[str, Any] = {"id": pa.array(names), "label": pa.array(labels)}
        if domain is not None:
            columns["domain"] = pa.array(_domains(table, domain, declared[domain]), pa.string())
    notes = {"repository": repository, "revision": revision, "split": split}
    return Dataset(pa.table(columns), tensors, classes, notes, encoded)


def _contents(data: Opened, image: str, chosen: np.ndarray) -> Iterator[tuple[str, bytes]]:
    """The files of some rows, each with what it is called in messages; few are in memory at once."""
    pictures = data.columns([image], image)
    for start in range(0, len(chosen), AT_ONCE):
        part = chosen[start : start + AT_ONCE]
        table = pictures.table(part)
        known_columns(table, [image])
        cells: list[Any] = table[image].to_pylist()
        for row, cell in zip(part, cells, strict=True):
            with said_of(f"{image} of row {row}"):
                content = data.content(cell)
            yield f"{image} of row {row}", content


def _files(data: Opened, image: str, chosen: np.ndarray, seen: OneShape) -> Iterator[bytes]:
    for name, content in _contents(data, image, chosen):
        seen.look(content, name)
        yield content


def _labels(table: pa.Table, column: str, declared: list[str] | None) -> tuple[np.ndarray, tuple[str, ...]]:
    if declared is None:
        return labels_of(table, column)
    labels = _declared(table, column, declared)
    if (labels < 0).any():
        hidden = f"column {column!r}: {(labels < 0).sum()} rows have the label -1"
        raise ValueError(f"{hidden}: this split hides its labels")
    return labels, tuple(declared)


def _domains(table: pa.Table, column: str, declared: list[str] | None) -> list[str]:
    if declared is None:
        return [domain_name(one) for one in scalars(table, column)]
    numbers = _declared(table, column, declared)
    if (numbers < 0).any():
        raise ValueError(f"column {column!r}: {(numbers < 0).sum()} rows are of no domain (-1)")
    names = [domain_name(name) for name in declared]
    return [names[number] for number in numbers]


def _declared(table: pa.Table, column: str, names: list[str]) -> np.ndarray:
    """A column of numbers into names that the dataset declares for it, int64."""
    numbers: np.ndarray = table[column].to_numpy().astype(np.int64)
    if (numbers >= len(names)).any():
        raise ValueError(
            f"column {column!r} holds {numbers.max()}, and the dataset names {len(names)} classes"
        )
    return numbers
