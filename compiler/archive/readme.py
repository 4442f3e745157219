"""ARCHIVE.md: what an archive is and how to use it, for a reader without heldout."""

from collections.abc import Mapping, Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from heldout.compiler.archive import contents
from heldout.compiler.archive.crate import Job
from heldout.compiler.archive.sources import Source
from heldout.compiler.archive.spec_files import files_beside, spec_folder
from heldout.compiler.compile import Compiled
from heldout.version import __version__


def readme(
    compiled: Compiled,
    spec: str,
    files: Mapping[str, Source],
    jobs: Sequence[Job],
    left_out: frozenset[str],
    image: Mapping[str, Any],
) -> bytes:
    """The text of ARCHIVE.md.

    Args:
        compiled: the study.
        spec: its path in the archive.
        files: all others of the archive.
        jobs: of the run.
        left_out: kinds of artifacts that were not put in.
        image: what image.json says.
    """
    environment = Environment(
        loader=PackageLoader("heldout.compiler.archive", ""),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # the title and the claims are written as plain text, below
    )
    text = environment.get_template("ARCHIVE.md.jinja").render(
        version=__version__,
        study=compiled.study,
        title=_plain(compiled.study.title or compiled.study.name),
        claims=[(claim.name, _plain(claim.says)) for claim in compiled.claims],
        spec=spec,
        bases=sorted(files_beside(compiled.texts.bases, spec_folder(compiled.texts))),
        levels=sorted(files_beside(compiled.texts.levels, spec_folder(compiled.texts))),
        operators=contents.operator_files(contents.in_folder(files, contents.SPEC)),
        tasks=sum(job.tasks for job in jobs),
        missing=sum(job.failed for job in jobs),
        left_out=sorted(left_out),
        image=image,
    )
    return text.encode()


def _plain(text: str) -> str:
    """Text on one line in which Markdown finds nothing to obey."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>#|!&" else c for c in line)
