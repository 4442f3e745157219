"""Where the files of a spec lie in an archive: to one another as they did, all of them below `spec`."""

import posixpath
from collections.abc import Iterable
from pathlib import PurePosixPath

from heldout.compiler.archive import contents
from heldout.compiler.syntax.texts import Texts


def spec_folder(texts: Texts) -> str:
    """The folder of the spec: `spec`, or one in it where bases lie beside the spec's own folder."""
    beside = {base.path.split("/")[1].casefold() for base in texts.bases if base.path.startswith("../")}
    if not beside:
        return contents.SPEC
    name = "study"
    while name in beside:
        name += "-"
    return f"{contents.SPEC}/{name}"


def base_files(texts: Texts, folder: str) -> dict[str, bytes]:
    """The bases by their names in an archive whose spec lies in this folder."""
    return {posixpath.normpath(f"{folder}/{base.path}"): base.data for base in texts.bases}


def code_names(code_files: Iterable[str], spec: str) -> set[str]:
    """The names in an archive of files of code, which lie beside the spec of this name or below."""
    return {f"{PurePosixPath(spec).parent}/{name}" for name in code_files}
