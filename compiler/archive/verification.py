"""Verify an archive without running its study: everything in it against everything else."""

import json
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heldout.compiler.archive import contents
from heldout.compiler.archive.findings import Finding, differs, holds, unchecked
from heldout.compiler.archive.number_checks import check_page, check_report, check_tables
from heldout.compiler.archive.reader import Archive
from heldout.compiler.archive.recompile import Recompiled, recompile
from heldout.compiler.archive.record_checks import check_records
from heldout.compiler.archive.signature import check_signature
from heldout.compiler.archive.study_checks import check_catalog, check_image, check_lock, check_workflow
from heldout.compiler.files import num_bytes_below
from heldout.compiler.refusal import Refusal
from heldout.compiler.run.runtime import Bounds, ask_runtime, require_runtime
from heldout.compiler.words import counted

_LONGEST_SECONDS = 3600.0


class _NotMade(Exception):
    """The runtime did not make again what it was asked for; says why."""


@dataclass(frozen=True)
class _Unpacked:
    """An archive that was unpacked and compiled.

    Attributes:
        extracted: its files, but those of the image.
        made: a folder for what is made again.
        trust: its own operator files may run.
    """

    archive: Archive
    recompiled: Recompiled
    extracted: Path
    made: Path
    trust: bool


def findings(archive: Archive, trust: bool, signers: Path | None) -> Iterator[Finding]:
    """What holds in an archive, what differs, and what cannot be checked.

    Whatever ends a check is found by it, and the others go on.

    Args:
        archive: the archive.
        trust: the archive's own operator files may run.
        signers: a file of keys that are trusted.

    Raises:
        ArchiveRefused: a file of it is not read, or its spec does not compile.
        Missing: the runtime is not installed.
    """
    require_runtime("pyarrow")
    archive.check()
    yield holds("checksums", f"of {counted(len(archive.sums), 'file')}, {archive.num_bytes:,} bytes")
    yield from guarded("signature", check_signature(archive.manifest, archive.signature, signers))
    with tempfile.TemporaryDirectory(prefix="heldout-") as folder:
        extracted, made = Path(folder) / "archive", Path(folder) / "made"
        archive.extract(extracted, [n for n in archive.names if not n.startswith(f"{contents.IMAGE}/")])
        workflow, store = made / contents.WORKFLOW, extracted / contents.STORE
        recompiled = recompile(archive, extracted, workflow, store, run_operators=trust)
        unpacked = _Unpacked(archive, recompiled, extracted, made, trust)
        yield from guarded("catalog", check_catalog(recompiled))
        yield from guarded("workflow", check_workflow(archive, recompiled))
        yield from guarded("lock", check_lock(archive, recompiled))
        yield from guarded("image", check_image(archive, recompiled))
        yield from guarded("records", check_records(archive, recompiled))
        yield from guarded("tables", _tables(unpacked))
        yield from guarded("report", _report(unpacked))
        yield from guarded("page", check_page(extracted / contents.REPORT))
    words = f"what {', '.join(contents.DESCRIPTIONS)} say in words"
    yield unchecked("descriptions", f"{words}, and records of when, where and how long")


def guarded(about: str, check: Iterator[Finding]) -> Iterator[Finding]:
    """What a check finds; one that ends in an exception has found that what it looked at is none of ours."""
    try:
        yield from check
    except Refusal:
        raise
    except Exception as error:
        text = (
            f"{type(error).__name__}: {str(error)[:300]}" if not isinstance(error, _NotMade) else str(error)
        )
        yield differs(about, f"it cannot be checked to the end: {text}")


def _tables(unpacked: _Unpacked) -> Iterator[Finding]:
    """What the runtime finds when it computes again what follows from the archived results."""
    written = unpacked.made / "recomputed.json"
    plan, store = unpacked.recompiled.workflow / "plan", unpacked.extracted / contents.STORE
    options: list[object] = ["--plan", plan, "--store", store, "--out", written]
    _make(unpacked, written, "recompute", *options, *(["--trust-operators"] if unpacked.trust else []))
    found: dict[str, Any] = json.loads(written.read_bytes())
    yield from check_tables(found)


def _report(unpacked: _Unpacked) -> Iterator[Finding]:
    """The report that the archived results give, by the plan that the spec gives."""
    plan, made = unpacked.recompiled.workflow / "plan" / "report.json", unpacked.made / contents.REPORT
    options: list[object] = ["--plan", plan, "--store", unpacked.extracted / contents.STORE]
    options += ["--done", unpacked.extracted / contents.DONE, "--out", made]
    _make(unpacked, made / "index.html", "report", *options)
    yield from check_report(unpacked.extracted / contents.REPORT, made)


def _make(unpacked: _Unpacked, wanted: Path, *command: object) -> None:
    """Let the runtime make a file, in a process of its own with bounds.

    Raises:
        _NotMade: it did not.
    """
    bounds = Bounds.to_read(num_bytes_below(unpacked.extracted), _LONGEST_SECONDS)
    try:
        done = ask_runtime(*command, bounds=bounds)
    except subprocess.TimeoutExpired:
        raise _NotMade(f"computing it again took longer than {_LONGEST_SECONDS / 60:.0f} minutes") from None
    if wanted.is_file():
        return
    said = (done.stderr.strip().splitlines() or ["it did not say why"])[-1][:300]
    raise _NotMade(f"it could not be computed again with {bounds.bytes / 2**30:.1f} GiB of memory: {said}")
