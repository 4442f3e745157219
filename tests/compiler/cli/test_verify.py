"""Archive a study that ran, verify it, and verify copies of it that say something else."""

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from heldout.compiler.archive import contents
from heldout.compiler.archive.reader import open_archive
from heldout.compiler.archive.recompile import recompile
from heldout.compiler.archive.record_checks import check_records
from heldout.compiler.archive.refused import ArchiveRefused
from heldout.compiler.archive.study_checks import check_image, check_lock, check_workflow
from heldout.compiler.catalog import load_catalog

pytestmark = pytest.mark.slow

HELDOUT = Path(sys.executable).parent / "heldout"

OPERATORS = """\
from typing import Annotated
from heldout.runtime.artifacts import Scalar, Table
from heldout.runtime.operator import Metrics, operator


@operator(seconds=0.1)
def measured(*, item: int) -> Annotated[Table, Metrics("value")]:
    \"\"\"A number.

    Args:
        item: the number.
    \"\"\"
    return Table.of({"value": item / 3})


@operator(seconds=0.1)
def times(x: Scalar, *, factor: int) -> Annotated[Table, Metrics("value")]:
    \"\"\"A number, some times.

    Args:
        x: the number.
        factor: how many times.
    \"\"\"
    return Table.of({"value": factor * float(x)})
"""

STUDY = """\
heldout: 1
study: items
title: "Is twice more? $(touch pwned) {{ 7 * 7 }}"
operators: [my_operators.py]
axes: {item: [1, 2, 3, 4, 5, 6], factor: [2, 3]}
stages:
  a: {use: my-operators/measured, item: "${item}"}
  b: {use: my-operators/times, x: "${a.value}", factor: "${factor}"}
claims:
  large:
    says: Three times is above twice.
    compare: {metric: b.value, axis: factor, greater: 3, less: 2, pair: [item]}
figures:
  line: {mark: line, x: item, y: b.value}
tables:
  all: {value: b.value, rows: item, columns: factor}
scales:
  smoke: {axes: {item: [1, 2, 3, 4, 5]}}
"""


class Ran(NamedTuple):
    code: int
    out: str
    err: str


