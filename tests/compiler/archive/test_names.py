"""Names of files: which are safe, and which mean one file."""

import pytest

from heldout.compiler.archive.names import name_fault, refuse_collisions
from heldout.compiler.archive.refused import ArchiveRefused

SAFE = ["a", "spec/rotated-digits.yaml", "store/objects/ab/x_1.2/y.json", "spec/Überprüfung.yaml", "a b.txt"]
UNSAFE = {
    "/etc/passwd": "absolute",
    "../up.json": "'..'",
    "spec/../../up.json": "'..'",
    "spec/./a.json": "'.'",
    "spec//a.json": "''",
    "spec\\a.json": "not every system",
    "C:/a.json": "not every system",
    "c:a.json": "not every system",
    "a.json:stream": "not every system",
    "a\nb.json": "control",
    "a\rb.json": "control",
    "a\x1b[2Jb.json": "control",
    "a\x7fb.json": "control",
    "a\u202egnp.json": "control",  # turns what follows it around
    "a\u200b.json": "control",  # has no width
    "e\u0301.json": "NFC",
    "a.json ": "begins or ends",
    "spec./a.json": "begins or ends",
    "spec/con.json": "device",
    "NUL": "device",
    "a" * 256: "longer",
    "a/" * 512 + "b": "longer",
    "": "empty",
    "\ud800.json": "control",
}


@pytest.mark.parametrize("name", SAFE)
def test_a_safe_name_has_no_fault(name: str):
    assert name_fault(name) == ""


@pytest.mark.parametrize("name", UNSAFE)
def test_an_unsafe_name_is_told_what_is_wrong(name: str):
    assert UNSAFE[name] in name_fault(name)


@pytest.mark.parametrize(
    "names",
    [
        ("a.json", "a.json"),
        ("a.json", "A.JSON"),
        ("straße", "STRASSE"),
        ("a", "a/b"),
        ("a/b", "A"),
        ("x/a/b/c", "X/a"),
    ],
)
def test_names_that_would_be_one_file_are_refused(names: tuple[str, ...]):
    with pytest.raises(ArchiveRefused) as refused:
        refuse_collisions(names)
    assert refused.value.code == "duplicate"


def test_names_of_a_folder_and_files_beside_it_are_taken():
    refuse_collisions(["a/b", "a/c", "a.b", "ab", "b/a/c"])
