"""Programs that stand for others: a folder that is the whole path, and scripts written into it."""

import shlex
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

Programs = Callable[..., None]


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    """Write a program that answers by its arguments: `programs("sinfo", {"--noheader": "main*|1:00:00"})`.

    An answer is of the first key that its arguments hold, in the order of writing; `!` before an answer
    says it on standard error, with exit code 1. Nothing else is on the path.
    """
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def write(name: str, answers: Mapping[str, str]) -> None:
        lines = ["#!/bin/sh", 'case " $* " in']
        for number, (key, answer) in enumerate(answers.items()):
            said = folder / f"{name}.{number}.txt"
            said.write_text(answer.removeprefix("!") + "\n")
            ending = ">&2; exit 1" if answer.startswith("!") else "; exit 0"
            lines.append(f"*{key!r}*) /bin/cat {shlex.quote(str(said))} {ending} ;;")
        (folder / name).write_text("\n".join([*lines, "esac", "exit 9", ""]))
        (folder / name).chmod(0o755)

    return write
