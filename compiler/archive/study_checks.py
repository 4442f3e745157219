"""Checks of an archive that need no runtime: catalog, workflow, lock and image."""

import json
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from heldout.compiler.archive import contents
from heldout.compiler.archive.catalogs import in_words
from heldout.compiler.archive.findings import Finding, differs, holds, unchecked
from heldout.compiler.archive.reader import Archive
from heldout.compiler.archive.recompile import Recompiled
from heldout.compiler.archive.spec_files import code_names, files_beside
from heldout.compiler.images import Pins
from heldout.compiler.lock import COMPONENT, OPERATOR, Lock, claim_states, drift, entries_like
from heldout.compiler.syntax.level_file import SUFFIXES

_SHOWN = 5
_CONTAINER = re.compile(rb'^    container:\n        "[^"\\\n]*"\n', re.MULTILINE)
_UNPINNED = re.compile(
    rb"^#\n# No rule names a container.*\n# `heldout image build [a-z0-9-]+` .*\n", re.MULTILINE
)


def check_catalog(recompiled: Recompiled) -> Iterator[Finding]:
    """What the catalog says of the operators and components is what they are."""
    for name in recompiled.different[:_SHOWN]:
        yield differs("catalog", f"it says of {name} what is not so by its digest")
    if len(recompiled.different) > _SHOWN:
        yield differs("catalog", f"and {len(recompiled.different) - _SHOWN:,} more")
    if recompiled.unknown:
        names = in_words(recompiled.unknown)
        text = f"what {names} take, give and hold is the archive's own word: no such version is known here"
        yield unchecked("catalog", text)
    elif not recompiled.different:
        used = len(recompiled.compiled.uses.of_tasks) + len(recompiled.compiled.uses.claims)
        yield holds(
            "catalog", f"it says of the {used} operators and components of the study what is known here"
        )


def check_workflow(archive: Archive, recompiled: Recompiled) -> Iterator[Finding]:
    """The plan and the Snakefile are those that the spec gives."""
    folder = recompiled.workflow
    made = {
        f"{contents.WORKFLOW}/{path.relative_to(folder).as_posix()}": path
        for path in folder.rglob("*")
        if path.is_file()
    }
    here = yaml.load((folder / "config.yaml").read_bytes(), Loader=yaml.CSafeLoader)["store"]
    kept = {
        name
        for name in contents.in_folder(archive.names, contents.WORKFLOW)
        if not name.startswith(f"{contents.DONE}/")
    }
    other = sorted(
        name
        for name in made.keys() & kept
        if _without_image(archive.read(name)) != _without_image(_archived(made[name], here))
    )
    for name in (*other[:_SHOWN], *sorted(made.keys() ^ kept)[:_SHOWN]):
        how = "is not what the spec gives" if name in made else "does not come from the spec"
        missing = name not in kept
        yield differs("workflow", f"{name} {'is missing' if missing else how}")
    spec, texts = archive.index.spec, recompiled.compiled.texts
    known = code_names(recompiled.compiled.code_files, spec)
    known |= {spec, *files_beside(texts.beside, str(PurePosixPath(spec).parent))}
    kinds = (".py", ".yaml", ".yml", *SUFFIXES)
    stray = sorted(n for n in contents.in_folder(archive.names, contents.SPEC) if n.endswith(kinds))
    stray = [name for name in stray if name not in known]
    for name in stray[:_SHOWN]:
        yield differs("workflow", f"{name[:200]!a} is no {_kind(name)} of the study")
    if other or made.keys() ^ kept or stray:
        return
    text = f"gives the same {len(made):,} files"
    if recompiled.unknown:
        yield unchecked("workflow", f"the spec compiles with the archive's own catalog, and {text}")
    else:
        yield holds("workflow", f"the spec compiles, and {text}")


def _kind(name: str) -> str:
    return "code" if name.endswith(".py") else "text"


def _archived(made: Path, store: str) -> bytes:
    """A file of the workflow as it is in an archive, whose store lies beside the workflow."""
    text = made.read_bytes()
    return text.replace(store.encode(), b"../store") if made.name == "config.yaml" else text


