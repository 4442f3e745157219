"""What no archive is written of; tests/compiler/cli/test_archive.py and test_verify.py write some."""

from pathlib import Path

import pytest

from heldout.compiler.archive.study import Wanted, archive_study
from heldout.compiler.images import Pins
from heldout.compiler.refusal import Refusal
from heldout.compiler.run.workspace import Workspace

STUDY = """\
heldout: 1
study: small
stages:
  domains: {use: data/rotated-digits, angles: [0, 30]}
"""


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("small.yaml", "nothing of small.yaml has been computed", "`heldout run small.yaml` does it"),
        ("small.yml.txt", "specs that end in .yaml or .yml, and this is small.yml.txt", "rename it"),
    ],
)
def test_what_cannot_be_archived(tmp_path, monkeypatch, name, message, hint):
    monkeypatch.chdir(tmp_path)
    spec = Path(name)
    spec.write_text(STUDY)
    with pytest.raises(Refusal) as refused:
        archive_study(Workspace.open(spec), spec, None, Wanted(), Pins())
    assert message in refused.value.message and refused.value.hint == hint
    assert not list(tmp_path.glob("*.zip"))
