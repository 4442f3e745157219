"""Verify an archive without running its study: everything in it against everything else."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from heldout.compiler.archive import contents
from heldout.compiler.archive.findings import Finding, holds
from heldout.compiler.archive.number_checks import check_page, check_report, check_tables
from heldout.compiler.archive.reader import Archive
from heldout.compiler.archive.recompile import Recompiled, recompile
from heldout.compiler.archive.signature import check_signature
from heldout.compiler.archive.study_checks import check_image, check_lock, check_records, check_workflow
from heldout.compiler.refusal import Failed
from heldout.compiler.run.runtime import call_runtime
from heldout.compiler.words import counted


def findings(archive: Archive, trust: bool, signers: Path | None) -> Iterator[Finding]:
    """What holds in an archive, what differs, and what cannot be checked.

    Args:
        archive: the archive.
        trust: the archive's own operator files may run.
        signers: a file of keys that are trusted.

    Raises:
        ArchiveRefused: a file of it is not read.
        Failed: what follows from its results could not be made again.
    """
    archive.check()
    yield holds("checksums", f"of {counted(len(archive.sums), 'file')}, {archive.num_bytes:,} bytes")
    yield from check_signature(archive.manifest, archive.signature, signers)
    with tempfile.TemporaryDirectory(prefix="heldout-") as folder:
        extracted, made = Path(folder) / "archive", Path(folder) / "made"
        archive.extract(extracted, [n for n in archive.names if not n.startswith(f"{contents.IMAGE}/")])
        recompiled = recompile(archive, extracted, made / contents.WORKFLOW, extracted / contents.STORE)
        yield from check_workflow(archive, recompiled)
        yield from check_lock(archive, recompiled)
        yield from check_image(archive)
        yield from check_records(archive, recompiled)
        yield from check_tables(_recomputed(archive, recompiled, extracted, made, trust))
        yield from check_report(extracted / contents.REPORT, _report(recompiled, extracted, made))
        yield from check_page(extracted / contents.REPORT)


def _recomputed(
    archive: Archive, recompiled: Recompiled, extracted: Path, made: Path, trust: bool
) -> dict[str, object]:
    """What the runtime finds when it computes again what follows from the archived results."""
    written = made / "recomputed.json"
    options = ["--plan", recompiled.workflow / "plan", "--store", extracted / contents.STORE]
    call_runtime("recompute", *options, "--out", written, *(["--trust-operators"] if trust else []))
    if not written.is_file():
        raise Failed("the tables could not be computed again")
    return dict(json.loads(written.read_bytes()))


def _report(recompiled: Recompiled, extracted: Path, made: Path) -> Path:
    """The report that the archived results give, by the plan that the spec gives."""
    plan, done = recompiled.workflow / "plan" / "report.json", extracted / contents.DONE
    options = ["--plan", plan, "--store", extracted / contents.STORE, "--done", done]
    if call_runtime("report", *options, "--out", made / contents.REPORT) != 0:
        raise Failed("the report could not be made again")
    return made / contents.REPORT
