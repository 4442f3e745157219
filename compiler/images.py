"""The images that studies run in, by name, each pinned by digest."""

import functools
from collections.abc import Mapping

import yaml
from pydantic import BaseModel, ConfigDict, Field

from compiler.catalog import shipped


class Image(BaseModel):
    """One entry of containers/images.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    description: str
    repository: str
    digest: str = Field(pattern=r"^sha256:[0-9a-f]{64}$")

    @property
    def container(self) -> str:
        """The image as Snakemake's `container:` names it."""
        return f"docker://{self.repository}@{self.digest}"


@functools.cache
def load_images() -> Mapping[str, Image]:
    """The images of containers/images.yaml."""
    entries = yaml.load(shipped("images.yaml").read_bytes(), Loader=yaml.CSafeLoader)
    return {name: Image.model_validate(entry) for name, entry in entries.items()}
