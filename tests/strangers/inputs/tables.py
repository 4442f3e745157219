"""Parquet files as they come, and files that are called so."""

import datetime
import gzip
import hashlib
import os
import struct
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tests.strangers.judging import Arguments, Case, Right, refused

NAME = "patients.parquet"
LABELS = ["no", "yes", "no", "yes"]
FOUR = [1.0, 2.0, 3.0, 4.0]
PLAIN = Right(x=[[1], [2], [3], [4]], labels=[0, 1, 0, 1], classes=["no", "yes"])


def about(path: Path, **changed: Any) -> Arguments:
    """Arguments of `data/import-table` for the file, features `a`, label `y`."""
    content = path.read_bytes() if path.is_file() else b""
    given = {
        "path": str(path),
        "sha256": hashlib.sha256(content).hexdigest(),
        "features": ["a"],
        "label": "y",
    }
    return given | changed


def table(columns: dict[str, Any] | pa.Table, how: Arguments | None = None, **changed: Any) -> Callable:
    def write(folder: Path) -> Arguments:
        made = columns if isinstance(columns, pa.Table) else pa.table(columns)
        pq.write_table(made, folder / NAME, **(how or {}))
        return about(folder / NAME, **changed)

    return write


def content(data: bytes, name: str = NAME) -> Callable:
    def write(folder: Path) -> Arguments:
        (folder / name).write_bytes(data)
        return about(folder / name)

    return write


def feature(column: Any) -> Callable:
    return table({"a": column, "y": LABELS})


def label(column: Any) -> Callable:
    return table({"a": pa.array(FOUR[: len(column)]), "y": column})


def parquet(columns: Arguments, **how: Any) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink, **how)
    return sink.getvalue().to_pybytes()


def cases() -> Iterator[Case]:
    for name, write, wanted, *also in [*_features(), *_labels(), *_ids(), *_shapes(), *_no_tables()]:
        yield Case(f"table: {name}", "data/import-table", write, wanted, *also)


