"""Which version of heldout this is: the one place that says it.

A release is a tag `vX.Y.Z` of the repository. What is built or installed later is `X.Y.Z.postP.devN+gCOMMIT`,
N commits after it; `0.0.0` stands for the release where no tag is known.
"""

try:
    from heldout._version import __version__ as __version__
except ImportError:  # nothing was built or installed: the files alone, as in an image
    __version__ = "0+unknown"


def release(version: str = __version__) -> str:
    """The release that a version is, or comes after: `0.3.0` of `0.3.0.post1.dev7+gabcdef0`."""
    return version.partition("+")[0].partition(".post")[0].partition(".dev")[0]
