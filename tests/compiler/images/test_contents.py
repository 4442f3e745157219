import hashlib

import pytest

from heldout.compiler.images.contents import Chunks, read_contents


def image(fake_docker):
    own = {
        **{
            "opt/heldout/runtime/a.py": b"1",
            "./opt/heldout/bin/python": b"2",
            "opt/heldout/packages/x": b"3",
        },
        "opt/heldout/containers/catalog.json": b"{}",
    }
    base = fake_docker.tar_of({"bin/sh": b"a shell" * 1000})
    return fake_docker.stored([base, fake_docker.tar_of(own)], {"k": "v"})


def blocks(data, size):
    return (data[start : start + size] for start in range(0, len(data), size))


@pytest.mark.parametrize("size", [1, 700, 1 << 20])
def test_digests_are_computed_from_bytes_that_stream_by(fake_docker, size):
    saved = image(fake_docker)
    found = read_contents(blocks(fake_docker.archive_of(saved), size))
    assert found.image_id == saved.id
    assert found.diff_ids == [fake_docker.sha256(layer) for layer in saved.layers]
    assert found.config["config"]["Labels"] == {"k": "v"}
    assert found.files == {
        "runtime/a.py": hashlib.sha256(b"1").hexdigest(),
        "bin/python": hashlib.sha256(b"2").hexdigest(),
        "containers/catalog.json": hashlib.sha256(b"{}").hexdigest(),
    }
    assert found.catalog == b"{}"


def test_a_changed_layer_has_another_digest(fake_docker):
    saved = image(fake_docker)
    before = fake_docker.sha256(saved.layers[0])
    saved.layers[0] = saved.layers[0].replace(b"a shell", b"a snail", 1)
    found = read_contents([fake_docker.archive_of(saved)])
    assert found.image_id == saved.id  # its configuration still says what it said
    assert found.diff_ids[0] != before == found.config["rootfs"]["diff_ids"][0]


@pytest.mark.parametrize("part", [0.3, 0.6])
def test_an_archive_that_is_cut_short_is_no_image(fake_docker, part):
    data = fake_docker.archive_of(image(fake_docker))
    with pytest.raises(ValueError, match="damaged or cut short"):
        read_contents([data[: int(len(data) * part)]])


def test_blocks_read_like_a_file():
    file = Chunks(iter([b"ab", b"", b"cdef"]))
    assert [file.read(3), file.read(3), file.read(3), file.read(3)] == [b"ab", b"cde", b"f", b""]
