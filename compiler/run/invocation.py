"""How Snakemake is called for a study: its arguments, from a profile and what the user adds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from heldout.compiler.compile import Compiled
from heldout.compiler.images import Pins
from heldout.compiler.launch.serving import refuse_lacking
from heldout.compiler.profiles import Profile
from heldout.compiler.profiles.arguments import (
    HERE,
    KUBERNETES,
    executor_of,
    given,
    jobs_at_once,
    profile_arguments,
    python_path,
)
from heldout.compiler.refusal import Missing, Refusal
from heldout.compiler.words import counted


@dataclass(frozen=True)
class HowToRun:
    """What the command line and a profile say about running a workflow.

    Attributes:
        at_once: jobs, for the time that is left.
        arguments: of Snakemake, in their order.
        environment: variables that Snakemake is given besides.
        notes: what people should know of it.
    """

    at_once: int
    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def how_to_run(
    compiled: Compiled, pins: Pins, profile: Profile | None, cores: int | None, extra: Sequence[str]
) -> HowToRun:
    """Snakemake's arguments for a study's workflow, its profile, and what the user adds.

    Raises:
        Refusal: jobs are pods, and there is no image for them, or one that lacks what the study uses.
    """
    most = max((len(stage.shards) for stage in compiled.plan.stages), default=1)
    return how_to_run_jobs([compiled], compiled.plan.num_jobs + 1, most, pins, profile, cores, extra)


def how_to_run_jobs(
    studies: Sequence[Compiled],
    jobs: int,
    most: int,
    pins: Pins,
    profile: Profile | None,
    cores: int | None,
    extra: Sequence[str],
) -> HowToRun:
    """Snakemake's arguments for a workflow of so many jobs.

    Args:
        studies: whose jobs they are.
        jobs: how many there are, reports too.
        most: of them that could run at once.
        pins: what the names of images stand for.
        profile: where they run.
        cores: of this machine, where it is said.
        extra: arguments that the user adds.

    Raises:
        Refusal: jobs are pods, and there is no image for them, several, or one that lacks what a study uses.
    """
    at_once = jobs_at_once(profile, cores, extra, most)
    executor, notes = executor_of(profile, extra), list[str]()
    if cores is not None and executor not in HERE:
        running = counted(at_once, "job")
        notes.append(f"--cores is for jobs of this machine; {executor} runs {running} at once")
    image = _pod_image(studies, pins, extra) if executor == KUBERNETES else None
    arguments, more = profile_arguments(profile, cores, extra, jobs, image)
    return HowToRun(at_once, (*arguments, *extra), python_path(profile), (*notes, *more))


def _pod_image(studies: Sequence[Compiled], pins: Pins, extra: Sequence[str]) -> str | None:
    """The pinned image of studies, as Kubernetes names it."""
    if given(extra, "--container-image"):
        return None
    names = sorted({compiled.study.image for compiled in studies})
    if len(names) > 1:
        hint = "run those of each image together, or name one for all with `-- --container-image`"
        raise Refusal(f"pods of one run have one image, and these studies name {', '.join(names)}", hint)
    pin = pins.get(names[0])
    if pin is None or pin.reference is None:
        build, push = f"`heldout image build {names[0]}`", f"`heldout image push {names[0]}`"
        hint = f"{build} and {push} put it where the cluster finds it"
        raise Missing(f"the pods need the image {names[0]}, which is in no registry", hint)
    for compiled in studies:
        refuse_lacking(compiled, pin)
    return pin.reference
