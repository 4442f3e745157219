import pytest

from heldout.compiler.images.daemon import DaemonError
from heldout.compiler.images.pins import Pin
from heldout.compiler.images.transfer import (
    DigestMismatch,
    MovedTag,
    pin_of,
    pull,
    push,
    resolve,
    split_reference,
)

D = f"sha256:{'d' * 64}"
LABELS = {"heldout.image": "cpu", "heldout.recipe": "r", "heldout.catalog": "c", "heldout.base": "b"}


@pytest.mark.parametrize(
    ("reference", "parts"),
    [
        (f"heldout/cpu@{D}", ("heldout/cpu", D)),
        (f"localhost:5000/heldout/cpu@{D}", ("localhost:5000/heldout/cpu", D)),
        (f"localhost:5000/heldout/cpu:0.1.0@{D}", ("localhost:5000/heldout/cpu", D)),
        (f"heldout/cpu:0.1.0@{D}", ("heldout/cpu", D)),
        ("heldout/cpu:0.1.0", None),
        ("heldout/cpu", None),
        (f"heldout/cpu@{D}0", None),
        (D, None),
    ],
)
def test_repository_and_digest(reference, parts):
    assert split_reference(reference) == parts


@pytest.fixture
def image(docker, fake_docker):
    return docker.add(fake_docker.stored([fake_docker.tar_of({"a": b"1"})], LABELS))


def pin(image):
    return Pin("heldout/cpu", image.id, None, "r", "c", "b")


def test_what_was_pushed_is_pulled_by_its_digest(docker, daemon, image, progress):
    digest = push(daemon, pin(image), "localhost:5000/heldout/cpu", "0.1.0", progress)
    docker.images.clear()
    pulled = pull(daemon, f"localhost:5000/heldout/cpu@{digest}", progress)
    assert pulled.id == image.id
    name, found = pin_of(pulled, "localhost:5000/heldout/cpu", digest)
    assert name == "cpu"
    assert found == Pin("localhost:5000/heldout/cpu", image.id, digest, "r", "c", "b")
    assert progress.amounts == [(1, 1)]


def test_a_tag_is_refused_with_what_it_stands_for_now(docker, daemon, image, progress):
    docker.tags["localhost:5000/heldout/cpu:0.1.0"] = D
    assert resolve(daemon, "localhost:5000/heldout/cpu:0.1.0") == D
    with pytest.raises(MovedTag) as caught:
        pull(daemon, "localhost:5000/heldout/cpu:0.1.0", progress)
    assert caught.value.now == D
    assert "POST /images/create" not in docker.asked
    with pytest.raises(MovedTag) as caught:
        pull(daemon, "localhost:5000/heldout/cpu:other", progress)
    assert caught.value.now is None


def test_a_digest_that_the_registry_lacks_is_no_image(docker, daemon, progress):
    with pytest.raises(DaemonError, match="the registry has no such image"):
        pull(daemon, f"localhost:5000/heldout/cpu@{D}", progress)


@pytest.mark.parametrize(
    ("fault", "meaning"),
    [("unexpected EOF", "broke off"), ("no space left on device", "full"), ("connection refused", "reached")],
)
def test_a_transfer_that_ends_early_says_why(docker, daemon, image, progress, fault, meaning):
    docker.fault["POST /images/create"] = fault
    with pytest.raises(DaemonError, match=meaning):
        pull(daemon, f"localhost:5000/heldout/cpu@{D}", progress)
    docker.fault = {"POST /images/localhost:5000/heldout/cpu/push": fault}
    with pytest.raises(DaemonError, match=meaning):
        push(daemon, pin(image), "localhost:5000/heldout/cpu", "1", progress)


def test_an_image_that_came_under_another_digest_is_not_taken(docker, daemon, image, progress):
    docker.registry[f"r/cpu@{D}"] = image
    docker.add(image, f"r/cpu@{D}")  # the engine finds it by that name, and knows it by no such digest
    image.digests = Refusing()
    with pytest.raises(DigestMismatch, match="r/cpu"):
        pull(daemon, f"r/cpu@{D}", progress)


class Refusing(set):
    """Digests of an engine that notes none."""

    def add(self, _):
        pass


def test_an_image_of_someone_else_is_not_pinned(docker, fake_docker, daemon):
    docker.add(fake_docker.stored([fake_docker.tar_of({"a": b"2"})]), "other:1")
    with pytest.raises(DaemonError, match="was not built by heldout"):
        pin_of(daemon.find("other:1"), "other", D)


def test_what_the_engine_lost_is_not_pushed(daemon, image, progress):
    gone = Pin("heldout/cpu", "sha256:gone", None, "r", "c", "b")
    with pytest.raises(DaemonError, match="the engine has no image sha256:gone"):
        push(daemon, gone, "localhost:5000/heldout/cpu", "1", progress)
