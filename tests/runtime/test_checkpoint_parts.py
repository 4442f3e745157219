import json

import pytest
import torch

from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.checkpoint_file import Damaged, write
from heldout.runtime.checkpoint_parts import read_joined, rows_of

WHOLE = {"weights.w": torch.arange(14.0).view(7, 2), "optimizer.0.step": torch.tensor(3.0)}


def write_parts(folder, processes, number=0, steps=None):
    """A checkpoint of several processes: rows of the weight, and all of what is none."""
    folder.mkdir(exist_ok=True)
    paths = []
    for place in range(processes):
        rows = rows_of(7, place, processes)
        tensors = WHOLE | {"weights.w": WHOLE["weights.w"][rows.start : rows.stop]}
        step = 3 if steps is None else steps[place]
        notes = {"step": step, "losses": {"0": 1.5}, "rows": {"weights.w": 7}}
        of = f".{place}-of-{processes}" if processes > 1 else ""
        paths.append(folder / f"checkpoint-{number}{of}.safetensors")
        write(paths[-1], tensors, json.dumps(notes))
    return paths


def test_rows_are_cut_as_torch_cuts_them():
    for count in range(12):
        for processes in range(1, 6):
            cut = [list(rows_of(count, number, processes)) for number in range(processes)]
            torchs = [one.tolist() for one in torch.arange(count).chunk(processes) if len(one)]
            assert [one for one in cut if one] == torchs


@pytest.mark.parametrize("before", [2, 3, 9])
@pytest.mark.parametrize("after", [1, 2, 3, 5, 8])
def test_any_number_of_processes_reads_what_another_wrote(tmp_path, before, after):
    paths = write_parts(tmp_path, before)
    for number in range(after):
        rows = rows_of(7, number, after)
        tensors, notes = read_joined(paths, number, after)
        assert torch.equal(tensors["weights.w"], WHOLE["weights.w"][rows.start : rows.stop])
        assert torch.equal(tensors["optimizer.0.step"], WHOLE["optimizer.0.step"])
        assert notes == {"step": 3, "losses": {"0": 1.5}}


def test_files_of_two_steps_are_no_checkpoint(tmp_path):
    with pytest.raises(Damaged, match="not of the same step"):
        read_joined(write_parts(tmp_path, 2, steps=(3, 4)))


def test_one_process_takes_the_newest_of_any_and_removes_what_is_older(tmp_path):
    folder = tmp_path / "task"
    write_parts(folder, 2, number=4)
    write_parts(folder, 3, number=5)[1].unlink()  # which is not whole
    checkpoint = Checkpoint(folder)
    tensors, _ = checkpoint.load()
    assert torch.equal(tensors["weights.w"], WHOLE["weights.w"])
    checkpoint.save(WHOLE, {"step": 4})
    assert Checkpoint(folder).load()[1] == {"step": 4}
    checkpoint.save(WHOLE, {"step": 5})
    checkpoint.save(WHOLE, {"step": 6})
    names = sorted(path.name for path in folder.iterdir())
    assert names[-2:] == ["checkpoint-6.safetensors", "checkpoint-7.safetensors"]
    assert not any("-of-2" in name for name in names)


def test_where_parts_are_damaged_one_process_takes_the_older(tmp_path, caplog):
    write_parts(tmp_path, 2, number=1)
    newest = write_parts(tmp_path, 2, number=2)[1]
    newest.write_bytes(newest.read_bytes()[:-8])
    assert Checkpoint(tmp_path).load() is not None
    assert "checkpoint-2.0-of-2.safetensors: the checkpoint is damaged" in caplog.text
