"""Which pages are generated, and where they lie."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from heldout.compiler.catalog import Catalog
from heldout.compiler.documentation.blocks import with_block
from heldout.compiler.documentation.catalog_pages import component_pages, operator_pages
from heldout.compiler.documentation.diagnostics_page import diagnostics_page
from heldout.compiler.documentation.kinds import kinds_text, subtypes_text
from heldout.compiler.documentation.passes import passes_text
from heldout.compiler.documentation.results import all_results, results_text
from heldout.compiler.documentation.rooms import rooms_text
from heldout.compiler.documentation.studies import families_text, studies_text
from heldout.compiler.files import write_if_changed

FOLDERS = ("docs/operators", "docs/components")  # hold generated pages and nothing else


def documentation_files(catalog: Catalog) -> dict[str, str]:
    """Every page that is generated whole, by its path in the repository."""
    return {
        **operator_pages(catalog),
        **component_pages(catalog),
        "docs/diagnostics.md": diagnostics_page(),
    }


def pages_with_blocks(root: Path, catalog: Catalog) -> dict[str, str]:
    """The pages that people write with their generated parts anew, by path, as far as they are there.

    Raises:
        ValueError: a page lacks the markers of a part.
    """
    results = all_results(root, catalog)
    blocks: dict[str, dict[str, Callable[[], str]]] = {
        "ARCHITECTURE.md": {"rooms": lambda: rooms_text(root), "passes": passes_text},
        "docs/glossary.md": {
            "kinds": lambda: kinds_text(catalog),
            "subtypes": lambda: subtypes_text(catalog),
        },
        "README.md": {"families": lambda: families_text(results, "docs/families")},
        "docs/studies.md": {"studies": lambda: studies_text(results, "families")},
    }
    for one in results:
        page = blocks.setdefault(f"docs/families/{one.page}", {})
        page[f"results of {one.study.name}"] = partial(results_text, one, "../..")
    pages = {path: (root / path).read_text(encoding="utf-8") for path in blocks if (root / path).is_file()}
    for path in pages:
        for name, content in blocks[path].items():
            try:
                pages[path] = with_block(pages[path], name, content())
            except ValueError as error:
                raise ValueError(f"{path}: {error}") from error
    return pages


def write_documentation(root: Path, catalog: Catalog) -> list[str]:
    """Write all pages, and the generated parts of those that people write.

    Args:
        root: of the repository.
        catalog: what there is to document.

    Returns:
        the paths that had to be written or removed.
    """
    files = documentation_files(catalog) | pages_with_blocks(root, catalog)
    changed = [path for path, text in files.items() if write_if_changed(root / path, text)]
    for page in (page for folder in FOLDERS for page in sorted((root / folder).glob("*.md"))):
        path = page.relative_to(root).as_posix()
        if path not in files:
            page.unlink()
            changed.append(path)
    return changed
