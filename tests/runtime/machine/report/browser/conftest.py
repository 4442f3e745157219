"""Pages in headless Chromium, where HELDOUT_BROWSER_TESTS=1 asks for it; else these tests are not chosen."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from heldout.runtime.machine.report.build import write_report
from heldout.runtime.machine.report.provenance import provenance
from heldout.runtime.results.gather import gather

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One Chromium for all tests; each page has a profile of its own."""
    program = shutil.which("chromium")
    if program is None:
        pytest.fail("there is no chromium: run tests/install_browser.sh", pytrace=False)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[..., Any]]:
    """Open a file; at the end no page has complained, and none has asked for anything but itself."""
    contexts: list[Any] = []
    complaints: list[str] = []
    asked: list[str] = []
    opened: list[str] = []

    def go(path: Path, width: int = 1200, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(f"{said.type}: {said.text}"))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        opened.append(path.as_uri())
        page.goto(path.as_uri())
        return page

    yield go
    for context in contexts:
        context.close()
    assert complaints == []
    assert set(asked) <= set(opened)


@pytest.fixture
def report(
    declared: dict[str, Any], store: Any, plan_of: Any, tmp_path: Path, cell: Callable[..., str]
) -> Callable[..., Path]:
    """Write the small study's report; returns its page."""

    def write(**changes: Any) -> Path:
        plan = plan_of(declared | changes)
        tasks = {task for stage in plan.stages.values() for task in stage.cells if task}
        results = gather(plan, store, tmp_path / "done")
        write_report(plan, results, provenance(tasks, store), tmp_path / "study" / "report")
        return tmp_path / "study" / "report" / "index.html"

    return write
