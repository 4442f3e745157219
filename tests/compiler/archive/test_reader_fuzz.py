"""Whatever an archive holds, reading it ends soon, in its content or in a refusal, and writes nowhere else.

HELDOUT_FUZZ_EXAMPLES=5000 pytest tests/compiler/archive/test_reader_fuzz.py runs more examples.
"""

import hashlib
import io
import os
import random
import struct
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heldout.compiler.archive import contents
from heldout.compiler.archive.directory import Limits
from heldout.compiler.archive.reader import open_archive
from heldout.compiler.archive.refused import HINTS, ArchiveRefused
from tests.fixtures.pace import Soon

EXAMPLES = int(os.environ.get("HELDOUT_FUZZ_EXAMPLES", "300"))
LIMITS = Limits(entries=100, bytes=2**22, ratio=200, directory_bytes=2**16)
NAMES = [
    "../../evil.json",
    "/evil.json",
    "spec\\evil.yaml",
    "spec/evil\n.yaml",
    "C:evil.json",
    "spec/small.yaml",
    "x",
    "SPEC/small.yaml",
    "spec",
    "store/objects/../../../evil.json",
    "workflow/Snakefile",
    "spec/evil.py",
    "spec/\0.yaml",
]
# Where the central directory and the local headers keep what a reader relies on, and how wide it is.
FIELDS = {
    b"PK\x01\x02": [
        (8, "H"),
        (10, "H"),
        (16, "L"),
        (20, "L"),
        (24, "L"),
        (28, "H"),
        (30, "H"),
        (38, "L"),
        (42, "L"),
    ],
    b"PK\x03\x04": [(6, "H"), (8, "H"), (14, "L"), (18, "L"), (22, "L"), (26, "H"), (28, "H")],
    b"PK\x05\x06": [(8, "H"), (10, "H"), (12, "L"), (16, "L"), (20, "H")],
}
VALUES = [0, 1, 2, 8, 12, 14, 99, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 0xA1FF0000, 0x10]


def archive_of(files: dict[str, bytes], method: int, promised: dict[str, bytes] | None = None) -> bytes:
    manifest = b"".join(_lines(files if promised is None else promised))
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as archive:
        for name, content in [*files.items(), (contents.MANIFEST, manifest)]:
            entry = zipfile.ZipInfo("name")
            entry.filename = name
            archive.writestr(entry, content, compress_type=method)
    return written.getvalue()


def _lines(files: dict[str, bytes]) -> list[bytes]:
    return [f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n".encode() for name in sorted(files)]


def base_files() -> dict[str, bytes]:
    index = b'{"heldout_archive": 1, "study": "small", "scale": null, "spec": "spec/small.yaml"}'
    required = {name: b"{}" for name in contents.REQUIRED if name != contents.MANIFEST}
    claims = b'{"locked": false, "claims": {}, "removed": []}'
    required[contents.LOCK] = b'{"entries": {}, "claims": ' + claims + b"}"
    required |= {contents.ENVIRONMENT: b"[]", contents.IMAGE_INDEX: b'{"name": "cpu"}'}
    tensor = (2).to_bytes(8, "little") + b"{}"
    weights = f"{contents.task_folder('ab' + '0' * 62)}/model/model.safetensors"
    return {**required, contents.INDEX: index, "spec/small.yaml": b"study: small\n" * 50, weights: tensor}


BASES = [archive_of(base_files(), method) for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)]


def flip_bits(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 8, 64])):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def cut(data: bytes, chance: random.Random) -> bytes:
    start, end = sorted((chance.randrange(len(data)), chance.randrange(len(data))))
    return chance.choice([data[:end], data[start:], data[:start] + data[end:]])


def insert(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    start = chance.randrange(len(data))
    more = chance.choice(
        [bytes(100), data[start : start + 200], b"PK\x05\x06" + bytes(18), b"PK\x06\x07" + bytes(16)]
    )
    return data[:at] + more + data[at:]


def change_field(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    header = chance.choice(list(FIELDS))
    places = [at for at in range(len(data) - 46) if data[at : at + 4] == header] or [max(0, len(data) - 22)]
    at = chance.choice(places)
    offset, kind = chance.choice(FIELDS[header])
    value = chance.choice([*VALUES, chance.randrange(2**32)]) & (0xFFFF if kind == "H" else 0xFFFFFFFF)
    if at + offset + 4 <= len(changed):
        struct.pack_into(f"<{kind}", changed, at + offset, value)
    return bytes(changed)


def rename(data: bytes, chance: random.Random) -> bytes:
    """Another archive: a file of it has a name, a content or a format that it should not have."""
    files = base_files()
    name = chance.choice(list(files))
    content = files.pop(name)
    files[chance.choice(NAMES)] = chance.choice(
        [content, b"\x80\x04.", b"[" * 5000, b" " * 2**21, content * 100]
    )
    return archive_of(files, chance.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2]))


def replace_content(data: bytes, chance: random.Random) -> bytes:
    """Another archive: the manifest is of other bytes than a file has."""
    promised = base_files()
    name = chance.choice(list(promised))
    return archive_of(promised | {name: flip_bits(promised[name], chance)}, zipfile.ZIP_DEFLATED, promised)


MUTATIONS: list[Callable[[bytes, random.Random], bytes]] = [
    flip_bits,
    cut,
    insert,
    change_field,
    change_field,
    rename,
    replace_content,
]


def mutated(chance: random.Random) -> bytes:
    data = chance.choice(BASES)
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        data = chance.choice(MUTATIONS)(data, chance) or b"x"
    return data


@given(st.integers(0, 2**64 - 1))
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_reading_ends_soon_in_content_or_refusal(soon: Soon, seed: int):
    data = mutated(random.Random(seed))
    with tempfile.TemporaryDirectory() as folder:
        path, target = Path(folder) / "study.zip", Path(folder) / "inner" / "target"
        path.write_bytes(data)
        try:
            with soon(15), open_archive(path, limits=LIMITS) as archive:
                archive.extract(target)
        except ArchiveRefused as refused:
            assert refused.code in HINTS and refused.message
            assert not target.exists()
        everything = [p for p in Path(folder).rglob("*") if p.is_file() and p != path]
        assert all(p.is_relative_to(target) and not p.is_symlink() for p in everything)
        assert sum(p.stat().st_size for p in everything) <= LIMITS.bytes
        assert {p.name for p in Path(folder).iterdir()} <= {"study.zip", "inner"}


@given(st.binary(max_size=300))
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_bytes_end_in_a_refusal(data: bytes):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "study.zip"
        path.write_bytes(data)
        try:
            open_archive(path, limits=LIMITS).close()
        except ArchiveRefused as refused:
            assert refused.code in HINTS
        else:
            raise AssertionError("bytes that are no archive were opened as one")


def test_the_mutations_reach_many_refusals():
    found = set()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "study.zip"
        for seed in range(300):
            path.write_bytes(mutated(random.Random(seed)))
            try:
                with open_archive(path, limits=LIMITS) as archive:
                    archive.check()
            except ArchiveRefused as refused:
                found.add(refused.code)
    expected = {
        "not-an-archive",
        "damaged",
        "unsafe-name",
        "missing-file",
        "compression",
        "encrypted",
        "checksum",
    }
    assert expected <= found
    assert len(found) >= 11
