"""The recipes of containers/images.yaml: which base an image rests on, and what is put on it."""

import functools
import hashlib
from collections.abc import Mapping

import yaml
from pydantic import BaseModel, ConfigDict, Field

from heldout.compiler.catalog import shipped


class Base(BaseModel):
    """The image that another is built on, pinned by digest.

    Attributes:
        repository: where it lies, as Docker names it.
        tag: what the digest was called when it was chosen; for people, never used to pull.
        digest: of its manifest.
        torch: the version of torch that it brings; None: the requirements name one.
        python: the interpreter in it that runs the jobs, by path or as its PATH knows it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    repository: str
    tag: str
    digest: str = Field(pattern=r"^sha256:[0-9a-f]{64}$")
    torch: str | None = None
    python: str = Field(pattern=r"^(/[\w./-]+|python3(\.\d+)?)$")

    @property
    def reference(self) -> str:
        """The base as a Dockerfile's `FROM` names it."""
        return f"{self.repository}@{self.digest}"


class Image(BaseModel):
    """One entry of containers/images.yaml.

    Attributes:
        description: for people.
        base: what it is built on.
        requirements: the file of `containers/` that names every wheel with its hashes.
        repository: what the built image is called, without a host.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    description: str
    base: Base
    requirements: str = Field(pattern=r"^requirements\.[a-z]+\.txt$")
    repository: str = Field(pattern=r"^[a-z0-9]+([._/-][a-z0-9]+)*$")


@functools.cache
def load_images() -> Mapping[str, Image]:
    """The images of containers/images.yaml."""
    entries = yaml.load(shipped("images.yaml").read_bytes(), Loader=yaml.CSafeLoader)
    return {name: Image.model_validate(entry) for name, entry in entries.items()}


def needs_links(name: str) -> bool:
    """Whether an image has wheels that the Python package index lacks: PyTorch's build for CPUs."""
    return load_images()[name].base.torch is None


def requirements_bytes(name: str) -> bytes:
    """The hash-locked requirements of an image."""
    return shipped(load_images()[name].requirements).read_bytes()


def requirements_digest(name: str) -> str:
    """The digest of an image's hash-locked requirements."""
    return f"sha256:{hashlib.sha256(requirements_bytes(name)).hexdigest()}"
