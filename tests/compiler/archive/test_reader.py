"""Archives that anyone may have made: each way to do harm is refused, by its code, before it does any."""

import io
import json
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from heldout.compiler.archive import contents
from heldout.compiler.archive.directory import Limits
from heldout.compiler.archive.reader import open_archive
from heldout.compiler.archive.refused import HINTS, ArchiveRefused

Files = dict[str, bytes]
Make = Callable[..., Path]


def refused(action: Callable[[], object]) -> ArchiveRefused:
    """The refusal that an action ends in."""
    with pytest.raises(ArchiveRefused) as caught:
        action()
    assert caught.value.hint == HINTS[caught.value.code]
    return caught.value


def code(path: Path, limits: Limits | None = None) -> str:
    """What an archive is refused for, when it is opened or when it is unpacked; nothing is written."""
    target = path.parent / "target"

    def use() -> None:
        with open_archive(path, limits=limits) as archive:
            archive.extract(target)

    found = refused(use).code
    assert sorted(p.name for p in path.parent.iterdir()) == [path.name]
    return found


def test_a_sound_archive_is_read_checked_and_unpacked(make: Make, files: Files, tmp_path: Path):
    with open_archive(make(files)) as archive:
        assert archive.names == tuple(sorted([*files, contents.MANIFEST]))
        assert (archive.index.study, archive.index.scale, archive.index.spec) == (
            "small",
            None,
            "spec/small.yaml",
        )
        assert archive.read("spec/small.yaml") == files["spec/small.yaml"]
        assert archive.read_json(contents.ENVIRONMENT) == []
        archive.check()
        archive.extract(tmp_path / "target")
    unpacked = {
        path.relative_to(tmp_path / "target").as_posix(): path.read_bytes()
        for path in (tmp_path / "target").rglob("*")
        if path.is_file()
    }
    assert unpacked.keys() == {*files, contents.MANIFEST}
    assert all(unpacked[name] == content for name, content in files.items())


def test_a_part_of_an_archive_is_unpacked(make: Make, files: Files, tmp_path: Path):
    with open_archive(make(files)) as archive:
        archive.extract(tmp_path / "target", ["spec/small.yaml"])
    assert [p.name for p in (tmp_path / "target").rglob("*")] == ["spec", "small.yaml"]


UNSAFE = [
    "../evil.json",
    "spec/../../evil.yaml",
    "/tmp/evil.json",
    "C:\\evil.json",
    "c:/evil.json",
    "spec\\..\\..\\evil.yaml",
    "spec/a\nb.yaml",
    "spec/a\x00b.yaml",
    "spec/a\x1b]0;b.yaml",
    "spec/aux.yaml",
    "//server/share.json",
]


@pytest.mark.parametrize("name", UNSAFE)
def test_a_name_that_leads_elsewhere_is_refused(make: Make, files: Files, name: str):
    assert code(make({**files, name: b"x: 1"})) == "unsafe-name"


def test_a_name_in_no_stated_encoding_is_refused(make: Make, files: Files):
    path = make({**files, "spec/\xe9.yaml": b"x: 1"})
    data = bytearray(path.read_bytes())
    name = "spec/\xe9.yaml".encode()
    for at in (data.index(name) - 30 + 6, data.rindex(name) - 46 + 8):  # the flags of its two headers
        struct.pack_into("<H", data, at, struct.unpack_from("<H", data, at)[0] & ~0x800)
    path.write_bytes(data)
    assert code(path) == "unsafe-name"


@pytest.mark.parametrize(
    "kind", [stat.S_IFLNK, stat.S_IFDIR, stat.S_IFIFO, stat.S_IFBLK, stat.S_IFCHR, stat.S_IFSOCK]
)
def test_what_is_no_plain_file_is_refused(make: Make, files: Files, kind: int):
    def change(entry: zipfile.ZipInfo) -> None:
        if entry.filename == "spec/link.yaml":
            entry.create_system, entry.external_attr = 3, (kind | 0o777) << 16

    assert code(make({**files, "spec/link.yaml": b"/etc/passwd"}, change=change)) == "not-a-file"


