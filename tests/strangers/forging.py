"""An archive taken apart into its files, and put together again with every checksum redone.

A forgery is a function of an archive's files: it changes them, or returns the bytes of the zip
where it is the zip that is forged. `@forged` says what must be found.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

Files: TypeAlias = dict[str, bytes]
MANIFEST = "manifest-sha256.txt"


class Forgery(NamedTuple):
    """What is forged, of which archive, and what must be said of it.

    `found` is `refused`, `differs` or `unchecked`, or `same` where what is changed has no meaning;
    of `differs` and `unchecked`, `about` are the checks of which none may be said to hold.
    """

    name: str
    forge: Callable[[Files], bytes | None]
    found: str
    about: tuple[str, ...]
    of: str
    options: tuple[str, ...]


FORGERIES: list[Forgery] = []


def forged(
    found: str, *about: str, of: str = "plain", options: tuple[str, ...] = ()
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a forgery under its function's name."""

    def register(forge: Callable[..., Any]) -> Callable[..., Any]:
        FORGERIES.append(Forgery(forge.__name__, forge, found, about, of, options))
        return forge

    return register


def family(found: str, *about: str, of: str = "plain", **members: Callable[[Files], bytes | None]) -> None:
    """Register forgeries that differ in a value alone, with one expectation."""
    FORGERIES.extend(Forgery(name, forge, found, about, of, ()) for name, forge in members.items())


def opened(archive: bytes) -> Files:
    """The files of an archive, by name, in its order."""
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        return {info.filename: file.read(info) for info in file.infolist()}


def sealed(files: Files) -> Files:
    """The files with the checksums of records and manifest redone, as a forger would.

    A record that cannot be read is left as it is, and so is a manifest that is no text of ours.
    """
    files = dict(files)
    for name in [name for name in files if name.startswith("store/") and name.endswith("/manifest.json")]:
        folder = name.removesuffix("manifest.json")
        try:
            record = json.loads(files[name])
            listed = {path: files[folder + path] for path in record["files"] if folder + path in files}
        except (ValueError, TypeError, KeyError, RecursionError):
            continue
        stale = {
            path: {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for path, content in listed.items()
        }
        if any(record["files"][path] != entry for path, entry in stale.items()):
            record["files"].update(stale)
            files[name] = dumped(record)
    lines = [
        f"{hashlib.sha256(content).hexdigest()}  {name}\n"
        for name, content in sorted(files.items())
        if name not in (MANIFEST, f"{MANIFEST}.sig")
    ]
    files[MANIFEST] = "".join(lines).encode("utf-8", "surrogatepass")
    return files


def packed(files: Files) -> bytes:
    """A zip as `heldout archive` writes it: sorted, without times, deflated."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, content in sorted(files.items()):
            file.writestr(entry(name), content)
    return buffer.getvalue()


def entry(name: str, mode: int = 0o100644, compression: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    """A file's header, as `heldout archive` writes it."""
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.create_system, info.external_attr, info.compress_type = 3, mode << 16, compression
    return info


def dumped(value: object) -> bytes:
    """JSON as archives hold it."""
    return (json.dumps(value, indent=1) + "\n").encode()


def put(*path: str | int, value: object) -> Callable[[Files], None]:
    """A forgery that sets one value of a JSON file: the file, then the keys that lead to it."""
    name, *keys = path

    def forge(files: Files) -> None:
        document = json.loads(files[str(name)])
        place = document
        for key in keys[:-1]:
            place = place[key]
        place[keys[-1]] = value
        files[str(name)] = dumped(document)

    return forge


def replaced(name: str, old: str, new: str) -> Callable[[Files], None]:
    """A forgery that writes other words into a file."""

    def forge(files: Files) -> None:
        assert old.encode() in files[name], f"{name} has no {old!r} to forge"
        files[name] = files[name].replace(old.encode(), new.encode())

    return forge


def written(name: str, content: bytes) -> Callable[[Files], None]:
    """A forgery that puts a file in the place of another, or adds one."""
    return lambda files: files.update({name: content})


def records(files: Files, operator: str, **parameters: object) -> list[str]:
    """The folders of an operator's results, those with these parameters, sorted."""
    found = []
    for name in sorted(
        name for name in files if name.startswith("store/") and name.endswith("/manifest.json")
    ):
        record = json.loads(files[name])
        if record["operator"] == operator and all(
            record["parameters"][k] == v for k, v in parameters.items()
        ):
            found.append(name.removesuffix("manifest.json"))
    assert found, f"no result of {operator} to forge"
    return found


def behind(files: Files, folder: str, port: str) -> str:
    """The folder of the result that an input of a result came from."""
    task = json.loads(files[f"{folder}manifest.json"])["inputs"][port]["task"]
    return f"store/objects/{task[:2]}/{task}/"


def table(content: bytes) -> pa.Table:
    """A Parquet file's table."""
    return pq.read_table(io.BytesIO(content))


def parquet(rows: pa.Table) -> bytes:
    """A table as a Parquet file."""
    buffer = io.BytesIO()
    pq.write_table(rows, buffer, compression="zstd")
    return buffer.getvalue()


def scaled(content: bytes, factor: float) -> bytes:
    """A table whose values are all multiplied."""
    rows = table(content)
    values = pa.array([value * factor for value in rows["value"].to_pylist()], pa.float64())
    return parquet(rows.set_column(rows.schema.get_field_index("value"), "value", values))
