import pytest
import torch

from heldout.runtime.checkpoint import Checkpoint, StopSignal
from heldout.runtime.operator import Interrupted


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "checkpoints" / "task"


def test_what_is_saved_is_loaded(folder):
    checkpoint = Checkpoint(folder)
    assert checkpoint.load() is None and not checkpoint.exists
    checkpoint.save({"w": torch.arange(3)}, {"step": 1})
    assert checkpoint.exists
    checkpoint.save({"w": torch.arange(8)[::2] // 2}, {"step": 2, "losses": {"1": 0.5}})
    tensors, notes = Checkpoint(folder).load()
    assert tensors["w"].tolist() == [0, 1, 2, 3]
    assert notes == {"step": 2, "losses": {"1": 0.5}}
    assert [path.name for path in folder.iterdir()] == ["checkpoint.safetensors"]
    checkpoint.clear()
    assert checkpoint.load() is None and not folder.exists()


def test_a_damaged_checkpoint_starts_the_task_again(folder, caplog):
    checkpoint = Checkpoint(folder)
    checkpoint.save({"w": torch.arange(100)}, {"step": 1})
    path = folder / "checkpoint.safetensors"
    path.write_bytes(path.read_bytes()[:-8])
    assert checkpoint.load() is None
    assert "the checkpoint is damaged" in caplog.text


def test_interrupt_saves_and_ends(folder):
    stop = StopSignal()
    checkpoint = Checkpoint(folder, stop)
    assert not checkpoint.stop
    stop.received = 15
    assert checkpoint.stop
    with pytest.raises(Interrupted):
        checkpoint.interrupt({"w": torch.zeros(1)}, {"step": 7})
    assert checkpoint.load()[1] == {"step": 7}


def test_without_a_folder_nothing_is_kept():
    checkpoint = Checkpoint()
    checkpoint.save({"w": torch.zeros(1)}, {})
    assert checkpoint.load() is None and not checkpoint.stop and not checkpoint.exists
    checkpoint.clear()


def test_a_flipped_bit_in_weights_is_no_checkpoint(tmp_path, caplog):
    kept = Checkpoint(tmp_path / "task")
    tensors = {
        "weights": torch.arange(6.0).reshape(2, 3),
        "step": torch.tensor(3),
        "half": torch.ones(3).bfloat16(),
    }
    kept.save(tensors, {"step": 3})
    loaded = kept.load()
    assert loaded is not None and torch.equal(loaded[0]["weights"], tensors["weights"])
    (path,) = (tmp_path / "task").iterdir()
    content = bytearray(path.read_bytes())
    content[-3] ^= 4
    path.write_bytes(content)
    assert kept.load() is None and "it has not its checksum" in caplog.text