def heldout(folder: Path, *arguments: object) -> Ran:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HELDOUT_")}
    done = subprocess.run(
        [HELDOUT, *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        env=environment | {"OMP_NUM_THREADS": "1"},
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a study that was locked, ran, and was archived twice."""
    folder = tmp_path_factory.mktemp("study")
    (folder / "my_operators.py").write_text(OPERATORS)
    (folder / "items.yaml").write_text(STUDY)
    assert heldout(folder, "lock", "items.yaml").code == 0
    for scale in (("--scale", "smoke"), ()):  # so that the whole is packed by what the small one took
        ran = heldout(folder, "run", "items.yaml", "--cores", "1", *scale)
        assert ran.code == 0, ran.err
    for name in ("once.zip", "twice.zip"):
        archived = heldout(
            folder, "archive", "items.yaml", "-o", name, "--author", "Ada", "--license", "CC0-1.0"
        )
        assert archived.code == 0, archived.err
    return folder


def forged(folder: Path, name: str, change: Callable[[dict[str, bytes]], None]) -> Path:
    """A copy of the archive that was changed by someone who also mended the manifest."""
    with zipfile.ZipFile(folder / "once.zip") as archive:
        files = {entry: archive.read(entry) for entry in archive.namelist()}
    del files[contents.MANIFEST]
    change(files)
    lines = [f"{hashlib.sha256(files[entry]).hexdigest()}  {entry}\n" for entry in sorted(files)]
    with zipfile.ZipFile(folder / name, "w") as archive:
        for entry, content in [*files.items(), (contents.MANIFEST, "".join(lines))]:
            archive.writestr(entry, content)
    return folder / name


def findings(folder: Path, file: Path, *options: str) -> tuple[int, list[tuple[str, str, str]]]:
    """What verifying finds: exit code, and of each thing what it is about, its state and the text."""
    ran = heldout(folder, "verify", file, "--json", *options)
    found = json.loads(ran.out)["findings"]
    return ran.code, [(one["about"], one["state"], one["text"]) for one in found]


def test_archiving_twice_gives_the_same_bytes(folder: Path):
    assert (folder / "once.zip").read_bytes() == (folder / "twice.zip").read_bytes()


def test_the_archive_holds_what_its_page_of_the_manual_lists(folder: Path):
    with zipfile.ZipFile(folder / "once.zip") as archive:
        names = set(archive.namelist())
        index, lock = (json.loads(archive.read(name)) for name in (contents.INDEX, contents.LOCK))
        runs = json.loads(archive.read(contents.ENVIRONMENT))
        readme = archive.read(contents.README).decode()
    assert set(contents.REQUIRED) <= names
    assert {
        "spec/items.yaml",
        "spec/items.lock.json",
        "spec/my_operators.py",
        "CITATION.cff",
        "citation.bib",
    } <= names
    assert {
        "workflow/Snakefile",
        "workflow/plan/report.json",
        "report/index.html",
        "report/results.csv",
    } <= names
    assert (index["study"], index["tasks"]) == ("items", 18)
    assert index["left_out"] == sorted(load_catalog().large_kinds)
    assert lock["claims"]["claims"] == {"large": "locked"}
    assert [run["tasks"] for run in runs] == [18]
    assert {"torch", "python", "level", "device"} <= runs[0]["environment"].keys()
    assert "touch pwned" in readme and "\\{\\{ 7 \\* 7 \\}\\}" in readme  # as text that obeys nobody


def test_no_place_of_the_author_is_published(folder: Path):
    with zipfile.ZipFile(folder / "once.zip") as archive:
        for name in archive.namelist():
            for place in (folder, Path.home(), Path(sys.prefix)):
                assert f"{place}/".encode() not in archive.read(name), name


def test_an_honest_archive_holds(folder: Path):
    code, found = findings(folder, folder / "once.zip", "--trust-operators")
    assert code == 0, found
    with zipfile.ZipFile(folder / "once.zip") as archive:
        packing = json.loads(archive.read(contents.PACKING))
    assert {stage["from"] for stage in packing["stages"].values()} == {"learnt"}
    states = {about: {state for a, state, _ in found if a == about} for about, _, _ in found}
    assert all("differs" not in state for state in states.values())
    assert all(
        "holds" in states[about]
        for about in ("checksums", "catalog", "workflow", "lock", "records", "report", "page")
    )
    texts = [text for about, state, text in found if (about, state) == ("tables", "holds")]
    assert texts == ["12 outputs, computed again, have the same bytes: b.table (12)"]


def test_operators_that_are_not_trusted_do_not_run(folder: Path):
    def add_trap(files: dict[str, bytes]) -> None:
        for name in contents.operator_files(files):
            files[name] += b"\nopen('trap', 'w').write('sprung')\n"

    file = forged(folder, "trap.zip", add_trap)
    code, found = findings(folder, file)
    assert not list(folder.rglob("trap"))
    assert code == 4  # nothing differs, and what the study's own operators are nobody has looked at
    (text,) = [text for about, state, text in found if about == "catalog"]
    assert "my-operators/times" in text
    assert not {"catalog", "workflow", "tables"} & {about for about, state, _ in found if state == "holds"}
    refused = heldout(folder, "verify", file.name, "--trust-operators")
    assert "sprung" not in refused.out


def change_result(files: dict[str, bytes]) -> None:
    """Put the result of one task in the place of another's, and mend its manifest."""
    manifests = sorted(name for name in files if name.endswith("/manifest.json"))
    records = {name: json.loads(files[name]) for name in manifests}
    of_b = [name for name in manifests if records[name]["operator"] == "my-operators/times"]
    path = "table/table.parquet"
    table = {name: name.removesuffix("manifest.json") + path for name in of_b}
    one = of_b[0]
    other = next(name for name in of_b if files[table[name]] != files[table[one]])  # 3 * 2/3 is 2 * 3/3
    files[table[one]] = files[table[other]]
    record = records[one]
    record["files"][path] = records[other]["files"][path]
    files[one] = json.dumps(record).encode()


def test_a_number_that_was_changed_in_every_place_that_lists_it_is_found(folder: Path):
    code, found = findings(folder, forged(folder, "number.zip", change_result), "--trust-operators")
    assert code == 1
    different = [(about, text) for about, state, text in found if state == "differs"]
    assert next(text for about, text in different if about == "tables").startswith("b.table (factor ")
    named = {text.split(",")[0].split(":")[0] for about, text in different if about == "report"}
    assert {"results.csv", "tables/all.csv", "index.html"} <= named


def test_a_page_that_tells_other_numbers_than_the_results_is_found(folder: Path):
    def change_page(files: dict[str, bytes]) -> None:
        page = files["report/index.html"].decode()
        assert '"y":' in page
        files["report/index.html"] = page.replace('"y":', '"y":9', 1).encode()

    code, found = findings(folder, forged(folder, "page.zip", change_page))
    different = {about: text for about, state, text in found if state == "differs"}
    assert code == 1
    assert different["report"].startswith("index.html")
    assert different["page"] == "the data that the page holds are not those of figures/line.vl.json"


@pytest.mark.parametrize(
    ("name", "old", "new", "about"),
    [
        (
            "workflow/Snakefile",
            b"python -P -m heldout.runtime",
            b"touch pwned; python -P -m heldout.runtime",
            "workflow",
        ),
        ("workflow/plan/report.json", b"above twice", b"below twice", "workflow"),
        ("lock.json", b'"locked": true', b'"locked": false', "lock"),
        ("spec/items.yaml", b"above twice", b"above nothing", "lock"),
    ],
)
def test_what_does_not_follow_from_the_spec_is_found(
    folder: Path, tmp_path: Path, name: str, old: bytes, new: bytes, about: str
):
    def change(files: dict[str, bytes]) -> None:
        assert old in files[name]
        files[name] = files[name].replace(old, new)

    with open_archive(forged(folder, "other.zip", change), trust_operators=True) as archive:
        archive.extract(tmp_path / "archive")
        made = recompile(archive, tmp_path / "archive", tmp_path / "made", tmp_path / "store")
        found = [*check_workflow(archive, made), *check_lock(archive, made)]
    assert about in {finding.about for finding in found if finding.state == "differs"}


def a_record_of(files: dict[str, bytes], operator: str) -> tuple[str, dict[str, Any]]:
    """The name of the first manifest of an operator's tasks, and what it says."""
    manifests = {n: json.loads(files[n]) for n in sorted(files) if n.endswith("/manifest.json")}
    return next((n, r) for n, r in manifests.items() if r["operator"] == f"my-operators/{operator}")


def without_output(files: dict[str, bytes], record: dict[str, Any], folder: str) -> None:
    del files[f"{folder}table/table.parquet"]
    record |= {"outputs": {}, "files": {}}


def output_left_out(files: dict[str, bytes], record: dict[str, Any], folder: str) -> None:
    record["left_out"] = {"outputs": record["outputs"], "files": record["files"]}
    without_output(files, record, folder)


def output_of_no_operator(files: dict[str, bytes], record: dict[str, Any], folder: str) -> None:
    record["outputs"]["more"] = "Table"


def output_of_another_kind(files: dict[str, bytes], record: dict[str, Any], folder: str) -> None:
    record["outputs"]["table"] = "Model"


def file_of_another_size(files: dict[str, bytes], record: dict[str, Any], folder: str) -> None:
    record["files"]["table/table.parquet"]["size"] = 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (without_output, "it has no output table, which its operator gives"),
        (output_left_out, "its output table was left out, and an archive keeps every Table"),
        (output_of_no_operator, "its operator gives no output 'more'"),
        (output_of_another_kind, "its output table is a 'Model', and its operator gives a Table"),
        (file_of_another_size, "'table/table.parquet' is not the file that was recorded"),
    ],
)
def test_a_record_without_what_its_operator_gives_is_found(
    folder: Path, tmp_path: Path, change: Callable[..., None], words: str
):
    def forge(files: dict[str, bytes]) -> None:
        name, record = a_record_of(files, "times")
        change(files, record, name.removesuffix("manifest.json"))
        files[name] = json.dumps(record).encode()

    with open_archive(forged(folder, "record.zip", forge), trust_operators=True) as archive:
        archive.extract(tmp_path / "archive")
        made = recompile(archive, tmp_path / "archive", tmp_path / "made", tmp_path / "store")
        found = list(check_records(archive, made))
    assert [finding.state for finding in found] == ["differs"]
    assert words in found[0].text


