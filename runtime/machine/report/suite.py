"""Many studies in one page: a row for each, with its verdicts, to be searched."""

import os
from collections import Counter
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from markupsafe import Markup

from heldout.runtime.files import write
from heldout.runtime.machine.report.claim_view import SIGN
from heldout.runtime.machine.report.lock_view import SENTENCES
from heldout.runtime.machine.report.page import ENVIRONMENT, HERE
from heldout.runtime.machine.report.scripts import own_script, security_policy
from heldout.runtime.machine.report.study_card import NAME, StudyCard
from heldout.runtime.machine.verdicts.verdicts import Word
from heldout.runtime.results.numbers import duration


class SuiteRow(NamedTuple):
    """A study of the suite.

    Attributes:
        link: its page, from the folder of the suite's page.
        verdicts: the words among its claims' verdicts, in the order of `Word`.
    """

    card: StudyCard
    link: str
    verdicts: str
    time: str


def find_studies(folder: Path) -> tuple[list[tuple[Path, StudyCard]], list[str]]:
    """The finished reports below a folder, by study and scale, and in words which cannot be read."""
    found, problems = [], []
    for path in sorted(folder.rglob(NAME)):
        if not (path.parent / "index.html").is_file():
            continue
        try:
            found.append((path.parent / "index.html", StudyCard.read(path)))
        except ValueError as error:
            problems.append(f"{error}.")
    return sorted(found, key=lambda one: (one[1].study, one[1].scale or "", one[0])), problems


def render_suite(folder: Path, out: Path) -> str:
    """The page of all finished reports below a folder.

    Args:
        folder: looked through, with all folders in it.
        out: where the page will lie; links are relative to it.

    Raises:
        ValueError: there is no finished report.
    """
    found, problems = find_studies(folder)
    if not found:
        raise ValueError(f"there is no finished report below {folder}")
    rows = [suite_row(page, card, out.resolve().parent) for page, card in found]
    totals = Counter(claim["verdict"] for row in rows for claim in row.card.claims)
    scripts = [own_script(name) for name in ("theme", "theme_choice", "sorting", "search")]
    return ENVIRONMENT.get_template("suite.html.jinja").render(
        style=Markup((HERE / "page.css").read_text(encoding="utf-8")),
        policy=security_policy(scripts),
        scripts=scripts,
        rows=rows,
        problems=problems,
        words=[word.value for word in Word],
        signs={word.value: sign for word, sign in SIGN.items()},
        locks=SENTENCES,
        counts=[(word.value, totals[word.value]) for word in Word if totals[word.value]],
        num_missing=sum(row.card.num_missing for row in rows),
    )


def suite_row(page: Path, card: StudyCard, start: Path) -> SuiteRow:
    """The row of one study."""
    given = {claim["verdict"] for claim in card.claims}
    link = quote(Path(os.path.relpath(page.resolve(), start)).as_posix())
    verdicts = " ".join(word.value for word in Word if word.value in given)
    return SuiteRow(card, link, verdicts, duration(card.seconds))


def write_suite(folder: Path, out: Path) -> None:
    """Write the suite's page.

    Raises:
        ValueError: there is no finished report below the folder.
    """
    text = render_suite(folder, out)
    write(out, text)
