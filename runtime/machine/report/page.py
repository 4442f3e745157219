"""The page: verdicts first, then the numbers, then how they came about."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from heldout.runtime.machine.report.claim_view import claim_view
from heldout.runtime.machine.report.dag import draw_stages
from heldout.runtime.machine.report.figures import Figure
from heldout.runtime.machine.report.formats import formats
from heldout.runtime.machine.report.inline_svg import inline_svg
from heldout.runtime.machine.report.lock_view import lock_view
from heldout.runtime.machine.report.protocols import compare_protocols
from heldout.runtime.machine.report.provenance import Provenance
from heldout.runtime.machine.report.samples import Gallery
from heldout.runtime.machine.report.scripts import own_script, script_data, security_policy, vega_embed
from heldout.runtime.machine.report.table_view import cell_view, table_view
from heldout.runtime.machine.report.tables import SummaryTable
from heldout.runtime.machine.report.templates import ENVIRONMENT, style
from heldout.runtime.machine.report.trouble import trouble_groups
from heldout.runtime.machine.verdicts.verdicts import Verdict, Word
from heldout.runtime.results.numbers import duration, energy
from heldout.runtime.results.plan import ReportPlan
from heldout.runtime.results.results import Results

PARTS = {
    "verdicts": "Verdicts",
    "tables": "Tables",
    "figures": "Figures",
    "samples": "Samples",
    "missing": "Missing",
    "protocols": "Rankings",
    "computed": "How it was computed",
    "data": "Data",
}


def render_page(
    plan: ReportPlan,
    results: Results,
    verdicts: Sequence[Verdict],
    tables: Sequence[SummaryTable],
    figures: Sequence[Figure],
    galleries: Sequence[Gallery],
    problems: Sequence[str],
    computed: Provenance,
    still: bool = False,
    costs: Sequence[str] = (),
) -> str:
    """The whole page as HTML that needs no other file but its downloads.

    Args:
        problems: what of the study could not be shown, and why.
        still: leave the figures as pictures, which saves the 0.9 MB of Vega.
        costs: where and how the costs that are shown were measured, in sentences; none where none are.
    """
    live = bool(figures) and not still
    scripts = page_scripts(live)
    comparisons = [one for one in map(compare_protocols, tables) if one is not None]
    counts = Counter(verdict.word for verdict in verdicts)
    absent = {id for id, there in (("protocols", comparisons), ("samples", galleries)) if not there}
    lock = lock_view(plan.about.get("lock"))
    return ENVIRONMENT.get_template("page.html.jinja").render(
        style=style(),
        policy=security_policy(scripts),
        scripts=scripts,
        parts=[(id, name) for id, name in PARTS.items() if id not in absent],
        plan=plan,
        about=plan.about,
        paper=paper_of(plan.about.get("paper")),
        counts=[(word.value, counts[word]) for word in Word if counts[word]],
        lock=lock,
        claims=[claim_view(verdict, lock.sentences.get(verdict.id, "")) for verdict in verdicts],
        untested=plan.about.get("untested") or (),
        tables=[table_view(table) for table in tables],
        figures=[
            (
                figure,
                inline_svg(figure.svg, figure.id, figure.caption),
                script_data(figure.interactive) if live else None,
            )
            for figure in figures
        ],
        galleries=galleries,
        problems=problems,
        trouble=trouble_groups(results),
        num_missing=len(results.missing),
        num_tasks=sum(stage.num_tasks for stage in plan.stages.values()),
        oracles=oracle_stages(plan, results),
        comparisons=[
            (
                one,
                [
                    [cell_view(cell, formats(one.table)[-1], True) for cell in standing.cells]
                    for standing in one.standings
                ],
            )
            for one in comparisons
        ],
        computed=computed,
        costs=costs,
        seconds=duration(computed.seconds),
        cpu_seconds=None if computed.cpu_seconds is None else duration(computed.cpu_seconds),
        energy=None if computed.gpu_joules is None else energy(computed.gpu_joules),
        efforts=[(one, duration(one.seconds), duration(one.longest)) for one in computed.efforts],
        dag=draw_stages(plan.stages, _formulas(plan)),
    )


def page_scripts(live: bool) -> list[Markup]:
    """The scripts of a page, with those of figures that answer or without."""
    scripts = [own_script(name) for name in ("theme", "theme_choice", "sorting")]
    return [*scripts, vega_embed(), own_script("live_figures")] if live else scripts


def paper_of(declared: Mapping[str, Any] | None) -> dict[str, str] | None:
    """The paper's title, authors, year and link; a link that is no web address is left out."""
    if not declared:
        return None
    url = str(declared.get("url") or "")
    who = [str(declared[key]) for key in ("authors", "year") if declared.get(key)]
    return {
        "by": f" ({', '.join(who)})" if who else "",
        "title": str(declared.get("title") or url),
        "url": url if url.startswith(("https://", "http://")) else "",
    }


def oracle_stages(plan: ReportPlan, results: Results) -> list[tuple[str, int, int]]:
    """The stages with oracle cells: name, oracle cells, all cells."""
    found = []
    for stage in plan.stages.values():
        if stage.oracle and stage.cells:
            exists = [task is not None for task in stage.cells]
            marked = sum(
                there and oracle
                for there, oracle in zip(exists, results.oracle(stage.name).flat, strict=True)
            )
            found.append((stage.name, marked, sum(exists)))
    return [one for one in found if one[1]]


def _formulas(plan: ReportPlan) -> dict[str, list[str]]:
    """By stage that computes, the arithmetic of each metric, as the study writes it."""
    return {
        stage["name"]: [str(text) for text in stage["computes"].values()]
        for stage in plan.about["stages"]
        if stage.get("computes")
    }
