import torch

from heldout.runtime.artifacts import Trajectory
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.training.kept_weights import KeptWeights

CONFIG = {"network": "linear"}


def followed(checkpoint):
    kept = KeptWeights(checkpoint, [4, 2])
    weight = torch.zeros(3)
    for step in range(1, 5):
        weight += 1
        kept.keep(step, {"w": weight})
    return kept.trajectory(CONFIG)


def test_weights_are_those_of_their_step_wherever_they_are_kept(tmp_path):
    held, written = followed(Checkpoint()), followed(Checkpoint(tmp_path / "task"))
    for one in (held, written):
        assert one.steps == (2, 4)
        assert [one.weights_at(point)["w"].tolist() for point in range(2)] == [[2.0] * 3, [4.0] * 3]
    assert len(held.files) == 0 and len(written.files) == 2 and not written.weights


def test_a_trajectory_of_files_outlives_its_checkpoint(tmp_path):
    checkpoint = Checkpoint(tmp_path / "task")
    folder = tmp_path / "artifact"
    folder.mkdir()
    followed(checkpoint).save(folder)
    checkpoint.clear()
    loaded = Trajectory.load(folder)
    assert loaded.steps == (2, 4) and loaded.weights_at(1)["w"].tolist() == [4.0] * 3
    parsed = Trajectory.parse({path.name: path.read_bytes() for path in folder.iterdir()})
    assert parsed.weights_at(0)["w"].tolist() == [2.0] * 3


def test_none_is_asked_for(tmp_path):
    empty = KeptWeights(Checkpoint(tmp_path / "task"), ()).trajectory(CONFIG)
    assert len(empty) == 0 and not (tmp_path / "task").exists()
    empty.save(tmp_path)
    assert len(Trajectory.load(tmp_path)) == 0
