"""What is said when many studies have run."""

from collections import Counter
from pathlib import Path
from typing import Any

from rich.table import Table

from heldout.compiler.cli.outcome import VERDICT_STYLES, say_failures
from heldout.compiler.cli.studies import refusal_json
from heldout.compiler.run.outcome import Outcome
from heldout.compiler.run.runtime import call_runtime
from heldout.compiler.suite.run import SuiteOutcome
from heldout.compiler.terminal import out, say
from heldout.compiler.words import counted

PAGE = "index.html"


def page_of_all(results: Path) -> Path | None:
    """The page of all finished reports below a folder, freshly written; None where there is none."""
    page = results / PAGE
    return page if call_runtime("suite", "--out", page, results) == 0 else None


def say_suite(outcome: SuiteOutcome, page: Path | None) -> None:
    """A line a study on standard output, all else on standard error."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("study")
    for title in ("computed", "in the store", "failed", "blocked"):
        table.add_column(title, justify="right")
    table.add_column("verdicts")
    for one in outcome.outcomes:
        numbers = (one.computed, one.reused, len(one.failed), one.blocked)
        table.add_row(one.study, *(f"{number:,}" for number in numbers), _verdicts(one))
    if outcome.outcomes:
        out.print(table)
    for one in outcome.outcomes:
        if not one.complete:
            say(f"{one.study} is not whole:", style="red")
            say_failures(one)
    whole, asked = sum(one.complete for one in outcome.outcomes), len(outcome.outcomes) + len(outcome.refused)
    if not asked:
        return
    computed = sum(one.computed for one in outcome.outcomes) + outcome.common
    common = f", {outcome.common:,} of them for several studies" if outcome.common else ""
    say(f"{whole} of {asked} studies whole; {counted(computed, 'task')} computed{common}")
    if page is not None:
        say(f"all reports: {page}")


def suite_json(outcome: SuiteOutcome, page: Path | None) -> dict[str, Any]:
    """For scripts: each study as `heldout run` of it alone says it, and those that were refused."""
    refused = [
        {"spec": spec.as_posix(), "refused": refusal_json(why)} for spec, why in outcome.refused.items()
    ]
    studies = [one.json() for one in outcome.outcomes]
    where = page.as_posix() if page is not None else None
    return {"studies": studies, "refused": refused, "common": outcome.common, "page": where}


def _verdicts(outcome: Outcome) -> str:
    counts = Counter(str(verdict["verdict"]) for verdict in outcome.verdicts)
    return ", ".join(f"{counts[word]} {word}" for word in VERDICT_STYLES if counts[word])
