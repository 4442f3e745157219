"""The catalog of a study that names operator files of its own."""

import hashlib
import re
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from heldout.compiler.catalog import Catalog, CatalogError, catalog_path, load_catalog
from heldout.compiler.diagnostics import Diagnostic, Span
from heldout.compiler.files import write_if_changed
from heldout.compiler.run.runtime import ask_runtime
from heldout.compiler.run.strangers import refuse_strangers

CATALOGS = Path(".heldout/catalogs")
MOST_BYTES = 2_000_000  # of an operator file


def catalog_with(
    catalog: Catalog, operators: Sequence[tuple[str, Span]], spec: Path
) -> tuple[Catalog, list[Diagnostic]]:
    """A catalog together with the operators of the user's files.

    The runtime reads the files, once for each content of them and of the modules that they import.

    Args:
        catalog: that is shipped.
        operators: paths relative to the spec's folder, with their places in the spec.
        spec: the spec.

    Returns:
        the catalog, without the files' operators where there are mistakes in them; the mistakes.

    Raises:
        Untrusted: the files are somebody else's, and nobody said that they may run.
    """
    missing = [_missing(name, span) for name, span in operators if not _is_there(spec.parent, name)]
    if missing:
        return catalog, missing
    large = [_too_large(name, span) for name, span in operators if _size(spec.parent / name) > MOST_BYTES]
    if large:
        return catalog, large
    files = [spec.parent / name for name, _ in operators]
    refuse_strangers(files)
    content = hashlib.sha256(catalog.digest.encode())
    for path in files:
        content.update(str(path.resolve()).encode() + b"\0" + path.read_bytes() + b"\0")
    if (found := _kept(content.hexdigest())) is not None:
        return found, []
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "catalog.json"
        read, mistakes = _read(catalog, operators, files, written)
        if not mistakes:
            with suppress(OSError):  # where nothing may be written, they are read again the next time
                _keep(content.hexdigest(), written.read_bytes())
        return read, mistakes


def catalog_of(
    catalog: Catalog, operators: Sequence[tuple[str, Span]], spec: Path
) -> tuple[Catalog, list[Diagnostic]]:
    """As `catalog_with`, of files that are looked at once: nothing is kept for the next time."""
    missing = [_missing(name, span) for name, span in operators if not _is_there(spec.parent, name)]
    if missing:
        return catalog, missing
    with tempfile.TemporaryDirectory() as folder:
        files = [spec.parent / name for name, _ in operators]
        return _read(catalog, operators, files, Path(folder) / "catalog.json")


def _read(
    catalog: Catalog, operators: Sequence[tuple[str, Span]], files: list[Path], written: Path
) -> tuple[Catalog, list[Diagnostic]]:
    complaint = _write(files, written)
    return (catalog, [_unreadable(complaint, operators)]) if complaint else (load_catalog(written), [])


def _kept(files: str) -> Catalog | None:
    """The catalog that was written of files, by their hash; None where there is none that is whole and new.

    Its own hash is part of its name, so that a bit that flips in it is seen.
    """
    for path in CATALOGS.glob(f"{files}-*.json"):
        with suppress(CatalogError, OSError):
            if path.stem.rpartition("-")[2] != _hash(path.read_bytes()):
                continue
            found = load_catalog(path)
            if all(_file_digest(Path(name)) == digest for name, digest in found.rests_on.items()):
                return found
    return None


def _keep(files: str, catalog: bytes) -> None:
    for path in CATALOGS.glob(f"{files}-*.json"):  # of other neighbours, or damaged
        path.unlink(missing_ok=True)
    write_if_changed(CATALOGS / f"{files}-{_hash(catalog)}.json", catalog)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def _file_digest(path: Path) -> str | None:
    """The hash of a module beside an operator file; None where there is none."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None


def _is_there(folder: Path, name: str) -> bool:
    """Whether a file lies in the spec's folder itself, and is no link to elsewhere."""
    path = folder / name
    return path.is_file() and path.resolve() == folder.resolve() / name


def _missing(name: str, span: Span) -> Diagnostic:
    hint = "write the path of a Python file, relative to the spec's folder and no link"
    return Diagnostic("missing-file", f"there is no file `{name}`", span, hint)


def _size(path: Path) -> int:
    return path.stat().st_size


def _too_large(name: str, span: Span) -> Diagnostic:
    message = f"`{name}` has more than {MOST_BYTES:,} bytes, which nobody wrote as Python"
    hint = "write the operators into a file, and what they read into data that a stage imports"
    return Diagnostic("operator-file", message, span, hint)


def _write(files: list[Path], output: Path) -> str:
    """Let the runtime write the catalog; its complaint where it cannot."""
    named = [word for path in files for word in ("--operators", path)]
    done = ask_runtime("catalog", "--added-to", catalog_path(), "--output", output, *named)
    if done.returncode == 0 and output.is_file():
        return ""
    lines = done.stderr.strip().splitlines()
    if lines and lines[-1].startswith("error: "):
        return lines[-1].removeprefix("error: ")
    names = ", ".join(path.name for path in files)
    return f"reading {names} ended Python with exit code {done.returncode}: {' '.join(lines[-1:])}".rstrip(
        ": "
    )


def _unreadable(complaint: str, operators: Sequence[tuple[str, Span]]) -> Diagnostic:
    """The complaint at the place of the file that it names."""
    named = [span for name, span in operators if re.search(rf"\b{re.escape(Path(name).stem)}\b", complaint)]
    hint = "docs/writing-an-operator.md shows how such a file looks"
    return Diagnostic("operator-file", complaint, (named or [operators[0][1]])[0], hint)
