"""The Dockerfile and the Apptainer definition of an image, rendered from one description."""

import functools
import shlex
from typing import TYPE_CHECKING, Literal

from heldout.compiler.catalog import shipped
from heldout.compiler.images.recipe import Image, load_images
from heldout.compiler.images.requirements import read_requirements

if TYPE_CHECKING:
    import jinja2

HOME = "/opt/heldout"
USER = 1000

Kind = Literal["Dockerfile", "apptainer.def"]


def render(kind: Kind, name: str, base: str, labels: dict[str, str], wheels: bool = False) -> str:
    """The text from which an engine builds an image.

    Args:
        kind: which of the two.
        name: of the image, in containers/images.yaml.
        base: what to build on, as the engine names it.
        labels: of the image.
        wheels: whether the context has a folder of wheels, so that the build needs no network.
    """
    image = load_images()[name]
    return _template(f"{kind}.jinja").render(
        name=name,
        description=image.description,
        base=base,
        wheels=wheels,
        commands=commands(image, wheels),
        environment=environment(),
        labels=labels,
        home=HOME,
        user=USER,
    )


def environment() -> dict[str, str]:
    """The variables that are set in an image.

    PYTHONSAFEPATH keeps a folder called `runtime` in the working directory from standing in for
    the image's own, PYTHONNOUSERSITE the packages of a home folder that an engine binds.
    """
    return {
        "PATH": f"{HOME}/bin:${{PATH:-/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}}",
        "PYTHONPATH": f"{HOME}:{HOME}/packages",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        "PYTHONSAFEPATH": "1",
        "HOME": "/tmp",
        "XDG_CACHE_HOME": "/tmp/.cache",
    }


def commands(image: Image, wheels: bool = False) -> list[str]:
    """What is run while an image is built, with its context in /build.

    `pip install --target` unpacks into a folder of its own, so that a base whose Python belongs to
    its distribution is left as it is. pip reads PIP_FIND_LINKS, a page that links to further wheels.
    """
    python = shlex.quote(image.base.python)
    source = "--no-index --find-links /build/wheels" if wheels else ""
    options = "--require-hashes --no-deps --no-compile --no-cache-dir --disable-pip-version-check"
    install = f"install {options} --only-binary :all: {source} --target /build/packages"
    torch = image.base.torch or _version(image, "torch")
    check = f"/build/check_packages.py /build/requirements.txt {torch} /build/heldout/containers/catalog.json"
    return [
        # A distribution's Python may come without pip, and with venv.
        f"if {python} -m pip --version; then pip={python}; "
        f"else {python} -m venv /build/venv && pip=/build/venv/bin/python; fi && "
        f'"$pip" -m pip {" ".join(install.split())} -r /build/requirements.txt && '
        "rm -rf /build/packages/bin /build/venv",
        f"PYTHONPATH=/build/heldout:/build/packages {python} {check}",
        f"mkdir -p /build/etc /build/work && cp /etc/passwd /etc/group /build/etc/ && "
        f"printf 'heldout:x:{USER}:{USER}::/tmp:/bin/sh\\n' >> /build/etc/passwd && "
        f"printf 'heldout:x:{USER}:\\n' >> /build/etc/group",
    ]


def _version(image: Image, package: str) -> str:
    text = shipped(image.requirements).read_text(encoding="utf-8")
    return next(each.version for each in read_requirements(text) if each.name == package)


@functools.cache
def _template(name: str) -> "jinja2.Template":
    import jinja2  # compiling a study needs none of this

    options = jinja2.Environment(
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    return options.from_string(shipped(name).read_text(encoding="utf-8"))
