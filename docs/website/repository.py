"""The repository as mkdocs is to see it: documents where they lie, and what else they link to as pages.

Links are then the same in the repository and in the site, which needs no other address to lead to.
"""

import ast
import posixpath
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Link, Navigation
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ("*.md", "docs/**/*.md", "docs/*.ipynb", "docs/website/*.css", "docs/website/*.svg")
REPORTS = ROOT / "build" / "reports"  # a site of its own, where `make site` found reports
LANGUAGES = {".py": "python", ".yaml": "yaml", ".cff": "yaml", ".json": "json", ".sh": "bash"}
_LINK = re.compile(r"(?<=\]\()(?![a-z]+:)([^)\s#]+)")
_FENCE = re.compile("`{3,}")


def on_config(config: MkDocsConfig) -> None:
    """Without the theme's page of errors, which takes the site to lie at the root of its host."""
    config.theme.static_templates.discard("404.html")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Documents by their paths in the repository, the theme's own files, and a page for each other link."""
    theme = [file for file in files if file.src_dir != config.docs_dir]
    names = sorted({path.relative_to(ROOT).as_posix() for glob in DOCUMENTS for path in ROOT.glob(glob)})
    documents = [File(name, str(ROOT), config.site_dir, config.use_directory_urls) for name in names]
    sources = {target for name in names if name.endswith(".md") for _, target in _sources(name)}
    config.nav = [_opened(entry, names) for entry in config.nav or ()]
    pages = [
        File.generated(
            config, _page_of(name), content=_source_page(name, sources), inclusion=InclusionLevel.NOT_IN_NAV
        )
        for name in sorted(sources)
    ]
    return Files([*theme, *documents, *pages])


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Links to what is no document lead to its page."""
    name = page.file.src_uri
    if not (ROOT / name).is_file():
        return markdown
    for written, target in dict(_sources(name)).items():
        leads = posixpath.relpath(_page_of(target), posixpath.dirname(name) or ".")
        markdown = re.sub(rf"(?<=\]\(){re.escape(written)}(?=[)#])", leads, markdown)
    return markdown


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:
    """The reports, where there are some."""
    if REPORTS.is_dir():
        nav.items.insert(1, Link("Reports", "reports/index.html"))
    return nav


def on_post_build(config: MkDocsConfig) -> None:
    if REPORTS.is_dir():
        shutil.copytree(REPORTS, Path(config.site_dir) / "reports")


def _opened(entry: Any, names: list[str]) -> Any:
    """An entry of the navigation with the pages of a folder in the folder's place."""
    if isinstance(entry, str):
        return entry
    ((title, inside),) = entry.items()
    if isinstance(inside, list):
        return {title: [_opened(one, names) for one in inside]}
    if not inside.endswith("/"):
        return entry
    return {title: [name for name in names if name.startswith(inside)]}


def _sources(document: str) -> Iterator[tuple[str, str]]:
    """What a document links to that is no document: as it is written, and by its path in the repository."""
    for written in _LINK.findall((ROOT / document).read_text(encoding="utf-8")):
        target = posixpath.normpath(posixpath.join(posixpath.dirname(document), written))
        inside = (ROOT / target).exists() and not target.startswith("..")
        if inside and not target.endswith((".md", ".ipynb")):
            yield written, target


def _page_of(source: str) -> str:
    """The page of a file or a folder."""
    return f"{source}/index.md" if (ROOT / source).is_dir() else f"{source}.md"


def _source_page(source: str, sources: set[str]) -> str:
    """The page of a file, as it is, or of a folder, with what its files say that they are."""
    path = ROOT / source
    if path.is_dir():
        body = "\n".join(_entries(path, sources))
    else:
        text = path.read_text(encoding="utf-8")
        fence = max(("``", *_FENCE.findall(text)), key=len) + "`"
        body = f"{fence}{LANGUAGES.get(path.suffix, 'text')}\n{text}\n{fence}"
    return f"---\ntitle: {source}\nsearch: {{exclude: true}}\nhide: [toc]\n---\n\n# `{source}`\n\n{body}\n"


def _entries(folder: Path, sources: set[str]) -> Iterator[str]:
    """What lies in a folder, as a list."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "__pycache__")) or path.suffix in (".pyc",):
            continue
        name = path.relative_to(ROOT).as_posix()
        shown = f"`{path.name}{'/' if path.is_dir() else ''}`"
        if name in sources:
            shown = f"[{shown}]({posixpath.relpath(_page_of(name), folder.relative_to(ROOT))})"
        about = _first_line(path)
        yield f"- {shown}{': ' + about if about else ''}"


def _first_line(path: Path) -> str:
    """What a module or package says that it is."""
    module = path / "__init__.py" if path.is_dir() else path
    if module.suffix != ".py" or not module.is_file():
        return ""
    said = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or ""
    return said.partition("\n")[0].replace("<", "&lt;")
