"""The papers that docstrings name, and those behind a study.

A docstring cites as `Sun & Saenko 2016, "Deep CORAL" (arXiv:1607.01719), section 3.1`: authors,
year, and then a title, a place in brackets, or both. What is written otherwise is not found.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from heldout.compiler.analysis.claims import tests_of
from heldout.compiler.catalog import Catalog
from heldout.compiler.compile import Compiled

_NAME = r"[A-ZÀ-Þ][\w'’-]+"
_PAPER = re.compile(
    rf"(?P<authors>{_NAME}(?:, {_NAME})*(?:,? (?:&|and) {_NAME}| et al\.)?) (?P<year>(?:19|20)\d\d)[a-z]?"
    r"(?:, [\"“](?P<title>[^\"”]+)[\"”])?"
    r"(?:,? ?\((?P<bracket>[^()]+)\)|, (?P<bare>arXiv:\d{4}\.\d{4,5}))?"
)
_ARXIV = re.compile(r"arXiv:(\d{4}\.\d{4,5})")
_BEFORE_ARGUMENTS = re.compile(r"\n\s*(Args|Returns|Raises):\n")


@dataclass(frozen=True)
class Paper:
    """A paper.

    Attributes:
        authors: family names; where there are more than those, `others` is true.
        title: empty where no docstring gives it.
        arxiv: its number there; empty where none is given.
        venue: where it appeared, as written; empty where that is not said.
    """

    authors: tuple[str, ...]
    others: bool
    year: int
    title: str = ""
    arxiv: str = ""
    venue: str = ""

    @property
    def key(self) -> str:
        """What a bibliography calls it."""
        first = re.sub(r"[^a-z]", "", self.authors[0].lower()) or "paper"
        words = [word for word in re.findall(r"[a-z]+", self.title.lower()) if len(word) > 3]
        return f"{first}{self.year}-{self.arxiv or '-'.join(words[:3])}"


def cited_in(doc: str) -> tuple[Paper, ...]:
    """The papers that a docstring cites before its arguments."""
    text = " ".join(_BEFORE_ARGUMENTS.split(doc, maxsplit=1)[0].split())
    papers = (_paper(found) for found in _PAPER.finditer(text))
    return tuple(dict.fromkeys(paper for paper in papers if paper is not None))


def _paper(found: re.Match[str]) -> Paper | None:
    bracket = found["bracket"] or found["bare"] or ""
    arxiv = _ARXIV.search(bracket)
    title = (found["title"] or "").rstrip(",.")
    if not title and arxiv is None:  # a name and a number, but no paper that one could find
        return None
    names = re.split(r", | & | and ", found["authors"].removesuffix(" et al."))
    venue = "" if arxiv is not None else bracket
    others = found["authors"].endswith(" et al.")
    return Paper(tuple(names), others, int(found["year"]), title, arxiv[1] if arxiv else "", venue)


def papers_of_catalog(catalog: Catalog) -> dict[str, tuple[Paper, ...]]:
    """By operator and `KIND/COMPONENT`, what its docstring cites; titles are those of any docstring."""
    docs = {name: operator.doc for name, operator in catalog.operators.items()}
    for kind, components in catalog.components.items():
        docs |= {f"{kind}/{name}": component.doc for name, component in components.items()}
    found = {name: cited_in(doc) for name, doc in sorted(docs.items())}
    titles = {p.arxiv: p.title for papers in found.values() for p in papers if p.arxiv and p.title}
    return {name: tuple(_titled(paper, titles) for paper in papers) for name, papers in found.items()}


def _titled(paper: Paper, titles: Mapping[str, str]) -> Paper:
    return replace(paper, title=titles.get(paper.arxiv, "")) if not paper.title else paper


def papers_of_study(compiled: Compiled) -> dict[Paper, tuple[str, ...]]:
    """The papers behind what a study uses, each with the names that cite it, sorted."""
    cited = papers_of_catalog(compiled.catalog)
    uses: dict[tuple[str, ...], tuple[Paper, set[str]]] = {}
    for name in sorted(used_names(compiled)):
        for paper in cited.get(name, ()):
            identity = (paper.arxiv,) if paper.arxiv else (*paper.authors, str(paper.year), paper.title)
            uses.setdefault(identity, (paper, set()))[1].add(name)
    ordered = sorted(uses.values(), key=lambda one: (one[0].authors, one[0].year, one[0].title))
    return {paper: tuple(sorted(names)) for paper, names in ordered}


def used_names(compiled: Compiled) -> set[str]:
    """The operators, components and kinds of claims of a study."""
    names = {stage.operator for stage in compiled.plan.stages}
    names |= {f"claims/{claim.kind}" for claim in tests_of(compiled.claims)}
    return names.union(*(expansion.components() for expansion in compiled.expansions.values()))


def uncited(cited: Mapping[str, Iterable[Paper]]) -> tuple[str, ...]:
    """The names whose docstrings cite no paper."""
    return tuple(name for name, papers in cited.items() if not tuple(papers))
