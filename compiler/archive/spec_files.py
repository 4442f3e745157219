"""Where the files of a spec lie in an archive: to one another as they did, all of them below `spec`."""

import posixpath
from collections.abc import Iterable
from pathlib import PurePosixPath

from heldout.compiler.archive import contents
from heldout.compiler.syntax.texts import Text, Texts


def spec_folder(texts: Texts) -> str:
    """The folder of the spec: `spec`, or one in it where files that it names lie beside its own folder."""
    beside = {text.path.split("/")[1].casefold() for text in texts.beside if text.path.startswith("../")}
    if not beside:
        return contents.SPEC
    name = "study"
    while name in beside:
        name += "-"
    return f"{contents.SPEC}/{name}"


def files_beside(texts: Iterable[Text], folder: str) -> dict[str, bytes]:
    """Bases and files of levels by their names in an archive whose spec lies in this folder."""
    return {posixpath.normpath(f"{folder}/{text.path}"): text.data for text in texts}


def code_names(code_files: Iterable[str], spec: str) -> set[str]:
    """The names in an archive of files of code, which lie beside the spec of this name or below."""
    return {f"{PurePosixPath(spec).parent}/{name}" for name in code_files}
