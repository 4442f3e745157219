# ruff: noqa: E501 — an input a line
"""Repositories of the hub, in a cache on the disk: data in every format, models and tokenizers."""

import gzip
import hashlib
import io
import json
import lzma
import pickle
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from tests.strangers.inputs.pictures import plain, saved
from tests.strangers.inputs.tables import FOUR, LABELS, parquet
from tests.strangers.judging import Arguments, Case, Right, refused

COMMIT = "0123456789abcdef0123456789abcdef01234567"
NAME = "lab/data"
CSV = b"a,y\n1,no\n2,yes\n3,no\n4,yes\n"
PLAIN = Right(x=[[1], [2], [3], [4]], labels=[0, 1, 0, 1], classes=["no", "yes"])
RED = saved(plain("RGB", (255, 0, 0)), "PNG")
ONE_RED = Right(x=[[[1]], [[0]], [[0]]], classes=["cat"])


class Touch:
    """A pickle that writes a file when it is read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple:
        return Path.touch, (self.path,)


def add(folder: Path, kind: str, name: str, files: dict[str, bytes]) -> Arguments:
    """A commit in a cache that is laid out as the hub's client does it: blobs by hash, links to them."""
    root = folder / "hub" / f"{kind}s--{name.replace('/', '--')}"
    for part in ("blobs", "refs"):
        (root / part).mkdir(parents=True, exist_ok=True)
    (root / "refs/main").write_text(COMMIT)
    for path, content in files.items():
        blob = root / "blobs" / hashlib.sha256(content).hexdigest()
        blob.write_bytes(content)
        link = root / "snapshots" / COMMIT / path
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(blob)
    return {"repository": name, "revision": COMMIT}


def data(content: dict[str, bytes], /, **changed: Any) -> Callable[[Path], Arguments]:
    return lambda folder: add(folder, "dataset", NAME, content) | {"features": ["a"], "label": "y"} | changed


def pictures(files: dict[str, bytes], **changed: Any) -> Callable[[Path], Arguments]:
    return data(files, **{"features": None, "image": "image", "label": "label", "resize": 1} | changed)


def csv(text: str | bytes) -> Callable[[Path], Arguments]:
    return data({"train.csv": text.encode() if isinstance(text, str) else text})


