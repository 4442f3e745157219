import pytest

from heldout.compiler.programs import ask


@pytest.fixture
def program(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    def write(script: str) -> None:
        path = tmp_path / "oracle"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    return write


def test_what_a_program_says(program):
    program('echo "$1 1.2"; echo beside >&2')
    answer = ask("oracle", "version")
    assert (answer.out, answer.lines, answer.complaint) == ("version 1.2", ["version 1.2"], "")


def test_what_a_program_says_as_json(program):
    program('echo \'{"driver": "overlay2"}\'')
    assert ask("oracle").json == {"driver": "overlay2"}
    for said in ("[1]", "{", ""):
        program(f"echo '{said}'")
        assert ask("oracle").json == {}
    assert ask("none").json == {}


def test_a_program_that_does_not_work_complains(program):
    assert ask("oracle").complaint == "not installed"
    program("echo first >&2; echo second >&2; exit 3")
    answer = ask("oracle")
    assert (answer.out, answer.lines) == (None, [])
    assert answer.complaint == "installed, and does not work: first"
    program("exit 3")
    assert ask("oracle").complaint == "installed, and does not work: exit code 3"
    program("exec sleep 5")
    assert ask("oracle", patience_seconds=0.1).complaint.startswith("does not answer: ")
