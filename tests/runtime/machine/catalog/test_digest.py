"""A small package made by hand, with edits that count and edits that do not."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from heldout.runtime.lookup import find, named_files
from heldout.runtime.machine.catalog.digest import ROOT, Digests, function_digest

OP = "operators/train/op.py"
PACKAGE = {
    OP: '''\
        """An operator."""

        import torch.nn.functional as F
        from torch import Tensor, nn

        from heldout.runtime.losses import cross, unused
        from heldout.runtime.operator import operator

        SCALE = 2.0
        OTHER = 3.0


        class Base:
            """A base."""

            def twice(self, x): return 2 * x


        class Net(Base):
            def forward(self, x): return self.twice(x)


        def helper(x: Tensor) -> Tensor:
            """Docs."""
            from heldout.runtime.far import deep

            return deep(x) * SCALE


        @operator(seconds=1.0)
        def op(data: Tensor, *, rate: float = 0.5) -> Tensor:
            """Train.

            Args:
                rate: of it.
            """
            # a comment
            net = Net()
            return cross(F.relu(helper(data)), rate) + net.forward(data)


        @operator
        def another() -> float:
            return OTHER
        ''',
    "operator.py": "def operator(function=None, *, seconds=1.0): return function\n",
    "losses/__init__.py": """\
        from heldout.runtime.losses.cross import cross
        from .other import unused
        """,
    "losses/cross.py": """\
        LIMIT = 5


        def cross(x, rate):
            return min(x, LIMIT) * rate
        """,
    "losses/other.py": "def unused(): return 1\n",
    "far.py": """\
        def deep(x): return x + 1


        def shallow(x): return x
        """,
}


@pytest.fixture
def package(new_package):
    return new_package(PACKAGE)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (OP, "2.0", "2.5"),  # a constant that a helper reads
        (OP, "rate: float = 0.5", "rate: float = 0.6"),
        (OP, "rate: float = 0.5", "rate: int = 0.5"),
        (OP, "2 * x", "3 * x"),  # a method of the base of a class
        (OP, "class Net(Base)", "class Net(nn.Module, Base)"),
        (OP, "F.relu", "F.gelu"),
        (OP, "helper(data)", "data"),
        ("losses/cross.py", "LIMIT = 5", "LIMIT = 6"),
        ("losses/cross.py", "* rate", "/ rate"),
        ("losses/cross.py", "(x, rate)", "(rate, x)"),
        ("losses/__init__.py", "losses.cross import cross", "losses.other import unused as cross"),
        ("far.py", "x + 1", "x + 2"),  # imported inside a function
    ],
)
def test_what_is_reached_counts(package, file, old, new):
    before = package.text(OP)
    package.edit(file, old, new)
    assert package.text(OP) != before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (OP, "# a comment", "# another"),
        (OP, '"""An operator."""', '"""A long\n\nstory."""'),
        (OP, "rate: of it.", "rate: of something else."),
        (OP, '    """A base."""\n', ""),
        (OP, "2 * x", "(2\n        * x)"),
        (OP, "    net = Net()", "    pass\n    net = Net()"),
        (OP, "OTHER = 3.0", "OTHER = 4.0"),
        (OP, "return OTHER", "return 2 * OTHER"),
        (OP, "seconds=1.0", "seconds=9.0"),  # of the plan, not of results
        (OP, "import Tensor, nn", "import Tensor, nn, optim"),
        ("losses/other.py", "return 1", "return 2"),
        ("losses/__init__.py", "from .other", "from heldout.runtime.losses.other"),
        ("far.py", "def shallow(x): return x", "def shallow(x): return -x"),
        ("operator.py", "seconds=1.0", "seconds=2.0"),  # the machinery
    ],
)
def test_what_cannot_change_a_result_does_not_count(package, file, old, new):
    before = package.text(OP)
    package.edit(file, old, new)
    assert package.text(OP) == before


def test_what_a_type_says_in_words_does_not_count(new_package):
    op = """\
        from typing import Annotated
        import pydantic
        from pydantic import Field as Of
        Rate = Annotated[float, Of(gt=0, description="how fast")]
        Size = Annotated[int, pydantic.Field(description="how large", le=9)]
        def op(*, rate: Rate, size: Size) -> float: return rate * size
        """
    package = new_package({OP: op})
    before = package.text(OP)
    package.edit(OP, 'description="how fast"', 'description="at which speed"')
    package.edit(OP, 'description="how large", ', "")
    assert package.text(OP) == before
    package.edit(OP, "le=9", "le=8")
    assert package.text(OP) != before


def test_newlines_and_the_version_do_not_count(package):
    before = package.text(OP)
    path = package.runtime / OP
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    package.write({"__init__.py": "__version__ = '2'\n"})
    assert package.text(OP) == before


def test_an_edit_of_one_function_in_a_file_of_many_renews_that_one_alone(package):
    before, other = package.text(OP), package.text(OP, "another")
    package.edit(OP, "return OTHER", "return -OTHER")
    assert package.text(OP) == before
    assert package.text(OP, "another") != other


def test_the_libraries_that_are_reached_are_named(package):
    assert package.digest(OP).modules == {"torch"}
    assert package.digest(OP, "another").modules == frozenset()


def test_what_is_reached_is_named_and_an_edit_shows_there(package):
    before = package.digest(OP).definitions
    assert [*before] == [
        f"Base in {OP}",
        "LIMIT in losses/cross.py",
        f"Net in {OP}",
        f"SCALE in {OP}",
        "cross in losses/cross.py",
        "deep in far.py",
        f"helper in {OP}",
        f"op in {OP}",
    ]
    package.edit("far.py", "x + 1", "x + 2")
    after = package.digest(OP).definitions
    assert {name for name in before if before[name] != after[name]} == {"deep in far.py"}


def test_an_edit_is_seen_by_the_process_that_has_read_the_file(package):
    before = package.text(OP)
    assert package.text(OP) == before
    package.edit("far.py", "x + 1", "x + 22")
    assert package.text(OP) != before


def test_a_function_that_no_statement_of_its_module_defines_stands_for_all_of_it(new_package):
    package = new_package({"op.py": "def make(): ...\nfor name in ('op', ): globals()[name] = make\nx = 1"})
    before = package.digest()
    assert "all of op.py" in before.definitions
    package.edit("op.py", "x = 1", "x = 2")
    assert package.text() != before.text


def test_a_file_that_is_no_python_is_refused_by_its_name(new_package):
    with pytest.raises(ValueError, match=r"op\.py is no Python: "):
        new_package({"op.py": "def op(:"}).digest()


def test_a_declared_function_has_the_digest_of_its_file():
    path = dict(named_files())["train/classifier"]
    assert function_digest(find("train/classifier")) == Digests().at(path, "classifier").text


def test_the_shipped_operators_and_components_are_followed_by_their_definitions():
    """None brings in code that no import names, and none hangs on what a module does beside defining."""
    digests = Digests()
    for name, path in named_files():
        found = digests.at(path, path.stem)
        assert f"{path.stem} in {path.relative_to(ROOT / 'runtime').as_posix()}" in found.definitions, name
        assert not [label for label in found.definitions if label.startswith(("line ", "all of "))], name


# What the versions of Python parse or keep differently, all of it allowed in 3.11.
OLD_AND_NEW = r'''
async def op(x, /, *rest, y=1e400, z=0xFFFFFFFFFFFFFFFFFFFF, **more):
    """Docs
        with an indentation."""
    a = f"{x}{{}}{x!r:>{y}.2f}{x = }" "b" f"{more['k']}{x:}"
    b = [await i async for i in rest if i if not i for j in i], {*a}, {**more, "\ud800": b"\xff"}
    try:
        c = x[1:2, ..., ::3], lambda q, *, r=1j: q @ r, -0.0
    except* (ValueError, OSError) as error:
        raise KeyError from error
    match x:
        case {"k": [1, *_], **others} if (w := others):
            return
        case -1 | None | A.b | ("t" as others):
            yield
    with open(a) as d, d:
        e: "int" = d
    del d, b[0]
    return
'''


def other_pythons() -> list[str]:
    """The interpreters of other versions that run, on the path or beside this one."""
    versions = ("3.12", "3.13")
    beside = [path for v in versions for path in Path(sys.base_prefix).parent.glob(f"{v}.*/bin/python3")]
    found = [*map(str, beside), *(shutil.which(f"python{v}") or "" for v in versions)]
    return [
        one for one in found if one and not subprocess.run([one, "-c", ""], capture_output=True).returncode
    ]


OTHER_PYTHONS = other_pythons()
ALL = """\
import sys
from pathlib import Path
from heldout.runtime.lookup import named_files
from heldout.runtime.machine.catalog.digest import Digests
digests = Digests()
for name, path in [*named_files(), ("op", Path(sys.argv[1]))]:
    print(name, digests.at(path, path.stem).text)
"""


@pytest.mark.slow
@pytest.mark.skipif(not OTHER_PYTHONS, reason="there is no other Python here")
def test_all_versions_of_python_give_equal_digests_without_any_library(tmp_path):
    path = tmp_path / "op.py"
    path.write_text(OLD_AND_NEW)
    ran = [
        subprocess.run(
            [python, "-S", "-c", ALL, str(path)],
            env={"PYTHONPATH": str(ROOT.parent)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for python in (sys.executable, *OTHER_PYTHONS)
    ]
    assert len(ran[0].splitlines()) == len(list(named_files())) + 1
    assert set(ran) == {ran[0]}
