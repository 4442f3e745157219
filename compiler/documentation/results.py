"""What came of a study, from its ledger: the block that the page of its family shows."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from heldout.compiler.catalog import Catalog
from heldout.compiler.documentation.markdown import prose, table
from heldout.compiler.ledger.entry import Cell, Computed, Entry, Table, Verdict
from heldout.compiler.ledger.reader import read_entry
from heldout.compiler.ledger.standing import Standing
from heldout.compiler.recording.standings import standings
from heldout.compiler.run.source import Source
from heldout.compiler.run.specs import is_base
from heldout.compiler.syntax.study import Study
from heldout.compiler.words import counted, duration

SCALE = "small"  # whose results the documents show
MINUS = "\N{MINUS SIGN}"
LEAST = 0.0001  # of a p-value, below which nobody reads the digits


@dataclass(frozen=True)
class Results:
    """A study of the repository, and what is recorded of it.

    Attributes:
        path: of its spec, from the repository's root.
        family: what the page of its family is called.
        entry: of its ledger at the scale that documents show.
        standing: of that entry, by the catalog as it is shipped.
    """

    path: Path
    study: Study
    family: str
    entry: Entry | None
    standing: Standing

    @property
    def page(self) -> str:
        """The page of its family, in the folder of such pages."""
        return f"{self.path.parent.name}.md"

    @property
    def after(self) -> str:
        """The paper that the study is after, by its authors or else its title, with its address."""
        paper = dict(self.study.paper)
        authors = _cited(paper["authors"]) if "authors" in paper else paper.get("title", "an unnamed paper")
        cited = prose(f"{authors} {paper.get('year', '')}".strip())
        return f"[{cited}]({paper['url']})" if "url" in paper else cited

    @property
    def mark(self) -> str:
        """What must be said of the entry beside every number of it; empty where it is fresh."""
        return "" if self.standing.state == "fresh" else self.standing.words()


def all_results(root: Path, catalog: Catalog) -> list[Results]:
    """What is recorded of every study in `specs/`, by family and name.

    Raises:
        Refusal: a spec or a ledger cannot be read, or a spec has mistakes.
    """
    found = []
    for spec in sorted((root / "specs").glob("*/*.yaml")):
        if is_base(spec.read_bytes()):
            continue
        (_, standing), *_ = standings(spec, SCALE, catalog)
        study, family = Source.read(spec).study(SCALE), _family(root, spec.parent.name)
        found.append(Results(spec.relative_to(root), study, family, read_entry(spec, SCALE), standing))
    return found


def _family(root: Path, name: str) -> str:
    """The title of a family's page; where there is none, the name of its folder in words."""
    page = root / "docs" / "families" / f"{name}.md"
    first = page.read_text(encoding="utf-8").partition("\n")[0] if page.is_file() else ""
    return first.removeprefix("# ") if first.startswith("# ") else name.replace("-", " ")


def results_text(results: Results, up: str) -> str:
    """What came of a study: how it was computed, its verdicts and its tables.

    Args:
        results: of the study.
        up: from the page to the repository's root.
    """
    spec, entry = results.path.as_posix(), results.entry
    named = f"[`{spec}`]({up}/{spec}), after {results.after}"
    if entry is None:
        return f"{named}: not recorded yet."
    parts = [f"{named}, at the scale `{SCALE}`: {_computed(entry.computed)}."]
    if results.mark:
        parts.append(f"**{results.mark[0].upper()}{results.mark[1:]}.**")
    parts.append(_verdicts(entry.verdicts or ()))
    parts += [f"No run decides: {prose(one.says)} {prose(one.reason)}" for one in results.study.untested]
    for each in entry.tables or ():
        parts += [f"**{prose(each.title)}.** {prose(each.note)}", _table(each)]
    return "\n\n".join(filter(None, parts))


def _cited(authors: str) -> str:
    """`Zhang et al.` of more than two."""
    names = authors.replace(" and ", ", ").split(", ")
    return authors if len(names) <= 2 else f"{names[0]} et al."


def _computed(computed: Computed) -> str:
    about = computed.environments[0].about if computed.environments else {}
    took = computed.cpu_seconds if computed.cpu_seconds is not None else computed.seconds
    parts = [
        counted(computed.tasks, "task"),
        f"{counted(computed.failed, 'other')} failed" if computed.failed else "",
        f"{duration(took)} {'of CPU time' if computed.cpu_seconds is not None else 'of computing'}",
        f"computed on {computed.date}" if computed.date else "",
    ]
    versions = [
        f"{name} {about[key]}" for key, name in (("python", "Python"), ("torch", "torch")) if key in about
    ]
    processor = (about.get("device", "").upper(), about.get("cpu", ""))
    where = about.get("gpu") or ", ".join(filter(None, processor))
    under = f" with {' and '.join(versions)}" if versions else ""
    return f"{', '.join(filter(None, parts))}{under}{f' ({where})' if where else ''}"


def _verdicts(verdicts: tuple[Verdict, ...]) -> str:
    head = ["Claim", "Verdict", "What was found", "Units", "p after Holm"]
    rows = [
        (prose(one.says), one.verdict, prose(one.finding), str(one.num_units), _chance(one))
        for one in verdicts
    ]
    return table(head, rows)


def _chance(verdict: Verdict) -> str:
    if verdict.verdict == "untested":
        return ""
    said = f"{verdict.p:.2g}" if verdict.p >= LEAST else f"< {LEAST}"
    return f"{said}{'' if verdict.holds else ', against'}"


def _table(shown: Table) -> str:
    """The numbers as a table, the last axis from left to right where the study has it so."""
    axes = list(shown.axes.items())
    if shown.columns is None:
        rows = [(*map(_level, cell.at), _number(cell, shown)) for cell in shown.cells]
        return table([*(prose(label) for _, label in axes), prose(shown.title)], rows)
    columns = list(dict.fromkeys(cell.at[-1] for cell in shown.cells))
    names = (_heading(level, shown) for level in columns)
    return table([*(prose(label) for _, label in axes[:-1]), *names], _rows(shown, columns))


def _heading(level: str | None, shown: Table) -> str:
    """What a column is called; in percent, where its table is not as a whole."""
    own = shown.by_column.get(level) if level is not None else None
    return f"{_level(level)}{', %' if own is not None and own.unit == 'percent' else ''}"


def _rows(shown: Table, columns: list[str | None]) -> Iterator[tuple[str, ...]]:
    cells = {cell.at: cell for cell in shown.cells}
    for at in dict.fromkeys(cell.at[:-1] for cell in shown.cells):
        found = (cells.get((*at, column)) for column in columns)
        yield (*map(_level, at), *("" if cell is None else _number(cell, shown) for cell in found))


def _level(level: str | None) -> str:
    return "average" if level is None else prose(level)


def _number(cell: Cell, shown: Table) -> str:
    """A mean with its half-width as the report shows it, in bold where it is the best."""
    how, expected = shown.shown(cell.at[-1] if cell.at else None), cell.runs + cell.missing
    scale = 100 if how.unit == "percent" else 1
    runs = f" ({cell.runs} of {expected})" if cell.missing else ""
    if cell.mean is None:
        return f"—{runs}" if expected else ""
    mean, spread = _fixed(cell.mean * scale, how.decimals), ""
    if cell.half_width is not None and not how.without_spread:
        spread = f" ± {_fixed(cell.half_width * scale, how.decimals)}"
    return f"{f'**{mean}**' if cell.best else mean}{spread}{'†' if cell.oracle else ''}{runs}"


def _fixed(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    return (text.lstrip("-") if float(text) == 0 else text).replace("-", MINUS)
