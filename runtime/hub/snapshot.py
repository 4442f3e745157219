"""One commit of a hub repository, on this disk."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

Repository = Annotated[str, Field(pattern=r"^[\w.-]+(/[\w.-]+)?$")]
Commit = Annotated[str, Field(pattern="^[0-9a-f]{40}$")]


def snapshot(
    repository: str, revision: str, kind: Literal["model", "dataset"], patterns: Iterable[str]
) -> dict[str, Path]:
    """Download the matching files of one commit, or find them in the hub's cache.

    Args:
        repository: `owner/name`.
        revision: the full commit hash; a branch or a tag may move and is refused.
        kind: of the repository.
        patterns: shell patterns of the files' paths (`*` matches `/` too, as on the hub); the
            others are never downloaded.

    Returns:
        where each file lies, by its path in the repository, sorted. Only those that match: the
        cache may hold more of the same commit, from other downloads.

    Raises:
        ValueError: the revision is no full commit hash, or no file matches.
    """
    from huggingface_hub import snapshot_download  # costs half a second
    from huggingface_hub.utils import filter_repo_objects  # type: ignore[attr-defined] # not in an `__all__`

    if len(revision) != 40 or set(revision) - set("0123456789abcdef"):
        raise ValueError(f"revision must be a commit of 40 hexadecimal digits, got {revision!r}")
    allowed = sorted(patterns)
    folder = Path(snapshot_download(repository, repo_type=kind, revision=revision, allow_patterns=allowed))
    there = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    names = sorted(filter_repo_objects(there, allow_patterns=allowed))
    if not names:
        raise ValueError(f"{repository} at {revision} has no file like {', '.join(allowed)}")
    return {name: folder / name for name in names}
