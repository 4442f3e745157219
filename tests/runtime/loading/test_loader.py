"""Reading examples: the same bits by any number of workers, and mistakes that name a row."""

import io
import os
import signal

import numpy as np
import pyarrow as pa
import pytest
import torch
from PIL import Image

from heldout.runtime.artifacts import Dataset
from heldout.runtime.artifacts.encoded import Encoded, Media
from heldout.runtime.components.transforms.contract import Transforms
from heldout.runtime.loading.examples import Draw, Examples
from heldout.runtime.loading.in_order import at_once, inputs_in_order
from heldout.runtime.loading.loader import load
from heldout.runtime.pictures.files import image_tensor

CPU = torch.device("cpu")
AUGMENT = Transforms([{"random-resized-crop": {"size": 8}}, "horizontal-flip"])


def png(height, width, seed=0):
    file = io.BytesIO()
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def pictures(count=12, files=None):
    """Pictures of several sizes, as they are in their files."""
    files = files or [png(10 + number, 20 - number, number) for number in range(count)]
    rows = pa.table({"id": [f"p{n}" for n in range(len(files))], "label": [n % 2 for n in range(len(files))]})
    return Dataset(rows=rows, classes=("no", "yes"), encoded={"image": Encoded.of(files, Media())})


def schedule(steps=4, batch=3, count=12):
    generator = torch.Generator().manual_seed(0)
    for step in range(steps):
        rows = torch.randint(count, (batch,), generator=generator).tolist()
        yield [Draw(step, row, rows[:place].count(row)) for place, row in enumerate(rows)]


def test_workers_change_no_bit():
    found = [
        torch.stack(list(load(Examples(pictures(), AUGMENT, 5), schedule(), CPU, workers)))
        for workers in (0, 1, 2)
    ]
    assert found[0].shape == (4, 3, 3, 8, 8)
    assert torch.equal(found[0], found[1]) and torch.equal(found[0], found[2])


def test_what_is_drawn_for_a_row_hangs_on_the_step_and_not_on_the_others():
    examples = Examples(pictures(), AUGMENT, 5)
    together = examples.__getitems__([Draw(3, 7), Draw(3, 2), Draw(3, 7, 1)])
    alone = examples.__getitems__([Draw(3, 2)])
    assert torch.equal(together[1], alone[0])
    assert not torch.equal(together[0], together[2]), "the same row again is drawn for anew"
    assert not torch.equal(alone[0], examples[Draw(4, 2)])
    assert not torch.equal(alone[0], Examples(pictures(), AUGMENT, 6)[Draw(3, 2)])


def test_reading_takes_no_draw_from_the_global_generator():
    state = torch.get_rng_state()
    for workers in (0, 1):
        list(load(Examples(pictures(), AUGMENT, 5), schedule(), CPU, workers))
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("workers", [0, 1])
def test_a_picture_that_is_none_is_named(workers):
    data = pictures(files=[png(8, 8), png(8, 8), b"no picture"])
    with pytest.raises(ValueError, match=r"row 2 \(p2\) cannot be read.*not a whole image"):
        list(inputs_in_order(data, (3, 8, 8), [{"resize": {"size": 8}}], 2, CPU, workers))


def test_pictures_of_several_sizes_need_one():
    with pytest.raises(ValueError, match=r"row 1 \(p1\) is \[3, 11, 19\] and others are \[3, 10, 20\]"):
        list(inputs_in_order(pictures(), (3, 10, 20), [], 4, CPU))


class Dies(Examples):
    def __getitems__(self, draws):
        os.kill(os.getpid(), signal.SIGKILL)


def test_a_worker_that_dies_is_told():
    with pytest.raises(RuntimeError, match=r"ended at minibatch 0 of this run.*workers: 0"):
        list(load(Dies(pictures(), AUGMENT, 0), schedule(), CPU, 1))


def test_inputs_in_order_are_those_of_the_tensor_and_of_the_files():
    x = torch.rand(10, 3, 6, 6)
    rows = pa.table({"id": [str(n) for n in range(10)], "label": [0] * 10})
    small = Dataset(rows=rows, tensors={"x": x}, classes=("a",))
    assert torch.equal(torch.cat(list(inputs_in_order(small, (3, 6, 6), (), 4, CPU))), x)
    square = [png(6, 6, seed) for seed in range(5)]
    data = pictures(files=square)
    wanted = [
        torch.from_numpy(np.array(Image.open(io.BytesIO(one)))).permute(2, 0, 1) / 255 for one in square
    ]
    found = list(inputs_in_order(data, (3, 6, 6), (), 2, CPU, 1))
    assert [len(one) for one in found] == [2, 2, 1]
    assert torch.allclose(torch.cat(found), torch.stack(wanted))


def test_pictures_of_8_and_16_bits_come_together():
    file = io.BytesIO()
    Image.fromarray(np.full((6, 6), 65535 // 3, dtype=np.uint16)).save(file, "PNG")
    for files in ([png(6, 6), file.getvalue()], [file.getvalue(), png(6, 6)]):
        data = pictures(files=files)
        (found,) = inputs_in_order(data, (3, 6, 6), (), 2, CPU)
        whole = [image_tensor(one, "a.png", None, "rgb") for one in files]
        assert torch.equal(found, torch.stack(whole)) and found.dtype == torch.float32
        assert torch.allclose(found[files.index(file.getvalue())], torch.tensor(1 / 3))


def test_pictures_travel_as_bytes_until_they_are_ready():
    """Of a transform that calculates they are floats before; the values are the same either way."""
    data = pictures(files=[png(6, 6, seed) for seed in range(3)])
    travelling = Examples(data, Transforms(["horizontal-flip"]), 0).__getitems__(
        [Draw(0, row) for row in range(3)]
    )
    assert travelling.dtype == torch.uint8
    (arrived,) = load(
        Examples(data, Transforms(["horizontal-flip"]), 0), [[Draw(0, n) for n in range(3)]], CPU
    )
    assert torch.equal(arrived, travelling.float() / 255)


def test_a_tensor_of_whole_numbers_is_left_as_it_is():
    x = torch.arange(40, dtype=torch.uint8).view(10, 4)
    data = Dataset(rows=pa.table({"id": [str(n) for n in range(10)]}), tensors={"x": x})
    (found,) = load(Examples(data, Transforms([]), 0), [[Draw(0, 3), Draw(0, 1)]], CPU)
    assert torch.equal(found, x[[3, 1]])


def test_a_large_tensor_is_read_a_minibatch_at_a_time(monkeypatch):
    monkeypatch.setattr("heldout.runtime.loading.in_order.WHOLE_BYTES", 100)
    x = torch.rand(10, 3, 6, 6)
    data = Dataset(rows=pa.table({"id": [str(n) for n in range(10)]}), tensors={"x": x})
    assert torch.equal(
        torch.cat(list(inputs_in_order(data.take([1, 3, 5]), (3, 6, 6), (), 2, CPU))), x[[1, 3, 5]]
    )


def test_minibatches_that_are_scored_are_bounded():
    assert at_once(512, (3, 224, 224)) == 445  # 2^28 bytes / (4 x 150,528)
    assert at_once(512, (1, 8, 8)) == 512
    assert at_once(512, (3, 10_000, 10_000)) == 1


def test_transforms_take_pictures_alone():
    data = Dataset(rows=pa.table({"id": ["a"]}), tensors={"x": torch.rand(1, 5)})
    with pytest.raises(ValueError, match=r"row 0 \(a\).*pictures \[channels, height, width\], not \[5\]"):
        list(inputs_in_order(data, (5,), ["horizontal-flip"], 1, CPU))
