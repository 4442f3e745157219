import pytest

from heldout.compiler.images import Pin, Pins
from heldout.compiler.profiles import load_profile
from heldout.compiler.refusal import Missing
from heldout.compiler.run.invocation import how_to_run
from heldout.compiler.run.workspace import Workspace


@pytest.fixture
def compiled(spec):
    return Workspace.open(spec).compiled


def test_what_the_user_adds_comes_last(compiled):
    how = how_to_run(compiled, Pins(), None, 3, ["--keep-incomplete"])
    assert (how.at_once, how.arguments, how.notes) == (3, ("--cores", "3", "--keep-incomplete"), ())


def test_cores_are_not_for_clusters(compiled):
    how = how_to_run(compiled, Pins(), load_profile("slurm"), 3, ["--jobs", "1"])
    assert "--cores" not in how.arguments
    assert how.notes[0] == "--cores is for jobs of this machine; slurm runs 1 job at once"


def test_pods_run_in_the_pinned_image_of_the_study(compiled):
    profile = load_profile("kubernetes")
    with pytest.raises(Missing, match="in no registry") as refused:
        how_to_run(compiled, Pins(), profile, None, [])
    assert "heldout image push cpu" in refused.value.hint
    digest = f"sha256:{'b' * 64}"
    pin = Pin("registry.example.org/cpu", "sha256:i", digest, "sha256:r", "sha256:c", "base")
    how = how_to_run(compiled, Pins(known={"cpu": pin}), profile, None, [])
    assert how.arguments[how.arguments.index("--container-image") + 1] == f"registry.example.org/cpu@{digest}"
