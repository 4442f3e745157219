"""The templates of pages, and what every template is given; no page's own code, which draws and computes."""

import re
from pathlib import Path

import jinja2
from markupsafe import Markup, escape

from heldout.runtime.results.text import printable

HERE = Path(__file__).parent
ENVIRONMENT = jinja2.Environment(
    loader=jinja2.FileSystemLoader(HERE),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    finalize=lambda value: printable(value) if type(value) is str else value,  # markup is our own
    trim_blocks=True,
    lstrip_blocks=True,
)


def style() -> Markup:
    """The style sheet of all pages."""
    return Markup((HERE / "page.css").read_text(encoding="utf-8"))


def with_code(text: str) -> Markup:
    """A text with what stands between backticks as code."""
    return Markup(re.sub(r"`([^`\n]+)`", r"<code>\1</code>", str(escape(printable(text)))))


ENVIRONMENT.filters["with_code"] = with_code
