"""What building and moving images tell of how far they are."""

from collections.abc import Iterable, Iterator
from typing import Protocol


class Progress(Protocol):
    """Who is told: a bar in a terminal, lines in a log, nobody."""

    def step(self, text: str) -> None:
        """A new step has begun."""

    def amount(self, done: int, total: int | None) -> None:
        """How many bytes of the step are done, of how many if that is known."""


class Silent:
    """Nobody is told."""

    def step(self, text: str) -> None:
        pass

    def amount(self, done: int, total: int | None) -> None:
        pass


def counted(blocks: Iterable[bytes], progress: Progress, total: int | None) -> Iterator[bytes]:
    """The same blocks, telling how many bytes went by."""
    done = 0
    for block in blocks:
        done += len(block)
        progress.amount(done, total)
        yield block


class Transfer:
    """The layers of a pull or a push, as an engine streams them."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._layers: dict[str, tuple[int, int]] = {}

    def heard(self, message: dict[str, object]) -> None:
        """Take in one message of the engine's stream."""
        detail = message.get("progressDetail")
        if not isinstance(detail, dict) or not detail.get("total") or not message.get("id"):
            return
        phase = str(message.get("status"))
        if phase not in ("Downloading", "Pushing"):
            return
        self._layers[str(message["id"])] = int(detail.get("current", 0)), int(detail["total"])
        done, total = map(sum, zip(*self._layers.values(), strict=True))
        self._progress.amount(min(done, total), total)