def test_a_folder_is_refused(make: Make, files: Files):
    assert code(make({**files, "spec/more/": b""})) == "not-a-file"


@pytest.mark.parametrize("second", ["spec/Small.yaml", "spec/small.yaml/x.py", "SPEC/SMALL.YAML"])
def test_names_that_collide_are_refused(make: Make, files: Files, second: str):
    assert code(make({**files, second: b"x: 1"})) == "duplicate"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_entries_of_one_name_are_refused(make: Make, files: Files):
    path = make(files)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("spec/small.yaml", "study: other")
    assert code(path) == "duplicate"


@pytest.mark.parametrize(
    "name",
    [
        "evil.sh",
        "spec/weights.pkl",
        "store/x.pt",
        "workflow/rules.smk",
        ".bashrc",
        "report/x.js",
        "image/run.py",
    ],
)
def test_a_file_that_no_archive_holds_is_refused(make: Make, files: Files, name: str):
    assert code(make({**files, name: b"x"})) == "unknown-file"


@pytest.mark.parametrize("suffix", ["pkl", "pt", "bin", "npy", "pth", "ckpt", "joblib"])
def test_a_result_in_a_format_that_may_be_a_pickle_is_refused(make: Make, files: Files, suffix: str):
    folder = next(name for name in files if name.startswith("store/")).rpartition("/")[0]
    assert code(make({**files, f"{folder}/model/model.{suffix}": b"\x80\x04."})) == "unknown-file"


def test_a_pickle_in_the_place_of_weights_is_refused(make: Make, files: Files):
    folder = next(name for name in files if name.startswith("store/")).rpartition("/")[0]
    assert code(make({**files, f"{folder}/model/model.safetensors": b"\x80\x04\x95...."})) == "pickle"


@pytest.mark.parametrize("name", contents.REQUIRED)
def test_a_file_that_every_archive_has_must_be_there(make: Make, files: Files, name: str):
    if name == contents.MANIFEST:
        path = make(files)
        with zipfile.ZipFile(path, "w") as archive:
            for each, content in files.items():
                archive.writestr(each, content)
        assert code(path) == "missing-file"
    else:
        assert code(make({n: c for n, c in files.items() if n != name})) == "missing-file"


def test_a_checksum_that_lies_is_refused_and_nothing_stays(make: Make, files: Files):
    good = make(files)
    with open_archive(good) as archive:
        manifest = archive.read(contents.MANIFEST)
    path = make({**files, "spec/small.yaml": b"study: other"}, manifest=manifest)
    assert code(path) == "checksum"


def test_the_manifest_names_all_files_and_no_others(
    make: Make, files: Files, truth: Callable[[Files], bytes]
):
    from_fewer = make({n: c for n, c in files.items() if n != contents.LOCK})
    with zipfile.ZipFile(from_fewer) as archive:
        manifest = archive.read(contents.MANIFEST)
    assert code(make(files, manifest=manifest)) == "not-listed"
    assert code(make(files, manifest=truth({**files, "../evil": b""}))) == "missing-file"
    assert code(make(files, manifest=b"whatever\n")) == "not-listed"
    assert code(make(files, manifest=b"\xff\n")) == "wrong-format"


def test_a_manifest_that_names_a_file_twice_is_refused(make: Make, files: Files):
    path = make(files)
    with zipfile.ZipFile(path) as archive:
        manifest = archive.read(contents.MANIFEST)
    assert code(make(files, manifest=manifest + manifest.splitlines(keepends=True)[0])) == "not-listed"


