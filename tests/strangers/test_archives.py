"""Archives that a stranger has forged: refused, found to differ, or said to be unchecked; never believed.

Whatever is in them, the commands end in bounded time and memory, without a traceback, write and open
nothing but what is theirs, run nothing, and send no control character to a terminal.

A third of them in each turn (tests/turns.py); HELDOUT_STRANGERS=all tries them all, some minutes.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.strangers import forged_results, forged_texts, forged_words, forged_zips, honest
from tests.strangers.forging import FORGERIES, MANIFEST, Files, Forgery, opened, packed, put, records, sealed
from tests.strangers.verifying import Said, told
from tests.turns import in_turn

pytestmark = pytest.mark.slow

assert forged_results and forged_texts and forged_words and forged_zips  # each registers its own
TRIED = FORGERIES if os.environ.get("HELDOUT_STRANGERS") == "all" else in_turn(FORGERIES, 3)
DEAR = ("tables", "report")  # checks that take seconds


KINDS = ("plain", "signed", "whole", "locked", "own")
Judge = Callable[[Said], str]


@pytest.fixture
def judged(record_property: Callable[[str, object], None]) -> Judge:
    """What a command made of a forgery: `refused`, `differs`, `unchecked` or `lost`; it counts."""

    def judge(said: Said) -> str:
        states = {0: "unchecked", 4: "unchecked", 1: "differs", 2: "refused"}
        found = "lost" if said.code is None or said.faults() else states[said.code]
        record_property("strangers: archives", found)
        return found

    return judge


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for the honest study, and the surroundings of a command that is forked."""
    root = tmp_path_factory.getbasetemp()
    folder = (root.parent if "PYTEST_XDIST_WORKER" in os.environ else root) / "honest"
    folder.mkdir(exist_ok=True)
    before = dict(os.environ)
    os.environ |= {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "NO_COLOR": "1"}
    yield folder
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="module")
def archives(place: Path) -> dict[str, Files]:
    """Honest archives, taken apart: plain, whole (with data and models), signed, and with an own operator."""
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one of several processes makes them
        if not (place / "own.zip").exists():
            make(place)
    return {name: opened((place / f"{name}.zip").read_bytes()) for name in KINDS}


def make(place: Path) -> None:
    """Run the honest study, and archive it in all ways."""
    (place / "study.yaml").write_text(honest.SPEC)
    (place / "own.yaml").write_text(honest.OWN_SPEC)
    (place / "own.py").write_text(honest.OPERATORS)
    for name in ("ours", "theirs"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", place / name], check=True
        )
        (place / f"{name}.signers").write_text(f"{name} {(place / f'{name}.pub').read_text()}")
    for spec in ("study.yaml", "own.yaml"):
        heldout(place, "run", spec, "--scale", "smoke")
    author = ("--scale", "smoke", "--author", "Ada Lovelace")
    heldout(place, "archive", "study.yaml", *author, "-o", "plain.zip")
    heldout(place, "archive", "study.yaml", *author, "-o", "signed.zip", "--sign", "ours")
    heldout(place, "archive", "study.yaml", *author, "-o", "whole.zip", "--everything")
    heldout(place, "lock", "study.yaml", "--scale", "smoke")
    lock = place / "study.lock.json"
    assert '"results": 6' in lock.read_text()
    lock.write_text(lock.read_text().replace('"results": 6', '"results": 0'))
    heldout(place, "archive", "study.yaml", *author, "-o", "locked.zip")
    heldout(place, "archive", "own.yaml", *author, "-o", "own.zip")


