"""`--profile`: what a profile means for running a workflow."""

from heldout.compiler.images import Pins
from heldout.compiler.profiles import Profile, ProfileError, load_profile
from heldout.compiler.profiles.arguments import (
    HERE,
    KUBERNETES,
    executor_of,
    given,
    jobs_at_once,
    profile_arguments,
    python_path,
)
from heldout.compiler.run.workflow import HowToRun
from heldout.compiler.run.workspace import Workspace
from heldout.compiler.terminal import INVALID, MISSING, counted, say, stop


def load_profile_or_stop(name: str | None) -> Profile | None:
    """The profile of a name or path, None without one; ends with exit code 2 where it is none."""
    try:
        return load_profile(name) if name is not None else None
    except ProfileError as error:
        stop(str(error), INVALID, error.hint)


def how_to_run(
    workspace: Workspace, pins: Pins, profile: Profile | None, cores: int | None, extra: list[str]
) -> HowToRun:
    """Snakemake's arguments for a workflow, its profile, and what the user adds.

    Ends with exit code 3 where jobs are pods and there is no image for them.
    """
    plan = workspace.compiled.plan
    stages, jobs = plan.stages, plan.num_jobs + 1  # the report
    at_once = jobs_at_once(profile, cores, extra, max((len(stage.shards) for stage in stages), default=1))
    executor = executor_of(profile, extra)
    if cores is not None and executor not in HERE:
        say(
            f"--cores is for jobs of this machine; {executor} runs {counted(at_once, 'job')} at once",
            "yellow",
        )
    image = _pod_image(workspace, pins, extra) if executor == KUBERNETES else None
    arguments, notes = profile_arguments(profile, cores, extra, jobs, image)
    for note in notes:
        say(note, "yellow")
    return HowToRun(at_once, (*arguments, *extra), python_path(profile))


def _pod_image(workspace: Workspace, pins: Pins, extra: list[str]) -> str | None:
    """The pinned image of a study, as Kubernetes names it."""
    if given(extra, "--container-image"):
        return None
    name = workspace.compiled.study.image
    pin = pins.get(name)
    if pin is None or pin.reference is None:
        hint = (
            f"`heldout image build {name}` and `heldout image push {name}` put it where the cluster finds it"
        )
        stop(f"the pods need the image {name}, which is in no registry", MISSING, hint)
    return pin.reference
