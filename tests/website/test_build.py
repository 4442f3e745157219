"""The site of the documents, built strictly: its links, what it loads, its search.

`make .venv/site`, `bash tests/install_browser.sh`, and HELDOUT_SITE_TESTS=1.
"""

import functools
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

pytestmark = pytest.mark.site

ROOT = Path(__file__).parents[2]


class Page(HTMLParser):
    """Where a page's links lead, what it loads, and the places in it."""

    def __init__(self, path: Path):
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.places: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name == "href" and tag == "a":
                self.links.append(value)
            elif name in ("src", "srcset", "data", "poster") or (name == "href" and tag == "link"):
                self.loaded.append(value)
            elif name in ("id", "name"):
                self.places.add(value)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("built") / "site"
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(out)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    """The pages of the documents; those of reports have tests of their own."""
    found = [path for path in site.rglob("*.html") if "reports" not in path.relative_to(site).parts]
    return {path: Page(path) for path in found}


def test_every_link_leads_to_a_place_inside(site: Path, pages: dict[Path, Page]):
    followed = 0
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            where = f"{path.relative_to(site)} links to {link}"
            assert target.is_file() and target.is_relative_to(site), where
            if parts.fragment and target in pages:
                assert unquote(parts.fragment) in pages[target].places, where
            followed += 1
    assert followed > 5_000


def test_nothing_is_loaded_from_elsewhere(pages: dict[Path, Page]):
    for path, page in pages.items():
        for address in page.loaded:
            assert not urlsplit(address).netloc and not urlsplit(address).scheme, (path, address)


def test_code_and_specs_that_are_linked_to_are_shown(site: Path):
    text = (site / "specs/domain-generalization/rotated-digits.yaml.html").read_text()
    assert "rotated-digits" in text
    assert "The command line" in (site / "compiler/cli/index.html").read_text()


@pytest.fixture
def address(site: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=site)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("name", ["index.html", "docs/language.html", "compiler/cli/index.html"])
def test_chromium_asks_no_other_host_and_finds_what_is_searched(browser, address: str, name: str):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{address}/{name}")
    page.get_by_label("Search").first.click()
    page.keyboard.type("firewall")
    page.wait_for_selector(".md-search-result__item")
    found = [link.get_attribute("href") for link in page.locator(".md-search-result__link").all()]
    assert any("ARCHITECTURE.html" in link for link in found)
    page.close()
    assert complaints == []
    assert {urlsplit(one).netloc for one in asked} == {urlsplit(address).netloc}


@pytest.mark.parametrize("name", ["index.html", "docs/studies.html", "docs/operators/train.html"])
def test_nothing_sticks_out_of_a_phone(browser, address: str, name: str):
    page = browser.new_page(viewport={"width": 400, "height": 900})
    page.goto(f"{address}/{name}")
    assert page.evaluate("document.documentElement.scrollWidth") == 400
    page.close()
