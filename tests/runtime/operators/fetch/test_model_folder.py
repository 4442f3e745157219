import json
import subprocess

import pytest
import torch
from safetensors.torch import load_file, save

from heldout.compiler.run.checksum import checksum
from heldout.runtime.artifacts import Model
from heldout.runtime.operators.data.files.import_folder import content_sha256
from heldout.runtime.operators.fetch.model_folder import model_folder, model_names
from tests.runtime.small_encoders import write_encoder

READ = ["1_Pooling/config.json", "config.json", "model.safetensors", "tokenizer.json"]


@pytest.fixture
def folder(tmp_path):
    write_encoder(tmp_path / "encoder")
    return tmp_path / "encoder"


def pinned(folder):
    return {"path": str(folder), "sha256": content_sha256(folder, model_names(folder))}


def tiny(tmp_path, hub):
    write_encoder(tmp_path / "encoder")
    return pinned(tmp_path / "encoder")


def test_weights_and_text_come_and_nothing_that_could_run(folder, tmp_path):
    found = model_folder(**pinned(folder))
    assert set(found.files) == {"config.json", "tokenizer.json"}
    assert found.config == {"sha256": pinned(folder)["sha256"], "pooling": "mean"}
    expected = load_file(folder / "model.safetensors")
    assert found.weights.keys() == expected.keys()
    assert all(torch.equal(found.weights[name], weight) for name, weight in expected.items())
    (tmp_path / "saved").mkdir()
    found.save(tmp_path / "saved")
    assert Model.load(tmp_path / "saved").files == found.files


def test_the_checksum_is_of_what_is_read_and_the_command_says_it(folder):
    assert model_names(folder) == READ
    said = subprocess.run(
        f"LC_ALL=C sha256sum {' '.join(READ)} | sha256sum",
        shell=True, cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stdout.split()[0] == pinned(folder)["sha256"] == checksum(folder)
    (folder / "pytorch_model.bin").write_bytes(b"another pickle")
    (folder / "heldout.json").write_text("{}")
    (folder / ".cache.json").write_text("{}")
    assert pinned(folder)["sha256"] == checksum(folder) == said.stdout.split()[0]
    (folder / "vocab.txt").write_text("a")
    assert pinned(folder)["sha256"] == checksum(folder) != said.stdout.split()[0]


def test_another_content_is_refused_with_the_right_checksum(folder):
    right = pinned(folder)
    with pytest.raises(ValueError, match=f"has sha256 {right['sha256']}, the study says 000"):
        model_folder(path=right["path"], sha256="0" * 64)


def test_a_folder_without_a_word_on_pooling_has_none(folder):
    (folder / "1_Pooling" / "config.json").unlink()
    assert "pooling" not in model_folder(**pinned(folder)).config
    assert pinned(folder)["sha256"] == checksum(folder)


def test_shards_stay_shards(folder):
    weights = load_file(folder / "model.safetensors")
    names = sorted(weights)
    parts = {"model-1-of-2.safetensors": names[:5], "model-2-of-2.safetensors": names[5:]}
    for file, held in parts.items():
        (folder / file).write_bytes(save({name: weights[name] for name in held}))
    index = {"weight_map": {name: file for file, held in parts.items() for name in held}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    (folder / "model.safetensors").unlink()
    found = model_folder(**pinned(folder))
    assert sorted(found.weights) == names
    assert "model.safetensors.index.json" not in found.files


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("config.json", None, "has no config.json: it is no transformers model"),
        ("config.json", b"[]", "config.json holds no JSON object"),
        ("config.json", b"[" * 100_000, "config.json holds no JSON object"),
        ("model.safetensors", None, "has no model.safetensors; convert it"),
        ("model.safetensors", b"\xff" * 9, "model.safetensors is no whole file of safetensors"),
        ("1_Pooling/config.json", b'{"pooling_mode_max_tokens": true}', "asks for pooling_mode_max_tokens"),
        ("1_Pooling/config.json", b"{}", "asks for no pooling"),
    ],
)
def test_what_is_no_model_is_refused(folder, name, content, message):
    if content is None:
        (folder / name).unlink()
        with pytest.raises(ValueError, match=message):
            model_folder(path=str(folder), sha256="0" * 64)
        return
    (folder / name).write_bytes(content)
    with pytest.raises(ValueError, match=message):
        model_folder(**pinned(folder))


def test_a_path_to_nothing_is_refused(tmp_path):
    with pytest.raises(ValueError, match="gone is not a folder"):
        model_folder(path=str(tmp_path / "gone"), sha256="0" * 64)
