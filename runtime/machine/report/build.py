"""Build a report: read the results, judge, summarise, draw, and write it all to a folder."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from heldout.runtime.files import write
from heldout.runtime.machine.report.clusters import with_clusters
from heldout.runtime.machine.report.declared import make_all
from heldout.runtime.machine.report.defaults import default_figures, default_tables
from heldout.runtime.machine.report.figures import draw
from heldout.runtime.machine.report.former_files import remove_former
from heldout.runtime.machine.report.measured import how_measured, measured_ports
from heldout.runtime.machine.report.metric_columns import table_of
from heldout.runtime.machine.report.page import render_page
from heldout.runtime.machine.report.provenance import Provenance, provenance
from heldout.runtime.machine.report.result_files import tidy_costs, tidy_results
from heldout.runtime.machine.report.samples import gallery
from heldout.runtime.machine.report.study_card import study_text
from heldout.runtime.machine.report.summary import verdict_values
from heldout.runtime.machine.report.table_files import latex, tidy
from heldout.runtime.machine.report.units import with_units
from heldout.runtime.machine.store import Store
from heldout.runtime.machine.verdicts.own_kinds import register_own_kinds
from heldout.runtime.machine.verdicts.verdicts import Verdict, judge
from heldout.runtime.results.files import write_both
from heldout.runtime.results.gather import gather
from heldout.runtime.results.plan import ReportPlan
from heldout.runtime.results.results import Results

WRITTEN = 0
PLAN_REFUSED = 2


def build_report(plan: Path, store: Path, done: Path, out: Path, still: bool = False) -> int:
    """Write the report of a study.

    Args:
        plan: report.json, as the compiler wrote it; the workflow's folder is the one that its folder is in.
        store: the folder of the store.
        done: the folder of the shards' done files.
        out: where the report goes; made where it is missing; an earlier report in it is replaced.
        still: leave the page's figures as pictures.

    Returns:
        the exit code: 0 where the report was written, however much is missing or contradicted;
        2 where the plan, a done file or a file of the study's own claims cannot be read.
    """
    try:
        report_plan = ReportPlan.read(plan)
        workflow = plan.absolute().parents[1]
        register_own_kinds(
            report_plan.claims, [workflow / name for name in report_plan.about.get("operators", ())]
        )
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return PLAN_REFUSED
    with Store(store, key="report") as opened:
        try:
            results = gather(report_plan, opened, done)
        except ValueError as error:
            print(f"error: {error}", file=sys.stderr)
            return PLAN_REFUSED
        tasks = {task for stage in report_plan.stages.values() for task in stage.cells if task is not None}
        costs = how_measured(report_plan, opened)
        write_report(report_plan, results, provenance(tasks, opened), out, still, costs)
    return WRITTEN


def write_report(
    plan: ReportPlan,
    results: Results,
    computed: Provenance,
    out: Path,
    still: bool = False,
    costs: Sequence[str] = (),
) -> None:
    """Write the report's files, and remove those that it had and has no more.

    Args:
        costs: where costs were measured, in sentences.
    """
    plan = with_units(plan, results)
    verdicts = judge(plan.claims, results)
    declared_tables = with_clusters(plan.tables or default_tables(plan), plan.claims)
    declared_figures = with_clusters(plan.figures or default_figures(declared_tables), plan.claims)
    tables, table_problems = make_all(table_of, declared_tables, results, "table")
    figures, figure_problems = make_all(draw, declared_figures, results, "figure")
    galleries, sample_problems = make_all(gallery, plan.samples, results, "gallery of samples")

    for folder in (out, out / "tables", out / "figures"):
        folder.mkdir(parents=True, exist_ok=True)
    measured = measured_ports(plan)
    write_both(tidy_results(results, measured), out / "results")
    if measured:
        write_both(tidy_costs(results, measured), out / "costs")
    write(out / "verdicts.json", verdicts_text(verdicts))
    for table in tables:
        write_both(tidy(table), out / "tables" / table.id)
        write(out / "tables" / f"{table.id}.tex", latex(table))
    for figure in figures:
        figure.write(out / "figures")
    remove_former(out, {one.id for one in tables}, {one.id for one in figures}, bool(measured))
    problems = [*table_problems, *figure_problems, *sample_problems]
    write(out / "study.json", study_text(plan, results, verdicts, computed))
    page = render_page(plan, results, verdicts, tables, figures, galleries, problems, computed, still, costs)
    write(out / "index.html", page)  # last: its presence says that all else is there


def verdicts_text(verdicts: Sequence[Verdict]) -> str:
    """The verdicts as JSON, with all that they rest on."""
    listed = [verdict_values(verdict) for verdict in verdicts]
    return json.dumps(listed, indent=1, ensure_ascii=False) + "\n"
