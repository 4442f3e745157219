"""Many studies in one page: a row for each report, with its verdicts, to be searched and filtered."""

import os
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from heldout.runtime.files import write
from heldout.runtime.machine.report.claim_view import SIGN
from heldout.runtime.machine.report.lock_view import SENTENCES
from heldout.runtime.machine.report.scripts import own_script, security_policy
from heldout.runtime.machine.report.study_card import NAME, StudyCard
from heldout.runtime.machine.report.templates import ENVIRONMENT, style
from heldout.runtime.machine.verdicts.verdicts import Word
from heldout.runtime.results.numbers import duration

# Beside the folder of a report: the path of its spec, as `heldout run` wrote it. A report itself does not say
# where a spec lay, so that it is the same wherever that was.
SPEC = ".spec"
FAMILY = re.compile(r"(?:.*/)?specs/([\w.-]+)/[^/]+\n?")
FACETS = ("family", "operator", "scale")  # to choose one of; a report may have several of them, or none


class FoundReport(NamedTuple):
    """A finished report.

    Attributes:
        page: its index.html.
        family: the folder below `specs/` that its spec lay in; "" where that is not known.
    """

    page: Path
    card: StudyCard
    family: str


class SuiteRow(NamedTuple):
    """A report of the suite.

    Attributes:
        link: its page, from the folder of the suite's page.
        verdicts: the words among its claims' verdicts, in the order of `Word`.
    """

    card: StudyCard
    link: str
    family: str
    scale: str
    verdicts: str
    time: str

    @property
    def values(self) -> Mapping[str, tuple[str, ...]]:
        """Of each facet."""
        return {"family": (self.family,), "operator": self.card.operators, "scale": (self.scale,)}


def find_reports(folder: Path) -> tuple[list[FoundReport], list[str]]:
    """The finished reports below a folder, by study and scale, and in words which cannot be read."""
    found, problems = [], []
    for path in sorted(folder.rglob(NAME)):
        page = path.parent / "index.html"
        if not page.is_file():
            continue
        try:
            found.append(FoundReport(page, StudyCard.read(path), family_of(path.parent)))
        except ValueError as error:  # without where the folder lies, since pages are published
            problems.append(f"{str(error).replace(str(path), path.relative_to(folder).as_posix())}.")
    return sorted(found, key=lambda one: (one.card.study, one.card.scale or "", one.page)), problems


def family_of(report: Path) -> str:
    """The family of a report's study, by where its spec lay; "" where that says nothing."""
    try:
        place = (report.parent / SPEC).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
    found = FAMILY.fullmatch(place)
    return found[1] if found else ""


def render_suite(found: list[FoundReport], out: Path, problems: list[str]) -> str:
    """The page of many reports.

    Args:
        found: the reports.
        out: where the page will lie; links are relative to it.
        problems: which reports cannot be shown and why, in words.
    """
    start = out.resolve().parent
    rows = [suite_row(one, start) for one in found]
    totals = Counter(claim.verdict for row in rows for claim in row.card.claims)
    scripts = [own_script(name) for name in ("theme", "theme_choice", "sorting", "search")]
    values = {
        facet: sorted({value for row in rows for value in row.values[facet]} - {""}) for facet in FACETS
    }
    return ENVIRONMENT.get_template("suite.html.jinja").render(
        style=style(),
        policy=security_policy(scripts),
        scripts=scripts,
        rows=rows,
        num_studies=len({row.card.study for row in rows}),
        facets=[(facet, known) for facet, known in values.items() if len(known) > 1],
        with_families=bool(values["family"]),
        problems=problems,
        words=[word.value for word in Word],
        signs={word.value: sign for word, sign in SIGN.items()},
        locks=SENTENCES,
        counts=[(word.value, totals[word]) for word in Word if totals[word]],
        num_missing=sum(row.card.num_missing for row in rows),
    )


def suite_row(found: FoundReport, start: Path) -> SuiteRow:
    """The row of one report."""
    page, card, family = found
    given = {claim.verdict for claim in card.claims}
    link = quote(Path(os.path.relpath(page.resolve(), start)).as_posix())
    verdicts = " ".join(word.value for word in Word if word in given)
    return SuiteRow(card, link, family, card.scale or "full", verdicts, duration(card.seconds))


def write_suite(folder: Path, out: Path) -> None:
    """Write the page of all finished reports below a folder.

    Raises:
        ValueError: there is no finished report below the folder.
    """
    found, problems = find_reports(folder)
    if not found:
        raise ValueError(f"there is no finished report below {folder}")
    write(out, render_suite(found, out, problems))
