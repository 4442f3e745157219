"""What the tests of the command line share: commands run in this process, in a folder of their own."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from heldout.compiler.cli import main


@dataclass(frozen=True)
class Answer:
    """What a command answered."""

    code: int
    out: str
    err: str


Heldout = Callable[..., Answer]


@pytest.fixture
def heldout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Heldout:
    """Run `heldout ARGUMENTS` in the test's folder, as from a shell that is no terminal."""
    monkeypatch.chdir(tmp_path)
    for variable in ("HELDOUT_RESULTS", "HELDOUT_STORE"):
        monkeypatch.delenv(variable, raising=False)

    def run(*arguments: str) -> Answer:
        monkeypatch.setattr(sys, "argv", ["heldout", *arguments])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        shown = capfd.readouterr()
        return Answer(int(ended.value.code or 0), shown.out, shown.err)

    return run


@pytest.fixture
def spec(heldout: Heldout, tmp_path: Path) -> Path:
    """The study that `heldout new` writes."""
    assert heldout("new", "my-study.yaml").code == 0
    return tmp_path / "my-study.yaml"


@pytest.fixture
def change(spec: Path) -> Callable[[str, str], None]:
    """Replace a part of that study."""

    def replace(old: str, new: str) -> None:
        text = spec.read_text()
        assert old in text
        spec.write_text(text.replace(old, new))

    return replace
