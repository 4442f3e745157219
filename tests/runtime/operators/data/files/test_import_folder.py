import os
import subprocess

import numpy as np
import pytest
import torch
from PIL import Image

from heldout.runtime.artifacts import Dataset
from heldout.runtime.operators.data.files.import_folder import content_sha256, image_names, import_folder


def tiny(tmp_path, hub):
    (tmp_path / "a" / "cat").mkdir(parents=True)
    Image.fromarray(np.eye(4, dtype=np.uint8) * 255).save(tmp_path / "a" / "cat" / "1.png")
    return {"path": str(tmp_path), "sha256": checksum(tmp_path), "resize": 3}


@pytest.fixture
def folder(tmp_path):
    """Two domains; the second lacks a class. Grey levels count up in the order of writing."""
    root = tmp_path / "pictures"
    names = [
        "sketch/dog/b.png",
        "sketch/cat/a.png",
        "photo 2/dog/c.png",
        "sketch/dog/B.png",
        "photo 2/cat/é.png",
    ]
    for level, name in enumerate(names):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((4, 6), 10 * level, dtype=np.uint8)).save(root / name)
    (root / "README.md").write_text("not read")
    (root / "sketch" / ".DS_Store").write_text("not read")
    (root / "sketch" / "cat" / ".DS_Store").write_text("not read")
    return root


def checksum(folder):
    return content_sha256(folder, image_names(folder))


def test_rows_follow_the_names(folder):
    data = import_folder(path=str(folder), sha256=checksum(folder), resize=2, mode="grey")
    names = [
        "photo 2/cat/é.png",
        "photo 2/dog/c.png",
        "sketch/cat/a.png",
        "sketch/dog/B.png",
        "sketch/dog/b.png",
    ]
    assert data.rows["id"].to_pylist() == names
    assert data.domains.tolist() == ["photo 2"] * 2 + ["sketch"] * 3
    assert data.classes == ("cat", "dog")
    assert data.labels.tolist() == [0, 1, 0, 1, 1]
    assert data.x.shape == (5, 1, 2, 2)
    assert (data.x[:, 0, 0, 0] * 255).round().tolist() == [40, 20, 10, 30, 0]


def test_the_checksum_is_what_the_shell_says(folder):
    said = subprocess.run(
        ["bash", "-c", "printf '%s\\0' */*/* | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum"],
        cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stdout.split()[0] == checksum(folder)


def test_another_content_is_refused_with_the_right_checksum(folder):
    with pytest.raises(ValueError, match=f"has sha256 {checksum(folder)}, the study says 000"):
        import_folder(path=str(folder), sha256="0" * 64)


@pytest.mark.parametrize("change", ["bytes", "name", "more"])
def test_every_change_changes_the_checksum(folder, change):
    before = checksum(folder)
    image = folder / "sketch" / "dog" / "b.png"
    if change == "bytes":
        image.write_bytes(image.read_bytes() + b"\0")
    elif change == "name":
        image.rename(image.with_name("z.png"))
    else:
        image.with_name("z.png").write_bytes(image.read_bytes())
    assert checksum(folder) != before


def test_links_are_followed_since_the_content_is_pinned(folder, tmp_path):
    before = checksum(folder)
    moved = tmp_path / "cache" / "b.png"
    moved.parent.mkdir()
    image = folder / "sketch" / "dog" / "b.png"
    image.rename(moved)
    image.symlink_to(moved)
    (folder / "photo 2").rename(tmp_path / "elsewhere")
    (folder / "photo 2").symlink_to(tmp_path / "elsewhere")
    assert checksum(folder) == before
    image.unlink()
    os.mkfifo(image)
    with pytest.raises(ValueError, match=r"sketch/dog/b\.png is not a file"):
        image_names(folder)


def test_folders_that_look_alike_are_one_domain_and_one_class(folder):
    composed, decomposed = "caf\u00e9", "cafe\u0301"
    for domain, label in (
        ("photo 2", composed),
        ("sketch", decomposed),
        (composed, "cat"),
        (decomposed, "dog"),
    ):
        (folder / domain / label).mkdir(parents=True, exist_ok=True)
        Image.new("L", (2, 2)).save(folder / domain / label / f"{domain == composed}.png")
    data = import_folder(path=str(folder), sha256=checksum(folder))
    assert data.classes == ("caf\u00e9", "cat", "dog")
    assert set(data.domain_names) == {"photo 2", "sketch", composed}
    assert len(set(data.rows["id"].to_pylist())) == len(data)


def test_a_file_that_is_no_image_is_named(folder):
    (folder / "sketch" / "cat" / "notes.txt").write_text("hello")
    with pytest.raises(ValueError, match=r"sketch/cat/notes\.txt is not a whole image"):
        import_folder(path=str(folder), sha256=checksum(folder))


def test_a_deeper_folder_is_refused(folder):
    (folder / "sketch" / "cat" / "more").mkdir()
    with pytest.raises(ValueError, match="sketch/cat/more is not a file; expected DOMAIN/CLASS/IMAGE"):
        image_names(folder)


def test_an_empty_or_missing_folder_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no DOMAIN/CLASS/IMAGE below"):
        image_names(tmp_path)
    with pytest.raises(ValueError, match="nowhere is not a folder"):
        image_names(tmp_path / "nowhere")


def test_files_are_kept_as_they_are(folder, tmp_path):
    data = import_folder(path=str(folder), sha256=checksum(folder), resize=None, mode="grey")
    assert data.input_shape == (1, 4, 6) and not data.tensors
    (tmp_path / "kept").mkdir()
    data.save(tmp_path / "kept")
    kept = Dataset.load(tmp_path / "kept")
    assert kept.encoded["image"][3] == (folder / "sketch/dog/B.png").read_bytes()
    assert (kept.x[:, 0, 0, 0] * 255).round().tolist() == [40, 20, 10, 30, 0]
    assert torch.equal(kept.at("x", [2]), kept.take([2]).x)


def test_pictures_of_several_sizes_are_no_tensor(folder):
    Image.fromarray(np.full((5, 6), 7, dtype=np.uint8)).save(folder / "sketch/dog/b.png")
    data = import_folder(path=str(folder), sha256=checksum(folder), resize=None)
    assert data.input_shape is None
    with pytest.raises(ValueError, match=r"of several sizes.*import them with `resize`"):
        data.x  # noqa: B018


def test_a_kept_file_must_be_a_picture(folder):
    (folder / "sketch/dog/b.png").write_text("no picture")
    with pytest.raises(ValueError, match=r"sketch/dog/b\.png is not a whole image"):
        import_folder(path=str(folder), sha256=checksum(folder), resize=None)


def test_a_file_that_changes_meanwhile_is_refused(folder, tmp_path):
    data = import_folder(path=str(folder), sha256=checksum(folder), resize=None)
    (folder / "sketch/dog/b.png").write_bytes(b"another")
    with pytest.raises(ValueError, match=r"b\.png has changed"):
        data.save(tmp_path)


def test_a_picture_that_lies_on_its_side_has_the_shape_of_one_upright(tmp_path):
    (tmp_path / "a/cat").mkdir(parents=True)
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(np.zeros((4, 6), dtype=np.uint8)).save(tmp_path / "a/cat/1.jpg", exif=exif)
    data = import_folder(path=str(tmp_path), sha256=checksum(tmp_path), resize=None)
    assert data.input_shape == (3, 6, 4) == tuple(data.x.shape[1:])
