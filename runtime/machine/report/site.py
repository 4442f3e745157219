"""A static site of many studies: their finished reports in one folder, which any host of pages can serve.

A report may be a stranger's. What is copied are files that reports have, none through a link; pages that run
no script but heldout's, since their policy names no other; pictures that hold no script.
"""

import functools
import json
import re
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from heldout.runtime.files import write
from heldout.runtime.machine.report.page import page_scripts
from heldout.runtime.machine.report.scripts import security_policy
from heldout.runtime.machine.report.suite import FoundReport, find_reports, render_suite
from heldout.runtime.machine.report.templates import ENVIRONMENT
from heldout.runtime.rights import make_folders

INDEX = "index.html"
CARDS = "studies.json"  # what the index says, for programs; by it a folder is known to be such a site
_FOLDERS = ("", "tables", "figures")
_FILES = re.compile(
    r"index\.html|(costs|results|study|verdicts)\.(json|csv|parquet)"
    r"|tables/[a-z0-9-]+\.(csv|parquet|tex)|figures/[a-z0-9-]+\.(svg|pdf|png|vl\.json)"
)
_SHAPES = {"svg", "g", "path", "text", "tspan", "rect", "line", "circle", "defs", "clipPath"}
_SHAPES |= {"linearGradient", "stop", "image", "title"}
_TAG = re.compile(r"<(?!/)([^\s/>]*)")
_ACTIVE = re.compile(
    r"""[\s"'/]on[a-z]+\s*=|javascript:|href\s*=\s*["'](?!#|data:image/png)""", re.IGNORECASE
)


def write_site(folder: Path, out: Path) -> list[str]:
    """Write the site of all finished reports below a folder.

    Args:
        folder: looked through, with all folders in it; the site has the same folders.
        out: of the site; a new one takes the place of what is there.

    Returns:
        which reports are left out and why, in words.

    Raises:
        ValueError: there is no report, or something else lies where the site should.
    """
    here, there = folder.resolve(), out.resolve()
    if here.is_relative_to(there) or there.is_relative_to(here):
        raise ValueError(f"a site of {folder} cannot lie in it or around it: write it to another folder")
    if not _may_be_replaced(out):
        raise ValueError(f"{out} is no site of reports, and would be replaced: name a new or an empty folder")
    found, problems = find_reports(folder)
    make_folders(there.parent)
    made = there.with_name(f".{there.name}.{secrets.token_hex(8)}")
    try:
        copied = []
        for one in found:
            place = one.page.parent.relative_to(folder)
            if place == Path():
                raise ValueError(f"{folder} is a report itself: name a folder around it")
            if problem := _problem(one):
                problems.append(f"{place} is left out: {problem}")
                continue
            copied.append(_copy(one, made / place))
        if not copied:
            raise ValueError("; ".join([f"there is no report below {folder} to publish", *problems]))
        write(made / INDEX, render_suite(copied, made / INDEX, problems))
        write(made / CARDS, _cards_text(copied, made))
        _put(made, there)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return problems


def _may_be_replaced(out: Path) -> bool:
    if not out.exists():
        return not out.is_symlink()
    return out.is_dir() and ((out / CARDS).is_file() or not any(out.iterdir()))


def _problem(found: FoundReport) -> str | None:
    """Why a report is not published, in words; None where it is."""
    report = found.page.parent
    if found.page.is_symlink() or not is_ours(found.page.read_text(encoding="utf-8", errors="replace")):
        again = "`heldout report SPEC` writes it again"
        return f"its page is none that this version of heldout writes; {again}."
    for name, path in _files(report):
        if path.suffix == ".svg" and not is_picture(path.read_bytes()):
            return f"{name} holds more than a picture."
    return None


def is_ours(page: str) -> bool:
    """Whether a page begins as ours do: its policy lets the browser run our scripts and no others."""
    return page.startswith(_beginnings())


@functools.cache
def _beginnings() -> tuple[str, ...]:
    """How our pages begin, up to their policy."""
    template = ENVIRONMENT.get_template("base.html.jinja")
    policies = [security_policy(page_scripts(live)) for live in (False, True)]
    return tuple(
        template.render(policy=policy, style="", scripts=[""]).partition('<meta name="referrer"')[0]
        for policy in policies
    )


def is_picture(svg: bytes) -> bool:
    """Whether an SVG has shapes and text alone: nothing that runs or is fetched."""
    try:
        text = svg.decode()
    except UnicodeDecodeError:
        return False
    return set(_TAG.findall(text)) <= _SHAPES and not _ACTIVE.search(text)


def _files(report: Path) -> Iterator[tuple[str, Path]]:
    """The files that a report has, by their names in it, those behind links left out."""
    for folder in _FOLDERS:
        if (report / folder).is_symlink() or not (report / folder).is_dir():
            continue
        for path in sorted((report / folder).iterdir()):
            name = path.relative_to(report).as_posix()
            if _FILES.fullmatch(name) and path.is_file() and not path.is_symlink():
                yield name, path


def _copy(found: FoundReport, place: Path) -> FoundReport:
    """Copy a report; returns it as it lies there."""
    for name, path in _files(found.page.parent):
        make_folders((place / name).parent)
        shutil.copyfile(path, place / name)
    return found._replace(page=place / INDEX)


def _cards_text(copied: list[FoundReport], root: Path) -> str:
    listed = [
        {"page": one.page.relative_to(root).as_posix(), "family": one.family or None, **asdict(one.card)}
        for one in copied
    ]
    return json.dumps(listed, indent=1, ensure_ascii=False) + "\n"


def _put(made: Path, out: Path) -> None:
    """Put a folder in the place of another, which is removed."""
    former = made.with_name(f"{made.name}.former")
    if out.exists():
        out.rename(former)
    made.rename(out)
    shutil.rmtree(former, ignore_errors=True)
