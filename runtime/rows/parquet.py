"""Parquet of strangers: what is wrong with a file, in words."""

import contextlib
from collections.abc import Iterator

import pyarrow as pa


@contextlib.contextmanager
def in_words() -> Iterator[None]:
    """Say what a file lacks that is read as Parquet; that the memory does not hold it is said elsewhere.

    Raises:
        ValueError: it is damaged, encrypted, or of another format.
    """
    try:
        yield
    except MemoryError:  # of Arrow too, whose errors it is one of
        raise
    except (pa.ArrowException, OSError) as error:
        raise ValueError(
            f"this is no Parquet file that can be read: {error}; pandas writes one by `to_parquet`"
        ) from error
