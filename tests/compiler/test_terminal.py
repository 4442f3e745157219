import json

import pytest

from heldout.compiler.diagnostics import Diagnostic, Mistakes, Span
from heldout.compiler.refusal import Failed, Missing, Refusal
from heldout.compiler.terminal import show_refusal


@pytest.mark.parametrize(("kind", "code"), [(Failed, 1), (Refusal, 2), (Missing, 3)])
def test_a_refusal_is_said_with_what_to_do_and_its_exit_code(capsys, kind, code):
    assert show_refusal(kind("no [such] thing", "take another")) == code
    assert capsys.readouterr() == ("", "heldout: no [such] thing\ntake another\n")
    assert show_refusal(kind("no\x1b[31m hint"), as_json=True) == code
    assert capsys.readouterr() == ("", "heldout: no�[31m hint\n")


def test_mistakes_are_drawn_or_are_json(capsys):
    found = [Diagnostic("unknown-axis", "no axis `a`", Span("s.yaml", 1, 3, 1), "write `b`")]
    mistakes = Mistakes(found, "s.yaml", {"s.yaml": "x: a\n"})
    assert show_refusal(mistakes) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == (
        "s.yaml:1:3: error[unknown-axis]: no axis `a`\n1 | x: a\n      ^ write `b`\n"
        "\n1 error in s.yaml; `heldout explain unknown-axis` says more\n"
    )
    assert show_refusal(mistakes, as_json=True) == 2
    said = capsys.readouterr()
    place = {"file": "s.yaml", "line": 1, "column": 3, "length": 1}
    about = {"severity": "error", "code": "unknown-axis", "message": "no axis `a`", "hint": "write `b`"}
    assert (json.loads(said.out), said.err) == ([about | place], "")
