"""`heldout verify`: whether an archive holds together, without running the study."""

from collections import Counter
from pathlib import Path
from typing import Annotated, get_args

import typer

from heldout.compiler.archive.findings import Finding, State
from heldout.compiler.archive.opened import opened
from heldout.compiler.archive.verification import findings
from heldout.compiler.cli.options import ArchiveFile, Json
from heldout.compiler.terminal import FAILED, out, print_json, printable, say

STYLES = {"holds": "green", "differs": "red", "unchecked": "yellow"}
OWN_WORD = 4  # nothing differs, and what the study's operators are is the archive's own word

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

    Checksums and who signed them; the catalog against what is known here; the workflow, lock and image
    against the spec; the records against the plan; every table that follows from per-example records,
    computed again; the report, made again from those; the page's data. What cannot be checked is said too,
    and counts as nothing.

    Exit codes: 0 nothing that was checked differs; 1 something does; 2 the archive is refused; 4 nothing
    differs, and of operators that are not known here the archive alone says what they take, give and hold.

    Examples:

    \b
      heldout verify my-study.zip
      heldout verify my-study.zip --signers their-keys --json
    """
    found: list[Finding] = []
    with opened(file, trust_operators=True) as archive:  # nothing of it runs but what is trusted
        for finding in findings(archive, trust_operators, signers):
            found.append(finding)
            if not as_json:
                out.print(f"{finding.state:>10}", style=STYLES[finding.state], end="  ")
                out.print(f"{finding.about}: {printable(finding.text)}", markup=False)
    counts = Counter(finding.state for finding in found)
    if as_json:
        states: tuple[State, ...] = get_args(State)
        about = {state: counts[state] for state in states}
        print_json({"file": file.as_posix(), **about, "findings": [vars(f) for f in found]})
    else:
        say(f"{counts['holds']} hold, {counts['unchecked']} were not checked, {counts['differs']} differ")
    if counts["differs"]:
        raise typer.Exit(FAILED)
    unknown = any(finding.about == "catalog" and finding.state == "unchecked" for finding in found)
    raise typer.Exit(OWN_WORD if unknown else 0)
