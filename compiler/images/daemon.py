"""What builds and keeps images on this machine: Docker, or Podman by its Docker-compatible socket."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import docker
import docker.errors
import requests
from docker.models.images import Image as DaemonImage

from heldout.compiler.refusal import Failed

# Saving and loading gigabytes says nothing for minutes.
TIMEOUT_SECONDS = 1800

# What the SDK raises when an engine, a registry or the way to them fails.
FAULTS = (docker.errors.DockerException, requests.exceptions.RequestException)


class DaemonError(Failed):
    """The engine is not there, or could not do something.

    Attributes:
        missing: whether something needs to be installed, started or allowed first.
    """

    def __init__(self, message: str, hint: str = "", missing: bool = False) -> None:
        super().__init__(message, hint)
        self.missing = missing
        if missing:
            self.kind = "missing"


@dataclass(frozen=True)
class Daemon:
    """A connection to Docker or Podman; whatever its name, Podman needs no daemon for it, but its socket.

    Attributes:
        client: of the Docker SDK.
        url: of the socket.
        name: `Docker 20.10.24` or `Podman 4.3.1`.
    """

    client: docker.DockerClient
    url: str
    name: str

    @property
    def is_podman(self) -> bool:
        return self.name.startswith("Podman")

    def find(self, reference: str) -> DaemonImage | None:
        """An image that the engine has, by reference or id."""
        try:
            return self.client.images.get(reference)
        except docker.errors.ImageNotFound:
            return None
        except docker.errors.APIError as error:
            raise explain(error, reference) from error


def connect(url: str | None = None) -> Daemon:
    """Reach the engine.

    Args:
        url: of its socket; by default DOCKER_HOST, else Docker's own socket, else Podman's.

    Raises:
        DaemonError: none is there, none answers, or this user may not use it.
    """
    for candidate in [url] if url else _candidates():
        path = Path(urlsplit(candidate).path) if candidate.startswith("unix:") else None
        if url is None and path is not None and not path.exists() and "DOCKER_HOST" not in os.environ:
            continue
        return _connect(candidate, path)
    raise DaemonError(
        "no container engine is running: neither Docker's socket nor Podman's is there",
        "install and start Docker (https://docs.docker.com/engine/install) or Podman "
        "(`systemctl start podman.socket`); DOCKER_HOST or --engine-url names another socket",
        missing=True,
    )


def _candidates() -> Iterator[str]:
    if host := os.environ.get("DOCKER_HOST"):
        yield host
        return
    own = os.environ.get("XDG_RUNTIME_DIR", f"/run/user/{os.getuid()}")
    yield "unix:///var/run/docker.sock"
    yield f"unix://{own}/docker.sock"
    yield f"unix://{own}/podman/podman.sock"
    yield "unix:///run/podman/podman.sock"


def _connect(url: str, path: Path | None) -> Daemon:
    if path is not None and not path.exists():
        raise DaemonError(f"there is no socket at {path}", "start the engine, or name another", missing=True)
    if path is not None and not os.access(path, os.R_OK | os.W_OK):
        hint = (
            "join the group that owns it (`sudo usermod -aG docker $USER`, then log in again), "
            "or use rootless Podman (`systemctl --user start podman.socket`)"
        )
        raise DaemonError(f"you may not use the engine's socket {path}", hint, missing=True)
    try:
        client = docker.DockerClient(base_url=url, timeout=TIMEOUT_SECONDS)
        version = client.version()
    except (*FAULTS, ValueError) as error:
        hint = "it is installed and not running: start it (`sudo systemctl start docker`)"
        raise DaemonError(f"the container engine at {url} does not answer: {error}", hint, True) from error
    parts = {part["Name"]: part["Version"] for part in version.get("Components") or []}
    podman = parts.get("Podman Engine")
    return Daemon(client, url, f"Podman {podman}" if podman else f"Docker {version['Version']}")


# What engines and registries say, in part, and what it means.
MEANINGS = (
    (
        ("no space left on device", "not enough space"),
        "the disk that the engine keeps its images on is full",
        "free some (`docker system prune`, or `podman system prune`) and try again: what was pinned stays",
    ),
    (
        ("manifest unknown", "manifest for", "name unknown", "no such manifest", "not found: manifest"),
        "the registry has no such image",
        "the digest or the name is wrong, or the image was removed there",
    ),
    (
        ("unauthorized", "denied", "authentication required", "forbidden", "no basic auth"),
        "the registry does not let you",
        "sign in with `docker login REGISTRY` or `podman login REGISTRY`",
    ),
    (
        ("x509", "certificate", "http response to https"),
        "the registry's certificate is not trusted",
        "the engine's own settings name certificates and registries without encryption",
    ),
    (
        ("connection refused", "no such host", "dial tcp", "i/o timeout", "timeout exceeded", "unreachable"),
        "the registry cannot be reached",
        "look at the network and at the name of the registry; what was pinned stays",
    ),
    (
        ("unexpected eof", "connection reset", "broken pipe", "connection broken", "eof"),
        "the transfer broke off",
        "try again: layers that came whole are not sent again, and what was pinned stays",
    ),
)


def explain(error: Exception | str, what: str) -> DaemonError:
    """An engine's error in words, with what to do about it.

    Args:
        error: what the SDK raised, or the text that the engine streamed.
        what: the image that it is about.
    """
    said = getattr(error, "explanation", None) or str(error)
    text = str(said).strip()
    for signs, meaning, hint in MEANINGS:
        if any(sign in text.lower() for sign in signs):
            return DaemonError(f"{what}: {meaning} ({text})", hint)
    return DaemonError(f"{what}: {text}")