def test_a_file_that_grows_out_of_proportion_is_refused(make: Make, files: Files):
    # Deflate packs a run of equal bytes 1,032-fold at best; 200-fold is the limit.
    bomb = {**files, "spec/bomb.yaml": b" " * (4 * 2**20)}
    assert code(make(bomb)) == "zip-bomb"
    with open_archive(make({**files, "spec/bomb.yaml": b" " * (2**20 // 2)})) as archive:
        archive.check()  # a small one harms nobody


def test_an_archive_that_grows_out_of_proportion_is_refused(make: Make, files: Files):
    # Each below the mebibyte that is looked at by itself, together 200 times what the file has.
    many = {f"spec/{number}.yaml": b" " * (2**20 - 1) for number in range(64)}
    assert code(make({**files, **many})) == "zip-bomb"


def test_too_many_bytes_and_too_many_files_are_refused(make: Make, files: Files):
    path = make(files)
    assert code(path, Limits(bytes=100)) == "too-many-bytes"
    assert code(path, Limits(entries=9)) == "too-many-entries"  # it has ten
    assert code(path, Limits(directory_bytes=100)) == "too-many-entries"
    with open_archive(path, limits=Limits(entries=10)) as archive:
        archive.check()


def test_the_number_of_files_is_looked_at_before_the_list_is_read(make: Make, files: Files, tmp_path: Path):
    data = bytearray(make(files).read_bytes())
    struct.pack_into("<2H", data, len(data) - 22 + 8, 0xFFFE, 0xFFFE)
    path = tmp_path / "study.zip"
    path.write_bytes(data)
    assert code(path, Limits(entries=1000)) == "too-many-entries"


def test_a_64_bit_number_of_files_is_looked_at_too(make: Make, files: Files):
    path = make(files)
    data = path.read_bytes()
    size, offset = struct.unpack_from("<2L", data, len(data) - 22 + 12)
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 2**40, 2**40, size, offset)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(data) - 22, 1)
    path.write_bytes(data[:-22] + record + locator + data[-22:])
    assert code(path) == "too-many-entries"


def test_no_room_on_the_disk_is_said_before_a_byte_is_written(
    make: Make, files: Files, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 10})())
    assert code(make(files)) == "no-room"


def test_files_that_share_bytes_are_refused(make: Make, files: Files):
    path = make(files, method=zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    directory = struct.unpack_from("<L", data, len(data) - 22 + 16)[0]
    first = data.index(b"PK\x01\x02", directory)
    second = data.index(b"PK\x01\x02", first + 4)
    data[second + 42 : second + 46] = struct.pack("<L", 10)  # where its bytes begin: within the first's
    path.write_bytes(data)
    assert code(path) == "overlap"


def unicode_path(name: str, instead: str) -> bytes:
    """Info-ZIP's field that has some programs unpack a file under another name."""
    content = struct.pack("<BL", 1, zlib.crc32(name.encode())) + instead.encode()
    return struct.pack("<2H", 0x7075, len(content)) + content


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("extra", unicode_path("spec/more.yaml", "report/index.html")),
        ("extra", struct.pack("<2HL", 0x5455, 4, 0)),
        ("extra", b"xx"),
        ("comment", b"more"),
    ],
)
def test_what_an_entry_says_beside_its_file_is_refused(make: Make, files: Files, field: str, value: bytes):
    def change(entry: zipfile.ZipInfo) -> None:
        if entry.filename == "spec/more.yaml":
            setattr(entry, field, value)

    assert code(make({**files, "spec/more.yaml": b"x: 1"}, change=change)) == "hidden"


def test_extra_fields_before_the_bytes_alone_are_refused(make: Make, files: Files):
    path = make(files)
    with zipfile.ZipFile(path, "a") as archive:
        entry = zipfile.ZipInfo("spec/more.yaml")
        entry.extra = unicode_path("spec/more.yaml", "report/index.html")
        archive.writestr(entry, "x: 1")
        entry.extra = b""  # before the list is written
    assert code(path) == "hidden"


@pytest.mark.parametrize("last", [False, True])
def test_bytes_between_files_are_refused(
    files: Files, truth: Callable[[Files], bytes], tmp_path: Path, last: bool
):
    path = tmp_path / "study.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number, (name, content) in enumerate([*files.items(), (contents.MANIFEST, truth(files))]):
            archive.writestr(name, content)
            if number == (len(files) if last else 0):
                archive.fp.write(b"hidden")
                archive.start_dir = archive.fp.tell()
    assert code(path) == "hidden"


