"""What the doctor says of images and registries."""

import http.server
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from heldout.compiler.cli.doctor.images import look_at_images, registry_of
from heldout.compiler.images import load_images
from heldout.compiler.images.inputs import catalog_digest, own_holdings, recipe_digest
from heldout.compiler.images.pins import Pin, Sif, pins_path, write_pin
from heldout.compiler.launch.registry import engine_called

DIGEST = f"sha256:{'cd' * 32}"


@pytest.fixture
def pin(tmp_path, monkeypatch) -> Pin:
    """Of the image `cpu` as this checkout would build it."""
    monkeypatch.setenv("HELDOUT_IMAGES", str(tmp_path / "images.json"))
    monkeypatch.delenv("HELDOUT_REGISTRY", raising=False)
    base = load_images()["cpu"].base.reference
    return Pin("heldout/cpu", DIGEST, None, recipe_digest("cpu"), catalog_digest(), base)


def found(*engines):
    return {finding.name: finding for finding in look_at_images(engines)}


def test_nothing_is_pinned(pin):
    said = found()
    assert set(said) == {f"image {name}" for name in load_images()}
    assert all(finding.state == "absent" and "image build" in finding.hint for finding in said.values())


def test_an_image_of_this_heldout(pin):
    write_pin(pins_path(), "cpu", pin)
    assert (found()["image cpu"].state, found()["image cpu"].found) == ("fine", f"{DIGEST[:19]}, no SIF file")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"catalog": DIGEST}, "another catalog"),
        ({"recipe": DIGEST}, "another recipe"),
        ({"sif": Sif("gone.sif", DIGEST)}, "is gone"),
    ],
)
def test_an_image_of_another_heldout(pin, tmp_path, changed, said):
    if "sif" in changed:
        changed = {"sif": Sif(tmp_path / "gone.sif", DIGEST)}
    write_pin(pins_path(), "cpu", replace(pin, **changed))
    assert found()["image cpu"].state == "doubtful"
    assert said in found()["image cpu"].found


def test_an_image_that_operators_were_added_to_since(pin):
    here = own_holdings()
    fewer = dict(list(here.operators.items())[1:])
    added, count = next(iter(here.operators)), len(here.operators)
    older = replace(here, catalog="sha256:older", operators=fewer)
    pinned = replace(pin, catalog="sha256:older", recipe="sha256:older", holds=older)
    write_pin(pins_path(), "cpu", pinned)
    assert found()["image cpu"].state == "fine"
    assert f"holds {count - 1} of {count} operators" in found()["image cpu"].found
    edited = replace(older, operators={**fewer, added: "sha256:before"})
    write_pin(pins_path(), "cpu", replace(pinned, holds=edited))
    assert found()["image cpu"].state == "doubtful"
    assert f"{added} is another version" in found()["image cpu"].found
    assert "studies that use none of these run in it" in found()["image cpu"].hint


def test_an_engine_that_is_not_there_any_more(pin, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    write_pin(pins_path(), "cpu", pin)
    assert found(engine_called("docker"))["image cpu in docker"].found == "docker is not installed"
    assert "SIF" in found(engine_called("apptainer"))["image cpu in apptainer"].found


def test_a_damaged_file_of_pins(pin, tmp_path):
    (tmp_path / "images.json").write_text("[")
    assert found()["images"].state == "doubtful"


@pytest.fixture
def registry() -> Iterator[tuple[str, list[int]]]:
    """A registry on the loopback: its address, and what it answers with next."""
    answers = [200]

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(answers[0])
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"localhost:{server.server_port}", answers
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_registry_of_a_pin(pin, registry):
    host, answers = registry
    write_pin(pins_path(), "cpu", replace(pin, repository=f"{host}/heldout/cpu", digest=DIGEST))
    name = f"registry {host}"
    assert (found()[name].state, found()[name].found) == ("fine", "answers")
    answers[0] = 401
    assert (found()[name].state, found()[name].found) == ("fine", "answers, and asks who you are")
    answers[0] = 503
    assert (found()[name].state, found()[name].found) == ("doubtful", "answers with 503")


def test_a_registry_that_is_not_there(pin, monkeypatch):
    monkeypatch.setenv("HELDOUT_REGISTRY", "localhost:1/heldout")
    assert found()["registry localhost:1"].state == "doubtful"


@pytest.mark.parametrize(
    ("repository", "host"),
    [
        ("localhost:5000/heldout/cpu", "localhost:5000"),
        ("localhost/cpu", "localhost"),
        ("registry.example/a/b", "registry.example"),
        ("heldout/cpu", None),
        ("cpu", None),
    ],
)
def test_the_host_in_a_name(repository, host):
    assert registry_of(repository) == host
