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
from heldout.compiler.refusal import Missing
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
    """Snakemake's arguments for a workflow, its profile, and what the user adds.

    Raises:
        Refusal: jobs are pods, and there is no image for them, or one that lacks what the study uses.
    """
    stages, jobs = compiled.plan.stages, compiled.plan.num_jobs + 1  # the report
    at_once = jobs_at_once(profile, cores, extra, max((len(stage.shards) for stage in stages), default=1))
    executor, notes = executor_of(profile, extra), list[str]()
    if cores is not None and executor not in HERE:
        most = counted(at_once, "job")
        notes.append(f"--cores is for jobs of this machine; {executor} runs {most} at once")
    image = _pod_image(compiled, pins, extra) if executor == KUBERNETES else None
    arguments, more = profile_arguments(profile, cores, extra, jobs, image)
    return HowToRun(at_once, (*arguments, *extra), python_path(profile), (*notes, *more))


def _pod_image(compiled: Compiled, pins: Pins, extra: Sequence[str]) -> str | None:
    """The pinned image of a study, as Kubernetes names it."""
    if given(extra, "--container-image"):
        return None
    name = compiled.study.image
    pin = pins.get(name)
    if pin is None or pin.reference is None:
        hint = (
            f"`heldout image build {name}` and `heldout image push {name}` put it where the cluster finds it"
        )
        raise Missing(f"the pods need the image {name}, which is in no registry", hint)
    refuse_lacking(compiled, pin)
    return pin.reference
