import pytest
import torch
from safetensors.torch import save_file

from heldout.runtime.artifacts import Model
from heldout.runtime.artifacts.stored_weights import INDEX, StoredWeights, owned, shape_of

LARGE = {
    "a": torch.arange(300_000.0),
    "b": torch.ones(2, 3, dtype=torch.bfloat16),
}  # 1.2 MB


def written(folder, weights=LARGE, name="model.safetensors"):
    save_file(weights, folder / name, metadata={"format": "pt"})
    (folder / "heldout.json").write_text("{}")
    return folder


def saved(model, folder):
    folder.mkdir()
    model.save(folder)
    return folder


def test_what_is_large_is_linked_and_not_copied(tmp_path):
    model = Model.load(written(tmp_path))
    folder = saved(model, tmp_path / "saved")
    assert (folder / "model.safetensors").samefile(tmp_path / "model.safetensors")
    assert torch.equal(Model.load(folder).weights["a"], LARGE["a"])


def test_what_is_small_is_read_at_once_and_outlives_its_folder(tmp_path):
    (tmp_path / "gone").mkdir()
    small = {"a": torch.arange(3.0)}
    model = Model.load(written(tmp_path / "gone", small))
    (tmp_path / "gone" / "model.safetensors").unlink()
    assert torch.equal(Model.load(saved(model, tmp_path / "saved")).weights["a"], small["a"])


def test_shards_stay_shards(tmp_path):
    parts = {"model-00001-of-00002.safetensors": "a", "model-00002-of-00002.safetensors": "b"}
    for name, weight in parts.items():
        written(tmp_path, {weight: LARGE[weight]}, name)
    (tmp_path / INDEX).write_text('{"weight_map": {}}')
    model = Model.load(tmp_path)
    assert list(model.weights) == ["a", "b"] and INDEX not in model.files
    folder = saved(model, tmp_path / "saved")
    assert {path.name for path in folder.iterdir()} == {*parts, INDEX, "heldout.json"}


def test_a_file_that_has_changed_since_is_no_longer_the_weights(tmp_path):
    model = Model.load(written(tmp_path))
    other = tmp_path / "beside"
    save_file({"a": torch.zeros(300_000)}, other)
    other.replace(tmp_path / "model.safetensors")
    assert torch.equal(owned(model.weights, "a"), LARGE["a"])
    assert torch.equal(Model.load(saved(model, tmp_path / "saved")).weights["a"], LARGE["a"])


def test_what_others_may_write_to_is_copied(tmp_path):
    weights = StoredWeights({"model.safetensors": written(tmp_path) / "model.safetensors"}, kept=False)
    folder = saved(Model(weights, {}), tmp_path / "saved")
    assert not (folder / "model.safetensors").samefile(tmp_path / "model.safetensors")


def test_an_owned_weight_is_apart_from_the_file_and_from_others(tmp_path):
    weights = Model.load(written(tmp_path)).weights
    mine = owned(weights, "a")
    mine.zero_()
    assert torch.equal(weights["a"], LARGE["a"]) and torch.equal(owned(weights, "a"), LARGE["a"])
    assert (shape_of(weights, "b"), shape_of(LARGE, "b")) == ((2, 3), (2, 3))
    assert weights["b"] is weights["b"]  # so that torch's count of its changes is seen


def test_what_is_damaged_or_held_twice_is_refused(tmp_path):
    written(tmp_path)
    (tmp_path / "other.safetensors").write_bytes(b"\xff" * 9)
    with pytest.raises(ValueError, match=r"other\.safetensors is no whole file of safetensors"):
        StoredWeights({"other.safetensors": tmp_path / "other.safetensors"})
    with pytest.raises(ValueError, match=r"y\.safetensors holds 'a' a second time"):
        StoredWeights(dict.fromkeys(("x.safetensors", "y.safetensors"), tmp_path / "model.safetensors"))
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "heldout.json").write_text("{}")
    with pytest.raises(ValueError, match="empty holds no weights in safetensors"):
        Model.load(tmp_path / "empty")