@pytest.mark.parametrize(
    ("about", "state", "words"),
    [
        ({"file": {"path": "image/cpu.sif", "sha256": "0" * 64}}, "differs", "has not the checksum"),
        ({"file": {"path": "lock.json", "sha256": ...}}, "differs", "is no file of an image"),
        ({"name": "other"}, "differs", "is of 'other', and the study names cpu"),
        ({}, "unchecked", "the image is not in the archive"),
    ],
)
def test_an_image_that_is_not_there_never_holds(
    folder: Path, tmp_path: Path, about: dict[str, Any], state: str, words: str
):
    def forge(files: dict[str, bytes]) -> None:
        if about.get("file", {}).get("sha256") is ...:
            about["file"]["sha256"] = hashlib.sha256(files["lock.json"]).hexdigest()
        files[contents.IMAGE_INDEX] = json.dumps(json.loads(files[contents.IMAGE_INDEX]) | about).encode()

    with open_archive(forged(folder, "image.zip", forge), trust_operators=True) as archive:
        archive.extract(tmp_path / "archive")
        made = recompile(archive, tmp_path / "archive", tmp_path / "made", tmp_path / "store")
        found = list(check_image(archive, made))
    assert "holds" not in {finding.state for finding in found}
    assert [finding for finding in found if finding.state == state and words in finding.text]


