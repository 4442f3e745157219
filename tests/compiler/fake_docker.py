"""A stand-in for Docker's engine: the part of its interface that images need, on a socket.

It keeps what real ones keep of the moment of building (times, order, container ids), so that a test can
see that it goes. What it "builds" is what a Dockerfile copies, without running its commands.
"""

import hashlib
import io
import itertools
import json
import re
import shlex
import socketserver
import sys
import tarfile
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


def sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def tar_of(files: dict[str, bytes], mtime: int = 0) -> bytes:
    """A tar of files in the order given."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for path, data in files.items():
            entry = tarfile.TarInfo(path)
            entry.size, entry.mtime = len(data), mtime
            tar.addfile(entry, io.BytesIO(data))
    return out.getvalue()


@dataclass
class Stored:
    """An image of the engine."""

    config: bytes
    layers: list[bytes]
    tags: set[str] = field(default_factory=set)
    digests: set[str] = field(default_factory=set)

    @property
    def id(self) -> str:
        return sha256(self.config)

    def inspected(self) -> dict[str, Any]:
        config = json.loads(self.config)
        return {
            "Id": self.id,
            "RepoTags": sorted(self.tags),
            "RepoDigests": sorted(self.digests),
            "Size": sum(map(len, self.layers)),
            "Config": config["config"],
            "RootFS": {"Type": "layers", "Layers": config["rootfs"]["diff_ids"]},
        }


def stored(layers: list[bytes], labels: dict[str, str] | None = None, **config: Any) -> Stored:
    """An image of these layers."""
    content = {
        "architecture": "amd64",
        "os": "linux",
        "config": {"Labels": labels or {}, "Env": ["PATH=/bin"]},
        "rootfs": {"type": "layers", "diff_ids": [sha256(layer) for layer in layers]},
        "history": [{"created_by": "made"} for _ in layers],
    }
    return Stored(json.dumps(content | config).encode(), layers)


def archive_of(image: Stored) -> bytes:
    """What `docker save` gives: equal layers are links."""
    files: dict[str, bytes] = {}
    names = []
    for number, layer in enumerate(image.layers):
        names.append(f"{number}/layer.tar")
        files[f"{number}/VERSION"] = b"1.0"
        files[names[-1]] = layer
    config = f"{image.id.removeprefix('sha256:')}.json"
    manifest = [{"Config": config, "RepoTags": sorted(image.tags), "Layers": names}]
    return tar_of({**files, config: image.config, "manifest.json": json.dumps(manifest).encode()})


class FakeDocker:
    """The engine's state, and faults to be had from it.

    Attributes:
        images: by id.
        containers: images by the ids of containers that are made of them.
        registry: images by `REPOSITORY@DIGEST`.
        tags: digests by `REPOSITORY:TAG`, as the registry has them.
        fault: by the beginning of `METHOD /path`: an error that is answered with status 500, or, when
            the path streams, in mid-stream.
        asked: every request, in order.
    """

    def __init__(self, socket: Path, podman: bool = False) -> None:
        self.socket, self.podman = socket, podman
        self.images: dict[str, Stored] = {}
        self.containers: dict[str, Stored] = {}
        self.registry: dict[str, Stored] = {}
        self.tags: dict[str, str] = {}
        self.fault: dict[str, str] = {}
        self.asked: list[str] = []
        self.clock = itertools.count(1_800_000_000, 100)
        engine = self

        class Handler(_Handler):
            docker = engine

        self._server = _Server(str(socket), Handler)
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def stop(self) -> None:
        """Close the socket, and say what went wrong inside."""
        self._server.shutdown()
        self._server.server_close()
        assert not self._server.errors, self._server.errors

    def add(self, image: Stored, *tags: str) -> Stored:
        image = self.images.setdefault(image.id, image)
        for tag in tags:
            for other in self.images.values():
                other.tags.discard(tag)
            image.tags.add(tag)
        return image

    def find(self, name: str) -> Stored | None:
        for image in self.images.values():
            if name in (image.id, *image.tags, *image.digests) or image.id.startswith(f"sha256:{name}"):
                return image
        return None

    def build(self, context: bytes) -> Stored:
        """Copy what the last stage of the Dockerfile copies, at a time of its own."""
        with tarfile.open(fileobj=io.BytesIO(context)) as tar:
            files = {m.name: tar.extractfile(m).read() for m in tar if m.isreg()}  # type: ignore[union-attr]
        text = files["Dockerfile"].decode()
        base = self.find(re.search(r"^ARG BASE=(\S+)", text, re.M)[1])  # type: ignore[index]
        assert base is not None
        labels = re.search(r"^LABEL ((?:.*\\\n)*.*)$", text, re.M)[1].replace("\\\n", " ")  # type: ignore[index]
        now = next(self.clock)
        own = {f"opt/{p}": data for p, data in files.items() if p.startswith("heldout/")}
        if now % 200:  # no order can be relied on
            own = dict(reversed(own.items()))
        own["opt/heldout/runtime/__pycache__/device.cpython-311.pyc"] = str(now).encode()
        wheels = {f"opt/heldout/packages/{p}": data for p, data in files.items() if p.startswith("wheels/")}
        layers = [*base.layers, tar_of({"etc/passwd": b"heldout", **wheels}, now), tar_of(own, now)]
        return stored(
            layers,
            dict(each.split("=", 1) for each in shlex.split(labels)),
            created=str(now),
            container_config={"Hostname": str(now)},
        )

    def load(self, archive: bytes) -> Stored:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            (entry,) = json.load(tar.extractfile("manifest.json"))  # type: ignore[arg-type]
            config = tar.extractfile(entry["Config"]).read()  # type: ignore[union-attr]
            layers = [tar.extractfile(name).read() for name in entry["Layers"]]  # type: ignore[union-attr]
        assert [sha256(each) for each in layers] == json.loads(config)["rootfs"]["diff_ids"]
        return self.add(Stored(config, layers), *entry["RepoTags"])


class _Server(socketserver.ThreadingUnixStreamServer):
    """One whose threads write nothing on standard error, where the next test would read it."""

    daemon_threads = True

    def __init__(self, address: str, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self.errors: list[BaseException] = []

    def handle_error(self, *_: object) -> None:
        """Keep the error, unless it is that the client has hung up, as clients may."""
        error = sys.exception()
        if error is not None and not isinstance(error, ConnectionError):
            self.errors.append(error)


class _Handler(BaseHTTPRequestHandler):
    docker: FakeDocker
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def address_string(self) -> str:
        return "socket"

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def do_DELETE(self) -> None:
        self._serve("DELETE")

    def _serve(self, method: str) -> None:
        body = self._body()
        url = urlsplit(self.path)
        path = re.sub(r"^/v[\d.]+", "", unquote(url.path))
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        self.docker.asked.append(f"{method} {path}")
        fault = next((f for at, f in self.docker.fault.items() if f"{method} {path}".startswith(at)), None)
        streams = path.endswith(("/push", "/create", "/build", "/load"))
        if fault is not None and not streams:
            return self._json({"message": fault}, 500)
        if fault is not None:
            return self._stream([{"status": "working"}, {"error": fault, "errorDetail": {"message": fault}}])
        return self._answer(method, path, query, body)

    def _answer(self, method: str, path: str, query: dict[str, str], body: bytes) -> None:
        if path == "/version":
            parts = [{"Name": "Podman Engine", "Version": "4.3.1"}] if self.docker.podman else []
            return self._json({"ApiVersion": "1.41", "Version": "20.10", "Components": parts})
        if path == "/build":
            image = self.docker.add(self.docker.build(body))
            return self._stream([{"stream": "Step 1/2 : FROM base\n"}, {"aux": {"ID": image.id}}])
        if path == "/images/load":
            return self._stream([{"stream": f"Loaded image ID: {self.docker.load(body).id}\n"}])
        if path == "/images/create":
            return self._pull(query)
        if path.startswith("/containers/"):
            return self._container(method, path, query, body)
        name, _, action = path.removeprefix("/images/").rpartition("/")
        if path.startswith("/distribution/"):
            digest = self.docker.tags.get(path.removeprefix("/distribution/").removesuffix("/json"))
            found = {"Descriptor": {"digest": digest}, "Platforms": []}
            return self._json(found if digest else {"message": "manifest unknown"}, 200 if digest else 404)
        wanted = path.removeprefix("/images/") if method == "DELETE" else name
        image_found = self.docker.find(f"{name}:{query['tag']}" if action == "push" else wanted)
        if image_found is None:
            return self._json({"message": f"No such image: {name}"}, 404)
        if method == "DELETE":
            del self.docker.images[image_found.id]
            return self._json([{"Deleted": image_found.id}])
        if action == "json":
            return self._json(image_found.inspected())
        if action == "get":
            return self._bytes(archive_of(image_found))
        if action == "tag":
            self.docker.add(image_found, f"{query['repo']}:{query['tag']}")
            return self._bytes(b"", 201)
        assert action == "push", path
        digest = sha256(b"manifest of " + image_found.config)
        self.docker.registry[f"{name}@{digest}"] = image_found
        self.docker.tags[f"{name}:{query['tag']}"] = digest
        image_found.digests.add(f"{name}@{digest}")
        done = {"status": "Pushing", "id": "1", "progressDetail": {"current": 1, "total": 1}}
        return self._stream([done, {"aux": {"Tag": query["tag"], "Digest": digest}}])

    def _container(self, method: str, path: str, query: dict[str, str], body: bytes) -> None:
        """A container that is made, read from and removed, and never started."""
        made = self.docker.containers
        if path == "/containers/create":
            image = self.docker.find(json.loads(body)["Image"])
            assert image is not None
            made[f"c{next(self.docker.clock)}"] = image
            return self._json({"Id": list(made)[-1], "Warnings": []}, 201)
        name = path.split("/")[2]
        if method == "DELETE":
            del made[name]
            return self._bytes(b"", 204)
        assert path.endswith("/archive"), path
        wanted = query["path"].strip("/")
        for layer in reversed(made[name].layers):
            with tarfile.open(fileobj=io.BytesIO(layer)) as tar:
                for member in tar:
                    if member.name.removeprefix("./") == wanted and member.isreg():
                        data = tar.extractfile(member).read()  # type: ignore[union-attr]
                        return self._bytes(tar_of({wanted.rpartition("/")[2]: data}))
        return self._json({"message": f"Could not find the file {wanted} in container {name}"}, 404)

    def _pull(self, query: dict[str, str]) -> None:
        reference = f"{query['fromImage']}@{query['tag']}"
        if reference not in self.docker.registry:
            return self._stream([{"error": f"manifest for {reference} not found: manifest unknown"}])
        image = self.docker.add(self.docker.registry[reference])
        image.digests.add(reference)
        return self._stream([{"status": f"Digest: {query['tag']}"}])

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _json(self, content: Any, status: int = 200) -> None:
        self._bytes(json.dumps(content).encode(), status)

    def _stream(self, messages: list[dict[str, Any]]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for line in (json.dumps(message).encode() + b"\r\n" for message in messages):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
        self.wfile.write(b"0\r\n\r\n")

    def _bytes(self, data: bytes, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
