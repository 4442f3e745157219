"""Lines that are no records: the compiler and the runtime take the same ones for damaged."""

import json

import pytest

from heldout.compiler.store.record import NotARecord, is_sound_line, parse_record, sealed
from heldout.runtime.machine.store import record as runtime

TASK = "a" * 64
FILE = {"size": 3, "sha256": "b" * 64, "offset": 512}
RECORD = {"task": TASK, "outputs": {"table": "Table"}, "files": {"table/x": FILE}, "finished": 1.5}

BAD = {
    "not JSON": "{",
    "no object": "[]",
    "null": "null",
    "a number": "7",
    "deep": "[" * 100_000,
    "deep inside": '{"task":' + "[" * 100_000,
    "not UTF-8": b'{"task":"\xff"}',
    "a size beyond all": json.dumps(RECORD).replace('"size": 3', '"size": 1e400'),
    "seconds of many digits": json.dumps(RECORD | {"seconds": 10**400}),
    "a size that is text": RECORD | {"files": {"table/x": FILE | {"size": "3"}}},
    "a size below nothing": RECORD | {"files": {"table/x": FILE | {"size": -1}}},
    "a size as large as no disk": RECORD | {"files": {"table/x": FILE | {"size": 10**30}}},
    "a digit too many": json.dumps(RECORD).replace('"size": 3', '"size": 3' + "0" * 5000),
    "an offset that is none": RECORD | {"files": {"table/x": FILE | {"offset": 1.5}}},
    "a checksum that is none": RECORD | {"files": {"table/x": FILE | {"sha256": ["b"] * 64}}},
    "a path that leaves": RECORD | {"files": {"../x": FILE}},
    "files in a list": RECORD | {"files": [FILE]},
    "a task that is none": RECORD | {"task": "x"},
    "a task that is a list": RECORD | {"task": [TASK]},
    "an output of no kind": RECORD | {"outputs": {"table": 5}},
    "a time that is no number": json.dumps(RECORD).replace("1.5", "NaN"),
    "a time that is text": RECORD | {"finished": "now"},
    "what was missing is none": RECORD | {"missing": [5]},
    "what was missing is a number": RECORD | {"missing": 5},
    "a peak that is text": RECORD | {"peak_rss_mb": "much"},
    "a stack of no size": RECORD | {"stack": {"size": "large"}},
    "a stack that is none": RECORD | {"stack": [5]},
    "inputs that are text": RECORD | {"inputs": "x"},
    "an operator that is none": RECORD | {"operator": {}},
    "a seal of something else": sealed(RECORD) | {"finished": 2.5},
}


def text(bad) -> bytes:
    if isinstance(bad, dict):
        return json.dumps(bad, separators=(",", ":")).encode()
    return bad if isinstance(bad, bytes) else bad.encode()


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_record(what):
    line = text(BAD[what])
    with pytest.raises(NotARecord):
        parse_record(line)
    assert not is_sound_line(line)
    assert not runtime.has_files(runtime.parse_record(line))


@pytest.mark.parametrize("record", [RECORD, sealed(RECORD)])
def test_what_is_one(record):
    line = text(record)
    assert parse_record(line) == RECORD == runtime.parse_record(line)
    assert is_sound_line(line) and runtime.has_files(runtime.parse_record(line))


def test_every_bit_that_flips_in_a_sealed_line_is_seen():
    line = text(sealed(RECORD))
    for place in range(len(line)):
        for bit in range(8):
            flipped = bytearray(line)
            flipped[place] ^= 1 << bit
            try:
                known = parse_record(bytes(flipped)) == RECORD
            except NotARecord:
                known = False
            # The name of the seal may change: then the line has none, and a field that nobody reads.
            assert not is_sound_line(bytes(flipped)) or known or "crc32" not in flipped.decode("latin-1")
