"""Whether files are what their names say."""

import json
import pickle

import pytest

from heldout.compiler.archive.formats import FormatCheck
from heldout.compiler.archive.refused import ArchiveRefused


def safetensors(header: object, data: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def look(name: str, content: bytes, chunk: int = 1000) -> None:
    check = FormatCheck(name, len(content))
    for start in range(0, len(content), chunk):
        check.feed(content[start : start + chunk])
    check.finish()


TENSOR = {"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}
MANY = {f"w{i}": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for i in range(1000)}
GOOD = {
    "a.json": b' {"a": 1}',
    "b.json": b"",
    "a.parquet": b"PAR1....PAR1",
    "a.safetensors": safetensors(TENSOR, bytes(8)),
    "many.safetensors": safetensors(MANY | {"__metadata__": {"format": "pt"}}),
    "types.safetensors": safetensors(
        {
            "bool": {"dtype": "BOOL", "shape": [3], "data_offsets": [0, 3]},
            "half": {"dtype": "BF16", "shape": [2, 1], "data_offsets": [3, 7]},
            "byte": {"dtype": "F8_E4M3", "shape": [1], "data_offsets": [7, 8]},
            "number": {"dtype": "F64", "shape": [], "data_offsets": [8, 16]},
        },
        bytes(16),
    ),
    "a.csv": b"a,b\n",
    "a.svg": b"<svg></svg>",
    "a.png": b"\x89PNG\r\n\x1a\n...",
    "image.tar": b"anything\0at all",
    "Snakefile": b"rule all:\n",
}
BAD = {
    "p.json": (pickle.dumps([1]), "pickle"),
    "p.safetensors": (pickle.dumps({"w": [1.0]}), "pickle"),
    "p.parquet": (pickle.dumps([1], protocol=2), "pickle"),
    "p.txt": (pickle.dumps([1], protocol=5), "pickle"),
    "torch.safetensors": (b"PK\x03\x04....archive/data.pkl", "pickle"),
    "torch.json": (b"PK\x03\x04....archive/data.pkl", "pickle"),
    "n.txt": (b"\x93NUMPY....", "pickle"),
    "z.csv": (b"\x1f\x8b\x08....", "pickle"),
    "e.md": (b"\x7fELF....", "pickle"),
    "old.json": (pickle.dumps([1], protocol=0), "wrong-format"),  # all printable: "(lp0\nI1\na."
    "short.parquet": (b"PAR1....", "wrong-format"),
    "short.safetensors": (b"\x05\0\0", "wrong-format"),
    "beyond.safetensors": (safetensors(TENSOR, bytes(7)), "wrong-format"),
    "shape.safetensors": (
        safetensors({"w": {"dtype": "F32", "shape": [2**40, 2**40], "data_offsets": [0, 8]}}, bytes(8)),
        "wrong-format",
    ),
    "type.safetensors": (safetensors({"w": TENSOR["w"] | {"dtype": "F64"}}, bytes(8)), "wrong-format"),
    "dimensions.safetensors": (
        safetensors({"w": TENSOR["w"] | {"shape": [1] * 65}}, bytes(8)),
        "wrong-format",
    ),
    "huge.safetensors": ((2**62).to_bytes(8, "little") + b"{}", "wrong-format"),
    "list.safetensors": (safetensors([]), "wrong-format"),
    "nested.safetensors": ((50_000).to_bytes(8, "little") + b"[" * 50_000, "wrong-format"),
    "a.html": (b"<script>", "wrong-format"),
    "binary.yaml": (b"a: \0", "wrong-format"),
}


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("chunk", [1, 7, 10**6])
def test_a_file_that_is_what_its_name_says_passes(name: str, chunk: int):
    look(name, GOOD[name], chunk)


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_is_not_is_refused(name: str):
    content, code = BAD[name]
    with pytest.raises(ArchiveRefused) as refused:
        look(name, content)
    assert refused.value.code == code
    assert name in refused.value.message
