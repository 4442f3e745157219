"""Texts, tables and pictures that are made to choke their reader."""

from __future__ import annotations

import json
import pickle
import struct
import zlib

import pyarrow as pa

from tests.strangers.forging import (
    Files,
    family,
    forged,
    parquet,
    put,
    records,
    replaced,
    table,
    written,
)

SPEC, SCORE, MODEL = "spec/study.yaml", "evaluate/classification", "train/classifier"


class Payload:
    """What a pickle runs when it is loaded."""

    def __reduce__(self) -> tuple[object, ...]:
        return (open, ("CANARY", "w"))


def raw(operator: str, old: str, new: str):
    """A forgery of the first record of an operator, in words."""

    def forge(files: Files) -> None:
        folder = records(files, operator)[0]
        replaced(f"{folder}manifest.json", old, new)(files)

    return forge


def encoded(name: str, encoding: str, prefix: bytes = b""):
    """A forgery that writes a file in another encoding."""
    return lambda files: files.update({name: prefix + files[name].decode().encode(encoding)})


DEEP = "[" * 100_000 + "]" * 100_000
WIDE = "[" + "[]," * 3_000_000 + "[]]"
family(
    "refused",
    seconds_that_are_no_number=raw(SCORE, '"seconds": ', '"seconds": NaN, "was": '),
    seconds_without_end=raw(SCORE, '"seconds": ', '"seconds": 1e999, "was": '),
    a_number_of_many_digits=raw(SCORE, '"seconds": ', '"seconds": 1' + "0" * 5000 + ', "was": '),
    a_record_nested=raw(SCORE, '"parameters": ', f'"parameters": {DEEP}, "was": '),
    a_record_wide=raw(SCORE, '"parameters": ', f'"parameters": {WIDE}, "was": '),
    a_key_twice_in_a_record=raw(SCORE, '"digest": ', '"digest": "sha256:0", "digest": '),
    a_key_twice_in_the_archive=replaced("archive.json", '"tasks"', '"tasks": 1, "tasks"'),
    a_key_twice_in_the_lock=replaced("lock.json", '"language"', '"language": "2", "language"'),
    a_key_twice_in_the_catalog=replaced("catalog.json", '"digest": ', '"digest": 1, "digest": '),
    a_key_twice_in_the_verdicts=replaced("report/verdicts.json", '"says"', '"says": "x", "says"'),
    a_byte_order_mark=encoded("archive.json", "utf-8", b"\xef\xbb\xbf"),
    in_utf_16=encoded("archive.json", "utf-16"),
    a_lock_in_utf_16=encoded("lock.json", "utf-16"),
    a_catalog_in_utf_32=encoded("catalog.json", "utf-32"),
    half_a_character=replaced("archive.json", '"forged"', '"\\ud800"'),
    half_a_character_in_a_record=raw(SCORE, '"level": "', '"level": "\\udc80'),
    no_text=written("archive.json", b"\xff\xfe\xfd"),
    nothing=written("archive.json", b""),
    a_list=written("archive.json", b"[]"),
    a_nested_archive=written("archive.json", DEEP.encode()),
    a_nested_lock=written("lock.json", DEEP.encode()),
    a_nested_catalog=written("catalog.json", ('{"a":' * 100_000 + "1" + "}" * 100_000).encode()),
    a_nested_verdict=written("report/verdicts.json", DEEP.encode()),
    a_nested_image=written("image/image.json", DEEP.encode()),
    a_nested_environment=written("environment.json", DEEP.encode()),
    a_nested_crate=written("ro-crate-metadata.json", DEEP.encode()),
    a_wide_lock=written("lock.json", WIDE.encode()),
    a_verdict_that_is_infinite=replaced("report/verdicts.json", '"effect": ', '"effect": Infinity, "was": '),
    a_schema_that_leads_away=put(
        "catalog.json",
        "operators",
        SCORE,
        "parameters",
        "batch_size",
        "schema",
        value={"$ref": "file:///OUTSIDE"},
    ),
    aliases_that_multiply=written(
        SPEC,
        b"a: &a [x,x,x,x,x,x,x,x,x]\n"
        + b"".join(b"%c: &%c [%s]\n" % (k + 1, k + 1, b",".join([b"*%c" % k] * 9)) for k in range(97, 110)),
    ),
    a_nested_spec=written(SPEC, b"a: " + b"[" * 50_000),
    a_spec_that_runs=written(SPEC, b"!!python/object/apply:os.mkdir [CANARY]\n"),
    a_spec_of_nothing=written(SPEC, b"\x00" * 100),
    a_spec_in_utf_16=encoded(SPEC, "utf-16"),
    seeds_without_end=replaced(SPEC, "count: 3", "count: 1000000000000"),
    a_record_of_words=raw(SCORE, '"seconds": ', '"seconds": "long", "was": '),
    a_record_of_lists=raw(SCORE, '"inputs": ', '"inputs": [], "was": '),
    negative_seconds=raw(SCORE, '"seconds": ', '"seconds": -1, "was": '),
    a_pickle=lambda files: files.update(
        {records(files, SCORE)[0] + "table/table.parquet": pickle.dumps(Payload())}
    ),
    a_zip_for_a_table=lambda files: files.update(
        {records(files, SCORE)[0] + "table/table.parquet": b"PK\x03\x04" + bytes(100)}
    ),
    an_empty_table=lambda files: files.update({records(files, SCORE)[0] + "table/table.parquet": b""}),
    half_a_table=lambda files: files.update(
        {(name := records(files, SCORE)[0] + "table/table.parquet"): files[name][:99]}
    ),
    a_page_that_is_a_program=written("report/index.html", b"\x7fELF" + bytes(100)),
    a_picture_that_is_a_page=written("report/figures/training.png", b"<html><script>alert(1)</script>"),
)

