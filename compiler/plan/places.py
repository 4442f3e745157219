"""Where in a grid something is so: in words, by the axes that tell."""

from collections.abc import Collection, Sequence

from heldout.compiler.plan.cells import Grid


class Places:
    """Some cells of a grid, by the levels that tell them from the others.

    Attributes:
        first: of the first of them, the text of its level by axis; empty where all cells are meant.
        more: how many other combinations of levels on these axes are meant too.
    """

    def __init__(self, grid: Grid, some: Sequence[int], every: Collection[int]) -> None:
        """Of some cells of a grid, at least one, out of all that are looked at."""
        cells, others = [*map(grid.cell, some)], [*map(grid.cell, every)]
        positions = range(len(grid.axes))
        met = [{cell[position] for cell in cells} for position in positions]
        telling = [p for p in positions if met[p] != {cell[p] for cell in others}]
        if sum(all(cell[p] in met[p] for p in telling) for cell in others) > len(cells):
            telling = [*positions]
        different = dict.fromkeys(tuple(cell[p] for p in telling) for cell in cells)
        first = next(iter(different))
        self.first = {grid.axes[p]: grid.texts[p][level] for p, level in zip(telling, first, strict=True)}
        self.more = len(different) - 1

    @property
    def words(self) -> str:
        """Such as `, where `k` is 1, and at 2 more`; empty where all cells are meant."""
        if not self.first:
            return ""
        where = " and ".join(f"`{axis}` is {text}" for axis, text in self.first.items())
        return f", where {where}" + (f", and at {self.more:,} more" if self.more else "")

    @property
    def condition(self) -> str:
        """The first of them as a spec writes it, between braces."""
        return ", ".join(f"{axis}: {text}" for axis, text in self.first.items())
