"""Engines are found by being there, and everything that names them follows."""

import pytest

from heldout.compiler.launch.registry import choices, engine_called, engines
from heldout.compiler.refusal import Refusal


def test_every_module_of_the_folder_is_an_engine():
    assert list(engines()) == ["apptainer", "docker", "podman"]
    assert choices() == ("none", "apptainer", "docker", "podman")
    assert all(engine_called(name).name == name for name in engines())


def test_a_name_that_none_has():
    with pytest.raises(Refusal, match="no container engine is called `dokcer`") as caught:
        engine_called("dokcer")
    assert "docker" in caught.value.hint
    with pytest.raises(Refusal):
        engine_called("none")


@pytest.mark.parametrize("name", ["apptainer", "docker", "podman"])
def test_where_nothing_is_installed_the_doctor_says_so_and_what_to_do(programs, name):
    """The fixture leaves nothing on the path."""
    (finding,) = engine_called(name).look()
    assert (finding.name, finding.state, finding.found) == (name, "absent", "not installed")
    assert finding.hint and engine_called(name).install


def test_only_engines_that_reach_other_machines_run_jobs_of_several():
    assert [name for name, engine in engines().items() if engine.spans_machines] == ["apptainer"]
    assert [name for name, engine in engines().items() if engine.takes_sif] == ["apptainer"]
