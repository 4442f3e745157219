"""Zips that two programs could read in two ways, or that are larger than they look."""

from __future__ import annotations

import io
import stat
import struct
import zipfile

from tests.strangers.forging import MANIFEST, Files, entry, family, forged, packed, sealed


def repacked(
    *added: tuple[zipfile.ZipInfo, bytes],
    compression: int = zipfile.ZIP_DEFLATED,
    backwards: bool = False,
    comment: bytes = b"",
) -> object:
    """A forgery of the zip: honest files, and some more entries behind them."""

    def forge(files: Files) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as file:
            for name, content in sorted(files.items(), reverse=backwards):
                file.writestr(entry(name, compression=compression), content)
            for info, content in added:
                file.writestr(info, content)
            file.comment = comment
        return buffer.getvalue()

    return forge


def named(name: str, mode: int = 0o100644) -> object:
    """A forgery that adds one file of this name, which the manifest lists too."""

    def forge(files: Files) -> bytes:
        manifest = sealed(files | {name: b"OUTSIDE"})[MANIFEST]
        return repacked((entry(name, mode), b"OUTSIDE"))(files | {MANIFEST: manifest})  # type: ignore[operator]

    return forge


def patched(signature: bytes, offset: int, value: bytes, *, last: bool = False) -> object:
    """A forgery that writes bytes into the first (or last) header of a kind."""

    def forge(files: Files) -> bytes:
        content = bytearray(packed(files))
        place = (content.rindex if last else content.index)(signature) + offset
        content[place : place + len(value)] = value
        return bytes(content)

    return forge


LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
SPEC = "spec/study.yaml"
family(
    "refused",
    a_name_that_climbs=named("../evil"),
    a_name_that_climbs_inside=named("store/../../evil"),
    an_absolute_name=named("/tmp/evil"),
    a_drive=named("C:\\evil"),
    a_drive_alone=named("C:evil"),
    a_backslash=named("spec\\evil"),
    a_share=named("//host/evil"),
    a_device_name=named("spec/CON"),
    a_newline=named("spec/a\nb"),
    an_escape=named("spec/\x1b[2J"),
    a_turn=named("spec/\u202egpj.exe"),
    a_dot=named("./spec/x"),
    two_slashes=named("spec//x"),
    a_trailing_dot=named("spec/x."),
    a_trailing_space=named("spec/x "),
    a_stream=named("spec/study.yaml:evil"),
    a_long_name=named("spec/" + "x" * 60_000),
    a_deep_name=named("spec/" + "x/" * 20_000 + "x"),
    no_name=named(""),
    a_folder=named("spec/folder/"),
    twice=named(SPEC),
    twice_by_case=named("spec/STUDY.yaml"),
    twice_by_form=named("spec/stud\u0443\u0306.yaml"),
    a_file_that_is_a_folder=named(f"{SPEC}/x"),
    a_file_outside_the_layout=named("extra/x"),
    a_link=named("spec/link.yaml", stat.S_IFLNK | 0o777),
    a_pipe=named("spec/pipe.yaml", stat.S_IFIFO | 0o644),
    a_device=named("spec/device.yaml", stat.S_IFCHR | 0o644),
    a_socket=named("spec/socket.yaml", stat.S_IFSOCK | 0o644),
    in_bzip2=repacked(compression=zipfile.ZIP_BZIP2),
    in_lzma=repacked(compression=zipfile.ZIP_LZMA),
    a_comment=repacked(comment=b"see also"),
    something_behind=lambda files: packed(files) + b"more",
    something_before=lambda files: b"#!/bin/sh\n" + packed(files),
    two_zips=lambda files: packed(files) * 2,
    half_a_zip=lambda files: packed(files)[:-5_000],
    no_zip=lambda files: b"",
    a_tar=lambda files: bytes(20_000),
    encrypted=patched(CENTRAL, 8, b"\x01\x00"),
    encrypted_before_its_bytes=patched(LOCAL, 6, b"\x01\x00"),
    with_a_descriptor=patched(CENTRAL, 8, b"\x08\x00"),
    a_descriptor_before_its_bytes=patched(LOCAL, 6, b"\x08\x00"),
    in_zstandard=patched(CENTRAL, 10, b"\x5d\x00"),
    another_name_before_its_bytes=patched(LOCAL, 30, b"Z"),
    another_name_in_the_list=patched(CENTRAL, 46, b"Z"),
    another_checksum=patched(CENTRAL, 16, b"\0\0\0\0"),
    a_smaller_size=patched(CENTRAL, 24, b"\x01\0\0\0"),
    a_size_without_end=patched(CENTRAL, 24, b"\xff\xff\xff\xff"),
    another_place=patched(CENTRAL, 42, b"\xff\xff\xff\x7f"),
    of_another_disk=patched(CENTRAL, 34, b"\x01\x00"),
    of_two_disks=patched(END, 4, b"\x01\x00\x01\x00", last=True),
    a_count_of_one=patched(END, 8, b"\x01\x00\x01\x00", last=True),
    a_count_without_end=patched(END, 8, b"\xff\xff\xff\xff", last=True),
    a_list_elsewhere=patched(END, 16, b"\0\0\0\0", last=True),
    a_long_comment_that_is_none=patched(END, 20, b"\xff\xff", last=True),
    for_a_later_program=patched(CENTRAL, 6, b"\xff\x00"),
    not_listed=lambda files: packed(files | {"report/tables/more.csv": b"1"}),
    another_byte=lambda files: packed(files | {"ARCHIVE.md": files["ARCHIVE.md"] + b"."}),
    a_file_is_missing=lambda files: packed({k: v for k, v in files.items() if k != "lock.json"}),
    no_manifest=lambda files: packed({k: v for k, v in files.items() if k != MANIFEST}),
    a_manifest_with_returns=lambda files: packed(files | {MANIFEST: files[MANIFEST].replace(b"\n", b"\r\n")}),
    a_manifest_that_says_it_twice=lambda files: packed(files | {MANIFEST: files[MANIFEST] * 2}),
    a_manifest_of_other_sums=lambda files: packed(files | {MANIFEST: files[MANIFEST].replace(b"a", b"b")}),
    a_manifest_in_utf_16=lambda files: packed(files | {MANIFEST: files[MANIFEST].decode().encode("utf-16")}),
    a_manifest_with_escapes=lambda files: packed(
        files | {MANIFEST: files[MANIFEST] + b"0" * 64 + b"  \x1b[2J\n"}
    ),
    a_manifest_of_itself=lambda files: packed(
        files | {MANIFEST: files[MANIFEST] + b"0" * 64 + b"  manifest-sha256.txt\n"}
    ),
    a_bomb=lambda files: packed(sealed(files | {"ARCHIVE.md": bytes(300_000_000)})),
    a_zip_inside=lambda files: packed(sealed(files | {"report/results.parquet": packed(files)})),
)

family(
    "differs",
    "report",
    many_files=lambda files: packed(sealed(files | {f"report/tables/{k}.csv": b"" for k in range(10_000)})),
)

family(
    "same",
    in_another_order=repacked(backwards=True),
    stored=repacked(compression=zipfile.ZIP_STORED),
)


@forged("refused")
def another_name_in_an_extra_field(files: Files) -> bytes:
    name = b"report/index.html"
    info = entry("ARCHIVE.md")
    field = struct.pack("<BI", 1, zipfile.crc32(b"ARCHIVE.md")) + name
    info.extra = struct.pack("<HH", 0x7075, len(field)) + field
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for path, content in sorted(files.items()):
            file.writestr(info if path == "ARCHIVE.md" else entry(path), content)
    return buffer.getvalue()


@forged("same")
def sizes_of_a_large_file(files: Files) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for path, content in sorted(files.items()):
            with file.open(entry(path), "w", force_zip64=True) as opened:
                opened.write(content)
    return buffer.getvalue()


@forged("refused")
def bytes_that_two_files_share(files: Files) -> bytes:
    content = bytearray(packed(files))
    first = content.index(CENTRAL)
    second = content.index(CENTRAL, first + 4)
    content[second + 42 : second + 46] = content[first + 42 : first + 46]
    return bytes(content)
