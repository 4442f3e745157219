"""A training run on pictures ten times the memory that it may have, by the command that a job is."""

import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from heldout.runtime.artifacts import Dataset
from heldout.runtime.artifacts.encoded import Encoded, Media
from heldout.runtime.lookup import find
from heldout.runtime.machine.catalog.digest import function_digest
from heldout.runtime.machine.store import Store

ROOT = Path(__file__).parents[4]
SIDE, MANY, FEW = 256, 820, 40  # 820 pictures of 196 kB are ten times 16 MB
FREE = 2**24
PARAMETERS = {
    "network": {"conv": {"width": 2}},
    "preprocess": [{"resize": {"size": 8}}],
    "steps": 8,
    "batch_size": 100,
}

# The first shard brings what is imported late; the second has 16 MB more than is held then.
CODE = """
import resource, sys
from heldout.runtime.__main__ import main
few, many, *rest = sys.argv[1:]
assert main(["run", "--shard", few, *rest]) == 0
held = int(next(l for l in open("/proc/self/status") if l.startswith("VmData")).split()[1]) * 1024
resource.setrlimit(resource.RLIMIT_DATA, (held + FREE, held + FREE))
sys.exit(main(["run", "--shard", many, *rest]))
"""


def bitmaps(count):
    random = np.random.default_rng(0)
    for _ in range(count):
        file = io.BytesIO()
        Image.fromarray(random.integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)).save(file, "BMP")
        yield file.getvalue()


def shard(folder, root, name, count):
    """The path of a shard that trains on so many pictures, which are put into the store."""
    rows = pa.table({"id": [f"p{n}" for n in range(count)], "label": [n % 2 for n in range(count)]})
    files = Encoded.spooled(bitmaps(count), lambda: Media(shape=(3, SIDE, SIDE)))
    with Store(root) as store:
        store.put(name * 64, {}, {"data": Dataset(rows, {}, ("a", "b"), encoded={"image": files})})
    task = {
        "task": name + "0" * 63,
        "coordinates": {},
        "parameters": PARAMETERS,
        "components": {},
        "libraries": {},
        "inputs": {"data": {"task": name * 64, "port": "data"}},
    }
    content = {
        "heldout": 1,
        "study": "bounded",
        "stage": "model",
        "shard": name,
        "operator": "train/classifier",
        "digest": function_digest(find("train/classifier")),
        "network": False,
        "operators": [],
        "tasks": [task],
    }
    path = folder / f"{name}.json"
    path.write_text(json.dumps(content))
    return path, task["task"]


@pytest.mark.slow
def test_training_on_ten_times_the_memory_needs_no_more_than_on_little(tmp_path):
    root = tmp_path / "store"
    (few, _), (many, trained) = shard(tmp_path, root, "a", FEW), shard(tmp_path, root, "b", MANY)
    assert (MANY * SIDE * SIDE * 3) > 9.5 * FREE
    rest = ["--store", str(root), "--done", str(tmp_path / "done"), "--log-events", str(tmp_path / "events")]
    code = CODE.replace("FREE", str(FREE))
    command = [sys.executable, "-c", code, str(few), str(many), *rest]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert Store(root).load(trained, "model").config["shape"] == [3, 8, 8]
