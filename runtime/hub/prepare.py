"""Prepare a hub dataset from its files: `python -m heldout.runtime.hub.prepare FOLDER [CONFIGURATION]`."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn


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
    builder.download_and_prepare()


def refuse_foreign_files(card: Path) -> None:
    """Check that a dataset's card names no files but by their place beside it.

    Raises:
        ValueError: it names an address, or a path that is absolute or leads out.
    """
    from huggingface_hub.repocard import metadata_load

    about: Any = metadata_load(card) if card.is_file() else None
    configurations = about.get("configs") if isinstance(about, dict) else None
    for one in configurations if isinstance(configurations, list) else []:
        for key in ("data_files", "data_dir"):
            for text in _texts(one.get(key) if isinstance(one, dict) else None):
                path = PurePosixPath(text)
                if ":" in text or path.is_absolute() or ".." in path.parts or text.startswith("~"):
                    raise ValueError(f"README.md says `{key}: {text}`, which is no file of the commit")


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


def main() -> NoReturn:
    """Say the reason of a failure at the end of standard error."""
    status = 0
    try:
        prepare(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None)
    except Exception as error:  # of any library that reads files; it is passed on by its words
        reason = error.__cause__ or error
        kind = "" if type(reason) is ValueError else f"{type(reason).__name__}: "
        print(f"heldout: {kind}{reason}", file=sys.stderr, flush=True)
        status = 1
    # Not by way of the interpreter's end, where Arrow's threads now and then abort what has succeeded.
    os._exit(status)


if __name__ == "__main__":
    main()
