"""Axes of a grid that go in step: they have as many cells as steps, and not the product of their levels."""

from collections.abc import Collection, Iterator, Mapping, Sequence

Texts = Sequence[tuple[str, ...]]


class InStep:
    """Some axes of a grid that the study zips. A label that an axis repeats is one level, its first.

    Attributes:
        positions: of the axes, in the grid's order.
        levels: that there are, of each of them.
        one_to_one: the level of each tells those of the others.
    """

    def __init__(self, positions: Sequence[int], texts: Texts) -> None:
        """Of a grid with levels of these texts on each of its axes."""
        self.positions = tuple(positions)
        first = [{text: i for i, text in reversed(list(enumerate(texts[p])))} for p in positions]
        steps = zip(*(texts[p] for p in positions), strict=True)
        self._steps = {
            tuple(known[text] for known, text in zip(first, step, strict=True)): None for step in steps
        }
        self.levels = [set(known.values()) for known in first]
        self.one_to_one = all(len(own) == len(self._steps) for own in self.levels)

    def numbers(
        self, lead: int, kept: Mapping[int, Collection[int]], strides: Sequence[int]
    ) -> Iterator[int]:
        """What each step adds to the number of a cell, where all of its levels are kept.

        Args:
            lead: the position of the axis in whose order the steps come.
            kept: by position, the levels that are.
            strides: of the grid.
        """
        own = self.positions.index(lead)
        sets = [set(kept[position]) for position in self.positions]
        for step in sorted(self._steps, key=lambda step: step[own]):
            if all(level in levels for level, levels in zip(step, sets, strict=True)):
                yield sum(level * strides[p] for level, p in zip(step, self.positions, strict=True))
