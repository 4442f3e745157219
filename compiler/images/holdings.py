"""What an image holds: the operators and components of the catalog inside it, each with its digest.

Read from the catalog in the image when it is built, pulled or verified, and kept beside the file of pins. An
image serves every study that uses nothing else, whatever operators a newer heldout has besides.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from heldout.compiler.digests import LIBRARIES, Other, others

INSIDE = "containers/catalog.json"  # the catalog, in the image's own folder


@dataclass(frozen=True)
class Holdings:
    """What the catalog of an image says.

    Attributes:
        language: the version of the catalog's form.
        catalog: its own digest, by which the image's label names it.
        operators: digests by name, `train/classifier`.
        components: digests by name, `objectives/coral`.
        libraries: major and minor versions by name; empty for an image that was built before they counted.
    """

    language: int
    catalog: str
    operators: Mapping[str, str]
    components: Mapping[str, str]
    libraries: Mapping[str, str] = field(default_factory=dict)

    @property
    def digests(self) -> dict[str, str]:
        """All in one table."""
        libraries = {f"{LIBRARIES}/{name}": release for name, release in self.libraries.items()}
        return {**self.operators, **self.components, **libraries}

    def lacks(self, used: Mapping[str, str]) -> tuple[Other, ...]:
        """What is used and is not in it, or another version.

        Args:
            used: operators, components and libraries by name.
        """
        found = others(used, self.digests)
        return found if self.libraries else tuple(one for one in found if not one.is_library)


def holdings_of(catalog: bytes) -> Holdings:
    """What a catalog says, of whatever version.

    Raises:
        ValueError: it is no catalog.
    """
    try:
        content = json.loads(catalog)
        return Holdings(
            language=int(content["heldout"]),
            catalog=str(content["digest"]),
            operators={name: str(one["digest"]) for name, one in content["operators"].items()},
            components={
                f"{kind}/{name}": str(one["digest"])
                for kind, components in content["components"].items()
                for name, one in components.items()
            },
            libraries={str(name): str(release) for name, release in content.get("libraries", {}).items()},
        )
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise ValueError(f"this is no catalog: {error!r}") from error


def holdings_path(folder: Path, name: str) -> Path:
    """Where it is kept what an image holds.

    Args:
        folder: `images/` beside the file of pins.
        name: of the image.
    """
    return folder / f"{name}.catalog.json"


def holdings_text(held: Holdings) -> str:
    """The file of what an image holds."""
    return json.dumps(asdict(held), indent=1, sort_keys=True) + "\n"


def read_holdings(path: Path, catalog: str) -> Holdings | None:
    """What an image holds, by the file that was written for it.

    Args:
        path: of the file.
        catalog: the digest of the catalog that the image's pin names.

    Returns:
        None where there is no such file, or it is damaged or of another image: then only the digest of the
        whole catalog is known.
    """
    try:
        held = _held(json.loads(path.read_bytes()))
    except (OSError, KeyError, TypeError, AttributeError, ValueError, RecursionError):
        return None
    return held if held.catalog == catalog else None


def _held(content: Mapping[str, Any]) -> Holdings:
    return Holdings(
        language=int(content["language"]),
        catalog=str(content["catalog"]),
        operators={str(name): str(digest) for name, digest in content["operators"].items()},
        components={str(name): str(digest) for name, digest in content["components"].items()},
        libraries={str(name): str(release) for name, release in content.get("libraries", {}).items()},
    )
