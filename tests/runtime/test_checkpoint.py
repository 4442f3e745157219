import time

import pytest
import torch

from heldout.runtime.checkpoint import Checkpoint, StopSignal, seconds_between
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
    assert sorted(p.name for p in folder.iterdir()) == [f"checkpoint-{n}.safetensors" for n in (0, 1)]
    checkpoint.clear()
    assert checkpoint.load() is None and not folder.exists()


def cut(path):
    path.write_bytes(path.read_bytes()[:-8])


def test_where_the_newest_is_damaged_the_older_is_taken(folder, caplog):
    checkpoint = Checkpoint(folder)
    for step in range(4):
        checkpoint.save({"w": torch.full((100,), step)}, {"step": step})
    assert checkpoint.numbers() == [2, 3]
    cut(folder / "checkpoint-3.safetensors")
    assert Checkpoint(folder).load()[1] == {"step": 2}
    assert "checkpoint-3.safetensors: the checkpoint is damaged" in caplog.text
    cut(folder / "checkpoint-2.safetensors")
    again = Checkpoint(folder)
    assert again.load() is None
    again.save({"w": torch.zeros(1)}, {"step": 9})
    assert Checkpoint(folder).load()[1] == {"step": 9}


def test_one_is_saved_when_it_is_time_while_training_goes_on(folder):
    weight, steps = torch.zeros(1000), []
    checkpoint = Checkpoint(folder, seconds=0)

    def state():
        steps.append(int(weight[0]))
        return {"w": weight}, {"step": int(weight[0])}

    for _ in range(5):
        checkpoint.look(state)
        weight += 1  # in place, while it is being written
    assert checkpoint.exists
    checkpoint.save({"w": weight}, {"step": 5})
    assert steps == [0, 1, 2, 3, 4]
    loaded = Checkpoint(folder).load()
    assert loaded[0]["w"].tolist() == [5.0] * 1000 and checkpoint.numbers() == [4, 5]
    cut(folder / "checkpoint-5.safetensors")
    assert Checkpoint(folder).load()[0]["w"].tolist() == [4.0] * 1000
    checkpoint.clear()
    assert not folder.exists()


def test_none_is_saved_before_it_is_time(folder):
    checkpoint = Checkpoint(folder, seconds=3600)
    checkpoint.look(lambda: pytest.fail("it is not time"))
    assert not checkpoint.exists


def test_checkpoints_that_cost_much_come_less_often(folder):
    checkpoint = Checkpoint(folder, seconds=1e-9)
    checkpoint.look(lambda: ({"w": torch.zeros(3_000_000)}, {}))
    checkpoint._wait()
    assert checkpoint._cost > 1e-3
    assert checkpoint._due - time.monotonic() > 0.5 * checkpoint._cost / 0.02


def test_the_environment_says_how_often(monkeypatch):
    monkeypatch.delenv("HELDOUT_CHECKPOINT_SECONDS", raising=False)
    assert seconds_between() == 600
    monkeypatch.setenv("HELDOUT_CHECKPOINT_SECONDS", "30")
    assert seconds_between() == 30
    monkeypatch.setenv("HELDOUT_CHECKPOINT_SECONDS", "often")
    with pytest.raises(ValueError, match="'often', and should be a number of seconds"):
        seconds_between()


def test_a_checkpoint_of_several_processes_counts_once_all_have_written(folder):
    one, other = (Checkpoint(folder, rank=rank, ranks=2) for rank in range(2))
    for step in range(3):
        one.save({"w": torch.tensor([step, 0])}, {"step": step})
        assert one.numbers() == list(range(step))[-2:]
        other.save({"w": torch.tensor([step, 1])}, {"step": step})
    one.save({"w": torch.tensor([3, 0])}, {"step": 3})
    assert [Checkpoint(folder, rank=rank, ranks=2).load()[0]["w"].tolist() for rank in range(2)] == [
        [2, 0],
        [2, 1],
    ]
    assert Checkpoint(folder).load() is None  # of one process there is none


def test_what_a_killed_writer_left_is_removed(folder):
    folder.mkdir(parents=True)
    (folder / ".checkpoint-7.safetensors.123").write_bytes(b"half")
    Checkpoint(folder).save({"w": torch.zeros(1)}, {})
    assert [path.name for path in folder.iterdir()] == ["checkpoint-0.safetensors"]


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


def test_a_signal_that_comes_while_processes_agree_is_heard_when_they_agree_again():
    stop = StopSignal()
    asked = []

    def agree(number):
        asked.append(number)
        if len(asked) == 1:
            stop._handle(15, None)  # too late for what the others were told
        return number

    stop.agree = agree
    assert not stop.asked()
    assert stop.asked()
    assert (asked, stop.received) == ([0, 15], 15)
