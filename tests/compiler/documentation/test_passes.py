"""The passes that the page names are those that run: what a compiler calls is watched."""

import sys
from pathlib import Path

from heldout.compiler.catalog import load_catalog
from heldout.compiler.compile import PHASES, compile_spec
from heldout.compiler.documentation.passes import is_pass, passes, passes_text

ROOT = Path(__file__).parents[3]
COMPILING = ("compile_spec", "compile_study", "find_mistakes")


def watched(*arguments):
    """The functions of the compiler that a compilation calls: by whom each was, by code."""
    called = set()

    def watch(frame, event, _):
        if event == "call" and frame.f_globals.get("__name__", "").startswith("heldout.compiler."):
            called.add((frame.f_globals["__name__"], frame.f_code.co_name, frame.f_back.f_code.co_name))

    sys.setprofile(watch)
    try:
        compiled, found = compile_spec(*arguments)
    finally:
        sys.setprofile(None)
    assert compiled is not None, found
    return called


def test_every_pass_of_a_real_compilation_is_named_and_nothing_else():
    spec = ROOT / "specs/domain-generalization/rotated-digits.yaml"
    called = watched(spec.read_bytes(), "a.yaml", "smoke", load_catalog())
    named = {
        (f.__module__, f.__name__) for stage, functions in passes() for f in functions if stage != "lower"
    }
    ran = set()
    for module, name, by in called:
        function = getattr(sys.modules[module], name, None)
        by_compiler = by in COMPILING and module != "heldout.compiler.compile"
        if (callable(function) and is_pass(function)) or (
            by_compiler and not name.startswith(("_", "<", "pack")) and hasattr(function, "__code__")
        ):
            ran.add((module, name))
    assert ("heldout.compiler.plan.emptiness", "check_cells") in ran
    assert ran == named


def test_phases_stand_in_their_order_and_inner_passes_before_those_that_call_them():
    stages = dict(passes())
    for number, phase in enumerate(PHASES, start=1):
        assert [f for f in stages[f"analysis, phase {number}"] if f in phase] == list(phase)
    assert [f.__name__ for f in stages["syntax"]] == [
        "with_levels",
        "laid_over_bases",
        "read_spec",
        "apply_scale",
        "take_over_shared",
        "inherit_stages",
        "study_at",
    ]
    assert [f.__name__ for f in stages["lower"]] == ["emit"]


def test_a_row_says_what_a_pass_proves():
    place, proves = (
        "[`check_cells`](compiler/plan/emptiness.py)",
        "No stage has been left without a single cell.",
    )
    assert f"| plan | {place} | {proves} |" in passes_text().splitlines()