def _features() -> Iterator[tuple]:
    for kind in (
        pa.int8(),
        pa.uint16(),
        pa.int64(),
        pa.uint64(),
        pa.float16(),
        pa.float32(),
        pa.decimal128(25, 3),
    ):
        yield f"feature {kind}", feature(pa.array([1, 2, 3, 4]).cast(kind)), PLAIN
    yield (
        "decimal256",
        feature(
            pa.array([Decimal("0.1"), Decimal("-2.5"), Decimal("3e9"), Decimal(0)], pa.decimal256(60, 10))
        ),
        Right(x=[0.1, -2.5, 3e9, 0]),
    )
    yield "dictionary of numbers", feature(pa.array(FOUR).dictionary_encode()), PLAIN
    yield (
        "integers beyond 2^53",
        feature(pa.array([2**63 - 1, -(2**63), 2**53 + 1, 0])),
        Right(x=[2.0**63, -(2.0**63), 2.0**53, 0]),
    )
    yield (
        "unsigned beyond 2^63",
        feature(pa.array([2**64 - 1, 0, 1, 2], pa.uint64())),
        Right(x=[2.0**64, 0, 1, 2]),
    )
    yield (
        "booleans",
        feature(pa.array([True, False, True, True])),
        Right(x=[1, 0, 1, 1]),
        refused("column 'a'"),
    )
    yield "lists", feature(pa.array([[1, 2], [3, 4], [5, 6], [7, 8]])), Right(x=list(range(1, 9)))
    yield (
        "large lists",
        feature(pa.array([[1, 2], [3, 4], [5, 6], [7, 8]], pa.large_list(pa.int8()))),
        Right(x=list(range(1, 9))),
    )
    yield (
        "fixed lists",
        feature(pa.array([[1, 2], [3, 4], [5, 6], [7, 8]], pa.list_(pa.float32(), 2))),
        Right(x=list(range(1, 9))),
    )
    yield (
        "list views",
        feature(pa.array([[1, 2], [3, 4], [5, 6], [7, 8]], pa.list_view(pa.int8()))),
        Right(x=list(range(1, 9))),
        refused("column 'a'"),
    )
    tensor = pa.FixedShapeTensorArray.from_numpy_ndarray(np.arange(16.0).reshape(4, 2, 2))
    yield "extension type of tensors", feature(tensor), Right(x=list(range(16))), refused("column 'a'")
    bad = {
        "null": [1.0, None, 3.0, 4.0],
        "nothing but null": [None] * 4,
        "NaN": [1.0, float("nan"), 3.0, 4.0],
        "infinite": [1.0, float("-inf"), 3.0, 4.0],
        "beyond float32": [1.0, 1e300, 3.0, 4.0],
        "decimal beyond float32": pa.array([Decimal(10) ** 50] * 4, pa.decimal256(60, 0)),
        "text": ["1.5", "2.5", "3.5", "4.5"],
        "decimal commas": ["1,5", "2,5", "3,5", "4,5"],
        "thousands": ["1 000", "2\u00a0000", "3,000", "4'000"],
        "dates": [datetime.date(2020, 1, day) for day in range(1, 5)],
        "timestamps": pa.array([0, 1, 2, 3], pa.timestamp("ns", "UTC")),
        "times": pa.array([0, 1, 2, 3], pa.time64("us")),
        "durations": pa.array([0, 1, 2, 3], pa.duration("us")),
        "bytes": [b"1", b"2", b"3", b"4"],
        "ragged lists": [[1, 2], [3], [4, 5], [6, 7]],
        "lists of nothing": pa.array([[]] * 4, pa.list_(pa.int8())),
        "a null list": [[1, 2], None, [4, 5], [6, 7]],
        "null in lists": [[1, 2], [None, 3], [4, 5], [6, 7]],
        "NaN in lists": [[1.0, 2.0], [float("nan"), 3.0], [4.0, 5.0], [6.0, 7.0]],
        "lists of text": [["1"], ["2"], ["3"], ["4"]],
        "structs": [{"b": 1}] * 4,
        "maps": pa.array([[("k", 1)]] * 4, pa.map_(pa.string(), pa.int64())),
        "dictionary of text": pa.array(LABELS).dictionary_encode(),
        "uuids": pa.array([bytes(16)] * 4, pa.uuid()),
    }
    for name, column in bad.items():
        yield f"feature {name}", feature(column), refused("patients.parquet", "column '?a'?")
    yield (
        "struct a.b",
        table({"a": [{"b": 1.0}] * 4, "y": LABELS}, features=["a.b"]),
        refused("patients.parquet", "'a.b'"),
    )
    yield "column a.b", table({"a.b": FOUR, "y": LABELS}, features=["a.b"]), PLAIN
    yield "a.b twice", table({"a": [{"b": 9.0}] * 4, "a.b": FOUR, "y": LABELS}, features=["a.b"]), PLAIN
    yield "column without a name", table({"": FOUR, "y": LABELS}, features=[""]), PLAIN
    yield "capital letter", table({"A": FOUR, "y": LABELS}), refused("patients.parquet", "'a'", "A")
    yield (
        "control characters",
        table({"\x1b[31m\n": FOUR, "y": LABELS}),
        refused("patients.parquet", "'a'", r"\A[^\x00-\x1f\x7f-\x9f]*\Z"),
    )


def _labels() -> Iterator[tuple]:
    def classes(*names: str, labels: list[int]) -> Right:
        return Right(classes=list(names), labels=labels)

    yield "whole numbers in order", label([10, -1, 10, -1]), classes("-1", "10", labels=[1, 0, 1, 0])
    yield "2 before 10", label([10, 2, 10, 2]), classes("2", "10", labels=[1, 0, 1, 0])
    yield (
        "far apart",
        label([10**18, -(10**18), 10**18, -(10**18)]),
        classes(str(-(10**18)), str(10**18), labels=[1, 0, 1, 0]),
    )
    yield (
        "above int64",
        label(pa.array([2**64 - 1, 3, 3, 2**64 - 1], pa.uint64())),
        classes("3", str(2**64 - 1), labels=[1, 0, 0, 1]),
    )
    for kind in (pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())):
        yield f"label {kind}", label(pa.array(LABELS).cast(kind)), PLAIN
    yield (
        "dictionary in another order",
        label(pa.DictionaryArray.from_arrays([1, 0, 1, 0], ["z", "b", "unused"])),
        classes("b", "z", labels=[0, 1, 0, 1]),
    )
    yield (
        "composed and not",
        label(["caf\u00e9", "cafe\u0301", "tea", "tea"]),
        classes("caf\u00e9", "tea", labels=[0, 0, 1, 1]),
    )
    yield (
        "number 1 and text 1",
        label(pa.array(["1", "1 ", "1", "1 "])),
        classes("1", "1 ", labels=[0, 1, 0, 1]),
    )
    yield (
        "booleans as classes",
        label([True, False, True, False]),
        classes("False", "True", labels=[1, 0, 1, 0]),
        refused("column 'y'"),
    )
    yield "whole floats", label([1.0, 2.0, 1.0, 2.0]), Right(labels=[0, 1, 0, 1]), refused("column 'y'")
    yield (
        "decimals",
        label(pa.array([Decimal("1.50"), Decimal("2.50")] * 2)),
        refused("patients.parquet", "column 'y'"),
    )
    one = ["yes"] * 4
    yield "one class", label(one), classes("yes", labels=[0] * 4), refused("column 'y'")
    bad = {
        "null": ["no", None, "yes", "no"],
        "fractions": [0.5, 1.5, 0.5, 1.5],
        "NaN": [1.0, float("nan"), 1.0, 2.0],
        "bytes": [b"no", b"yes"] * 2,
        "lists": [[1], [2], [1], [2]],
        "structs": [{"k": 1}] * 4,
    }
    for name, column in bad.items():
        yield f"label {name}", label(column), refused("patients.parquet", "column '?y'?")
    million = pa.array(np.arange(1_000_000))
    yield (
        "a million classes",
        table({"a": million, "y": million}),
        refused("patients.parquet", "column '?y'?"),
    )


