import json

import pytest
import torch
from safetensors.torch import save

from heldout.runtime.artifacts import Model
from heldout.runtime.operators.fetch.model import model

COMMIT = "0123456789abcdef0123456789abcdef01234567"
A, B = torch.arange(3.0), torch.ones(2, 2, dtype=torch.bfloat16)


def tiny(tmp_path, hub):
    hub("model", "lab/tiny", COMMIT, {"config.json": b"{}", "model.safetensors": save({"b": B, "a": A})})
    return {"repository": "lab/tiny", "revision": COMMIT}


def test_weights_and_text_come_and_nothing_that_could_run(hub, tmp_path):
    files = {
        "config.json": b'{"model_type": "vit"}',
        "vocab.txt": b"a\nb\n",
        "model.safetensors": save({"a": A, "b": B}),
        "pytorch_model.bin": b"a pickle",
        "modeling.py": b"raise SystemExit",
        "onnx/config.json": b"{}",
    }
    hub("model", "lab/net", COMMIT, files)
    fetched = model(repository="lab/net", revision=COMMIT)
    assert fetched.config == {"repository": "lab/net", "revision": COMMIT}
    assert set(fetched.files) == {"config.json", "vocab.txt"}
    (tmp_path / "saved").mkdir()
    fetched.save(tmp_path / "saved")
    again = Model.load(tmp_path / "saved")
    assert again.files == fetched.files
    assert again.weights["b"].dtype == torch.bfloat16
    assert (again.weights["a"] == A).all()


def test_shards_stay_shards(hub, tmp_path):
    index = {"weight_map": {"a": "model-1-of-2.safetensors", "b": "model-2-of-2.safetensors"}}
    files = {
        "config.json": b"{}",
        "model.safetensors.index.json": json.dumps(index).encode(),
        "model-1-of-2.safetensors": save({"a": A}),
        "model-2-of-2.safetensors": save({"b": B}),
    }
    hub("model", "lab/net", COMMIT, files)
    fetched = model(repository="lab/net", revision=COMMIT)
    assert set(fetched.weights) == {"a", "b"}
    (tmp_path / "saved").mkdir()
    fetched.save(tmp_path / "saved")
    assert {path.name for path in (tmp_path / "saved").iterdir()} == {*files, "heldout.json"}
    # An index beside one whole file, as training makes one, would send `from_pretrained` after shards.
    assert set(fetched.files) == {"config.json"}


def test_a_fetched_model_is_on_the_disk_once(hub, tmp_path):
    fetched = model(**tiny(tmp_path, hub))
    (tmp_path / "saved").mkdir()
    fetched.save(tmp_path / "saved")
    (blob,) = [p for p in tmp_path.glob("hub/*/blobs/*") if p.stat().st_size > 2]
    assert (tmp_path / "saved" / "model.safetensors").samefile(blob)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"model.safetensors": b""}, "has no config.json"),
        ({"config.json": b"{}", "pytorch_model.bin": b""}, "has no model.safetensors; convert it"),
        (
            {"config.json": b"{}", "model.safetensors.index.json": b'{"weight_map": {"a": "../x"}}'},
            r"lacks shards of its weights: \.\./x",
        ),
        ({"config.json": b"[]", "model.safetensors": b""}, "config.json holds no JSON object"),
        ({"config.json": b"{}", "model.safetensors": b"\xff" * 9}, "model.safetensors is no whole file of"),
        ({"config.json": b"{}", "model.safetensors.index.json": b"7"}, "index.json holds no `weight_map`"),
    ],
)
def test_what_is_no_model_is_refused(hub, files, message):
    hub("model", "lab/net", COMMIT, files)
    with pytest.raises(ValueError, match=message):
        model(repository="lab/net", revision=COMMIT)
