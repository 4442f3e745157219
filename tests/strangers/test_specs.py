"""What strangers write ends in a plan or in errors that they understand, and soon.

The inputs lie beside this file, a line each, with what must become of it. `pytest -s` shows the figures.
"""

import re
import time
from collections import Counter
from itertools import groupby
from pathlib import Path

import pytest

from heldout.compiler.diagnostics import Diagnostic
from heldout.compiler.run.check import check_study

from . import specs_of_sense, specs_of_yaml
from .study import FINE, REFUSED, Spec

# How many checks of a study of usual size (tests/fixtures/pace.py) that of any other may take.
CHECKS = 50
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
# Words of Python, of the parser of YAML and of JSON Schema, none of which a spec has.
INNER = re.compile(
    r"\b(None|True|False|NoneType|dict|str|<class|object at|Error:|scalar|token|flow node|block mapping"
    r"|schema|is not of type|required property|additionalProperties)\b"
)

SPECS = [*specs_of_yaml.specs(), *specs_of_sense.specs()]
KINDS = {kind: list(ones) for kind, ones in groupby(SPECS, lambda spec: spec.name.partition(":")[0])}
# Large ones and the many of wrong types take nine tenths of all the time.
DEAR = ("sizes", "types")
MARKED = [pytest.param(kind, marks=pytest.mark.slow if kind in DEAR else ()) for kind in KINDS]


def test_no_two_have_one_name_or_one_text():
    assert len({spec.name for spec in SPECS}) == len(SPECS) > 1000
    texts = Counter(spec.written for spec in SPECS if not spec.name.startswith("types"))
    assert texts.most_common(1)[0][1] == 1


@pytest.mark.parametrize("kind", MARKED)
def test_a_spec_is_planned_or_told_what_to_write(kind, check_seconds, tmp_path, capsys):
    limit = CHECKS * check_seconds
    told = {spec.name: checked(spec, tmp_path / "study.yaml", limit) for spec in KINDS[kind]}
    lost = {name: faults for name, (_, faults) in told.items() if faults}
    refused = sum(codes != {FINE} for codes, _ in told.values())
    with capsys.disabled():
        fine = len(told) - refused
        print(f"\n{kind}: {len(told)} tried, {refused} refused, {fine} fine, {len(lost)} lost", end="")
    assert not lost
    unlike = {
        spec.name: f"{' '.join(told[spec.name][0])}, not {spec.expected}"
        for spec in KINDS[kind]
        if not as_expected(spec, told[spec.name][0])
    }
    assert not unlike


def checked(spec: Spec, path: Path, limit: float) -> tuple[set[str], list[str]]:
    """The codes that a spec is given, or `fine`; and what is wrong with how it is told, or took too long."""
    path.write_bytes(spec.written)
    began = time.process_time()
    try:
        found = check_study(path, None)
    except Exception as error:  # a traceback, to whoever wrote the spec
        return {"lost"}, [repr(error)]
    seconds = time.process_time() - began
    faults = [f"took {seconds:.1f} s, more than {limit:.1f}"] if seconds > limit else []
    if found.mistakes is None:
        return {FINE}, faults
    lines = spec.written.count(b"\n") + spec.written.count(b"\r") + 1
    for one in found.mistakes.found:
        faults += ill_told(one, lines)
    if CONTROL.search(str(found.mistakes).replace("\n", "")):
        faults.append("control characters are drawn")
    return {one.code for one in found.mistakes.found}, faults


def ill_told(one: Diagnostic, lines: int) -> list[str]:
    """What a person who wrote the spec could not do with a diagnostic."""
    told = f"{one.code}: {one.message} | {one.hint}"
    faults = []
    if not (1 <= one.span.line <= lines and one.span.column >= 1 and one.span.file):
        faults.append(f"no place: {told}")
    if not one.message or not one.hint:
        faults.append(f"nothing to write: {told}")
    if INNER.search(re.sub(r"`[^`]*`", "", one.message)):
        faults.append(f"not about the spec: {told}")
    return faults


def as_expected(spec: Spec, codes: set[str]) -> bool:
    if spec.expected == REFUSED:
        return FINE not in codes
    return bool(codes & set(spec.expected.split()))