def _ids() -> Iterator[tuple]:
    def named(**more: Any) -> Callable:
        columns = {"a": FOUR, "y": LABELS} | more
        return table(columns, **{"id": "i"} if "i" in more else {"domain": "d"})

    yield (
        "ids",
        named(i=["p", "q", "\U0001f600", ""]),
        Right(ids=["p", "q", "\U0001f600", ""]),
        refused("column 'i'"),
    )
    yield "numbers as ids", named(i=[7, 8, 9, -1]), Right(ids=["7", "8", "9", "-1"])
    yield "an id twice", named(i=["p", "q", "p", "r"]), refused("patients.parquet", "column '?i'?", "p")
    yield "an id missing", named(i=["p", None, "q", "r"]), refused("patients.parquet", "column '?i'?")
    yield "ids of lists", named(i=[[1], [2], [3], [4]]), refused("patients.parquet", "column '?i'?")
    yield "ids of bytes", named(i=[b"\xff", b"\xfe", b"3", b"4"]), refused("patients.parquet", "column '?i'?")
    yield "ids of NaN", named(i=[float("nan"), 1.0, 2.0, 3.0]), refused("patients.parquet", "column '?i'?")
    yield "domains of numbers", named(d=[15, 15, 3, 3]), Right(domains=["15", "15", "3", "3"])
    yield (
        "domains composed and not",
        named(d=["\u00e9", "e\u0301", "x", "x"]),
        Right(domains=["\u00e9", "\u00e9", "x", "x"]),
    )
    yield "a domain missing", named(d=["p", None, "q", "q"]), refused("patients.parquet", "column '?d'?")
    yield "domains of structs", named(d=[{"k": 1}] * 4), refused("patients.parquet", "column '?d'?")


def _shapes() -> Iterator[tuple]:
    yield "100,000 columns", _wide, Right(x=[1, 2], labels=[0, 0])
    most = {f"c{number}": [1.0, 2.0] for number in range(5_000)}
    yield "5,000 features", table({**most, "y": ["no", "no"]}, features=list(most)), Right(shape=[2, 5_000])
    twice = pa.Table.from_arrays([pa.array(FOUR), pa.array(FOUR), pa.array(LABELS)], ["a", "a", "y"])
    yield "a name twice", table(twice), refused("patients.parquet", "'a'")
    yield (
        "label twice",
        table(pa.Table.from_arrays([pa.array(FOUR), pa.array(LABELS), pa.array(LABELS)], ["a", "y", "y"])),
        refused("patients.parquet", "'y'"),
    )
    yield (
        "twins beside",
        table(
            pa.Table.from_arrays(
                [pa.array(FOUR), pa.array(LABELS), pa.array(LABELS), pa.array(LABELS)], ["a", "z", "z", "y"]
            )
        ),
        PLAIN,
    )
    yield "a row group a row", table({"a": FOUR, "y": LABELS}, {"row_group_size": 1}), PLAIN
    yield (
        "no rows",
        table(pa.table({"a": pa.array([], pa.float32()), "y": pa.array([], pa.string())})),
        refused("patients.parquet", "no rows"),
    )
    yield "no columns", table(pa.table({})), refused("patients.parquet")
    yield "label missing", table({"a": FOUR}), refused("patients.parquet", "'y'")
    for version in ("1.0", "2.4", "2.6"):
        how = {
            "version": version,
            "data_page_version": "2.0",
            "compression": "brotli",
            "use_dictionary": False,
        }
        yield f"version {version}", table({"a": FOUR, "y": LABELS}, how), PLAIN
    for codec in ("gzip", "lz4", "zstd", "snappy"):
        yield codec, table({"a": FOUR, "y": LABELS}, {"compression": codec}), PLAIN
    yield "hive folder", _in_folder("y=7", {"a": FOUR}), refused("patients.parquet", "'y'")
    yield "hive folder against the file", _in_folder("y=7", {"a": FOUR, "y": LABELS}), PLAIN
    yield "hive folder of a feature", _in_folder("a=9", {"a": FOUR, "y": LABELS}), PLAIN
    yield "a link", _linked, PLAIN
    yield "rows of zeros", _zeros, refused("patients.parquet", "memory")
    yield "one long text, often", _long_text, refused("patients.parquet", "memory")


