"""The libraries that code takes from: which distribution a module is of, and which version is installed."""

import functools
import importlib.metadata
from collections.abc import Iterable, Mapping


@functools.cache
def _distributions() -> Mapping[str, list[str]]:
    return importlib.metadata.packages_distributions()


def libraries_of(modules: Iterable[str]) -> list[str]:
    """The distributions that top-level modules belong to, sorted; `sklearn` is of `scikit-learn`.

    A module of none, such as one on PYTHONPATH, has no version; its code is read instead.
    """
    return sorted({name for module in modules for name in _distributions().get(module, ())})


def release(version: str) -> str:
    """Major and minor of a version: of `2.13.1+cu130` it is `2.13`. Patches are taken to change no result."""
    return ".".join(version.partition("+")[0].split(".")[:2])


@functools.cache
def installed_release(library: str) -> str | None:
    """Major and minor of what is installed of a distribution; None: it is not."""
    try:
        return release(importlib.metadata.version(library))
    except importlib.metadata.PackageNotFoundError:
        return None
