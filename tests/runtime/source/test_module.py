import pytest

from heldout.runtime.source.imports import Imported, imports_of
from heldout.runtime.source.module import Module, statement_at


@pytest.fixture
def module(tmp_path):
    def make(text: str) -> Module:
        path = tmp_path / "module.py"
        path.write_text(text)
        return Module(path)

    return make


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("import a.b, c as d", {"a", "d"}),
        ("from a import b, c as d", {"b", "d"}),
        ("def f(x): y = 1\nclass C: z = 1\nasync def g(): ...", {"f", "C", "g"}),
        ("a = b, (c, *d) = x\ne: int\nf += 1\nf = (g := 2)", {"a", "b", "c", "d", "e", "f", "g"}),
        ("try: import a\nexcept E as e: b = 1\nelse: c = 1\nfinally: d = 1", {"a", "e", "b", "c", "d"}),
        ("for a in x: b = [c for c in x if (d := c)]", {"a", "b", "d"}),
        ("with x as (a, b): c = lambda: (y := 1)", {"a", "b", "c"}),
        ("match x:\n    case [a, *b] | {'k': c, **d}: ...\n    case _ as e: ...", {"a", "b", "c", "d", "e"}),
        ("if TYPE_CHECKING: from a import b\nelse: c = 1", {"b", "c"}),
        ("if __name__ == '__main__': a = 1", set()),
        ("a.b = 1\na[0] = 1\nprint(a)", set()),
    ],
)
def test_the_names_that_a_module_binds(module, text, names):
    assert set(module(text).bindings) == names


@pytest.mark.parametrize(
    ("text", "effects"),
    [
        ('"""Docs."""\nimport a\nx = f()\ny: int = 1\nx += 1\ndef g(): print()\nclass C: print()\npass', []),
        ("if x: import a\nelif y: a = 1\nelse: raise E", []),
        ("try: import a\nexcept E: a = None", []),
        ("with suppress(E): import a", []),
        ("print()", [1]),
        ("x = 1\nfor i in x: y = i", [2]),
        ("if x: print()", [1]),
        ("try: import a\nexcept E: print()", [1]),
        ("a = b[0] = 1", [1]),
        ("if __name__ == '__main__': print()", []),
    ],
)
def test_statements_that_do_more_than_to_bind_names(module, text, effects):
    assert [statement.lineno for statement in module(text).effects] == effects


def test_statements_that_change_what_a_name_is_bound_to(module):
    stores = module("a.b = 1\na['x'] = 2\na.b += 1").stores
    assert [statement.lineno for _, statement in stores] == [1, 2, 3]


def test_imports_that_run_with_a_module_and_all_others(module):
    text = """\
import a.b
from ..c import d, e
if TYPE_CHECKING: import f
else: import g
class C: import h
def k():
    import l
    importlib.import_module("m.n")
    importlib.import_module(f"o.{p}")
    importlib.import_module("../q")
if __name__ == "__main__": import r
"""
    first = [Imported(0, "a.b", None), Imported(2, "c", "d"), Imported(2, "c", "e")]
    assert module(text).loads == [*first, Imported(0, "g", None), Imported(0, "h", None)]
    everything = {one.module for one in imports_of(module(text).tree, everything=True)}
    assert everything == {"a.b", "c", "f", "g", "h", "l", "m.n", "r"}


def test_an_import_that_nothing_reads(module):
    unused = module("import a, b.c\nimport d.e\nfrom f import g\nd.x").unused_imports()
    assert [statement.lineno for statement in unused] == [1]


def test_a_statement_is_found_by_its_place(module):
    one = module("a = 1; b = 2\nif x:\n    c = 3")
    assert statement_at(one, (1, 7)).targets[0].id == "b"
    assert statement_at(one, (3, 4)).targets[0].id == "c"


def test_what_is_no_python_is_refused_by_name_and_line(module):
    with pytest.raises(ValueError, match=r"module\.py is no Python: .*\(module\.py, line 2\)"):
        module("x = 1\ndef f(:")
