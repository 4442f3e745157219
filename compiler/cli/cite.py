"""`heldout cite`: whom to cite for a study."""

from enum import StrEnum
from typing import Annotated

import typer

from heldout.compiler.archive.bibliography import authors_of, bibtex, cff
from heldout.compiler.archive.citations import papers_of_catalog, papers_of_study, uncited, used_names
from heldout.compiler.archive.environment import instant
from heldout.compiler.cli.options import Json, Results, Scale, Spec, StorePath
from heldout.compiler.run.workspace import RESULTS, STORE, Workspace
from heldout.compiler.store.index import stored_records
from heldout.compiler.terminal import out, print_json, printable, say


class Form(StrEnum):
    BIBTEX = "bibtex"
    CFF = "cff"


POSITION = 150


def register(application: typer.Typer) -> None:
    application.command()(cite)


def cite(
    spec: Spec,
    scale: Scale = None,
    form: Annotated[Form, typer.Option("--format", "-f", help="Of the bibliography.")] = Form.BIBTEX,
    author: Annotated[
        list[str] | None,
        typer.Option("--author", help="An author of the study; may be given several times."),
    ] = None,
    results: Results = RESULTS,
    store: StorePath = STORE,
    as_json: Json = False,
) -> None:
    """Write the bibliography of a study.

    The study, the papers behind what it uses, and heldout. The papers are those
    that the docstrings of its operators, components and claims name.

    Examples:

    \b
      heldout cite my-study.yaml > study.bib
      heldout cite my-study.yaml --format cff --author "Ada Lovelace"
    """
    workspace = Workspace.open(spec, scale, results, store)
    compiled = workspace.compiled
    papers = papers_of_study(compiled)
    used = used_names(compiled)
    silent = sorted(used & set(uncited(papers_of_catalog(compiled.catalog))))
    if as_json:
        named = [{**vars(paper), "key": paper.key, "cited_by": names} for paper, names in papers.items()]
        print_json({"study": compiled.study.name, "papers": named, "without_paper": silent})
        return
    authors = tuple(author or authors_of(compiled))
    date = _last_result(workspace)
    if form is Form.CFF:
        text = cff(compiled, papers, authors, date)
    else:
        text = bibtex(compiled, papers, authors, int(date[:4]) if date else None)
    out.print(printable(text), markup=False, end="")
    if silent:
        say(f"no paper is named by {', '.join(silent)}", "dim")


def _last_result(workspace: Workspace) -> str | None:
    """When the study's last result was computed."""
    compiled = workspace.compiled
    tasks = {task for each in compiled.expansions.values() for _, task in each.cells()}
    times = [r["finished"] for r in stored_records(workspace.store) if r["task"] in tasks and "finished" in r]
    return instant(max(times)) if times else None