def heldout(folder: Path, *arguments: str) -> None:
    program = Path(sys.executable).with_name("heldout")
    done = subprocess.run([program, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def verified(folder: Path, archive: bytes, *options: str, asked: tuple[str, ...] = ()) -> Said:
    command = ("verify", "archive.zip", *options)
    return told(folder, command, {"archive.zip": archive}, [check for check in DEAR if check not in asked])


def forged(forgery: Forgery, archives: dict[str, Files]) -> bytes:
    files = dict(archives[forgery.of])
    zipped = forgery.forge(files)
    return packed(sealed(files)) if zipped is None else zipped


@pytest.mark.parametrize("kind", ["plain", "whole", "own"])
def test_an_honest_archive_is_believed(kind: str, archives: dict[str, Files], tmp_path: Path) -> None:
    said = verified(tmp_path / "x", packed(sealed(archives[kind])), asked=DEAR)
    assert said.faults() == []
    assert said.code == (4 if kind == "own" else 0), said.text
    assert "differs" not in {finding["state"] for finding in said.findings}
    assert {f["about"] for f in said.findings if f["state"] == "holds"} >= {
        "lock",
        "records",
        "tables",
        "report",
    }


@pytest.mark.parametrize("forgery", TRIED, ids=lambda forgery: forgery.name)
def test_a_forgery_is_not_believed(
    forgery: Forgery, archives: dict[str, Files], judged: Judge, tmp_path: Path
) -> None:
    said = verified(tmp_path / "x", forged(forgery, archives), asked=forgery.about)
    found = judged(said)
    assert said.faults() == [], said.text[-2000:]
    if forgery.found == "same":
        assert said.code == 0, said.text
        return
    assert found == forgery.found, said.text[-2000:]
    if forgery.found == "differs":
        assert any("differs" in said.states(about) for about in forgery.about), said.findings
    if forgery.found == "unchecked":
        assert all(said.states(about) == {"unchecked"} for about in forgery.about), said.findings


def other_manifest(files: Files, place: Path) -> Files:
    return sealed(files | {"ARCHIVE.md": b"# Another\n"})


def no_signature(files: Files, place: Path) -> Files:
    return {name: content for name, content in files.items() if name != f"{MANIFEST}.sig"}


def another_key(files: Files, place: Path) -> Files:
    return files | {f"{MANIFEST}.sig": signature(files[MANIFEST], place, "theirs", "heldout-archive")}


def another_purpose(files: Files, place: Path) -> Files:
    return files | {f"{MANIFEST}.sig": signature(files[MANIFEST], place, "ours", "file")}


def signature(manifest: bytes, place: Path, key: str, purpose: str) -> bytes:
    command = ["ssh-keygen", "-q", "-Y", "sign", "-f", str(place / key), "-n", purpose]
    return subprocess.run(command, input=manifest, capture_output=True, check=True).stdout


@pytest.mark.parametrize("forge", [other_manifest, no_signature, another_key, another_purpose])
def test_a_signature_is_of_this_manifest_by_a_trusted_key(
    forge, archives, place: Path, judged: Judge, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    signers = ("--signers", str(place / "ours.signers"))
    honest_one = verified(tmp_path / "honest", packed(archives["signed"]), *signers)
    assert honest_one.states("signature") == {"holds"}
    said = verified(tmp_path / "x", packed(forge(archives["signed"], place)), *signers)
    assert (judged(said), said.states("signature")) == ("differs", {"differs"}), said.text


def test_a_lock_that_is_said_to_be_older_than_its_results_is_not_believed(
    archives: dict[str, Files], judged: Judge, tmp_path: Path
) -> None:
    said = verified(tmp_path / "x", packed(archives["locked"]))
    assert judged(said) == "unchecked", said.text
    (unchecked,) = (f["text"] for f in said.findings if f["about"] == "lock" and f["state"] == "unchecked")
    assert unchecked == "that its claims came before results is its author's word"
    assert not any(
        "results" in f["text"] for f in said.findings if f["about"] == "lock" and f["state"] == "holds"
    )


def test_an_own_operator_is_run_where_it_is_trusted_alone(
    archives: dict[str, Files], judged: Judge, tmp_path: Path
) -> None:
    files = dict(archives["own"])
    files["spec/own.py"] += b"\nopen('CANARY', 'w')\n"
    for command in ("verify", "reproduce"):
        said = told(
            tmp_path / command, (command, "archive.zip"), {"archive.zip": packed(sealed(files))}, DEAR
        )
        assert judged(said) == ("differs" if command == "verify" else "refused"), said.text
        assert said.faults() == []


REFUSED_BY_REPRODUCE = [
    "a_role_is_hidden",
    "another_study",
    "a_spec_that_runs",
    "a_bomb",
]


@pytest.mark.parametrize(
    "forgery", [f for f in FORGERIES if f.name in REFUSED_BY_REPRODUCE], ids=lambda f: f.name
)
def test_reproduce_begins_nothing(
    forgery: Forgery, archives: dict[str, Files], judged: Judge, tmp_path: Path
) -> None:
    archive = {"archive.zip": forged(forgery, archives)}
    said = told(tmp_path / "x", ("reproduce", "archive.zip", "--yes", "--keep", "again"), archive)
    assert judged(said) == "refused", said.text
    assert said.faults() == []


SCORE = "evaluate/classification"
RECORDS = {
    "escapes": put("", "environment", "device", value=forged_words.ESCAPES),
    "words": put("", "seconds", value="long"),
    "lists": put("", "environment", value=[]),
    "deep": None,
    "huge": put("", "seconds", value=10**400),
}


@pytest.mark.parametrize("forge", RECORDS.values(), ids=RECORDS)
@pytest.mark.parametrize("command", ["lineage", "cite"])
def test_an_unpacked_archive_is_read_with_care(
    command, forge, archives, judged: Judge, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    files = dict(archives["plain"])
    for folder in records(files, SCORE):
        record = {"": files[f"{folder}manifest.json"]}
        if forge is None:
            record[""] = b'{"task": ' + forged_texts.DEEP.encode() + b"}"
        else:
            forge(record)
        files[f"{folder}manifest.json"] = record[""]
    arguments = ["spec/study.yaml", *(["score"] if command == "lineage" else []), "--scale", "smoke"]
    said = told(tmp_path / "x", (command, *arguments, "--store", "store"), files)
    judged(said)
    assert said.faults() == [], said.text[-2000:]