def _without_image(text: bytes) -> bytes:
    """A Snakefile without the image that it names, which is a matter of where it was emitted."""
    return _UNPINNED.sub(b"", _CONTAINER.sub(b"", text))


def check_lock(archive: Archive, recompiled: Recompiled) -> Iterator[Finding]:
    """lock.json says what the study rests on, and nothing moved since it was locked."""
    said = archive.read_json(contents.LOCK)
    said = said if isinstance(said, dict) else {}
    listed = said.get("entries")
    kept = listed if isinstance(listed, dict) else {}
    rests_on = entries_like(kept, recompiled.compiled, Pins())
    now = {name: value for name, value in rests_on.items() if name not in _HERE}
    for name in sorted(now):
        if kept.get(name) != now[name]:
            yield differs(
                "lock", f"{name} is {now[name]}, and {contents.LOCK} says {str(kept.get(name))[:100]}"
            )
    more = sorted(kept.keys() - now.keys() - _HERE)
    for name in more[:_SHOWN]:
        yield differs("lock", f"{contents.LOCK} has {name[:100]!a}, on which the study does not rest")
    if said.get("locked") != _as_json(recompiled.lock):
        yield differs("lock", f"{contents.LOCK} does not repeat the lock beside the spec")
    if said.get("claims") != json.loads(json.dumps(claim_states(recompiled.compiled, recompiled.lock))):
        yield differs("lock", f"{contents.LOCK} does not say of the claims what the study's lock does")
    elif not more and all(kept.get(name) == now[name] for name in now):
        used = [name for name in now if name.startswith((OPERATOR, COMPONENT))]
        names = [
            *sorted(now.keys() - set(used)),
            *([f"{len(used)} operators and components"] if used else []),
        ]
        yield holds("lock", f"{', '.join(names)} are as {contents.LOCK} says")
    if recompiled.lock is None:
        yield unchecked("lock", "the study was not locked before it ran")
        return
    moved = sorted(drift(recompiled.compiled, recompiled.lock, Pins()).keys() - _HERE)
    for name in moved:
        yield differs("lock", f"{name} has moved since the study was locked")
    if not moved:
        states = claim_states(recompiled.compiled, recompiled.lock)["claims"]
        late = sorted(name for name, state in states.items() if state != "locked")
        text = f" (but not {', '.join(late)})" if late else ""
        yield holds("lock", "nothing moved since the study was locked")
        yield unchecked("lock", f"that its claims came before results{text} is its author's word")


def _as_json(lock: Lock | None) -> dict[str, Any] | None:
    """A lock as lock.json repeats it."""
    return None if lock is None else {"entries": dict(lock.entries), "claims": dict(lock.claims)}


# Entries that say what stands for the image's name where the command runs, not in the archive.
_HERE = frozenset({"image", "base", "recipe", "requirements"})


def check_image(archive: Archive, recompiled: Recompiled) -> Iterator[Finding]:
    """The image is the study's, and its files are those that image.json names."""
    about = archive.read_json(contents.IMAGE_INDEX)
    if about["name"] != (name := recompiled.compiled.study.image):
        yield differs("image", f"image.json is of {about['name'][:200]!a}, and the study names {name}")
    known = {"file": "the image", "bill_of_materials": "its bill of materials", "holds": "what it holds"}
    for key, what in known.items():
        named = about.get(key)
        if key == "holds" and named is None:
            continue  # archives had none of it, and it repeats what the image says
        if named is None:
            yield unchecked("image", f"{what} is not in the archive")
        elif archive.sums.get(path := named["path"]) != named["sha256"]:
            yield differs("image", f"{what}: {path[:200]!a} has not the checksum that image.json says")
        elif not path.startswith(f"{contents.IMAGE}/"):
            yield differs("image", f"{what}: {path[:200]!a} is no file of an image")
        else:
            yield holds("image", f"{path} has the checksum that image.json says")
    digest = (about.get("pin") or {}).get("digest")
    if digest is not None:
        yield unchecked("image", f"whether the image {digest[:100]} is what ran: no run recorded its image")
