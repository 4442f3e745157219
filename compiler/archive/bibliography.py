"""Bibliographies: papers, the study and the software as BibTeX and as CFF."""

import re
from collections.abc import Mapping, Sequence
from importlib.metadata import metadata
from typing import Any

import yaml

from heldout.compiler.archive.citations import Paper
from heldout.compiler.compile import Compiled
from heldout.version import __version__

_SOFTWARE_AUTHORS = "The heldout developers"
_SPECIAL = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


def authors_of(compiled: Compiled) -> tuple[str, ...]:
    """Who a study is by, where nobody says it."""
    return (f"The authors of {compiled.study.name}",)


def software() -> dict[str, str]:
    """This software, as its package describes it."""
    about = metadata("heldout")
    return {
        "title": about["Name"],
        "version": __version__,
        "abstract": about["Summary"],
        "license": about["License-Expression"] or "",
        "authors": _SOFTWARE_AUTHORS,
    }


def bibtex(
    compiled: Compiled, papers: Mapping[Paper, Sequence[str]], authors: Sequence[str], year: int | None
) -> str:
    """The study, the paper that it replicates, the papers behind it, and the software.

    Args:
        compiled: the study.
        papers: behind its operators and components, with who cites them.
        authors: of the study, by name.
        year: of the study; None where it has no results.
    """
    study, own = compiled.study, software()
    entries = [
        _entry(
            "misc",
            f"study-{study.name}",
            title=study.title or study.name,
            author=" and ".join(f"{{{_latex(name)}}}" for name in authors),
            year=str(year) if year is not None else None,
            note=f"Study {study.name}{' at scale ' + study.scale if study.scale else ''}",
        )
    ]
    if study.paper:
        replicated = dict(study.paper)
        entries.append(
            _entry(
                "misc",
                f"replicated-by-{study.name}",
                title=replicated.get("title", ""),
                author=_latex(replicated.get("authors", "")),
                year=replicated.get("year"),
                url=replicated.get("url"),
                note="The paper that the study replicates",
            )
        )
    entries += [_paper_entry(paper, names) for paper, names in papers.items()]
    entries.append(
        _entry(
            "software",
            f"heldout-{own['version']}",
            title=own["title"],
            author=f"{{{own['authors']}}}",
            version=own["version"],
            note=own["abstract"],
        )
    )
    return "\n".join(entries)


def _paper_entry(paper: Paper, names: Sequence[str]) -> str:
    return _entry(
        "article" if paper.venue else "misc",
        paper.key,
        title=paper.title or f"arXiv:{paper.arxiv}",
        author=" and ".join([*map(_latex, paper.authors), *(["others"] if paper.others else [])]),
        year=str(paper.year),
        journal=paper.venue or None,
        eprint=paper.arxiv or None,
        archiveprefix="arXiv" if paper.arxiv else None,
        note=f"Cited by {', '.join(names)}",
    )


def _entry(kind: str, key: str, **fields: str | None) -> str:
    lines = [f"  {name} = {{{_field(name, value)}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{kind}{{{key},", *lines, "}", ""])


def _field(name: str, value: str) -> str:
    if name in ("author", "eprint", "url"):
        return value if name == "author" else re.sub(r"[{}\s\\]", "", value)
    text = _latex(value)
    return f"{{{text}}}" if name == "title" else text  # titles keep their capitals


def _latex(text: str) -> str:
    """Text that BibTeX and LaTeX print as it stands."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return re.sub(r"[\\~^&%$#_{}]", lambda found: _SPECIAL.get(found[0], f"\\{found[0]}"), plain)


def cff(
    compiled: Compiled, papers: Mapping[Paper, Sequence[str]], authors: Sequence[str], date: str | None
) -> str:
    """The study in the Citation File Format 1.2.0, with all that it rests on as references.

    Args:
        compiled: the study.
        papers: as in `bibtex`.
        authors: of the study, by name.
        date: of its last result, as ISO 8601; None where it has none.
    """
    study, own = compiled.study, software()
    content: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": "If you use this study, please cite it and what it rests on.",
        "type": "dataset",
        "title": study.title or study.name,
        "authors": [{"name": name} for name in authors],
    }
    if date is not None:
        content["date-released"] = date[:10]
    references: list[dict[str, Any]] = []
    if study.paper:
        replicated = dict(study.paper)
        found: dict[str, Any] = {
            "type": "article",
            "title": replicated.get("title", "the paper that is replicated"),
        }
        found["authors"] = [{"name": replicated.get("authors", "unknown")}]
        found |= {"url": replicated["url"]} if "url" in replicated else {}
        found |= {"year": int(replicated["year"])} if replicated.get("year", "").isdigit() else {}
        references.append({**found, "notes": "the paper that the study replicates"})
    references += [_reference(paper, names) for paper, names in papers.items()]
    references.append(
        {
            "type": "software",
            "title": own["title"],
            "version": own["version"],
            "license": own["license"],
            "authors": [{"name": own["authors"]}],
        }
    )
    content["references"] = references
    return str(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110))


def _reference(paper: Paper, names: Sequence[str]) -> dict[str, Any]:
    people: list[dict[str, str]] = [{"family-names": name} for name in paper.authors]
    found: dict[str, Any] = {
        "type": "article",
        "title": paper.title or f"arXiv:{paper.arxiv}",
        "authors": [*people, *([{"name": "others"}] if paper.others else [])],
        "year": paper.year,
    }
    if paper.arxiv:
        found["identifiers"] = [{"type": "doi", "value": f"10.48550/arXiv.{paper.arxiv}"}]
    if paper.venue:
        found["journal"] = paper.venue
    return {**found, "notes": f"cited by {', '.join(names)}"}
