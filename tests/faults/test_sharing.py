"""Two users of one store, as docs/sharing-a-store.md sets it up. Needs root, which becomes each of them."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.fixtures.other_users import becoming

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.geteuid() != 0, reason="becoming other users needs root"),
]

PAGE = Path(__file__).parents[2] / "docs" / "sharing-a-store.md"
HELDOUT = Path(sys.executable).parent / "heldout"
LAB = 54_320
ANN, BEN = 54_321, 54_322

SPEC = """\
heldout: 1
study: {name}
axes: {{held_out: [0, 75], seed: {{count: {seeds}}}}}
stages:
  domains: {{use: data/rotated-digits, angles: [0, 75]}}
  split: {{use: data/leave-one-domain-out, data: "${{domains}}", domain: "${{held_out}}", seed: "${{seed}}"}}
  model: {{use: train/classifier, data: "${{split.train}}", seed: "${{seed}}", steps: 2,
          network: {{mlp: {{width: 640, depth: 2}}}}}}
  score: {{use: evaluate/classification, model: "${{model}}", data: "${{split.test}}"}}
tables:
  accuracy: {{rows: held_out, columns: seed, value: score.accuracy}}
"""


class Lab:
    """A store of a group, and a home for each of two users."""

    def __init__(self, root: Path) -> None:
        self.store = root / "store"
        for command in re.findall(
            r"^    ((?:mkdir|chgrp|chmod) .*)/srv/heldout/store$", PAGE.read_text(), re.M
        ):
            words = command.replace("lab", str(LAB)).split()
            subprocess.run([*words, self.store], check=True)
        self.root = root
        self.homes = {user: root / str(user) for user in (ANN, BEN)}
        for user, home in self.homes.items():
            home.mkdir()
            os.chown(home, user, user)

    def write(self, user, name, seeds) -> None:
        (self.homes[user] / f"{name}.yaml").write_text(SPEC.format(name=name, seeds=seeds))

    def run(self, user, umask, *words, groups=(LAB,)) -> subprocess.CompletedProcess:
        home = self.homes[user]
        return subprocess.run(
            [*becoming(user, self.root / "python", groups, umask), HELDOUT, *words],
            cwd=home,
            env={"HOME": str(home), "PATH": os.defpath, "HELDOUT_STORE": str(self.store)},
            capture_output=True,
            text=True,
            timeout=280,
        )


@pytest.fixture
def lab():
    with tempfile.TemporaryDirectory(prefix="lab-") as root:  # pytest's own folders are root's alone
        Path(root).chmod(0o755)
        yield Lab(Path(root))


def computed(done) -> str:
    assert done.returncode == 0, done.stdout + done.stderr
    return re.search(r"(\d+) tasks? computed, (\d+) there already", done.stderr).groups()


def test_two_users_whatever_their_umasks(lab):
    lab.write(ANN, "anns", 1)
    lab.write(BEN, "bens", 2)
    assert computed(lab.run(ANN, 0o077, "run", "anns.yaml", "--cores", "2")) == ("7", "0")
    # Two splits, models and scores of one seed are Ann's, and the data: Ben computes those of the other.
    assert computed(lab.run(BEN, 0o022, "run", "bens.yaml", "--cores", "2")) == ("6", "7")
    folders = [path for path in (lab.store, *lab.store.rglob("*")) if path.is_dir()]
    assert {oct(path.stat().st_mode & 0o7777) for path in folders} == {"0o2775"}
    assert {path.stat().st_gid for path in (*folders, *lab.store.rglob("*"))} == {LAB}
    files = [path for path in lab.store.rglob("*") if path.is_file()]
    assert {oct(path.stat().st_mode & 0o777) for path in files} == {"0o664"}
    # A large result of Ann's that is damaged is taken out of the way by Ben, and so is what nobody needs.
    weights = next(p for p in lab.store.glob("objects/*/*/*/*.safetensors") if p.stat().st_uid == ANN)
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    assert computed(lab.run(BEN, 0o077, "run", "bens.yaml", "--cores", "2", "--retry")) == ("1", "12")
    shutil.copy(lab.homes[BEN] / "bens.yaml", lab.homes[ANN])
    swept = lab.run(ANN, 0o022, "gc", "anns.yaml", "--delete")
    assert swept.returncode == 0 and "7 results of 1 spec stay" in swept.stderr, swept.stderr
    assert computed(lab.run(ANN, 0o077, "run", "anns.yaml", "--cores", "2")) == ("0", "7")


def test_what_a_colleague_lets_nobody_read_counts_as_not_there_and_is_said_once(lab):
    lab.write(ANN, "anns", 1)
    lab.write(BEN, "bens", 1)
    assert lab.run(ANN, 0o077, "run", "anns.yaml", "--cores", "2").returncode == 0
    for path in lab.store.glob("packs/*"):
        path.chmod(0o600)
    for words in (["status"], ["plan"], ["lineage"], ["run"], ["gc"]):
        done = lab.run(BEN, 0o022, *words, "bens.yaml", *(["domains"] if words == ["lineage"] else []))
        assert done.returncode == 0, done.stdout + done.stderr
        indexes = len(list(lab.store.glob("packs/*.index.jsonl")))
        said = done.stderr.count("cannot be read (Permission denied)")
        assert 1 <= said <= indexes, done.stderr
    (lab.store / ".lock").chmod(0o600)
    for words in (["run", "bens.yaml"], ["gc", "bens.yaml", "--delete"]):
        done = lab.run(BEN, 0o022, *words)
        assert done.returncode == 2 and ".lock cannot be opened: Permission denied" in done.stderr, (
            done.stderr
        )


def test_who_may_only_read_uses_what_is_there(lab):
    lab.write(ANN, "anns", 1)
    lab.write(BEN, "bens", 1)
    lab.write(BEN, "more", 2)
    assert lab.run(ANN, 0o077, "run", "anns.yaml", "--cores", "2").returncode == 0
    assert computed(lab.run(BEN, 0o022, "run", "bens.yaml", "--cores", "2", groups=())) == ("0", "7")
    done = lab.run(BEN, 0o022, "run", "more.yaml", "--cores", "2", groups=())
    assert done.returncode == 1 and "docs/sharing-a-store.md" in done.stderr, done.stderr
    assert "writing there is not permitted" in done.stderr
