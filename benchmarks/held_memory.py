"""The memory that a step of a benchmark takes."""

import threading
from pathlib import Path


class HeldMemory:
    """The most memory of their own that this process and its children have in a block, beyond before.

    What several share counts once. What is mapped from files is no memory of their own: the system takes it
    back when it needs it.

    Attributes:
        most_mb: mebibytes, once the block has ended.
    """

    def __init__(self) -> None:
        self.most_mb = 0.0
        self._ended = threading.Event()

    def __enter__(self) -> "HeldMemory":
        self._began = _together_mb()
        self._watch = threading.Thread(target=self._look, daemon=True)
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._watch.join()

    def _look(self) -> None:
        ended = False
        while not ended:
            ended = self._ended.wait(0.02)
            self.most_mb = max(self.most_mb, _together_mb() - self._began)


def _together_mb() -> float:
    children = (path.read_text().split() for path in Path("/proc/self/task").glob("*/children"))
    return sum(map(_own_mb, ["self", *(one for found in children for one in found)]))


def _own_mb(process: str) -> float:
    try:
        said = Path(f"/proc/{process}/smaps_rollup").read_text()  # Linux
    except OSError:  # it has just ended
        return 0.0
    return int(said.partition("Pss_Anon:")[2].split()[0]) / 1024
