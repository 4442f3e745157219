import pytest

from heldout.compiler.images import inside
from heldout.compiler.images.build import build
from heldout.compiler.images.daemon import DaemonError
from heldout.compiler.images.inputs import own_holdings
from heldout.compiler.images.inside import holdings_in, read_file
from heldout.compiler.images.pins import Pin, read_pins


@pytest.fixture
def pin(daemon, progress):
    return build(daemon, "cpu", read_pins(), progress, "base:1")


def pin_of(image, catalog="sha256:c"):
    return Pin("heldout/cpu", image.id, None, "r", catalog, "b")


def test_the_catalog_is_read_without_a_start(docker, daemon, pin):
    assert holdings_in(daemon, pin) == own_holdings()
    assert not any("/start" in request for request in docker.asked)
    assert docker.containers == {}  # the container that it was read from is gone


def test_a_file_that_is_not_there_leaves_no_container(docker, daemon, pin):
    with pytest.raises(DaemonError, match="Could not find the file"):
        read_file(daemon, pin.image_id, "/opt/heldout/none")
    assert docker.containers == {}


def test_an_image_with_another_catalog_than_its_label_says(docker, fake_docker, daemon):
    catalog = b'{"heldout": 1, "digest": "sha256:inside", "operators": {}, "components": {}}'
    layer = fake_docker.tar_of({"opt/heldout/containers/catalog.json": catalog})
    image = docker.add(fake_docker.stored([layer]))
    assert holdings_in(daemon, pin_of(image, "sha256:inside")).operators == {}
    with pytest.raises(DaemonError, match="holds the catalog sha256:inside, and its label says sha256:c"):
        holdings_in(daemon, pin_of(image))
    broken = docker.add(
        fake_docker.stored([fake_docker.tar_of({"opt/heldout/containers/catalog.json": b"{"})])
    )
    with pytest.raises(DaemonError, match="holds no catalog"):
        holdings_in(daemon, pin_of(broken))


def test_a_file_without_end_is_not_read_to_it(daemon, pin, monkeypatch):
    monkeypatch.setattr(inside, "MOST_BYTES", 100)
    with pytest.raises(ValueError, match="larger than 100 bytes"):
        read_file(daemon, pin.image_id, "/opt/heldout/containers/catalog.json")
