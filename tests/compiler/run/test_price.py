import pytest

from heldout.compiler.run.price import price
from heldout.compiler.run.workspace import Workspace


def test_a_study_is_priced_by_what_it_says(spec):
    workspace = Workspace.open(spec)
    found = price(workspace.compiled, workspace.store)
    model = next(stage for stage in found.stages if stage.name == "model")
    assert (model.cells, model.tasks, model.cached) == (12, 12, 0)
    assert (model.seconds_per_task, model.seconds_from) == (2.0, "declared by the stage")
    assert model.cpu_hours == pytest.approx(12 * 2 / 3600, abs=1e-4)
    assert found.total["tasks"] == 31
    assert found.total["jobs"] == sum(job.jobs for job in found.jobs)
    assert found.json()["total"] == found.total
    assert found.json()["stages"][0]["axes"] == []
