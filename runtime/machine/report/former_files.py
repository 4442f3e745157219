"""Files of an earlier report in the same folder, which the report of the study as it is does not have."""

from collections.abc import Collection
from pathlib import Path

TABLE = (".csv", ".parquet", ".tex")
FIGURE = (".vl.json", ".svg", ".pdf", ".png")
COSTS = ("costs.csv", "costs.parquet")


def remove_former(out: Path, tables: Collection[str], figures: Collection[str], has_costs: bool) -> None:
    """Remove the tables, figures and costs that an earlier report had and this one has not.

    A table or figure is known by all of its files: what somebody else has put beside them stays.

    Args:
        out: the folder of the report.
        tables, figures: that it has now, by id.
    """
    _remove(out / "tables", TABLE, tables)
    _remove(out / "figures", FIGURE, figures)
    for name in () if has_costs else COSTS:
        (out / name).unlink(missing_ok=True)


def _remove(folder: Path, endings: tuple[str, ...], kept: Collection[str]) -> None:
    first, *others = endings
    for path in sorted(folder.glob(f"*{first}")):
        name = path.name.removesuffix(first)
        rest = [folder / f"{name}{ending}" for ending in others]
        if name not in kept and all(one.is_file() for one in rest):
            for one in (path, *rest):
                one.unlink()