def test_an_image_of_a_file_without_a_name_is_refused(folder: Path):
    def forge(files: dict[str, bytes]) -> None:
        about = json.loads(files[contents.IMAGE_INDEX]) | {"file": {"path": None, "sha256": None}}
        files[contents.IMAGE_INDEX] = json.dumps(about).encode()

    file = forged(folder, "image.zip", forge)
    with open_archive(file, trust_operators=True) as archive, pytest.raises(ArchiveRefused) as refused:
        archive.check()
    assert refused.value.code == "wrong-format"


def test_the_image_that_a_snakefile_names_is_a_matter_of_where_it_was_written(folder: Path, tmp_path: Path):
    def pin(files: dict[str, bytes]) -> None:
        line = b'    container:\n        "docker://localhost:5000/heldout/cpu@sha256:' + b"a" * 64 + b'"\n'
        text = files["workflow/Snakefile"].replace(b"    threads: 1\n", line + b"    threads: 1\n")
        assert text.count(line) > 1
        files["workflow/Snakefile"] = text

    with open_archive(forged(folder, "pinned.zip", pin), trust_operators=True) as archive:
        archive.extract(tmp_path / "archive")
        made = recompile(archive, tmp_path / "archive", tmp_path / "made", tmp_path / "store", True)
        assert [finding.state for finding in check_workflow(archive, made)] == ["holds"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda files: files.update({"../evil": b"x"}), "unsafe-name"),
        (lambda files: files.update({"store/x.pkl": b"\x80\x04."}), "unknown-file"),
        (lambda files: files.pop(contents.LOCK), "missing-file"),
        (lambda files: files.update({"spec/items.yaml": b"study: $(reboot)"}), "spec"),
    ],
)
def test_a_refused_archive_ends_with_its_code_and_exit_code_2(
    folder: Path, change: Callable[[dict[str, bytes]], Any], expected: str
):
    ran = heldout(folder, "verify", forged(folder, "bad.zip", change))
    assert (ran.code, "Traceback" in ran.err) == (2, False)
    assert f"error[{expected}]" in ran.err


def test_a_file_that_is_no_archive_is_refused_in_words(folder: Path):
    for name in ("items.yaml", "."):
        ran = heldout(folder, "verify", name)
        assert (ran.code, "Traceback" in ran.err) == (2, False)
        assert name in ran.err


def test_nothing_that_the_spec_says_was_obeyed(folder: Path):
    assert not list(folder.rglob("pwned"))


def test_a_signed_archive_is_the_same_twice_and_known_by_its_key(folder: Path):
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", folder / "key"], check=True
    )
    for name in ("signed.zip", "signed-again.zip"):
        assert heldout(folder, "archive", "items.yaml", "-o", name, "--sign", "key").code == 0
    assert (folder / "signed.zip").read_bytes() == (folder / "signed-again.zip").read_bytes()
    (folder / "signers").write_text(f"ada@example.org {(folder / 'key.pub').read_text()}")
    trusted = heldout(folder, "verify", "signed.zip", "--signers", "signers", "--trust-operators")
    assert (trusted.code, "signature: by ada@example.org" in trusted.out) == (0, True)
    unsigned = heldout(folder, "verify", "once.zip", "--signers", "signers")
    assert (unsigned.code, "the archive is not signed" in unsigned.out) == (1, True)


def test_what_is_no_signature_is_refused(folder: Path):
    path = folder / "no-signature.zip"
    path.write_bytes((folder / "once.zip").read_bytes())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(contents.SIGNATURE, "letter")
    answer = heldout(folder, "verify", path.name)
    assert (answer.code, "error[wrong-format]" in answer.err) == (2, True)