@pytest.mark.parametrize("offset", [8, 10])
def test_a_number_of_files_that_lies_is_refused(make: Make, files: Files, offset: int):
    path = make(files)
    data = bytearray(path.read_bytes())
    at = len(data) - 22 + offset
    struct.pack_into("<H", data, at, struct.unpack_from("<H", data, at)[0] - 1)
    path.write_bytes(data)
    assert code(path) == "damaged"


@pytest.mark.parametrize(("offset", "expected"), [(4, "damaged"), (20, "hidden")])
def test_an_end_that_speaks_of_other_parts_or_of_a_comment_is_refused(
    make: Make, files: Files, offset: int, expected: str
):
    path = make(files)
    data = bytearray(path.read_bytes())
    struct.pack_into("<H", data, len(data) - 22 + offset, 1)
    path.write_bytes(data)
    assert code(path) == expected


def test_a_file_that_begins_in_another_part_is_refused(make: Make, files: Files):
    path = make(files)
    data = bytearray(path.read_bytes())
    struct.pack_into("<H", data, data.index(b"PK\x01\x02") + 34, 1)
    path.write_bytes(data)
    assert code(path) == "damaged"


# Flags, method, checksum, packed and unpacked size; of each the place in the header before a file's bytes.
@pytest.mark.parametrize("offset", [6, 8, 14, 18, 22])
def test_a_header_that_says_something_else_than_the_list_is_refused(make: Make, files: Files, offset: int):
    path = make(files, method=zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    at = data.index(b"spec/small.yaml") - 30
    data[at + offset] ^= 8
    path.write_bytes(data)
    assert code(path) == "damaged"


def test_a_file_of_unknown_length_when_it_was_packed_is_refused(files: Files, tmp_path: Path):
    class Pipe(io.BytesIO):
        def tell(self) -> int:
            raise io.UnsupportedOperation  # so that sizes stand behind the bytes

    packed = Pipe()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    (tmp_path / "study.zip").write_bytes(packed.getvalue())
    assert code(tmp_path / "study.zip") == "hidden"


def test_a_file_with_a_header_for_large_sizes_is_read(
    files: Files, truth: Callable[[Files], bytes], tmp_path: Path
):
    with zipfile.ZipFile(tmp_path / "study.zip", "w") as archive:
        for name, content in [*files.items(), (contents.MANIFEST, truth(files))]:
            with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as file:
                file.write(content)
    with open_archive(tmp_path / "study.zip") as opened:
        opened.check()


def test_encrypted_and_strangely_packed_files_are_refused(make: Make, files: Files):
    path = make(files)
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    path.write_bytes(data)
    assert code(path) == "encrypted"
    assert code(make(files, method=zipfile.ZIP_BZIP2)) == "compression"
    assert code(make(files, method=zipfile.ZIP_LZMA)) == "compression"


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x05\x06" + bytes(18), b"x" * 100, b"\x7fELF" + bytes(200)])
def test_what_is_no_zip_is_refused(tmp_path: Path, data: bytes):
    path = tmp_path / "study.zip"
    path.write_bytes(data)
    assert code(path) == "not-an-archive"


def test_something_before_or_behind_the_zip_is_refused(make: Make, files: Files):
    path = make(files)
    data = path.read_bytes()
    path.write_bytes(b"#!/bin/sh\nrm -rf ~\n" + data)
    assert code(path) == "not-an-archive"
    path.write_bytes(data + b"more")
    assert code(path) == "not-an-archive"


def test_a_name_that_the_list_and_the_file_write_differently_is_refused(make: Make, files: Files):
    path = make(files)
    data = bytearray(path.read_bytes())
    at = data.index(b"spec/small.yaml")  # the file's own header comes first
    data[at : at + 4] = b"evil"
    path.write_bytes(data)
    assert code(path) == "damaged"


def test_a_size_that_lies_is_refused(make: Make, files: Files):
    path = make({**files, "spec/long.yaml": b"a: 1\n" * 1000})
    data = bytearray(path.read_bytes())
    at = data.rindex(b"spec/long.yaml") - 46  # the entry in the list
    struct.pack_into("<L", data, at + 24, 100)  # it says that it unpacks to 100 bytes
    path.write_bytes(data)
    assert code(path) == "damaged"


def test_a_flipped_bit_anywhere_in_a_file_is_found(make: Make, files: Files):
    path = make(files, method=zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    at = data.index(files["spec/small.yaml"])
    data[at] ^= 1
    path.write_bytes(data)
    assert code(path) == "damaged"  # zip's own checksum of 32 bits sees accidents


def test_operator_files_need_consent(make: Make, files: Files):
    path = make({**files, "spec/my_operators.py": b"import os\n"})
    answer = refused(lambda: open_archive(path))
    assert answer.code == "operators"
    assert "spec/my_operators.py" in answer.message
    assert "--trust-operators" in answer.hint
    with open_archive(path, trust_operators=True) as archive:
        assert archive.operator_files == ("spec/my_operators.py",)
        archive.check()


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        ({"heldout_archive": 2}, "archive-version"),
        ([], "archive-version"),
        ({"heldout_archive": 1, "study": "../up", "spec": "spec/small.yaml"}, "wrong-format"),
        ({"heldout_archive": 1, "study": "$(reboot)", "spec": "spec/small.yaml"}, "wrong-format"),
        (
            {"heldout_archive": 1, "study": "a", "scale": "b; reboot", "spec": "spec/small.yaml"},
            "wrong-format",
        ),
        ({"heldout_archive": 1, "study": "a", "spec": "spec/other.yaml"}, "missing-file"),
        ({"heldout_archive": 1, "study": "a", "spec": contents.LOCK}, "missing-file"),
        ({"heldout_archive": 1, "study": "a", "spec": "spec/small.yaml", "left_out": 3}, "wrong-format"),
    ],
)
def test_an_index_that_cannot_be_is_refused(make: Make, files: Files, index: object, expected: str):
    assert code(make({**files, contents.INDEX: json.dumps(index).encode()})) == expected


