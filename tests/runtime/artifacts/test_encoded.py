import io
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import datasets
import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from heldout.runtime.artifacts.encoded import ABOUT, Encoded, Media
from heldout.runtime.artifacts.mapped_arrow import map_stream
from heldout.runtime.artifacts.positions import Chosen

MEDIA = Media("image", "rgb", (3, 2, 2))


def png(level: int) -> bytes:
    sink = io.BytesIO()
    Image.fromarray(np.full((2, 2, 3), level, np.uint8)).save(sink, "PNG")
    return sink.getvalue()


def test_datasets_opens_it_as_images(tmp_path: Path):
    Encoded.of([png(10), png(20)], MEDIA).save(tmp_path / "images.arrow")
    opened = datasets.Dataset.from_file(str(tmp_path / "images.arrow"))
    assert isinstance(opened.features["image"], datasets.Image)
    assert opened[1]["image"].getpixel((0, 0)) == (20, 20, 20)


def test_a_view_is_written_without_the_others(tmp_path: Path):
    files = Encoded.of([bytes([row]) for row in range(5)], MEDIA)
    view = files.take(Chosen(np.array([3, 1])))
    view.save(tmp_path / "view.arrow")
    loaded = Encoded.load(tmp_path / "view.arrow")
    assert list(loaded) == [b"\x03", b"\x01"] and loaded.media == MEDIA
    assert loaded[-1] == b"\x01" and list(loaded[1:]) == [b"\x01"] and loaded == view
    with pytest.raises(IndexError):
        loaded[2]
    assert loaded.nbytes == 2


def test_batches_depend_on_the_files_alone(tmp_path: Path):
    files = [bytes(row % 7) for row in range(2500)]
    Encoded.of(files, MEDIA).save(tmp_path / "one.arrow")
    twice = Encoded.of([*files, *files], MEDIA).take(Chosen(np.arange(2500) + 2500))
    twice.save(tmp_path / "two.arrow")
    assert (tmp_path / "one.arrow").read_bytes() == (tmp_path / "two.arrow").read_bytes()
    assert [len(chunk) for chunk in map_stream(tmp_path / "one.arrow").column(0).chunks] == [1000, 1000, 500]


def test_what_is_mapped_is_pickled_as_its_place(tmp_path: Path):
    Encoded.of([bytes(1000)] * 100, MEDIA).save(tmp_path / "files.arrow")
    loaded = Encoded.load(tmp_path / "files.arrow").take(Chosen(np.array([5])))
    written = pickle.dumps(loaded)
    assert len(written) < 1000 and pickle.loads(written) == loaded


def test_files_that_come_one_by_one(tmp_path: Path):
    found = Encoded.spooled((bytes([row]) for row in range(3)), lambda: MEDIA)
    assert list(found) == [b"\x00", b"\x01", b"\x02"] and found.media == MEDIA and found.source is None


def test_what_a_stranger_wrote(tmp_path: Path):
    path = tmp_path / "files.arrow"
    about = {ABOUT: json.dumps({"kind": "image", "mode": "rgb", "shape": None}).encode()}

    def write(column: pa.Array, metadata: dict[bytes, bytes] | None = about) -> None:
        schema = pa.schema([pa.field("image", column.type)], metadata)
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, schema) as writer:
            writer.write_batch(pa.record_batch([column], schema=schema))

    good = pa.array(
        [{"bytes": b"a", "path": None}], pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    )
    write(good)
    assert list(Encoded.load(path)) == [b"a"]
    for column, metadata, said in (
        (pa.array([b"a"]), about, "structs with a field `bytes`"),
        (pa.array([{"bytes": "a"}]), about, "are binary, not string"),
        (pa.array([{"bytes": None}], good.type), about, "have no bytes"),
        (good, None, "does not say what it holds"),
        (good, {ABOUT: b'{"kind": "film", "mode": "rgb", "shape": null}'}, "no kind of file that is known"),
        (good, {ABOUT: b'{"kind": "image", "mode": "rgb", "shape": [3, -1, 2]}'}, "no kind of file"),
    ):
        write(column, metadata)
        with pytest.raises(ValueError, match=said):
            Encoded.load(path)
    offsets = pa.py_buffer(np.array([0, 50, 1], np.int32).tobytes())
    lying: pa.Array = pa.Array.from_buffers(pa.binary(), 2, [None, offsets, pa.py_buffer(b"a")])
    write(pa.StructArray.from_arrays([lying], ["bytes"]))
    with pytest.raises(ValueError, match="lead outside"):
        Encoded.load(path)
    path.write_bytes(b"no stream")
    with pytest.raises(ValueError, match="no Arrow stream"):
        Encoded.load(path)


@pytest.mark.slow
def test_data_ten_times_the_memory_are_walked_with_flat_memory(tmp_path: Path):
    """Of 320 MB random batches are read by a process that may hold 32 MB more than it does when it begins."""
    Encoded.of((os.urandom(32_000) for _ in range(10_000)), MEDIA).save(tmp_path / "files.arrow")
    code = """
import resource, sys
from pathlib import Path
import numpy as np
from heldout.runtime.artifacts.encoded import Encoded
held = int(next(l for l in open("/proc/self/status") if l.startswith("VmData")).split()[1]) * 1024
resource.setrlimit(resource.RLIMIT_DATA, (held + 2**25, held + 2**25))
files = Encoded.load(Path(sys.argv[1]))
order = np.random.default_rng(0).permutation(len(files))
print(sum(len(files[row]) for batch in order.reshape(-1, 100) for row in batch))
"""
    command = [sys.executable, "-c", code, str(tmp_path / "files.arrow")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout.strip() == "320000000", done.stderr
