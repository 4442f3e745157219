import vl_convert

from heldout.runtime.machine.report.stable_pdf import stable_pdf

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="20">{}</svg>'


def test_entries_are_sorted_and_nothing_else_moves():
    pdf = b"stream\nendstream\n<<\n  /XObject <<\n    /xo2 12 0 R\n    /xo1 10 0 R\n  >>\n>>\n"
    assert stable_pdf(pdf) == pdf.replace(
        b"    /xo2 12 0 R\n    /xo1 10 0 R\n", b"    /xo1 10 0 R\n    /xo2 12 0 R\n"
    )
    assert stable_pdf(stable_pdf(pdf)) == stable_pdf(pdf)


def test_the_same_picture_gives_the_same_bytes():
    # Half-transparent groups are what svg2pdf keeps in a hash map.
    groups = "".join(
        f'<g opacity="0.5"><rect x="{x}" width="5" height="5"/><rect x="{x}" width="9" height="3"/></g>'
        for x in range(0, 90, 10)
    )
    pictures = [vl_convert.svg_to_pdf(SVG.format(groups)) for _ in range(8)]
    assert len({stable_pdf(picture) for picture in pictures}) == 1
    assert len(stable_pdf(pictures[0])) == len(pictures[0])