@pytest.mark.parametrize("name", [contents.INDEX, contents.LOCK, contents.ENVIRONMENT])
def test_a_key_twice_in_one_object_is_refused(make: Make, files: Files, name: str):
    content = {contents.INDEX: b'{"a": {"b": 1, "b": 1}}', contents.ENVIRONMENT: b'[{"a": 1, "a": 1}]'}
    twice = content.get(name, files[name].replace(b'"entries"', b'"entries": {}, "entries"', 1))
    assert code(make({**files, name: twice})) == "wrong-format"


def test_json_that_nests_too_deep_is_refused(make: Make, files: Files):
    assert code(make({**files, contents.INDEX: b"[" * 100_000})) == "wrong-format"


def test_archives_within_an_archive_are_not_opened(make: Make, files: Files, tmp_path: Path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("../evil", "x" * 1000)
    with open_archive(make({**files, "image/cpu.tar": inner.getvalue()})) as opened:
        opened.extract(tmp_path / "target")
    assert (tmp_path / "target" / "image" / "cpu.tar").read_bytes() == inner.getvalue()


def test_a_target_that_is_there_is_left_alone(make: Make, files: Files, tmp_path: Path):
    path, target, elsewhere = make(files), tmp_path / "target", tmp_path / "elsewhere"
    with open_archive(path) as archive:
        target.mkdir()
        (target / "mine").write_text("kept")
        assert refused(lambda: archive.extract(target)).code == "target"
        assert (target / "mine").read_text() == "kept"
        (tmp_path / "link").symlink_to(elsewhere)
        assert refused(lambda: archive.extract(tmp_path / "link")).code == "target"
        elsewhere.mkdir()
        archive.extract(elsewhere)  # an empty folder will do
    assert (elsewhere / "spec" / "small.yaml").is_file()


def test_files_are_unpacked_without_being_programs(make: Make, files: Files, tmp_path: Path):
    def change(entry: zipfile.ZipInfo) -> None:
        entry.create_system, entry.external_attr = 3, (stat.S_IFREG | 0o6777) << 16

    with open_archive(make(files, change=change)) as archive:
        archive.extract(tmp_path / "target")
    modes = {stat.S_IMODE(p.stat().st_mode) & 0o7111 for p in (tmp_path / "target").rglob("*") if p.is_file()}
    assert modes == {0}
