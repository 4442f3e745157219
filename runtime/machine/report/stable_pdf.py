"""PDF with the same bytes for the same picture."""

import re

# Names of resources and the objects that they stand for, a line each: `/xo4 16 0 R`.
REFERENCES = re.compile(rb"(?:^ +/[A-Za-z]+\d+ \d+ 0 R\n){2,}", re.MULTILINE)


def stable_pdf(pdf: bytes) -> bytes:
    """The PDF with the entries of each resource dictionary in order.

    svg2pdf, which vl-convert uses, writes them in the order of a randomly seeded hash map. A
    dictionary has no order, and sorting its lines moves no object, so the table of offsets holds.
    Fonts are numbered in such an order too, which cannot be mended so: a picture of two fonts may
    still differ in how its objects are numbered.
    """
    return REFERENCES.sub(lambda found: b"".join(sorted(found[0].splitlines(keepends=True))), pdf)
