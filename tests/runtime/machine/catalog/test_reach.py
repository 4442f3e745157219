"""What a function reaches beyond what it names: effects of modules, and what was registered."""

import pytest

# A file with a line that is edited, and that `op` reaches though it does not name what the line is in.
REACHED = {
    "a second function that is given to it": """\
        from heldout.runtime.operator import operator, stacked
        @operator
        def op(): return 1
        @stacked(op, key=None)
        def many(): return EDITED
        """,
    "one more case of a function": """\
        import functools
        @functools.singledispatch
        def route(x): return 0
        @route.register
        def _(x: int): return EDITED
        def op(x): return route(x)
        """,
    "a table that a decorator fills": """\
        TABLE = {}
        def model(name):
            def put(function):
                TABLE["models"][name] = function
                return function
            return put
        @model("resnet")
        def resnet(): return EDITED
        def op(x): return TABLE[x]()
        """,
    "a table that a decorator fills by another function": """\
        TABLE = []
        def _put(function): TABLE.append(function)
        def model(function):
            _put(function)
            return function
        @model
        def resnet(): return EDITED
        def op(x): return TABLE[x]()
        """,
    "a table that is filled by a call": """\
        TABLE = {}
        def model(name, value):
            TABLE[name] = value
            return value
        resnet = model("resnet", EDITED)
        def op(x): return TABLE[x]
        """,
    "a table with a method that decorates": """\
        class Table(dict):
            def add(self, name): return lambda function: self.setdefault(name, function)
        TABLE = Table()
        @TABLE.add("resnet")
        def resnet(): return EDITED
        def op(x): return TABLE[x]()
        """,
    "a table that a statement fills": """\
        TABLE = {}
        TABLE["models"]["resnet"] = EDITED
        def op(x): return TABLE[x]
        """,
    "a function that is given to another": """\
        def second(function):
            def declare(other):
                function.second = other
                return other
            return declare
        def op(): return op.second()
        @second(function=op)
        def other(): return EDITED
        """,
    "classes that a base keeps": """\
        class Base:
            kinds = {}
            def __init_subclass__(cls):
                cls.kinds[cls.__name__] = cls
        class Middle(Base): ...
        class One(Middle): value = EDITED
        def op(x): return Base.kinds[x].value
        """,
    "classes of a metaclass": """\
        class Kind(type):
            def __init__(cls, *given): Kind.known = cls
        class Base(metaclass=Kind): value = EDITED
        def op(x): return Kind.known.value
        """,
    "what a library registers": """\
        from timm.models import create_model, register_model
        @register_model
        def resnet(): return EDITED
        def op(x): return create_model(x)
        """,
    "a statement with an effect": """\
        import torch
        torch.manual_seed(EDITED)
        def op(): return 1
        """,
    "an attribute of a library": """\
        import torch
        torch.backends.cudnn.benchmark = EDITED
        def op(): return 1
        """,
    "a loop": """\
        for i in range(EDITED):
            print(i)
        def op(): return 1
        """,
    "a name that is bound in one of two ways": """\
        try:
            from fast import value
        except ImportError:
            value = EDITED
        def op(): return value
        """,
    "a name that is bound twice": """\
        value = EDITED
        value += 1
        def op(): return value
        """,
    "all names of its module": """\
        value = EDITED
        def op(x): return globals()[x]
        """,
    "all names of its module, by a text": """\
        value = EDITED
        def op(x): return eval(x)
        """,
    "all names of its module, by the table of modules": """\
        import sys
        value = EDITED
        def op(x): return getattr(sys.modules[__name__], x)
        """,
}


@pytest.mark.parametrize("code", REACHED.values(), ids=REACHED)
def test_what_is_reached_though_nothing_names_it_counts(text_of, code):
    assert text_of(code.replace("EDITED", "1")) != text_of(code.replace("EDITED", "2"))


NOT_REACHED = {
    "what runs as a script alone": """\
        import torch
        def op(): return 1
        if __name__ == "__main__":
            import heldout.runtime.script
            torch.manual_seed(EDITED)
        """,
    "a function whose decorator keeps nothing": """\
        def with_state(initial):
            def declare(function):
                function.initial = initial
                return function
            return declare
        def zero(): return 0
        @with_state(zero)
        def one(): return EDITED
        @with_state(zero)
        def op(): return 1
        """,
    "a function with decorators of libraries": """\
        import functools, torch
        @functools.cache
        @torch.no_grad()
        def one(): return EDITED
        def op(): return torch
        """,
    "a class whose base keeps no others": """\
        class Base:
            def __init_subclass__(cls):
                cls.kind = cls.__name__
        class One(Base): value = EDITED
        def op(): return Base
        """,
    "a table that nothing reads": """\
        TABLE = {}
        TABLE["a"] = EDITED
        def op(): return 1
        """,
}


