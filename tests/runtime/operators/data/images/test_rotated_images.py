import pytest
import torch

from heldout.runtime.artifacts import Dataset
from heldout.runtime.images.digits import digit_domains
from heldout.runtime.operators.data.images.rotated_digits import rotated_digits
from heldout.runtime.operators.data.images.rotated_images import rotated_images


def upright_digits() -> Dataset:
    return digit_domains(["all"], 0, lambda _, images, __: images[:, None])


def tiny(tmp_path, hub):
    return {"data": upright_digits().take(range(40)), "angles": [0, 30]}


def test_on_scanned_digits_it_is_rotated_digits():
    upright = upright_digits()
    ours, theirs = rotated_images(upright, angles=[0, 40]), rotated_digits(angles=[0, 40])
    by_id = {name: row for row, name in enumerate(ours.rows["id"].to_pylist())}
    angle = dict(zip(theirs.rows["id"].to_pylist(), theirs.domains, strict=True))
    same = [name for name, row in by_id.items() if ours.domains[row] == angle[name]]
    assert len(same) > 500  # the deals differ, and agree by chance on about half of the images
    rows = {name: row for row, name in enumerate(theirs.rows["id"].to_pylist())}
    mine = ours.x[[by_id[name] for name in same]]
    assert torch.equal(mine, theirs.x[[rows[name] for name in same]])


def test_a_quarter_turn_moves_every_pixel_of_every_channel():
    image = torch.arange(2 * 2 * 3 * 3, dtype=torch.float32).reshape(2, 2, 3, 3)
    data = upright_digits().take([0, 1])
    turned = rotated_images(Dataset(data.rows, {"x": image}, data.classes), angles=[90])
    for name, pixels in zip(turned.rows["id"].to_pylist(), turned.x, strict=True):
        source = image[data.rows["id"].to_pylist().index(name)]
        assert torch.allclose(pixels, torch.rot90(source, 1, (1, 2)), atol=1e-5)


def test_every_image_is_in_one_domain_and_keeps_its_label():
    upright = upright_digits()
    turned = rotated_images(upright, angles=[0, 30, 60])
    assert sorted(turned.rows["id"].to_pylist()) == sorted(upright.rows["id"].to_pylist())
    label = dict(zip(upright.rows["id"].to_pylist(), upright.labels.tolist(), strict=True))
    assert [label[name] for name in turned.rows["id"].to_pylist()] == turned.labels.tolist()
    assert [int((turned.domains == name).sum()) for name in ("0", "30", "60")] == [599, 599, 599]


def test_what_is_no_image_is_refused():
    data = upright_digits()
    with pytest.raises(ValueError, match="4 dimensions with the row, these have 2"):
        rotated_images(Dataset(data.rows, {"x": data.x.flatten(1)}, data.classes))
    with pytest.raises(ValueError, match="each once"):
        rotated_images(data, angles=[15, 15])
