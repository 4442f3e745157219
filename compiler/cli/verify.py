"""`heldout verify`: whether an archive holds together, without running the study."""

import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from heldout.compiler.archive import contents
from heldout.compiler.archive.findings import Finding, holds
from heldout.compiler.archive.number_checks import check_page, check_report, check_tables
from heldout.compiler.archive.reader import Archive, open_archive
from heldout.compiler.archive.recompile import Recompiled, recompile
from heldout.compiler.archive.refused import ArchiveRefused
from heldout.compiler.archive.signature import check_signature
from heldout.compiler.archive.study_checks import check_image, check_lock, check_records, check_workflow
from heldout.compiler.cli.options import Json
from heldout.compiler.refusal import Failed, Refusal
from heldout.compiler.run.runtime import call_runtime
from heldout.compiler.terminal import FAILED, out, print_json, printable, say
from heldout.compiler.words import counted

STYLES = {"holds": "green", "differs": "red", "unchecked": "yellow"}

ArchiveFile = Annotated[Path, typer.Argument(help="The archive, a zip file.", show_default=False)]
TrustOperators = Annotated[
    bool,
    typer.Option("--trust-operators", help="Run the archive's own operator files, which are programs."),
]

POSITION = 130


def register(application: typer.Typer) -> None:
    application.command()(verify)


def verify(
    file: ArchiveFile,
    trust_operators: TrustOperators = False,
    signers: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Keys that you trust, as `NAME KIND KEY` a line."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check an archive without running the study.

    Checksums and who signed them; the workflow, lock and image against the spec; every table that
    follows from per-example records, computed again; the report, made again from those; the page's
    data. What cannot be checked is said too. Exit code 1 where something differs, 2 where the archive
    is refused.

    Examples:

    \b
      heldout verify my-study.zip
      heldout verify my-study.zip --signers their-keys --json
    """
    found: list[Finding] = []
    with opened(file, trust_operators=True) as archive:  # nothing of it runs but what is trusted
        for finding in _findings(archive, trust_operators, signers):
            found.append(finding)
            if not as_json:
                out.print(f"{finding.state:>10}", style=STYLES[finding.state], end="  ")
                out.print(f"{finding.about}: {printable(finding.text)}", markup=False)
    counts = Counter(finding.state for finding in found)
    if as_json:
        print_json(
            {"file": file.as_posix(), "differs": counts["differs"], "findings": [vars(f) for f in found]}
        )
    else:
        say(f"{counts['holds']} hold, {counts['differs']} differ, {counts['unchecked']} could not be checked")
    raise typer.Exit(FAILED if counts["differs"] else 0)


@contextmanager
def opened(file: Path, trust_operators: bool) -> Iterator[Archive]:
    """An archive that is read in the block.

    Raises:
        Refusal: the file cannot be read; or, also later in the block, it is refused.
    """
    try:
        with _open(file, trust_operators) as archive:
            yield archive
    except ArchiveRefused as refused:
        raise Refusal(f"{file}: error[{refused.code}]: {refused}", refused.hint) from refused


def _open(file: Path, trust_operators: bool) -> Archive:
    try:
        return open_archive(file, trust_operators)
    except OSError as error:
        raise Refusal(f"{file} cannot be read: {error.strerror}") from error


def _findings(archive: Archive, trust: bool, signers: Path | None) -> Iterator[Finding]:
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
