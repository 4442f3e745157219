import xml.etree.ElementTree as ET

import pytest

from heldout.runtime.machine.report.figures import draw
from heldout.runtime.machine.report.inline_svg import inline_svg

ACCURACY = {"stage": "score", "port": "table", "metric": "accuracy"}


def test_ids_are_the_figures_own():
    svg = (
        '<svg width="2" height="3" viewBox="0 0 2 3"><clipPath id="clip0"/><g clip-path="url(#clip0)"/></svg>'
    )
    found = inline_svg(svg, "by-angle", "what it shows")
    assert 'id="by-angle-clip0"' in found
    assert "url(#by-angle-clip0)" in found
    assert 'width="2"' in found and 'viewBox="0 0 2 3"' in found


def test_a_drawn_figure_stays_well_formed_and_is_described_once(results):
    figure = draw({"id": "f", "mark": "point", "x": "method", "y": ACCURACY, "column": "protocol"}, results)
    found = inline_svg(figure.svg, figure.id, 'a "quoted" <description>')
    root = ET.fromstring(found.replace("xlink:", ""))
    assert root.get("aria-label") == 'a "quoted" <description>'
    assert found.count("aria-label") == 1
    assert 'fill="white"' not in found.split("</g>")[0]


def test_what_is_no_picture():
    with pytest.raises(ValueError, match="holds no <svg>"):
        inline_svg("<p/>", "f", "")
