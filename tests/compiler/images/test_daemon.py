import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from heldout.compiler.images import daemon as module
from heldout.compiler.images.daemon import DaemonError, connect, explain


def test_docker_and_podman_are_told_apart(docker):
    assert (connect().name, connect().is_podman) == ("Docker 20.10", False)
    docker.podman = True
    assert (connect().name, connect().is_podman) == ("Podman 4.3.1", True)


def test_an_url_goes_before_the_environment(docker, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere.sock")
    assert connect(docker.url).url == docker.url


def test_podmans_own_socket_is_found(docker, monkeypatch, tmp_path):
    monkeypatch.delenv("DOCKER_HOST")
    monkeypatch.setattr(module, "_candidates", lambda: iter([f"unix://{tmp_path}/docker.sock", docker.url]))
    assert connect().url == docker.url


def test_without_an_engine_both_are_named(monkeypatch, tmp_path):
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setattr(module, "_candidates", lambda: iter([f"unix://{tmp_path}/docker.sock"]))
    with pytest.raises(DaemonError, match="no container engine is running") as caught:
        connect()
    assert caught.value.missing
    assert "Docker" in caught.value.hint and "podman.socket" in caught.value.hint


def test_a_socket_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DaemonError, match=r"no socket at .*/gone\.sock") as caught:
        connect(f"unix://{tmp_path}/gone.sock")
    assert caught.value.missing


def test_an_engine_that_has_gone_does_not_answer(tmp_path):
    path = tmp_path / "d.sock"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.close()  # the file stays, and nobody listens
    with pytest.raises(DaemonError, match=r"d\.sock does not answer") as caught:
        connect(f"unix://{path}")
    assert caught.value.missing and "start it" in caught.value.hint


def test_a_socket_that_is_not_ours_teaches_groups(tmp_path, monkeypatch):
    (tmp_path / "d.sock").touch()
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(DaemonError, match="you may not use") as caught:
        connect(f"unix://{tmp_path}/d.sock")
    assert "usermod -aG docker" in caught.value.hint


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("write /var/lib/docker/tmp/x: no space left on device", "disk that the engine keeps its images on"),
        ("manifest for r@sha256:1 not found: manifest unknown", "has no such image"),
        ("denied: requested access to the resource is denied", "does not let you"),
        ("Get https://r/v2/: dial tcp 127.0.0.1:1: connect: connection refused", "cannot be reached"),
        ("Get https://r/v2/: x509: certificate signed by unknown authority", "certificate is not trusted"),
        ("http: server gave HTTP response to HTTPS client", "certificate is not trusted"),
        ("unexpected EOF", "the transfer broke off"),
    ],
)
def test_what_engines_say_is_put_in_words(said, meaning):
    found = explain(said, "r@sha256:1")
    assert meaning in str(found) and said in str(found) and str(found).startswith("r@sha256:1: ")
    assert found.hint


def test_what_is_not_known_is_told_as_it_is():
    assert str(explain("something else", "r")) == "r: something else"


def test_compiling_a_study_does_not_load_the_sdk():
    code = "import sys, heldout.compiler.cli; print(*(n in sys.modules for n in ('docker', 'cyclonedx')))"
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
