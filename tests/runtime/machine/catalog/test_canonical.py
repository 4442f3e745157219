"""What code says counts; where it stands, how it is set and what its imports are called do not."""

from textwrap import dedent

import pytest

ONE_FILE = """\
import torch
from torch.nn.functional import cross_entropy
LIMIT = 3
class Kept:
    limit = LIMIT
def loss(x): return cross_entropy(x, Kept.limit)
def op(x): return loss(x) + loss(torch.abs(x))
"""
KEPT = "LIMIT = 3\nclass Kept:\n    limit = LIMIT\n"

ELSEWHERE = {
    "split over modules": {
        "op.py": """\
            import torch
            from heldout.runtime.a.losses import loss
            def op(x): return loss(x) + loss(torch.abs(x))
            """,
        "a/losses.py": """\
            from torch.nn.functional import cross_entropy
            from heldout.runtime.kept import Kept
            def loss(x): return cross_entropy(x, Kept.limit)
            """,
        "kept.py": KEPT,
    },
    "passed on by packages, under other names": {
        "op.py": """\
            import torch as t
            from .a import risk
            def op(x): return risk(x) + risk(t.abs(x))
            """,
        "a/__init__.py": "from .b import loss as risk\n__all__ = ['risk']",
        "a/b/__init__.py": "from heldout.runtime.a.b.losses import *",
        "a/b/losses.py": """\
            import torch.nn as n
            from ... import kept
            def loss(x): return n.functional.cross_entropy(x, kept.Kept.limit)
            """,
        "kept.py": KEPT,
    },
    "called by the modules' names": {
        "op.py": """\
            import heldout.runtime.losses
            import torch
            def op(x): return heldout.runtime.losses.loss(x) + heldout.runtime.losses.loss(torch.abs(x))
            """,
        "losses.py": """\
            import torch
            import heldout.runtime.kept as where
            def loss(x): return torch.nn.functional.cross_entropy(x, where.Kept.limit)
            """,
        "kept.py": KEPT,
    },
    "imported where it is used, and in another order": {
        "op.py": f"""\
            def op(x):
                import torch
                return loss(x) + loss(torch.abs(x))
            def loss(x):
                from torch.nn import functional as F
                return F.cross_entropy(x, Kept.limit)
            {KEPT.replace(chr(10), chr(10) + " " * 12)}
            """,
    },
    "beside what nothing uses": {
        "op.py": f"""\
            import os
            from typing import TYPE_CHECKING
            if TYPE_CHECKING:
                from heldout.runtime.unknown import Thing
            @os.path.join
            def unreached(): ...
            {ONE_FILE.replace(chr(10), chr(10) + " " * 12)}
            """,
    },
}


@pytest.mark.parametrize("files", ELSEWHERE.values(), ids=ELSEWHERE)
def test_where_a_definition_stands_and_how_it_is_imported_do_not_count(new_package, text_of, files):
    assert new_package(files).text() == text_of(ONE_FILE)


