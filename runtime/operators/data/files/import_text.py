"""A user's own texts, in a table or in folders by domain and class."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
from pydantic import Field

from heldout.runtime.artifacts import Dataset
from heldout.runtime.artifacts.mapped_arrow import spooled_column
from heldout.runtime.operator import Apart, PinnedBy, operator
from heldout.runtime.operators.data.files.import_folder import content_sha256, image_names
from heldout.runtime.rows.columns import composed, known_columns, labels_of, said_of, scalars
from heldout.runtime.rows.domains import domain_name
from heldout.runtime.rows.text_tables import in_one_kind, text_tables
from heldout.runtime.subtype import Of

SUFFIX = ".txt"
AT_ONCE = 256  # files whose texts are in memory


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

    A file is read some rows at a time, and the texts are laid down as they come: memory holds ids, labels and
    domains, and no more of the texts than a few rows.

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
        with Path(path).open("rb") as file:
            _check(hashlib.file_digest(file, "sha256").hexdigest(), sha256)
            beside = [label, *(name for name in (domain, id) if name is not None)]
            texts = _Texts(text_tables(file, Path(path).suffix, [text, *beside]), text, beside)
            spooled = spooled_column(texts.batches(), pa.string())
        table = texts.beside()
        labels, classes = labels_of(table, label)
        columns = {"id": _ids(table, id), "text": spooled, "label": pa.array(labels)}
        if domain is not None:
            columns["domain"] = pa.array([domain_name(one) for one in scalars(table, domain)], pa.string())
    return Dataset(pa.table(columns), classes=classes)


class _Texts:
    """A column of texts, which are handed on and not held, and what stands beside them, which is."""

    def __init__(self, parts: Iterator[pa.Table], text: str, beside: Sequence[str]) -> None:
        self._parts, self._text, self._names = parts, text, list(beside)
        self._beside: list[pa.Table] = []
        self._lacking = 0

    def batches(self) -> Iterator["pa.Array[Any]"]:
        """The texts, some at a time.

        Raises:
            ValueError: one is no text.
        """
        for part in self._parts:
            self._beside.append(part.select(self._names))
            values = part[self._text].to_pylist()
            self._lacking += values.count(None)
            if other := next((one for one in values if one is not None and not isinstance(one, str)), None):
                raise ValueError(f"column {self._text!r} holds {other!r}, which is no text")
            yield pa.array(["" if one is None else one for one in values], pa.string())

    def beside(self) -> pa.Table:
        """The other columns of all rows, once all texts have come.

        Raises:
            ValueError: there are no rows, values are missing, or a column is of several kinds.
        """
        if self._lacking:
            raise ValueError(f"column {self._text!r} lacks {self._lacking} values; fill or drop these rows")
        if not self._beside:
            raise ValueError("there are no rows")
        with in_one_kind():
            found = pa.concat_tables(self._beside, promote_options="permissive")
        known_columns(found, self._names)
        return found


def _of_folder(root: Path, sha256: str) -> Dataset:
    names = image_names(root)  # of whatever lies in DOMAIN/CLASS/
    if other := next((name for name in names if not name.endswith(SUFFIX)), None):
        raise ValueError(f"{other} is no text; expected DOMAIN/CLASS/NAME{SUFFIX}")
    _check(content_sha256(root, names), sha256)
    parts = [composed(name).split("/") for name in names]
    classes = sorted({part[1] for part in parts})
    columns = {
        "id": pa.array(names),
        "text": spooled_column(_read_all(root, names), pa.string()),
        "label": pa.array([classes.index(part[1]) for part in parts], pa.int64()),
        "domain": pa.array([part[0] for part in parts]),
    }
    return Dataset(pa.table(columns), classes=tuple(classes))


def _check(found: str, sha256: str) -> None:
    if found != sha256:
        raise ValueError(f"it has sha256 {found}, the study says {sha256}")


def _read_all(root: Path, names: Sequence[str]) -> Iterator["pa.Array[Any]"]:
    for start in range(0, len(names), AT_ONCE):
        part = names[start : start + AT_ONCE]
        yield pa.array([_read(root / name, name) for name in part], pa.string())


def _read(path: Path, name: str) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{name} is no UTF-8: {error.reason} at byte {error.start}") from error


def _ids(table: pa.Table, column: str | None) -> "pa.Array[Any]":
    if column is None:
        return pa.array([f"row-{row:07d}" for row in range(table.num_rows)])
    ids = [str(name) for name in scalars(table, column)]
    if len(set(ids)) < len(ids):
        raise ValueError(f"column {column!r} names {len(ids) - len(set(ids))} rows a second time")
    return pa.array(ids, pa.string())
