"""A user's own texts, in a table or in folders by domain and class."""

import hashlib
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
from pydantic import Field

from heldout.runtime.artifacts import Dataset
from heldout.runtime.operator import Apart, PinnedBy, operator
from heldout.runtime.operators.data.files.import_folder import content_sha256, image_names
from heldout.runtime.rows.columns import composed, known_columns, labels_of, said_of, scalars
from heldout.runtime.rows.domains import domain_name
from heldout.runtime.rows.text_tables import text_table
from heldout.runtime.subtype import Of

SUFFIX = ".txt"


@operator(seconds=5.0)
def import_text(
    *,
    path: Annotated[str, PinnedBy("sha256")],
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")],
    text: str = "text",
    label: Annotated[str, Apart("text")] = "label",
    domain: Annotated[str | None, Apart("text")] = None,
    id: Annotated[str | None, Apart("text")] = None,
) -> Annotated[Dataset, Of("texts")]:
    """Labelled texts of a file (CSV, TSV, JSON lines or Parquet), or of `DOMAIN/CLASS/TEXT.txt` in a folder.

    Texts are kept as they stand, as strings; `data/encoded-text` writes them in tokens of a model. In CSV and
    TSV the first line names the columns, all values are text, and `NA` is a word like others; labels of JSON
    lines and Parquet may be whole numbers.

    Args:
        path: the file, told by its suffix (`.csv`, `.tsv`, `.jsonl`, `.parquet`), or the folder; a relative
            one is taken from the folder of the spec. Where it lies is no part of a task.
        sha256: checksum of the content, as `heldout checksum PATH` prints it; `heldout check` says the right
            one.
        text: column of the texts.
        label: column of the labels; classes are its values in ascending order.
        domain: column of the domain, where the texts have one.
        id: column of a unique name of each row; without it rows are named `row-0000042` by their position,
            counted from 0. A folder has none of these columns: its names say all four.

    Returns:
        rows in the file's order, or of a folder in order of the names, which are their `id`; columns `text`,
        `label` and `domain`; no tensors.

    Raises:
        ValueError: the content or the layout is another, a text is no UTF-8, there are no rows, a column is
            missing or has missing values, a label is no class, or an id is not unique.
    """
    with said_of(path):
        if Path(path).is_dir():
            if domain is not None or id is not None:
                raise ValueError("a folder's names say domain, class and id; write neither `domain` nor `id`")
            return _of_folder(Path(path), sha256)
        if not Path(path).is_file():
            raise ValueError("there is no such file and no such folder")
        content = Path(path).read_bytes()
        _check(hashlib.sha256(content).hexdigest(), sha256)
        names = [text, label, *(name for name in (domain, id) if name is not None)]
        table = text_table(content, Path(path).suffix, names)
        known_columns(table, names)
        labels, classes = labels_of(table, label)
        columns = {"id": _ids(table, id), "text": _texts(table, text), "label": pa.array(labels)}
        if domain is not None:
            columns["domain"] = pa.array([domain_name(one) for one in scalars(table, domain)], pa.string())
    return Dataset(pa.table(columns), classes=classes)


def _of_folder(root: Path, sha256: str) -> Dataset:
    names = image_names(root)  # of whatever lies in DOMAIN/CLASS/
    if other := next((name for name in names if not name.endswith(SUFFIX)), None):
        raise ValueError(f"{other} is no text; expected DOMAIN/CLASS/NAME{SUFFIX}")
    _check(content_sha256(root, names), sha256)
    parts = [composed(name).split("/") for name in names]
    classes = sorted({part[1] for part in parts})
    columns = {
        "id": pa.array(names),
        "text": pa.array([_read(root / name, name) for name in names]),
        "label": pa.array([classes.index(part[1]) for part in parts], pa.int64()),
        "domain": pa.array([part[0] for part in parts]),
    }
    return Dataset(pa.table(columns), classes=tuple(classes))


def _check(found: str, sha256: str) -> None:
    if found != sha256:
        raise ValueError(f"it has sha256 {found}, the study says {sha256}")


def _read(path: Path, name: str) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{name} is no UTF-8: {error.reason} at byte {error.start}") from error


def _texts(table: pa.Table, column: str) -> "pa.Array[Any]":
    values = table[column].to_pylist()
    if other := next((value for value in values if not isinstance(value, str)), None):
        raise ValueError(f"column {column!r} holds {other!r}, which is no text")
    return pa.array(values, pa.string())


def _ids(table: pa.Table, column: str | None) -> "pa.Array[Any]":
    if column is None:
        return pa.array([f"row-{row:07d}" for row in range(table.num_rows)])
    ids = [str(name) for name in scalars(table, column)]
    if len(set(ids)) < len(ids):
        raise ValueError(f"column {column!r} names {len(ids) - len(set(ids))} rows a second time")
    return pa.array(ids, pa.string())
