"""`heldout run`: compile a study, run its workflow, and say what came out."""

import importlib.util
from typing import Annotated

import typer

from heldout.compiler.cli.containers import (
    ContainersOption,
    containers_of_run,
    no_leftovers,
    pins_or_stop,
    prepare_or_stop,
)
from heldout.compiler.cli.lock import refuse_drift
from heldout.compiler.cli.outcome import done_times, read_outcome, say_outcome
from heldout.compiler.cli.profile import how_to_run, load_profile_or_stop
from heldout.compiler.plan.packing import Target
from heldout.compiler.profiles.arguments import executor_of
from heldout.compiler.run.events import done_files, forget_attempts
from heldout.compiler.run.exclusive import in_use, only_one
from heldout.compiler.run.workflow import DRY, run_workflow, show_what_would_run
from heldout.compiler.run.workspace import RESULTS, STORE, Json, Results, Scale, Spec, StorePath, Workspace
from heldout.compiler.terminal import FAILED, MISSING, print_json, stop


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
    retry: Annotated[bool, typer.Option("--retry", help="Try the tasks that failed again.")] = False,
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
    chosen = load_profile_or_stop(profile)
    target = Target(chosen.job_seconds, chosen.max_jobs) if chosen is not None else None
    workspace = Workspace.open(spec, scale, results, store, as_json, target, repack)
    mode = containers_of_run(containers, chosen)
    if mode == "none" and importlib.util.find_spec("torch") is None:
        hint = "install it with `pip install 'heldout[runtime]'`, or name an engine with --containers"
        stop("the runtime is not installed", MISSING, hint)
    pins = pins_or_stop()
    refuse_drift(workspace, pins, in_containers=mode != "none")
    launch = prepare_or_stop(workspace, mode, executor_of(chosen, context.args), pins)
    plan, folder = workspace.compiled.plan, workspace.folder
    with only_one(folder) as lock, in_use(store), no_leftovers(launch, folder):
        workspace.emit(pins, launch)
        if retry:
            _retry(workspace)
        how = how_to_run(workspace, pins, chosen, cores, context.args)
        if DRY & set(context.args):
            raise typer.Exit(show_what_would_run(folder, how) and FAILED)
        before = done_times(plan, folder)
        forget_attempts(plan, folder)
        code = run_workflow(plan, folder, how, lock)
        outcome = read_outcome(workspace, code, before)
    if as_json:
        print_json(outcome.json())
    else:
        say_outcome(outcome)
    raise typer.Exit(FAILED if code or outcome.failed or outcome.blocked else 0)


def _retry(workspace: Workspace) -> None:
    """Let the jobs run again whose tasks failed, or were blocked by others that did."""
    for done in done_files(workspace.compiled.plan, workspace.folder):
        if done["failed"] or done["blocked"]:
            done["path"].unlink()