family(
    "differs",
    "records",
    escapes_in_an_operator=raw(SCORE, '"operator": "', '"operator": "\\u001b]0;owned\\u0007'),
    a_file_elsewhere=raw(SCORE, '"table/table.parquet"', '"../../../../../OUTSIDE"'),
    an_absolute_file=raw(SCORE, '"table/table.parquet"', '"/OUTSIDE"'),
)


family(
    "differs",
    "report",
    escapes_in_a_record=raw(SCORE, '"device": "', '"device": "\\u001b[2J\\u202e'),
    a_failure=raw(SCORE, '"seconds": ', '"failed": {"error": "\\u001b[2J"}, "error": "\\u001b[2J", "was": '),
)

family(
    "differs",
    "catalog",
    a_pattern_without_end=put(
        "catalog.json",
        "operators",
        SCORE,
        "parameters",
        "batch_size",
        "schema",
        value={"type": "string", "pattern": "^(a+)+$"},
    ),
)


@forged("differs", "tables")
def names_of_metrics_with_escapes(files: Files) -> None:
    name = records(files, SCORE)[0] + "table/table.parquet"
    rows = table(files[name])
    names = pa.array(["\x1b[2J\u202e"] * rows.num_rows)
    files[name] = parquet(rows.set_column(0, "metric", names))


@forged("differs", "report", "tables")
def a_curve_of_nested_columns(files: Files) -> None:
    name = records(files, MODEL)[0] + "curve/table.parquet"
    files[name] = parquet(pa.table({"metric": [[["loss"]]] * 2, "value": [{"a": 1}] * 2, "step": [None] * 2}))


@forged("same", "report", "tables")
def a_curve_with_a_pickled_type(files: Files) -> None:
    name = records(files, MODEL)[0] + "curve/table.parquet"
    rows = table(files[name])
    mark = {
        b"ARROW:extension:name": b"arrow.py_extension_type",
        b"ARROW:extension:metadata": pickle.dumps(Payload()),
    }
    field = pa.field("value", pa.float64(), metadata=mark)
    files[name] = parquet(rows.set_column(1, field, rows["value"]))


@forged("differs", "report", "tables")
def a_curve_of_millions_of_equal_rows(files: Files) -> None:
    name = records(files, MODEL)[0] + "curve/table.parquet"
    rows = 30_000_000
    indices = pa.Array.from_buffers(pa.int8(), rows, [None, pa.py_buffer(bytes(rows))])
    names = pa.DictionaryArray.from_arrays(indices, pa.array(["loss"]))
    values = pa.DictionaryArray.from_arrays(indices, pa.array([0.5]))
    files[name] = parquet(pa.table({"metric": names, "value": values, "step": pa.nulls(rows, pa.int64())}))


@forged("differs", "report")
def a_picture_of_many_pixels(files: Files) -> None:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 6, 0, 0, 0)
    files["report/figures/training.png"] = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(10**6)))
        + chunk(b"IEND", b"")
    )


def model(header: bytes, length: int | None = None):
    """A forgery of a model's safetensors file."""

    def forge(files: Files) -> None:
        name = f"{records(files, MODEL)[0]}model/model.safetensors"
        files[name] = struct.pack("<Q", len(header) if length is None else length) + header + bytes(16)

    return forge


def a_header_wide(files: Files) -> None:
    """Half a million tensors of no bytes; the text is made where it is tried, since it is large."""
    entry = {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}
    model(json.dumps({str(k): entry for k in range(500_000)}).encode())(files)


family(
    "refused",
    of="whole",
    a_header_without_end=model(b"{}", 2**63),
    a_header_nested=model(b'{"a":' + b"[" * 90_000),
    a_header_wide=a_header_wide,
    a_shape_that_overflows=model(
        json.dumps({"a": {"dtype": "F32", "shape": [2**40, 2**40], "data_offsets": [0, 16]}}).encode()
    ),
    offsets_outside=model(
        json.dumps({"a": {"dtype": "F32", "shape": [4], "data_offsets": [0, 2**40]}}).encode()
    ),
    a_pickled_model=lambda files: files.update(
        {f"{records(files, MODEL)[0]}model/model.safetensors": pickle.dumps(Payload())}
    ),
)
