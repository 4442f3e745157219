"""Pages in headless Chromium, where HELDOUT_BROWSER_TESTS=1 asks for it; else these tests are not chosen."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[..., Any]]:
    """Open a file or an address; at the end no page has complained, or has asked for anything but itself."""
    contexts: list[Any] = []
    complaints: list[str] = []
    asked: list[str] = []
    opened: list[str] = []

    def go(place: Path | str, width: int = 1200, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(f"{said.type}: {said.text}"))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url.partition("#")[0]))
        address = place if isinstance(place, str) else place.as_uri()
        opened.append(address.partition("#")[0])
        page.goto(address)
        return page

    yield go
    for context in contexts:
        context.close()
    assert complaints == []
    assert set(asked) <= set(opened)


@pytest.fixture
def contrasts() -> Callable[[Any], list[dict[str, Any]]]:
    """How far each text of a page stands out from what is behind it."""
    return lambda page: page.evaluate(CONTRAST)


CONTRAST = """() => {
  const numbers = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const found = numbers(getComputedStyle(e).backgroundColor);
      if (found.length === 3 || found[3] > 0) return found;
    }
    return [255, 255, 255];
  };
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const e = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || e.closest("script, style") || !e.checkVisibility()) continue;
    const style = getComputedStyle(e);
    const ink = e.namespaceURI.endsWith("svg") ? style.fill : style.color;
    const pair = [light(numbers(ink)), light(behind(e))].sort((a, b) => b - a);
    found.push({ text: texts.currentNode.data.trim(), ratio: (pair[0] + 0.05) / (pair[1] + 0.05) });
  }
  return found;
}"""