@pytest.mark.parametrize("code", NOT_REACHED.values(), ids=NOT_REACHED)
def test_what_is_not_reached_does_not_count(text_of, code):
    assert text_of(code.replace("EDITED", "1")) == text_of(code.replace("EDITED", "2"))


# Two modules or more, with a line in another than that of `op`.
IN_ANOTHER = {
    "a module by an attribute that is computed": {
        "op.py": "import heldout.runtime.kinds as k\ndef op(x): return getattr(k, x)",
        "kinds.py": "value = EDITED",
    },
    "a module that is passed on": {
        "op.py": "from heldout.runtime import kinds\ndef op(x): return use(kinds)",
        "kinds.py": "from heldout.runtime.one import value",
        "one.py": "value = EDITED",
    },
    "a package with the modules that are imported": {
        "op.py": """\
            from heldout.runtime import kinds
            import heldout.runtime.kinds.one
            def op(x): return getattr(kinds, x).value
            """,
        "kinds/__init__.py": "",
        "kinds/one.py": "value = EDITED",
    },
    "a module that is imported by a text": {
        "op.py": "import importlib as i\ndef op(x): return i.import_module('heldout.runtime.kinds').value",
        "kinds.py": "value = EDITED",
    },
    "a module that is imported by a text, without importlib": {
        "op.py": "def op(x): return __import__('heldout.runtime.kinds')",
        "kinds.py": "value = EDITED",
    },
    "a name that a module gives out by a function": {
        "op.py": "from heldout.runtime.kinds import anything\ndef op(x): return anything",
        "kinds.py": "value = EDITED\ndef __getattr__(name): return value",
    },
    "a table that a third module fills": {
        "op.py": """\
            import heldout.runtime.kinds
            from heldout.runtime.table import TABLE
            def op(x): return TABLE[x]
            """,
        "table.py": "TABLE = {}",
        "kinds.py": "from heldout.runtime.table import TABLE\nTABLE['a'] = EDITED",
    },
    "a table that a module fills which a function imports": {
        "op.py": """\
            from heldout.runtime.table import TABLE
            def op(x):
                import heldout.runtime.kinds
                return TABLE[x]
            """,
        "table.py": "TABLE = {}\ndef add(f): TABLE[f.__name__] = f",
        "kinds.py": "from heldout.runtime.table import add\n@add\ndef one(): return EDITED",
    },
    "what the package around a module does": {
        "op.py": "from heldout.runtime.kinds.one import value\ndef op(x): return value",
        "kinds/__init__.py": "import torch\ntorch.manual_seed(EDITED)",
        "kinds/one.py": "value = 1",
    },
    "what a module does of which nothing is used": {
        "op.py": "import heldout.runtime.kinds\ndef op(x): return x",
        "kinds.py": "print(EDITED)",
    },
}


@pytest.mark.parametrize("files", IN_ANOTHER.values(), ids=IN_ANOTHER)
def test_what_is_reached_in_another_module_counts(new_package, files):
    one, other = ({name: text.replace("EDITED", value) for name, text in files.items()} for value in "12")
    assert new_package(one).text() != new_package(other).text()


def test_a_registration_in_a_module_that_is_not_loaded_does_not_count(new_package):
    files = {
        "op.py": "from heldout.runtime.table import TABLE\ndef op(x): return TABLE[x]",
        "table.py": "TABLE = {}",
    }
    kinds = {"kinds.py": "from heldout.runtime.table import TABLE\nTABLE['a'] = 1"}
    assert new_package(files | kinds).text() == new_package(files).text()


def test_several_registrations_count_in_an_order_of_their_own(text_of):
    lines = ["TABLE['a'] = 1", "TABLE['b'] = 2", "TABLE['c'] = 3"]
    one, other = (
        text_of("\n".join(["TABLE = {}", *order, "def op(x): return TABLE[x]"]))
        for order in (lines, lines[::-1])
    )
    assert one == other
