"""What goes wrong between an engine and a registry: a message, an exit code, and nothing pinned is lost."""

import random
import socket
import threading
from contextlib import closing, suppress

import pytest

pytestmark = pytest.mark.engines

NOBODY = "sha256:" + "0" * 64


class BreakingRegistry:
    """A way to the registry that breaks after so many bytes, and stays broken."""

    def __init__(self, upstream: tuple[str, int], budget: int) -> None:
        self.upstream, self.budget = upstream, budget
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            if self.budget <= 0:
                client.close()
                continue
            server = socket.create_connection(self.upstream)
            for source, target, counts in ((client, server, False), (server, client, True)):
                threading.Thread(target=self._copy, args=(source, target, counts), daemon=True).start()

    def _copy(self, source: socket.socket, target: socket.socket, counts: bool) -> None:
        try:
            while data := source.recv(1 << 16):
                if counts:
                    self.budget -= len(data)
                    if self.budget <= 0:
                        break
                target.sendall(data)
        except OSError:
            pass  # the other end has gone
        for end in (source, target):
            # It may be down already.
            with closing(end), suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@pytest.fixture(scope="module")
def large(engines, small_pushed, tmp_path_factory):
    """The small image with 30 MB more, in the registry, of which Docker has no copy; its reference."""
    folder = tmp_path_factory.mktemp("large")
    (folder / "ballast").write_bytes(random.Random(0).randbytes(30_000_000))
    name = "localhost:5000/heldout/large:1"
    container = engines.run("docker", "create", small_pushed.pins()["cpu"]["image_id"]).stdout.strip()
    engines.run("docker", "cp", folder / "ballast", f"{container}:/opt/ballast")
    engines.run("docker", "commit", container, name)
    engines.run("docker", "rm", container)
    said = engines.run("docker", "push", name).stdout
    engines.run("docker", "rmi", name)
    return f"heldout/large@{said.rpartition('digest: ')[2].split()[0]}"


def test_a_registry_that_breaks_in_mid_pull(engines, large, tmp_path):
    there = engines.at(tmp_path, HELDOUT_IMAGES=str(tmp_path / "images.json"))
    breaking = BreakingRegistry(("127.0.0.1", 5000), budget=10_000_000)
    with closing(breaking.listener):
        told = there.heldout("image", "pull", f"localhost:{breaking.port}/{large}", expect=1)
    assert f"localhost:{breaking.port}" in told.stderr
    assert not (tmp_path / "images.json").exists()
    # The same from a registry that holds out.
    there.heldout("image", "pull", f"localhost:5000/{large}")
    (pin,) = there.pins().values()
    assert pin["digest"] == large.partition("@")[2]
    there.run("docker", "rmi", f"localhost:5000/{large}")


def test_a_registry_that_is_not_there(engines, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    there = engines.at(tmp_path, HELDOUT_IMAGES=str(tmp_path / "images.json"))
    told = there.heldout("image", "pull", f"localhost:{port}/heldout/cpu@{NOBODY}", expect=1)
    assert f"localhost:{port}" in told.stderr


def test_a_digest_that_the_registry_does_not_have(engines, small_pushed, tmp_path):
    there = engines.at(tmp_path, HELDOUT_IMAGES=str(tmp_path / "images.json"))
    repository = small_pushed.pins()["cpu"]["repository"]
    told = there.heldout("image", "pull", f"{repository}@{NOBODY}", expect=1)
    assert NOBODY[:19] in told.stderr
    assert not (tmp_path / "images.json").exists()


def test_a_tag_that_moves_moves_no_pin(small, small_pushed):
    """A tag is not pulled, or pulled as the digest that it stands for; what was pinned stays pinned."""
    before = small_pushed.pins()["cpu"]
    name = f"{before['repository']}:moving"
    small_pushed.run("docker", "tag", before["image_id"], name)
    small_pushed.run("docker", "push", name)
    small_pushed.run("docker", "tag", small.base, name)
    small_pushed.run("docker", "push", name)
    try:
        told = small_pushed.heldout("image", "pull", name, expect=None)
    finally:
        small_pushed.run("docker", "rmi", name)
    assert told.returncode != 0
    assert "sha256" in told.stderr
    assert small_pushed.pins()["cpu"] == before
    small_pushed.heldout("image", "verify", "cpu")


@pytest.mark.parametrize("command", ["build", "push", "verify"])
def test_an_engine_that_does_not_run(command, small, small_built, tmp_path):
    silent = small_built.at(tmp_path, DOCKER_HOST=f"unix://{tmp_path}/nothing.sock")
    more = {"build": ("--base", small.base), "push": ("--to", "localhost:5000/heldout/small"), "verify": ()}
    told = silent.heldout("image", command, "cpu", *more[command], expect=3)
    assert "nothing.sock" in told.stderr
