"""Which pages are generated, and where they lie."""

from pathlib import Path

from heldout.compiler.catalog import Catalog
from heldout.compiler.documentation.catalog_pages import component_pages, operator_pages
from heldout.compiler.documentation.diagnostics_page import diagnostics_page
from heldout.compiler.documentation.passes import with_passes
from heldout.compiler.files import write_if_changed

ARCHITECTURE = "ARCHITECTURE.md"
FOLDERS = ("docs/operators", "docs/components")  # hold generated pages and nothing else


def documentation_files(catalog: Catalog) -> dict[str, str]:
    """Every page that is generated whole, by its path in the repository."""
    return {
        **operator_pages(catalog),
        **component_pages(catalog),
        "docs/diagnostics.md": diagnostics_page(),
    }


def write_documentation(root: Path, catalog: Catalog) -> list[str]:
    """Write all pages, and the generated part of ARCHITECTURE.md.

    Args:
        root: of the repository.
        catalog: what there is to document.

    Returns:
        the paths that had to be written or removed.
    """
    files = documentation_files(catalog)
    architecture = root / ARCHITECTURE
    if architecture.is_file():
        files[ARCHITECTURE] = with_passes(architecture.read_text())
    changed = [path for path, text in files.items() if write_if_changed(root / path, text)]
    for page in (page for folder in FOLDERS for page in sorted((root / folder).glob("*.md"))):
        path = page.relative_to(root).as_posix()
        if path not in files:
            page.unlink()
            changed.append(path)
    return changed
