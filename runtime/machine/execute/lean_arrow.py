"""Keep pyarrow from importing pandas where nobody asked for it."""

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

import pyarrow as pa


class _WithoutPandas:
    """Says that there is no pandas."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name == "pandas":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None


def spare_pandas() -> None:
    """Let Arrow arrays be made without pandas, whose import takes a quarter of a second and more.

    The first array that is made of a list lets pyarrow look for pandas, to know its series when it
    sees one. It looks once, here, and finds nothing; who imports pandas later has it, and pyarrow
    knows its series then. To be removed when pyarrow no longer imports what it is not given.
    """
    if "pandas" in sys.modules:
        return
    sys.meta_path.insert(0, _WithoutPandas)
    try:
        pa.array([0])
    finally:
        sys.meta_path.remove(_WithoutPandas)
