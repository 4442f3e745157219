"""The specs that a command line names: files, and all that lie in folders."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from heldout.compiler.refusal import Refusal

SUFFIXES = (".yaml", ".yml")
_HINT = "a spec is a YAML file with the key `heldout: 1`, and no base"


def find_specs(given: Sequence[Path]) -> list[Path]:
    """Specs in the order in which they are named, each once; those of a folder by their paths.

    Of the files in a folder and the folders below it, those are specs that have the key `heldout:`, but for
    bases, which have the key `base:` in the place of `study:`. What begins with a dot is passed over. A file
    that is named is taken for one, whatever it holds.

    Raises:
        Refusal: there is none in a folder, or nothing is named.
    """
    found: dict[Path, None] = {}
    for path in given:
        if not path.is_dir():
            found[path] = None
            continue
        below = list(_below(path))
        if not below:
            raise Refusal(f"there is no spec below {path}", _HINT)
        found |= dict.fromkeys(below)
    if not found:
        raise Refusal("no spec is named", "name files, or folders that hold some")
    return list(found)


def is_several(given: Sequence[Path]) -> bool:
    """Whether a command line means many specs, even where there is one: then answers are lists."""
    return len(given) != 1 or given[0].is_dir()


def _below(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _below(path)
        elif path.suffix in SUFFIXES and path.is_file() and _is_spec(path.read_bytes()):
            yield path


def _is_spec(text: bytes) -> bool:
    """Whether a file has the key that every spec has, and other YAML has not, and is no base."""
    return _has_key(text, b"heldout") and not is_base(text)


def is_base(text: bytes) -> bool:
    """Whether a file says that it is a base, which studies include, and not that it is a study too."""
    return _has_key(text, b"base") and not _has_key(text, b"study")


def _has_key(text: bytes, key: bytes) -> bool:
    """Whether a key begins a line; the first line, behind the byte order mark that some editors write."""
    return re.search(rb"^(\xef\xbb\xbf)?%s\s*:" % key, text, re.MULTILINE) is not None
