"""`heldout run`: compile studies, run their workflows, and say what came out."""

from pathlib import Path
from typing import Annotated

import typer

from heldout.compiler.cli.options import ContainersOption, Json, Results, Scale, StorePath
from heldout.compiler.cli.outcome import say_outcome
from heldout.compiler.cli.progress import Display
from heldout.compiler.cli.studies import Specs
from heldout.compiler.cli.suite import page_of_all, say_suite, suite_json
from heldout.compiler.profiles import load_profile
from heldout.compiler.refusal import Refusal
from heldout.compiler.run.specs import SUFFIXES, find_specs, is_several
from heldout.compiler.run.study import Request, run_study, show_study
from heldout.compiler.run.workspace import RESULTS, STORE, Workspace
from heldout.compiler.suite.changed import only_changed
from heldout.compiler.suite.open import Opened, open_suite
from heldout.compiler.suite.run import run_suite, show_suite
from heldout.compiler.terminal import EXIT_CODES, FAILED, print_json, say, say_warned, show_refusal

DRY = frozenset({"-n", "--dry-run", "--dryrun"})

POSITION = 50


def register(application: typer.Typer) -> None:
    application.command()(run)


def run(
    specs: Specs,
    scale: Scale = None,
    cores: Annotated[
        int | None,
        typer.Option("--cores", "-c", min=1, help="Cores of this machine to use; without it all of them."),
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option("--profile", "-p", help="Where jobs run: local, slurm, kubernetes, or a folder."),
    ] = None,
    containers: ContainersOption = None,
    results: Results = RESULTS,
    store: StorePath = STORE,
    retry: Annotated[
        bool,
        typer.Option(
            "--retry", help="Try the tasks that failed again, and look for damage in large results."
        ),
    ] = False,
    changed: Annotated[
        bool,
        typer.Option("--changed", help="Only studies with tasks that neither the store nor the ledger has."),
    ] = False,
    repack: Annotated[
        bool, typer.Option("--repack", help="Size the jobs anew, by how long tasks have taken so far.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Compute what the store lacks, and write the report.

    Interrupt it when you like: what is finished stays, and the next run goes on from there. Many studies
    run together: what they share is computed once, short ones share processes, and each has its report;
    results/index.html has them all. What follows `--` goes to Snakemake.

    Examples:

    \b
      heldout run my-study.yaml --scale smoke
      heldout run my-study.yaml --retry
      heldout run specs/ --scale smoke
      heldout run specs/ --scale small --changed
      heldout run my-study.yaml -- --dry-run
      heldout run my-study.yaml --containers docker
      heldout run my-study.yaml --profile slurm
      heldout run my-study.yaml --profile ./my-cluster -- --jobs 50
    """
    specs, arguments = _apart(specs)
    request = Request(
        profile=load_profile(profile) if profile is not None else None,
        containers=containers,
        cores=cores,
        retry=retry,
        arguments=arguments,
    )
    if is_several(specs) or changed:
        opened = open_suite(find_specs(specs), scale, results, store, request.target, repack)
        raise typer.Exit(_run_many(opened, request, changed, as_json))
    workspace = Workspace.open(specs[0], scale, results, store, request.target, repack)
    say_warned(len(workspace.compiled.warnings), specs[0])
    with Display() as display:
        if DRY & set(request.arguments):
            raise typer.Exit(show_study(workspace, request, display) and FAILED)
        outcome = run_study(workspace, request, display)
    if as_json:
        print_json(outcome.json())
    else:
        say_outcome(outcome)
    raise typer.Exit(0 if outcome.complete else FAILED)


def _apart(given: list[Path]) -> tuple[list[Path], tuple[str, ...]]:
    """Specs, and what follows them for Snakemake: from the first argument after `--` that begins with `-`."""
    options = next((i for i, path in enumerate(given) if str(path).startswith("-")), len(given))
    for path in given[:options]:
        if path.suffix not in SUFFIXES and not path.exists():
            hint = (
                "specs are YAML files; parameters are changed in the spec; what goes to Snakemake stands "
                "after `--` and begins with `-`"
            )
            raise Refusal(f"there is no place for `{path}`", hint)
    return given[:options], tuple(map(str, given[options:]))


def _run_many(opened: Opened, request: Request, changed: bool, as_json: bool) -> int:
    """Run several studies; the exit code."""
    if changed:
        opened, same = only_changed(opened)
        say(f"{len(opened.workspaces)} studies have something new, and {same} have not")
    for refusal in opened.refused.values():
        show_refusal(refusal)
    with Display() as display:
        if DRY & set(request.arguments):
            return show_suite(opened, request, display) and FAILED
        outcome = run_suite(opened, request, display)
    for spec, refusal in outcome.refused.items():
        if spec not in opened.refused:
            show_refusal(refusal)
    page = page_of_all(opened.results) if outcome.outcomes else None
    if as_json:
        print_json(suite_json(outcome, page))
    else:
        say_suite(outcome, page)
    codes = [EXIT_CODES[refusal.kind] for refusal in outcome.refused.values()]
    codes += [FAILED] if not all(one.complete for one in outcome.outcomes) else []
    return max(codes, default=0)