def packed(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def tarred(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


def readme(about: str) -> bytes:
    return f"---\n{about}\n---\n# Data\n".encode()


def cases() -> Iterator[Case]:
    for name, write, wanted, *also in [*_csv(), *_formats(), *_cards(), *_pictures(), *_code()]:
        yield Case(f"hub: {name}", "data/huggingface", write, wanted, *also)


def _csv() -> Iterator[tuple]:
    yield "csv", csv(CSV), PLAIN
    yield "BOM", csv(b"\xef\xbb\xbf" + CSV), PLAIN
    yield "line ends of Windows", csv(CSV.replace(b"\n", b"\r\n")), PLAIN
    yield "mixed line ends", csv(b"a,y\r\n1,no\n2,yes\r3,no\r\n4,yes"), PLAIN
    yield "quotes", csv('"a","y"\n"1","no"\n"2",yes\n3,"no"\n"4","yes"\n'), PLAIN
    yield (
        "line ends in quotes",
        csv('a,y\n1,"n\no"\n2,"yes"\n'),
        Right(classes=["n\no", "yes"], labels=[0, 1]),
        refused("column 'y'"),
    )
    yield "blank lines", csv("a,y\n\n1,no\n\n2,yes\n\n3,no\n4,yes\n\n"), PLAIN
    yield "dots", csv("a,y\n1.0,no\n2.,yes\n3e0,no\n+4,yes\n"), PLAIN
    yield "integers beyond int64", csv(f"a,y\n{10**30},no\n2,no\n"), Right(x=[1e30, 2]), refused("train.csv")
    yield "booleans", csv("a,y\nTrue,no\nFALSE,no\n"), Right(x=[1, 0]), refused("column 'a'")
    unread = {
        "semicolons": "a;y\n1;no\n2;yes\n",
        "tabs": "a\ty\n1\tno\n2\tyes\n",
        "no header": "1,no\n2,yes\n",
        "UTF-16": CSV.decode().encode("utf-16"),
        "spaces before names": "a , y\n1,no\n2,yes\n",
    }
    for name, text in unread.items():
        yield name, csv(text), refused("no column|UTF-8|train.csv")
    numbers = {
        "decimal commas": '"1,5"', "thousands": '"1,000"', "spaces in numbers": "1 000", "percent": "5%", "euros": "€5",
        "hexadecimal": "0x10", "dates": "2020-01-01", "text": "many", "nothing": "", "blank": " ",
    }  # fmt: skip
    for spelling in (
        "NaN",
        "nan",
        "NA",
        "N/A",
        "null",
        "None",
        "#N/A",
        "-nan",
        "<NA>",
        "n/a",
        "-1.#IND",
        "inf",
        "-Infinity",
    ):
        numbers[f"spelt {spelling}"] = spelling
    for name, number in numbers.items():
        yield f"numbers: {name}", csv(f"a,y\n1,no\n{number},yes\n3,no\n"), refused("column '?a'?")
    for name in ("NA", "null", "None", "nan"):
        yield (
            f"class {name}",
            csv(f"a,y\n1,{name}\n2,yes\n3,{name}\n4,yes\n"),
            Right(classes=sorted([name, "yes"])),
            refused("column '?y'?"),
        )
    yield (
        "codes of countries",
        csv("a,y\n1,DE\n2,NA\n3,DE\n4,NA\n"),
        Right(classes=["DE", "NA"]),
        refused("column '?y'?"),
    )
    yield "a field too many", csv("a,b,y\n1,7,no,0\n2,7,yes,0\n"), refused("train.csv")
    yield "commas at the ends", csv("a,y\n1,no,\n2,yes,\n3,no,\n4,yes,\n"), PLAIN, refused("train.csv")
    yield "a field too many once", csv("a,y\n1,no\n2,yes,0\n"), refused("train.csv")
    yield "a field too few", csv("a,y\n1,no\n2\n"), refused("column '?y'?|train.csv")
    yield "an open quote", csv('a,y\n1,"no\n2,yes\n'), refused("train.csv|column '?y'?")
    yield "names twice", csv("a,a,y\n1,9,no\n2,9,yes\n3,9,no\n4,9,yes\n"), PLAIN, refused("train.csv")
    yield "zero bytes", csv(b"a,y\n1,n\0o\n2,yes\n"), refused("train.csv|column"), Right(labels=[0, 1])
    yield "Latin-1", csv("a,y\n1,né\n2,yes\n".encode("latin-1")), refused("train.csv", "UTF-8|utf-8")
    yield "empty file", csv(""), refused("train.csv|no rows|no data")
    yield "header alone", csv("a,y\n"), refused("no rows|train.csv|no data")
    yield (
        "one line of 50 MB",
        csv("a,y\n1," + "x" * 50_000_000 + "\n"),
        refused("train.csv|column|memory"),
        Right(labels=[0]),
    )
    names = ",".join(f"c{number}" for number in range(3_000))
    yield "3,000 columns", csv(f"a,y,{names}\n1,no{',0' * 3_000}\n"), Right(x=[1])
    yield (
        "numbers that turn into text",
        csv("a,y\n" + "1,no\n" * 60_000 + "x,no\n"),
        refused("column '?a'?|train.csv"),
    )
    yield "001 as a class", csv("a,y\n1,001\n2,002\n3,001\n4,002\n"), Right(labels=[0, 1, 0, 1])


def _formats() -> Iterator[tuple]:
    whole = parquet({"a": FOUR, "y": LABELS})
    lines = b"".join(json.dumps({"a": a, "y": y}).encode() + b"\n" for a, y in zip(FOUR, LABELS, strict=True))
    stream = pa.BufferOutputStream()
    with pa.ipc.new_stream(stream, pa.table({"a": FOUR}).schema.append(pa.field("y", pa.string()))) as writer:
        writer.write_table(pa.table({"a": FOUR, "y": LABELS}))
    formats = {
        "train.parquet": whole, "train.jsonl": lines, "train.csv.gz": gzip.compress(CSV), "train.csv.xz": lzma.compress(CSV),
        "train.arrow": stream.getvalue().to_pybytes(), "train.tsv": CSV.replace(b",", b"\t"), "train.zip": packed({"train.csv": CSV}),
        "data/train-00000-of-00001.parquet": whole, "train.json": b"[" + b",".join(lines.splitlines()) + b"]",
    }  # fmt: skip
    for name, content in formats.items():
        yield name, data({name: content}), PLAIN, refused("no file like")
    half = parquet({"a": FOUR[:2], "y": LABELS[:2]}), parquet({"a": FOUR[2:], "y": LABELS[2:]})
    shards = {f"data/train-{number:05}-of-00002.parquet": part for number, part in enumerate(half)}
    yield "two shards", data(shards), PLAIN
    yield (
        "a shard is missing",
        data({"data/train-00000-of-00003.parquet": half[0], "data/train-00002-of-00003.parquet": half[1]}),
        PLAIN,
        refused("00001|of-00003"),
    )
    wrong = parquet({"a": ["x", "y"], "y": LABELS[:2]})
    yield (
        "shards of two types",
        data(shards | {"data/train-00001-of-00002.parquet": wrong}),
        refused("train-00001|column '?a'?"),
    )
    yield (
        "shards of other columns",
        data(shards | {"data/train-00001-of-00002.parquet": parquet({"b": [1.0, 2.0], "y": LABELS[:2]})}),
        refused("train-00001|column '?a'?"),
    )
    for name, content in {
        "cut": whole[:-9], "empty": b"", "text": b"PAR1", "encrypted": b"PARE" + whole[4:-4] + b"PARE", "a pointer of LFS": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n",
    }.items():  # fmt: skip
        yield f"parquet {name}", data({"train.parquet": content}), refused("train.parquet")
    for name, content in {
        "ragged": b'{"a": 1, "y": "no"}\n{"a": [1], "y": "no"}\n',
        "broken": b'{"a": 1,\n',
        "deep": b"[" * 100_000,
        "a number": b"7",
        "NaN": b'{"a": NaN, "y": "no"}\n{"a": 1, "y": "no"}\n',
        "huge": b'{"a": 1' + b"0" * 400 + b', "y": "no"}\n',
        "names twice": b'{"a": 1, "a": 2, "y": "no"}\n',
    }.items():
        yield f"json {name}", data({"train.jsonl": content}), refused("train.jsonl|column '?a'?")
    yield (
        "gzip bomb",
        lambda folder: data(
            {"train.csv.gz": gzip.compress(b"a,y\n1,") + gzip.compress(bytes(50_000_000)) * 45},
            files=["*.gz"],
        )(folder),
        refused("train.csv.gz|memory"),
    )
    yield (
        "zip that leaves",
        data({"train.zip": packed({"../../../../../../../ran": b"", "train.csv": CSV})}),
        PLAIN,
        refused("train.zip|no.* data files"),
    )
    yield "tar that leaves", data({"train.tar": tarred({"../../ran": b"x"})}), refused("train.tar|column")
    yield "no split", data({"train.csv": CSV}, split="test"), refused("test", "train")
    yield (
        "a slice for a split",
        data({"train.csv": CSV}, split="train[:50%]"),
        refused("split"),
        Right(labels=[0, 1]),
    )
    yield "no such column", data({"train.csv": CSV}, features=["b"]), refused("no column b", "a, y")
    yield "files outside", data({"train.csv": CSV}, files=["../../../*"]), refused(r"\.\./")
    yield "no files", data({"README.md": b"x"}), refused("lab/data", "data files")
    yield (
        "ClassLabel of -1",
        data(
            {
                "train.csv": b"a,y\n1,-1\n2,0\n",
                "README.md": readme(
                    "dataset_info:\n  features:\n  - name: a\n    dtype: float32\n  - name: y\n    dtype:\n      class_label:\n        names:\n          '0': no"
                ),
            }
        ),
        refused("column '?y'?"),
    )
    nested = parquet({"a": [{"b": 1.0}] * 2, "y": ["no", "no"]})
    yield "structs", data({"train.parquet": nested}), refused("column '?a'?")
    yield (
        "lists",
        data({"train.parquet": parquet({"a": [[1, 2], [3, 4]], "y": ["no", "no"]})}),
        Right(x=[1, 2, 3, 4]),
        refused("column '?a'?"),
    )
    yield (
        "audio beside",
        data(
            {
                "train.parquet": parquet(
                    {"a": [1.0, 2.0], "y": ["no", "no"], "sound": [{"bytes": b"RIFF", "path": "x.wav"}] * 2}
                ),
                "README.md": readme(
                    "dataset_info:\n  features:\n  - {name: a, dtype: float64}\n  - {name: y, dtype: string}\n  - {name: sound, dtype: audio}"
                ),
            }
        ),
        Right(x=[1, 2]),
    )
    yield (
        "audio for numbers",
        data(
            {
                "train.parquet": parquet({"a": [{"bytes": b"RIFF", "path": "x.wav"}], "y": ["no"]}),
                "README.md": readme(
                    "dataset_info:\n  features:\n  - {name: a, dtype: audio}\n  - {name: y, dtype: string}"
                ),
            }
        ),
        refused("column '?a'?"),
    )


def _cards() -> Iterator[tuple]:
    """READMEs and metadata of Parquet that say what is not so."""
    features = "dataset_info:\n  features:\n  - {name: a, dtype: %s}\n  - {name: y, dtype: string}"
    for name, about, *ends in [
        (
            "types that are none",
            features % "float1024",
            refused("README|dataset_info|column '?a'?|float1024"),
            PLAIN,
        ),
        (
            "a column too many",
            features % "float64" + "\n  - {name: z, dtype: string}",
            refused("'?z'?"),
            PLAIN,
        ),
        ("other columns", features.replace("name: a", "name: b") % "float64", refused("'?a'?"), PLAIN),
        ("features that are a number", "dataset_info:\n  features: 7", refused("README"), PLAIN),
        ("dataset_info of text", "dataset_info: 7", refused("README"), PLAIN),
        (
            "rows that are not there",
            features % "float64" + "\n  splits:\n  - {name: train, num_examples: 1000000, num_bytes: 7}",
            PLAIN,
            refused("rows|num_examples|README"),
        ),
        (
            "a split that leaves",
            "configs:\n- config_name: default\n  data_files:\n  - {split: train, path: ../../../outside.csv}",
            refused("outside|README"),
        ),
        (
            "a split of the system",
            "configs:\n- config_name: default\n  data_files:\n  - {split: train, path: /etc/passwd}",
            refused("outside|README"),
        ),
        (
            "a split of the network",
            "configs:\n- config_name: default\n  data_files: http://127.0.0.1:9/x.csv",
            refused("outside|README|http"),
        ),
        (
            "a split of another repository",
            "configs:\n- config_name: default\n  data_files: hf://datasets/other/data/x.csv",
            refused("outside|README|hf://"),
        ),
        (
            "a chain of addresses",
            "configs:\n- config_name: default\n  data_files: zip://x.csv::file:///etc/passwd",
            refused("outside|README|zip://"),
        ),
        (
            "another folder",
            "configs:\n- config_name: default\n  data_dir: ../../..",
            refused("outside|README|data_dir"),
        ),
        ("no YAML", "{[", refused("README"), PLAIN),
        ("a tag", "dataset_info: !!python/object/apply:os.mkdir [ran]", refused("README"), PLAIN),
        (
            "laughs",
            "a: &a [x, x, x, x, x, x, x, x, x]\n"
            + "".join(
                f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
            )
            + "configs: *j",
            refused("README|memory"),
            PLAIN,
        ),
        ("deep", "configs: " + "[" * 5_000 + "]" * 5_000, refused("README"), PLAIN),
        (
            "a builder of pickles",
            "configs:\n- config_name: default\n  builder_name: pandas\n  data_files: train.csv",
            PLAIN,
            refused("README"),
        ),
        (
            "settings of the reader",
            "configs:\n- config_name: default\n  data_files: train.csv\n  sep: ';'",
            refused("no column|README"),
            PLAIN,
        ),
        (
            "a name twice",
            "configs:\n- {config_name: default, data_files: train.csv}\n- {config_name: default, data_files: x.csv}",
            refused("README|default|x.csv"),
            PLAIN,
        ),
        (
            "two configurations",
            "configs:\n- {config_name: one, data_files: train.csv}\n- {config_name: two, data_files: train.csv}",
            refused("config", "one", "two"),
        ),
        (
            "split names that lie",
            "configs:\n- config_name: default\n  data_files:\n  - {split: test, path: train.csv}",
            refused("train", "test"),
        ),
        (
            "split names that leave",
            "configs:\n- config_name: default\n  data_files:\n  - {split: ../../x, path: train.csv}",
            refused("README|split"),
        ),
    ]:
        yield f"README of {name}", data({"train.csv": CSV, "README.md": readme(about)}), *ends
    for name, told in {
        "nonsense": b"{", "no features": b'{"info": {}}', "strange types": json.dumps({"info": {"features": {"a": {"_type": "Nonsense"}, "y": {"_type": "Value", "dtype": "string"}}}}).encode(),
        "other types": json.dumps({"info": {"features": {"a": {"dtype": "string", "_type": "Value"}, "y": {"dtype": "string", "_type": "Value"}}}}).encode(),
        "columns that are not there": json.dumps({"info": {"features": {"z": {"dtype": "string", "_type": "Value"}}}}).encode(),
    }.items():  # fmt: skip
        lying = parquet(pa.table({"a": FOUR, "y": LABELS}).replace_schema_metadata({b"huggingface": told}))
        yield f"parquet says {name}", data({"train.parquet": lying}), PLAIN, refused("train.parquet|column")
    named = {
        "info": {
            "features": {
                "a": {"dtype": "float64", "_type": "Value"},
                "y": {"names": ["no"], "_type": "ClassLabel"},
            }
        }
    }
    few = pa.table({"a": FOUR, "y": [0, 1, 0, 7]}).replace_schema_metadata(
        {b"huggingface": json.dumps(named).encode()}
    )
    yield (
        "fewer names than classes",
        data({"train.parquet": parquet(few)}),
        refused("column '?y'?|train.parquet"),
    )


def _pictures() -> Iterator[tuple]:
    card = readme(
        "dataset_info:\n  features:\n  - {name: image, dtype: image}\n  - {name: label, dtype: string}"
    )

    def held(**picture: Any) -> dict[str, bytes]:
        return {
            "train.parquet": parquet({"image": [{"bytes": None, "path": None} | picture], "label": ["cat"]}),
            "README.md": card,
        }

    yield "a picture", pictures(held(bytes=RED)), ONE_RED
    yield "a picture with a path", pictures(held(bytes=RED, path="/etc/passwd")), ONE_RED
    for path in (
        "/etc/passwd",
        "../../../x.png",
        "http://127.0.0.1:9/x.png",
        "hf://datasets/other/x.png",
        "zip://a.png::/tmp/x.zip",
        "file:///etc/passwd",
    ):
        yield f"a path {path.split('/')[0]} {len(path)}", pictures(held(path=path)), refused("image")
    yield "neither", pictures(held()), refused("image")
    yield "no picture", pictures(held(bytes=b"no")), refused("image", "row|train-0000000")
    yield "cut", pictures(held(bytes=RED[:40])), refused("image", "row|train-0000000")
    folder = {"train/cat/a.png": RED, "train/dog/b.png": RED}
    yield "folder of pictures", pictures(folder), Right(classes=["cat", "dog"], labels=[0, 1])
    outside = {"train/a.png": RED, "train/metadata.csv": b"file_name,label\n../../../../etc/passwd,cat\n"}
    yield "metadata that leave", pictures(outside), refused("metadata|passwd|image|column")
    yield (
        "web dataset",
        pictures({"train.tar": tarred({"0.png": RED, "0.cls": b"3"})}, image="png", label="cls"),
        Right(labels=[0], classes=["3"]),
        refused("train.tar|column"),
    )
    bare = {"train.parquet": parquet({"image": [RED], "label": ["cat"]})}
    yield "bytes without a README", pictures(bare), ONE_RED, refused("column '?image'?")
    yield (
        "numbers for pictures",
        pictures({"train.csv": b"image,label\n1,cat\n"}),
        refused("column '?image'?"),
    )
    yield "text for pictures", pictures({"train.csv": b"image,label\n/etc/passwd,cat\n"}), refused("image")
    yield (
        "text that the README calls pictures",
        pictures({"train.csv": b"image,label\n/etc/passwd,cat\n", "README.md": card}),
        refused("image"),
    )


def _code() -> Iterator[tuple]:
    def touching(
        name: str, pack: Callable[[bytes], bytes] = bytes, **more: bytes
    ) -> Callable[[Path], Arguments]:
        return lambda folder: data({name: pack(pickle.dumps(Touch(folder / "ran"))), **more})(folder)

    for name in ("train.pkl", "train.pickle", "train.pt", "data.npy", "train.h5"):
        yield name, touching(name), refused("lab/data|" + name)
        yield f"{name} beside", touching(name, **{"train.csv": CSV}), PLAIN
    yield (
        "pickles in tar",
        touching(
            "train.tar", lambda made: tarred({"0.pyd": made, "0.cls": b"3", "0.npy": made, "0.pth": made})
        ),
        refused("train.tar|column"),
    )
    script = b"import pathlib; pathlib.Path('%s').touch()"
    for name in ("data.py", "lab.py"):
        yield (
            f"script {name}",
            lambda folder, name=name: data({name: script % str(folder / "ran").encode(), "train.csv": CSV})(
                folder
            ),
            PLAIN,
        )
    array = io.BytesIO()
    np.save(array, np.array([{}], object), allow_pickle=True)
    yield (
        "objects of numpy in tar",
        data({"train.tar": tarred({"0.npy": array.getvalue(), "0.cls": b"3"})}, label="cls"),
        refused("train.tar|column"),
    )
