"""A drawn figure as a part of a page: named, following the page's colours, with ids of its own."""

import re

from markupsafe import Markup, escape

OPENING = re.compile(r"<svg\b[^>]*>")
BACKGROUND = re.compile(r'<rect width="[\d.]+" height="[\d.]+" fill="white"/>', re.IGNORECASE)


def inline_svg(svg: str, name: str, description: str) -> Markup:
    """The SVG that vl-convert wrote, ready to stand in a page.

    Args:
        svg: written by vl-convert, which escapes all text.
        name: of letters, digits and `-`; put before every id, so that two figures can share a page.
        description: read out in place of the picture.
    """
    opening = OPENING.search(svg)
    if opening is None:
        raise ValueError("the picture holds no <svg>")
    size = {key: re.search(rf'\b{key}="([\d.]+)"', opening[0]) for key in ("width", "height")}
    attributes = " ".join(f'{key}="{found[1]}"' for key, found in size.items() if found)
    view_box = re.search(r'\bviewBox="[\d. -]+"', opening[0])
    head = (
        f'<svg class="chart" role="img" aria-label="{escape(description)}" {attributes}'
        f" {view_box[0] if view_box else ''}>"
    )
    body = BACKGROUND.sub("", svg[opening.end() :], count=1)
    body = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', body)
    body = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", body)
    # The parts are described once, by the whole: hundreds of points would drown a screen reader.
    body = re.sub(r' (?:role|aria-[a-z]+)="[^"]*"', "", body)
    return Markup(head + body)
