import pytest

from heldout.runtime.machine.report.interaction import FAINT

pytestmark = pytest.mark.browser

ACCURACY = {"stage": "score", "port": "table", "metric": "accuracy"}
LINE = {"id": "by-angle", "mark": "line", "x": "held_out", "y": ACCURACY, "color": "method"}


def show(page, figure="by-angle"):
    """Scroll to a figure and wait until it is alive."""
    page.locator(f"#figure-{figure}").scroll_into_view_if_needed()
    page.wait_for_selector(f"#figure-{figure}.is-live")
    return page.locator(f"#figure-{figure}")


def column_of(page, table, column):
    rows = page.locator(f"{table} tbody tr:not(.block)")
    return [row.locator("th, td").nth(column).inner_text().split()[0].strip("†") for row in rows.all()]


def test_landmarks_headings_and_names(visit, report):
    page = visit(report())
    for role in ("banner", "main", "contentinfo", "navigation"):
        assert page.get_by_role(role).count() == 1
    assert page.get_by_role("heading", level=1).count() == 1
    for picture in page.locator("svg[role=img], [role=img]").all():
        assert picture.get_attribute("aria-label")
    for link in page.locator("nav a").all():
        assert page.locator(link.get_attribute("href")).count() == 1
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"


def test_a_tooltip_says_the_numbers_and_escape_dismisses_it(visit, report):
    page = visit(report())
    figure = show(page)
    figure.locator(".live .mark-symbol path[opacity='0']").last.hover(force=True)
    tooltip = page.locator("#vg-tooltip-element")
    tooltip.wait_for(state="visible")
    text = tooltip.inner_text()
    # Held-out 30, coral: 0.5 + 0.3 + 0.1, half of 0.05 for the oracle and 0.01 for the middle seed.
    assert "held-out rotation\t30" in text
    assert "method\tcoral" in text
    assert "Accuracy\t93.5%" in text
    page.keyboard.press("Escape")
    tooltip.wait_for(state="hidden")


def test_the_legend_brings_one_line_forward(visit, report, expect):
    page = visit(report())
    figure = show(page)
    lines = figure.locator(".live .mark-line path")
    assert [line.get_attribute("opacity") for line in lines.all()] == ["1", "1"]
    figure.locator(".live .role-legend-symbol path").first.click(force=True)
    expect(page.locator(".live .mark-line path[opacity='1']")).to_have_count(1)
    assert [float(line.get_attribute("opacity")) for line in lines.all()] == [1, FAINT]


@pytest.mark.parametrize("mark", ["line", "point", "bar", "boxplot", "rect"])
def test_every_mark_comes_alive(visit, report, mark):
    figures = []
    for number, more in enumerate(
        [
            {},
            {"color": "method"},
            {"color": "method", "column": "protocol"},
            {"row": "method", "column": "seed"},
        ]
    ):
        figures.append({**LINE, "mark": mark, "color": None, "id": f"f{number}", "y": ACCURACY} | more)
    if mark == "rect":
        figures = [{"id": "f0", "mark": "rect", "x": "held_out", "y": "method", "color": ACCURACY}]
    page = visit(report(figures=figures))
    for figure in figures:
        show(page, figure["id"])


def test_tables_sort_by_keyboard_and_return(visit, report, store, cell):
    for seed in range(3):
        del store.records[cell(15, "coral", "validation", seed)]
    page = visit(report())
    first = column_of(page, "#table-main table", 0)
    assert first == ["erm", "coral"] * 2
    heading = page.locator("#table-main th[aria-sort]").nth(0)
    heading.locator("button").focus()
    assert heading.locator("button").evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    for direction, expected in (
        ("ascending", ["coral", "erm"] * 2),
        ("descending", ["erm", "coral"] * 2),
        ("none", first),
    ):
        page.keyboard.press("Enter")
        assert heading.get_attribute("aria-sort") == direction
        assert column_of(page, "#table-main table", 0) == expected
    # 15 is the third column. What is missing stays last, whichever way the rest goes.
    button = page.locator("#table-main th[aria-sort]").nth(2).locator("button")
    for _ in range(2):
        button.click()
        assert column_of(page, "#table-main table", 2)[:2] == ["66.0", "—"]
    assert page.locator("#table-main th[aria-sort=descending]").count() == 1
    assert page.locator("#table-main tbody").nth(0).locator("tr").first.get_attribute("class") == "block"


def background(page):
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_colours_follow_the_system_or_the_reader_who_is_remembered(visit, report):
    path = report()
    light, dark = (background(visit(path, color_scheme=scheme)) for scheme in ("light", "dark"))
    assert light != dark
    page = visit(path, color_scheme="light")
    page.get_by_role("radio", name="Dark").focus()
    page.keyboard.press("Space")
    assert background(page) == dark
    page.reload()
    assert background(page) == dark
    assert page.get_by_role("radio", name="Dark").is_checked()
    page.get_by_role("radio", name="Auto").check(force=True)
    page.reload()
    assert background(page) == light


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_background(visit, report, contrasts, scheme):
    ratios = contrasts(visit(report(), color_scheme=scheme))
    assert len(ratios) > 50
    worst = min(ratios, key=lambda found: found["ratio"])
    assert worst["ratio"] >= 4.5, worst  # WCAG 2.2, success criterion 1.4.3, level AA


def test_nothing_sticks_out_of_a_phone(visit, report):
    faceted = {**LINE, "id": "panels", "column": "protocol"}
    page = visit(
        report(figures=[LINE, faceted, {**LINE, "id": "grid", "column": "protocol", "row": "seed"}]), 360
    )
    for name in ("by-angle", "panels", "grid"):
        show(page, name)
    for details in page.locator("details").all():
        details.evaluate("e => (e.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    for name in ("by-angle", "panels"):  # drawn anew for the width; a grid is scrolled
        assert page.locator(f"#figure-{name} .scroll").evaluate("e => e.scrollWidth - e.clientWidth") <= 1


def test_without_scripts_all_is_there(visit, report):
    page = visit(report(), java_script_enabled=False)
    assert page.locator("#figure-by-angle .still svg").is_visible()
    assert not page.locator(".theme").is_visible()
    assert page.locator("#table-main").is_visible()


def test_print_has_the_still_pictures_in_ink_on_white(visit, report):
    page = visit(report(), color_scheme="dark")
    show(page)
    page.emulate_media(media="print", color_scheme="dark")
    assert page.locator("#figure-by-angle .still").is_visible()
    assert not page.locator("#figure-by-angle .live").is_visible()
    assert background(page) == "rgb(255, 255, 255)"
    assert not page.locator("nav").is_visible()
