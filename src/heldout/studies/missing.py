"""What is not there: results that a study lacks, and libraries that reading them needs."""

from collections.abc import Iterator
from contextlib import contextmanager


class NoResult(LookupError):
    """A study has no such result: it failed, was not computed, or is not in this store."""


@contextmanager
def with_runtime(what: str) -> Iterator[None]:
    """For a block that imports the runtime and the libraries that it needs.

    Args:
        what: cannot be had without them, as a reader calls it.

    Raises:
        ModuleNotFoundError: one is missing; it says what to install.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] == "heldout":
            raise
        text = f"{what} needs {error.name}: install it with `pip install 'heldout[runtime]'`"
        raise ModuleNotFoundError(text, name=error.name) from error
