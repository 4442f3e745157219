"""Folders of pictures, and what lies in people's folders beside them."""

import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.strangers.inputs.pictures import plain, saved
from tests.strangers.judging import Arguments, Case, Right, refused

RED = saved(plain("RGB", (255, 0, 0)), "PNG")
TWO = ("photo/cat/a.png", "photo/dog/a.png")


def told(folder: Path) -> Arguments:
    """Arguments for the folder, its checksum by sha256sum itself, as the manual has it."""
    listed = subprocess.run(
        "find -L . -mindepth 3 -maxdepth 3 -type f -not -path '*/.*' -printf '%P\\0' | LC_ALL=C sort -z"
        " | xargs -0 -r sha256sum -- | sha256sum",
        shell=True, cwd=folder, capture_output=True, check=False,
    )  # fmt: skip
    return {"path": str(folder), "sha256": listed.stdout.split()[0].decode(), "resize": 1}


def with_files(*names: str | bytes, more: Callable[[Path], object] = lambda folder: None) -> Callable:
    """A folder with the same red picture under every name."""

    def write(folder: Path) -> Arguments:
        root = folder / "pictures"
        root.mkdir()
        for name in (*TWO, *names):
            path = root / os.fsdecode(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(RED)
        more(root)
        return told(root)

    return write


def _named(*ids: str, classes: str = "cat dog") -> Right:
    return Right(ids=sorted([*TWO, *ids]), classes=classes.split())


def cases() -> Iterator[Case]:
    for name, write, wanted, *also in [*_names(), *_beside(), *_no_files()]:
        yield Case(f"folder: {name}", "data/import-folder", write, wanted, *also)


def _names() -> Iterator[tuple]:
    yield "two classes", with_files(), _named()
    yield (
        "twins in case",
        with_files("photo/Cat/a.png", "photo/cat/A.png"),
        _named("photo/Cat/a.png", "photo/cat/A.png", classes="Cat cat dog"),
    )
    long = "n" * 251 + ".png"
    yield "255 bytes", with_files(f"photo/cat/{long}"), _named(f"photo/cat/{long}")
    yield (
        "spaces and signs",
        with_files("photo/cat/ a, b;'\"$(x)*.png "),
        _named("photo/cat/ a, b;'\"$(x)*.png "),
    )
    yield "a dash", with_files("photo/cat/-n"), _named("photo/cat/-n")
    yield "a picture without a suffix", with_files("photo/cat/a"), _named("photo/cat/a")
    yield (
        "classes composed and not",
        with_files("a/caf\u00e9/a.png", "b/cafe\u0301/a.png"),
        Right(classes=["caf\u00e9", "cat", "dog"], labels=[0, 0, 1, 2]),
    )
    yield (
        "twins by composition",
        with_files("a/caf\u00e9/a.png", "a/cafe\u0301/a.png"),
        refused("a/caf"),
        Right(classes=["caf\u00e9", "cat", "dog"], labels=[0, 0, 1, 2]),
    )
    yield (
        "numbers as classes",
        with_files("photo/10/a.png", "photo/9/a.png"),
        Right(classes=["10", "9", "cat", "dog"]),
    )
    yield (
        "a line end",
        with_files("photo/cat/a\nb.png"),
        _named("photo/cat/a\nb.png"),
        refused(r"photo/cat/a.{1,4}b\.png"),
    )
    yield (
        "a backslash",
        with_files("photo/cat/a\\b.png"),
        _named("photo/cat/a\\b.png"),
        refused(r"photo/cat/a.*b\.png"),
    )
    yield "no UTF-8 in a picture", with_files(b"photo/cat/\xff\xfe.png"), refused("photo/cat/", "UTF-8")
    yield "no UTF-8 in a class", with_files(b"photo/\xff/a.png"), refused("photo/", "UTF-8")
    yield "no UTF-8 in a domain", with_files(b"\xe9t\xe9/cat/a.png"), refused("UTF-8")
    yield (
        "escapes",
        with_files("photo/cat/\x1b[31m.png"),
        _named("photo/cat/\x1b[31m.png"),
        refused(r"\A[^\x00-\x1f\x7f-\x9f]*\Z"),
    )
    yield (
        "turned writing",
        with_files("photo/\u202ecat/a.png"),
        Right(ids=sorted([*TWO, "photo/\u202ecat/a.png"])),
        refused(r"\A[^\u202e]*\Z"),
    )
    many = [f"photo/cat/{number}.png" for number in range(1_000)]
    yield "1,000 pictures", with_files(*many), _named(*many)
    domains = [f"d{number}/c{number}/a.png" for number in range(300)]
    yield "300 domains", with_files(*domains), Right(shape=[302, 3, 1, 1])


def _beside() -> Iterator[tuple]:
    def text(name: str) -> Callable[[Path], object]:
        return lambda root: (root / name).write_bytes(b"\0\0\0\1Bud1")

    yield "README above", with_files(more=text("README")), _named()
    yield "README in a domain", with_files(more=text("photo/README")), _named()
    yield (
        ".DS_Store everywhere",
        with_files(more=lambda root: [text(f"{at}/.DS_Store")(root) for at in (".", "photo", "photo/cat")]),
        _named(),
    )
    yield "AppleDouble", with_files(more=text("photo/cat/._a.png")), _named()
    yield ".git", with_files(".git/objects/aa.png"), _named()
    yield ".cache in a domain", with_files("photo/.cache/a.png"), _named()
    yield "Thumbs.db", with_files(more=text("photo/cat/Thumbs.db")), refused("photo/cat/Thumbs.db"), _named()
    yield (
        "desktop.ini",
        with_files(more=text("photo/cat/desktop.ini")),
        refused("photo/cat/desktop.ini"),
        _named(),
    )
    yield "text among pictures", with_files(more=text("photo/cat/notes.txt")), refused("photo/cat/notes.txt")
    yield (
        "an empty class",
        with_files(more=lambda root: (root / "photo/cow").mkdir()),
        refused("photo/cow"),
        _named(),
    )
    yield (
        "an empty domain",
        with_files(more=lambda root: (root / "sketch").mkdir()),
        refused("sketch"),
        _named(),
    )
    yield "deeper", with_files("photo/cat/small/a.png"), refused("photo/cat/small")
    yield (
        "a pipe",
        with_files(more=lambda root: os.mkfifo(root / "photo/cat/pipe.png")),
        refused("photo/cat/pipe.png"),
    )
    yield "a pipe above", with_files(more=lambda root: os.mkfifo(root / "pipe")), _named(), refused("pipe")
    yield (
        "a socket",
        with_files(more=lambda root: _socket(root / "photo/cat/s.png")),
        refused("photo/cat/s.png"),
    )
    yield (
        "endless zeros",
        with_files(more=lambda root: (root / "photo/cat/z.png").symlink_to("/dev/zero")),
        refused("photo/cat/z.png"),
    )
    yield (
        "a link to nothing",
        with_files(more=lambda root: (root / "photo/cat/l.png").symlink_to("nowhere")),
        refused("photo/cat/l.png"),
    )
    yield (
        "a link to itself",
        with_files(more=lambda root: (root / "photo/cat/l.png").symlink_to("l.png")),
        refused("photo/cat/l.png"),
    )
    yield (
        "a class that links up",
        with_files(more=lambda root: (root / "photo/up").symlink_to("..")),
        refused("photo/up"),
    )
    yield (
        "a domain that links up",
        with_files(more=lambda root: (root / "up").symlink_to(".")),
        refused("up/photo"),
    )
    yield (
        "a link to a picture",
        with_files(more=lambda root: (root / "photo/cat/b.png").symlink_to("a.png")),
        _named("photo/cat/b.png"),
    )
    yield (
        "a link to a class",
        with_files(more=lambda root: (root / "photo/cow").symlink_to("cat")),
        _named("photo/cow/a.png", classes="cat cow dog"),
    )
    yield (
        "a link to a system's file",
        with_files(more=lambda root: (root / "photo/cat/b.png").symlink_to("/etc/passwd")),
        refused("photo/cat/b.png"),
    )


def _no_files() -> Iterator[tuple]:
    def alone(make: Callable[[Path], object]) -> Callable:
        return lambda folder: (make(folder / "pictures"), told_of(folder / "pictures"))[1]

    def told_of(path: Path) -> Arguments:
        return told(path) if path.is_dir() else {"path": str(path), "sha256": "0" * 64, "resize": 1}

    yield "empty", alone(lambda path: path.mkdir()), refused("pictures")
    yield "nothing there", alone(lambda path: None), refused("pictures")
    yield "a file", alone(lambda path: path.write_bytes(RED)), refused("pictures")
    yield "a pipe for a folder", alone(lambda path: os.mkfifo(path)), refused("pictures")
    yield (
        "pictures at once",
        alone(lambda path: (path.mkdir(), (path / "a.png").write_bytes(RED))),
        refused("pictures", "DOMAIN/CLASS"),
    )
    yield (
        "no domains",
        alone(lambda path: ((path / "cat").mkdir(parents=True), (path / "cat/a.png").write_bytes(RED))),
        refused("pictures", "DOMAIN/CLASS"),
    )
    yield (
        "another checksum",
        lambda folder: with_files()(folder) | {"sha256": "0" * 64},
        refused("pictures", "checksum|sha256"),
    )


def _socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # an address has 108 bytes
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path.name)
    os.chdir(here)
