"""Prepare a hub dataset from its files: `python -m heldout.runtime.hub.prepare FOLDER [CONFIGURATION]`."""

import itertools
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

MOST_VALUES = 200_000  # of a card, with aliases written out


def prepare(folder: Path, configuration: str | None) -> None:
    """Prepare the files in `FOLDER/files` into `FOLDER/prepared`, as the `datasets` library does.

    Raises:
        ValueError: the dataset's card, or a pattern in it, names files that are not in the folder.
    """
    import datasets

    files = folder / "files"
    refuse_foreign_files(files / "README.md")
    builder = datasets.load_dataset_builder(
        str(files), name=configuration, cache_dir=str(folder / "prepared")
    )
    chosen = builder.config.data_files or {}
    for path in [one for several in chosen.values() for one in several]:
        place = Path(path)
        if not (place.is_absolute() and place.is_relative_to(files) and ".." not in place.parts):
            raise ValueError(f"the dataset names {str(path)!r}, which is no file of the commit")
    if hasattr(builder.config, "index_col"):
        # Else pandas takes the first column of rows that are longer than their header for their names, and
        # every value moves to the column on its left.
        builder.config.index_col = False
    builder.download_and_prepare()


def refuse_foreign_files(card: Path) -> None:
    """Check that a dataset's card names no files but by their place beside it.

    Raises:
        ValueError: it names an address, or a path that is absolute or leads out.
    """
    from huggingface_hub.repocard import metadata_load

    about: Any = metadata_load(card) if card.is_file() else None
    if len(list(itertools.islice(_texts(about), MOST_VALUES + 1))) > MOST_VALUES:
        raise ValueError(f"its head holds more than {MOST_VALUES} texts, as aliases can make of a few")
    configurations = about.get("configs") if isinstance(about, dict) else None
    for one in configurations if isinstance(configurations, list) else []:
        for key in ("data_files", "data_dir"):
            for text in _texts(one.get(key) if isinstance(one, dict) else None):
                path = PurePosixPath(text)
                if ":" in text or path.is_absolute() or ".." in path.parts or text.startswith("~"):
                    raise ValueError(f"it says `{key}: {text}`, which is no file of the commit")


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for item in value:
                yield from _texts(item)
        case dict():
            for item in value.values():
                yield from _texts(item)


def last_read(folder: Path) -> list[str]:
    """A list that holds, from now on, the place in a folder of the file that was opened last."""
    reading: list[str] = []

    def opened(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[0], str) and arguments[0].startswith(f"{folder}/"):
            reading[:] = [str(PurePosixPath(arguments[0]).relative_to(folder))]

    sys.addaudithook(opened)
    return reading


def main() -> NoReturn:
    """Say the reason of a failure at the end of standard error."""
    status, folder = 0, Path(sys.argv[1])
    reading = last_read(folder / "files")
    warnings.filterwarnings("error", message="Length of header or names does not match length of data")
    try:
        prepare(folder, sys.argv[2] if len(sys.argv) > 2 else None)
    except Exception as error:  # of any library that reads files; it is passed on by its words
        reason = error.__cause__ or error
        kind = "" if type(reason) is ValueError else f"{type(reason).__name__}: "
        words = f"{kind}{reason}".replace(str(folder / "files"), "the commit")
        print(f"heldout: {''.join(f'{name}: ' for name in reading)}{words}", file=sys.stderr, flush=True)
        status = 1
    # Not by way of the interpreter's end, where Arrow's threads now and then abort what has succeeded.
    os._exit(status)


if __name__ == "__main__":
    main()