DIFFERENT = [
    ("from torch import abs\ndef op(x): return abs(x)", "def op(x): return abs(x)"),
    ("from torch import abs\ndef op(x): return abs(x)", "from numpy import abs\ndef op(x): return abs(x)"),
    ("a, b = 1, 2\ndef op(): return a - b", "a, b = 1, 2\ndef op(): return b - a"),
    (
        "def f(): 1\ndef g(): return 2\ndef op(): f() - g()",
        "def f(): 1\ndef g(): return 2\ndef op(): g() - f()",
    ),
    ("def op(x): return x + 1", "def op(x): return x + 1.0"),
    ("def op(x): return x + 1", "def op(x): return x + True"),
    ("def op(x): return 'x'", "def op(x): return b'x'"),
    ("def op(x): return -0.0", "def op(x): return 0.0"),
    ("def op(x): return [*x]", "def op(x): return [x]"),
    ("def op(x): return {**x}", "def op(x): return {None: x}"),
    ("def op(*, a, b=1): ...", "def op(*, a=1, b): ..."),
    ("def op(x): return f'{x}'", "def op(x): return f'{x!r}'"),
    ("def op(x): return f'{x:>{5}}'", "def op(x): return f'{x:>5}'"),
    ("def op(x): return x", "async def op(x): return x"),
    ("x = 1\nx = 2\ndef op(): return x", "x = 2\nx = 1\ndef op(): return x"),
    ("def op(x):\n    global y\n    y = x", "def op(x):\n    y = x"),
    (
        "import typing as t\ndef op(x: t.Literal['a']): ...",
        "import typing as t\ndef op(x: t.Literal['b']): ...",
    ),
    ("def op(x: 'int'): ...", "def op(x: 'float'): ..."),
    ("def op(x):\n    import torch\n    return x", "def op(x):\n    return x"),  # for its effect alone
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_code_that_says_something_else_differs(text_of, one, other):
    assert text_of(one) != text_of(other)


SAME = [
    ("def op(x): return f'a{x}b' 'c'", "def op(x): return 'a' f'{x}' 'bc'"),
    ("def op(x): return 'ab'", "def op(x): return 'a' \"b\""),
    ("def op(x): return 0x10 + 1e3", "def op(x): return 16 + 1000.0"),
    ("def op(x: 'int | None'): ...", "def op(x: int | None): ..."),
    ("def op():\n    '''Docs.'''\n    ...", "def op():\n    pass"),
    (
        "class A:\n    x: int\n    '''Of it.'''\ndef op(): return A",
        "class A:\n    x: int\ndef op(): return A",
    ),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_code_that_says_the_same_does_not_differ(text_of, one, other):
    assert text_of(one) == text_of(other)


OWN = [
    "def op(thing): return thing",
    "def op(x):\n    thing = x\n    return thing",
    "def op(x): return [thing for thing in x]",
    "def op(x): return lambda thing: thing",
    "def op(x):\n    for thing in x: return thing",
    "def op(x):\n    with x as thing: return thing",
    "def op(x):\n    try: return x\n    except ValueError as thing: return thing",
    "def op(x):\n    if (thing := x): return thing",
    "def op(x):\n    def thing(): ...\n    return thing",
    "def op(x):\n    match x:\n        case [thing, *_]: return thing",
    "def op(x):\n    def f():\n        nonlocal thing\n        thing = 1\n    thing = x\n    return thing",
    "class Here:\n    thing = 1\n    twice = thing\ndef op(x): return Here",
]


@pytest.mark.parametrize("code", OWN)
def test_a_name_of_its_own_is_not_the_modules(text_of, code):
    assert text_of(f"{code}\nthing = 1") == text_of(f"{code}\nthing = 2")


OF_THE_MODULE = [
    "class Here:\n    thing = 1\n    def method(self): return thing\ndef op(x): return Here",
    "class Here:\n    thing = thing\ndef op(x): return Here",
    "def op(x): return [thing for y in x]",
    "def op(x): return [y for y in thing]",
    "def op(x, y=thing): return y",
    "def op(x):\n    global thing\n    thing += 1",
    "def op(x: 'thing'): ...",
    "def op(x: list['thing']): ...",
    "def op() -> 'thing': ...",
    "import typing as t\ndef op(x: t.Annotated['thing', 'note']): ...",
]


@pytest.mark.parametrize("code", OF_THE_MODULE)
def test_a_name_of_the_modules_counts(text_of, code):
    assert text_of(f"thing = 1\n{code}") != text_of(f"thing = 2\n{code}")


def test_a_string_that_is_a_value_is_no_name(text_of):
    code = "import typing as t\ndef op(x: t.Literal['thing'], y: t.Annotated[int, 'thing']): ..."
    assert text_of(f"thing = 1\n{code}") == text_of(f"thing = 2\n{code}")


UNTRACEABLE = [
    "import importlib\ndef op(x): return importlib.import_module(f'models.{x}')",
    "from importlib import import_module as load\ndef op(x): return load(x)",
    "def op(x): return __import__(x)",
    "import sys\nsys.path.insert(0, '..')\ndef op(x): return x",
    "import runpy\ndef op(x): return runpy.run_path('train.py')",
    "import importlib.util\ndef op(x): return importlib.util.spec_from_file_location('a', x)",
    "class Base: ...\ndef op(x): return Base.__subclasses__()",
]


@pytest.mark.parametrize("code", UNTRACEABLE)
def test_code_that_no_import_names_is_refused_with_its_line(text_of, code):
    with pytest.raises(ValueError, match=r"op.py, line \d: .* write `import NAME` for each"):
        text_of(code)


def test_what_cannot_be_followed_and_is_not_reached_is_left_alone(text_of):
    code = "import importlib\ndef other(x): return importlib.import_module(x)\ndef op(x): return x"
    assert text_of(code) == text_of("def op(x): return x")


def test_names_that_heldout_itself_passes_on_are_those_of_their_modules(new_package):
    package = new_package(
        {
            "op.py": "from heldout import Table\ndef op(x): return Table",
            "artifacts.py": "class Table: value = 1",
            "../__init__.py": dedent("""\
                from typing import TYPE_CHECKING
                if TYPE_CHECKING:
                    from heldout.runtime.artifacts import Table
                def __getattr__(name): ...
                """),
        }
    )
    before = package.text()
    package.write({"op.py": "from heldout.runtime.artifacts import Table\ndef op(x): return Table"})
    assert package.text() == before
    package.edit("artifacts.py", "1", "2")
    assert package.text() != before