def _no_tables() -> Iterator[tuple]:
    whole = parquet({"a": FOUR, "y": LABELS})
    csv = b"a,y\n1,no\n2,yes\n"
    for name, data in {
        "empty": b"",
        "csv": csv,
        "csv with a BOM": b"\xef\xbb\xbf" + csv,
        "csv in gzip": gzip.compress(csv),
        "parquet in gzip": gzip.compress(whole),
        "xlsx": b"PK\x03\x04" + bytes(100),
        "arrow": b"ARROW1\0\0" + bytes(100),
        "json": b'{"a": 1, "y": "no"}\n',
        "magic alone": b"PAR1PAR1",
        "half": whole[: len(whole) // 2],
        "without its end": whole[:-1],
        "more behind": whole + b"\n",
        "a footer of 4 GB": whole[:-8] + struct.pack("<I", 2**32 - 1) + b"PAR1",
        "a footer before the start": whole[:-8] + struct.pack("<I", len(whole)) + b"PAR1",
        "a footer of zeros": b"PAR1" + bytes(64) + struct.pack("<I", 64) + b"PAR1",
        "encrypted": b"PARE" + whole[4:-4] + b"PARE",
        "no pages": b"PAR1"
        + bytes(len(whole) - int.from_bytes(whole[-8:-4], "little") - 12)
        + whole[-8 - int.from_bytes(whole[-8:-4], "little") :],
    }.items():
        yield name, content(data), refused("patients.parquet", "parquet")
    yield (
        "another checksum",
        lambda folder: table({"a": FOUR, "y": LABELS}, sha256="0" * 64)(folder),
        refused("patients.parquet", "checksum|sha256"),
    )
    yield "a folder", lambda folder: about(_made(folder / NAME)), refused("patients.parquet")
    yield "nothing there", lambda folder: about(folder / NAME), refused("patients.parquet")
    yield (
        "a pipe",
        lambda folder: (os.mkfifo(folder / NAME), about(folder / NAME))[1],
        refused("patients.parquet"),
    )
    yield (
        "links in a circle",
        lambda folder: ((folder / NAME).symlink_to(folder / NAME), about(folder / NAME))[1],
        refused("patients.parquet"),
    )
    yield (
        "a device",
        lambda folder: ((folder / NAME).symlink_to("/dev/zero"), about(folder / NAME))[1],
        refused("patients.parquet"),
    )


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _in_folder(name: str, columns: Arguments) -> Callable:
    return lambda folder: table(columns)(_made(folder / name))


def _linked(folder: Path) -> Arguments:
    given = _in_folder("blobs", {"a": FOUR, "y": LABELS})(folder)
    (folder / NAME).symlink_to(given["path"])
    return given | {"path": str(folder / NAME)}


def _wide(folder: Path) -> Arguments:
    zeros = pa.array([0.0, 0.0])
    columns = {f"c{number}": zeros for number in range(100_000)} | {"a": [1.0, 2.0], "y": ["no", "no"]}
    return table(columns)(folder)


def _zeros(folder: Path) -> Arguments:
    """2.4 GB of features in a small file."""
    no = pa.array(np.zeros(1_000_000))
    features = [f"a{number}" for number in range(300)]
    return table(dict.fromkeys([*features, "y"], no), features=features)(folder)


def _long_text(folder: Path) -> Arguments:
    """A label of three million letters on a thousand rows: dictionary pages hold it once."""
    labels = pa.DictionaryArray.from_arrays(pa.array([0] * 1000, pa.int32()), ["x" * 3_000_000])
    return table({"a": np.zeros(1000), "y": labels}, {"compression": "zstd", "store_schema": False})(folder)
