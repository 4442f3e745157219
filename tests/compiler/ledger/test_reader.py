import contextlib
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from heldout.compiler.ledger.entry import Ledger, Shown, ledger_path
from heldout.compiler.ledger.reader import LONGEST, LedgerError, read_entry, read_ledger
from heldout.compiler.ledger.text import ledger_text

HINT = "restore the file, or remove it and let `heldout record` write it anew"


@pytest.fixture
def refusal(tmp_path: Path) -> Callable[[Any], str]:
    """Why a ledger of this text, or value, is not read."""

    def read(content: Any) -> str:
        spec = tmp_path / "a.yaml"
        text = content if isinstance(content, str) else json.dumps(content)
        ledger_path(spec).write_text(text)
        with pytest.raises(LedgerError) as refused:
            read_ledger(spec)
        assert refused.value.hint == HINT
        return refused.value.message.removeprefix(f"{ledger_path(spec)} ")

    return read


def test_it_lies_beside_the_spec():
    assert ledger_path(Path("specs/f/study.yaml")) == Path("specs/f/study.results.json")


def test_what_was_written_is_read(written, tmp_path):
    ledger = Ledger.model_validate_json(json.dumps(written))
    ledger_path(tmp_path / "a.yaml").write_text(ledger_text(ledger))
    assert read_ledger(tmp_path / "a.yaml") == ledger
    assert read_entry(tmp_path / "a.yaml", "small") == ledger.scales["small"]
    assert read_entry(tmp_path / "a.yaml", None) is None


def test_no_ledger_is_no_mistake(tmp_path):
    assert read_ledger(tmp_path / "a.yaml") is None


def test_a_folder_in_its_place(tmp_path):
    ledger_path(tmp_path / "a.yaml").mkdir()
    with pytest.raises(LedgerError, match="cannot be read: Is a directory"):
        read_ledger(tmp_path / "a.yaml")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is no JSON"),
        ('{"heldout": 1,\n "study" 3}', "is no JSON: expected `:` at line 2 column 10"),
        ('{"heldout": 1, "heldout": 1}', "has the key 'heldout' twice"),
        ('{"heldout": NaN}', "is no JSON"),
        ('{"heldout": 1e999}', "holds a number that is not finite"),
        ("[" * 5000 + "]" * 5000, "is no JSON: recursion limit exceeded"),
        ("[]", "is no ledger, at ''"),
        ('{"heldout": 2}', "is a ledger of version 2, and this heldout reads version 1"),
        ('{"heldout": 1, "study": "a"}', "is no ledger, at 'scales': Field required"),
        (f'"{"x" * LONGEST}"', "has 16,777,217 bytes"),
    ],
)
def test_what_is_no_ledger_is_refused_with_its_place(refusal, text, why):
    assert refusal(text).startswith(why)


@pytest.mark.parametrize(
    ("part", "value", "place"),
    [
        ("spec", "abc", "scales.small.spec"),
        ("verdicts.0.effect", "0.1", "scales.small.verdicts.0.effect"),
        ("verdicts.0.verdict", "proven", "scales.small.verdicts.0.verdict"),
        ("verdicts.0.interval", [0.1], "scales.small.verdicts.0.interval.1"),
        ("verdicts.0.p_claimed", 1.5, "scales.small.verdicts.0.p_claimed"),
        ("verdicts.0.says", "a\u001b[31m", "scales.small.verdicts.0.says"),
        ("verdicts.0.finding", "a\u202eb", "scales.small.verdicts.0.finding"),
        ("verdicts.0.surprise", 1, "scales.small.verdicts.0.surprise"),
        ("tables.0.decimals", 400, "scales.small.tables.0.decimals"),
        ("tables.0.id", "../x", "scales.small.tables.0.id"),
        ("tables.0.cells.0.runs", -1, "scales.small.tables.0.cells.0.runs"),
        ("tables.0.cells.0.runs", True, "scales.small.tables.0.cells.0.runs"),
        ("computed.date", "yesterday", "scales.small.computed.date"),
    ],
)
def test_a_wrong_value_is_refused_with_its_place(refusal, written, part, value, place):
    at: Any = written["scales"]["small"]
    *way, last = part.split(".")
    for step in way:
        at = at[int(step)] if step.isdigit() else at[step]
    at[last] = value
    assert refusal(written).startswith(f"is no ledger, at '{place}': ")


def test_what_could_not_have_been_written_is_refused(refusal, written):
    (table,) = written["scales"]["small"]["tables"]
    for cells, why in (
        ([{"at": ["erm"], "runs": 1}], "a cell has a level on each of the `axes`"),
        ([{"at": [None, "0"], "runs": 1}], "only the last level of a cell may be null"),
        ([{"at": ["erm", "0"], "runs": 1}] * 2, "two cells are at the same levels"),
    ):
        table["cells"] = cells
        assert f"at 'scales.small.tables.accuracy': {why}" in refusal(written)
    table["cells"], table["columns"] = [], "method"
    assert "`columns` is the last of the `axes`" in refusal(written)
    written["scales"]["small"]["tables"] = [table | {"columns": None}] * 2
    assert "at 'scales.small.tables': two have one `id`" in refusal(written)


def test_columns_that_are_shown_each_in_their_own_way(refusal, written, tmp_path):
    (table,) = written["scales"]["small"]["tables"]
    table["by_column"] = {"0": {"decimals": 0, "without_spread": True}}
    text = ledger_text(Ledger.model_validate_json(json.dumps(written)))
    ledger_path(tmp_path / "a.yaml").write_text(text)
    (read,) = read_entry(tmp_path / "a.yaml", "small").tables
    assert read.shown("0") == Shown(decimals=0, without_spread=True)
    assert read.shown(None) == read.shown("30") == Shown(unit="percent", decimals=1)
    assert json.loads(text)["scales"]["small"]["tables"][0]["by_column"] == table["by_column"]
    table["by_column"] = {"15": {"decimals": 0}}
    assert "`by_column` is of levels of `columns`" in refusal(written)


def test_a_ledger_with_any_bytes_changed_is_read_or_refused(written, tmp_path):
    spec, draw = tmp_path / "a.yaml", random.Random(0)
    sound = ledger_text(Ledger.model_validate_json(json.dumps(written))).encode()
    for _ in range(300):
        text = bytearray(sound)
        for _ in range(draw.randint(1, 4)):
            text[draw.randrange(len(text))] = draw.randrange(256)
        ledger_path(spec).write_bytes(text)
        with contextlib.suppress(LedgerError):
            ledger_text(read_ledger(spec))
