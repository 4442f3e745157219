"""A figure of a study's report, as files."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """The files of one figure. A notebook shows the picture.

    Attributes:
        svg, pdf, png: the picture.
        vega_lite: its specification with the data in it, JSON.
    """

    svg: Path
    pdf: Path
    png: Path
    vega_lite: Path

    @classmethod
    def of(cls, folder: Path, name: str) -> "Figure":
        """The figure of this name in a report's folder of figures."""
        suffixes = ("svg", "pdf", "png", "vl.json")
        return cls(*(folder / f"{name}.{suffix}" for suffix in suffixes))

    def _repr_png_(self) -> bytes:
        """What IPython shows: the bitmap, since an SVG of others may hold scripts."""
        return self.png.read_bytes()
