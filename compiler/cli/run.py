"""`heldout run`: compile a study, run its workflow, and say what came out."""

from typing import Annotated

import typer

from heldout.compiler.cli.options import ContainersOption, Json, Results, Scale, Spec, StorePath
from heldout.compiler.cli.outcome import say_outcome
from heldout.compiler.cli.progress import Display
from heldout.compiler.profiles import load_profile
from heldout.compiler.refusal import Refusal
from heldout.compiler.run.study import Request, run_study, show_study
from heldout.compiler.run.workspace import RESULTS, STORE, Workspace
from heldout.compiler.terminal import FAILED, print_json

DRY = frozenset({"-n", "--dry-run", "--dryrun"})

POSITION = 50


def register(application: typer.Typer) -> None:
    settings = {"allow_extra_args": True, "ignore_unknown_options": False}
    application.command(context_settings=settings)(run)


def run(
    context: typer.Context,
    spec: Spec,
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
    repack: Annotated[
        bool, typer.Option("--repack", help="Size the jobs anew, by how long tasks have taken so far.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Compute what the store lacks, and write the report.

    Interrupt it when you like: what is finished stays, and the next run goes on from there. What
    follows `--` goes to Snakemake.

    Examples:

    \b
      heldout run my-study.yaml --scale smoke
      heldout run my-study.yaml --retry
      heldout run my-study.yaml -- --dry-run
      heldout run my-study.yaml --containers docker
      heldout run my-study.yaml --profile slurm
      heldout run my-study.yaml --profile ./my-cluster -- --jobs 50
    """
    if context.args and not context.args[0].startswith("-"):
        hint = (
            "parameters are changed in the spec; what goes to Snakemake stands after `--` and begins with `-`"
        )
        raise Refusal(f"there is no place for `{context.args[0]}`", hint)
    request = Request(
        profile=load_profile(profile) if profile is not None else None,
        containers=containers,
        cores=cores,
        retry=retry,
        arguments=tuple(context.args),
    )
    workspace = Workspace.open(spec, scale, results, store, request.target, repack)
    with Display() as display:
        if DRY & set(request.arguments):
            raise typer.Exit(show_study(workspace, request, display) and FAILED)
        outcome = run_study(workspace, request, display)
    if as_json:
        print_json(outcome.json())
    else:
        say_outcome(outcome)
    raise typer.Exit(0 if outcome.complete else FAILED)
