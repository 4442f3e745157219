import hashlib
import io
import tarfile

import pytest

from heldout.compiler.images.layers import normalise_layer

EPOCH = 86400


def entry(name, data=None, **fields):
    made = tarfile.TarInfo(name)
    made.size = len(data or b"")
    for key, value in fields.items():
        setattr(made, key, value)
    return made, data


def link(name, to, kind=tarfile.LNKTYPE):
    return entry(name, type=kind, linkname=to)


def layer(*entries, **options):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", **options) as tar:
        for made, data in entries:
            tar.addfile(made, io.BytesIO(data) if data is not None else None)
    out.seek(0)
    return out


def normalised(source):
    out = io.BytesIO()
    digest = normalise_layer(source, out, EPOCH)
    assert digest == "sha256:" + hashlib.sha256(out.getvalue()).hexdigest()
    with tarfile.open(fileobj=io.BytesIO(out.getvalue())) as tar:
        members = {m.name: m for m in tar}
        contents = {m.name: tar.extractfile(m).read() for m in tar if m.isreg() or m.islnk()}
    return out.getvalue(), members, contents


def test_time_order_and_owners_names_leave_no_trace():
    one = layer(
        entry("b", b"2", mtime=100, uname="root", mode=0o640, uid=3, gid=4),
        entry("a", b"1", mtime=200.5, gname="wheel"),
    )
    two = layer(
        entry("./a", b"1", mtime=9, uname="me"),
        entry("b", b"2", mtime=8, mode=0o640, uid=3, gid=4),
        format=tarfile.GNU_FORMAT,
    )
    first, members, contents = normalised(one)
    assert normalised(two)[0] == first
    assert list(members) == ["a", "b"]
    assert contents == {"a": b"1", "b": b"2"}
    assert {(m.mtime, m.uname, m.gname) for m in members.values()} == {(EPOCH, "", "")}
    assert (members["b"].mode, members["b"].uid, members["b"].gid) == (0o640, 3, 4)


def test_a_folder_comes_before_what_is_in_it():
    # As text, `a-b` is before `a/b`; as paths, all of `a` comes first.
    source = layer(entry("a-b", b""), entry("a/b", b""), entry("a", type=tarfile.DIRTYPE, mode=0o1777))
    _, members, _ = normalised(source)
    assert list(members) == ["a", "a/b", "a-b"]
    assert members["a"].isdir() and members["a"].mode == 0o1777


def test_bytecode_goes_and_what_only_looks_like_it_stays():
    source = layer(
        entry("p/__pycache__", type=tarfile.DIRTYPE),
        entry("p/__pycache__/m.cpython-311.pyc", b"x"),
        entry("p/m.pyc", b"x"),
        entry("p/pyc", b"x"),
    )
    assert list(normalised(source)[1]) == ["p/pyc"]


def test_marks_of_removed_files_and_symbolic_links_stay():
    source = layer(
        entry("etc/.wh.motd", b""), entry("etc/.wh..wh..opq", b""), link("l", "../x", tarfile.SYMTYPE)
    )
    _, members, _ = normalised(source)
    assert list(members) == ["etc/.wh..wh..opq", "etc/.wh.motd", "l"]
    assert members["l"].issym() and members["l"].linkname == "../x"


@pytest.mark.parametrize("target", ["a", "z"])
def test_hard_links_follow_the_file_that_sorts_first(target):
    names = [name for name in ("a", "m", "z") if name != target]
    source = layer(entry(target, b"content", mode=0o755), *(link(name, target) for name in names))
    first, members, contents = normalised(source)
    assert [(m.name, m.islnk(), m.linkname) for m in members.values()] == [
        ("a", False, ""),
        ("m", True, "a"),
        ("z", True, "a"),
    ]
    assert contents == {"a": b"content", "m": b"content", "z": b"content"}
    assert normalised(layer(entry("a", b"content", mode=0o755), link("z", "a"), link("m", "a")))[0] == first


def test_a_hard_link_that_leads_nowhere_is_refused():
    with pytest.raises(ValueError, match="m leads nowhere"):
        normalise_layer(layer(link("m", "gone")), io.BytesIO(), EPOCH)


def test_extended_attributes_go_and_long_names_stay():
    name = "n" * 300
    made, data = entry(name, b"1")
    made.pax_headers = {"SCHILY.xattr.security.selinux": "u:r", "mtime": "1.25"}
    _, members, _ = normalised(layer((made, data), format=tarfile.PAX_FORMAT))
    assert list(members) == [name]
    assert set(members[name].pax_headers) <= {"path"}


def test_what_came_later_under_one_name_holds():
    _, _, contents = normalised(layer(entry("a", b"old"), entry("a", b"new")))
    assert contents == {"a": b"new"}
