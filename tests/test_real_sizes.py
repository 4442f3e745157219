"""The arithmetic of docs/real-sizes.md, from the formats as they are written."""

import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from heldout.runtime.artifacts import Dataset
from heldout.runtime.artifacts.encoded import Encoded, Media
from heldout.runtime.operators.data.splits.leave_one_domain_out import leave_one_domain_out

PAGE = Path(__file__).parents[1] / "docs/real-sizes.md"
# Peng et al. 2019 (arXiv:1812.01754), as DomainBed counts them.
DOMAINS = {
    "clipart": 48_129,
    "infograph": 51_605,
    "painting": 72_266,
    "quickdraw": 172_500,
    "real": 172_947,
    "sketch": 69_128,
}
NUM_ROWS = 586_575


def said(row: str) -> float:
    """The number in the last column of a row of the page's table."""
    line = next(line for line in PAGE.read_text().splitlines() if line.startswith(f"| {row} |"))
    return float(re.sub(r"[^0-9.]", "", line.rsplit("|", 2)[1].split(" ")[1]))


def test_decoded_floats():
    assert sum(DOMAINS.values()) == NUM_ROWS
    assert said("decoded to 224 x 224 in float32") == round(NUM_ROWS * 3 * 224 * 224 * 4 / 1e9)


def test_what_a_file_costs_beside_its_bytes(tmp_path: Path):
    files = Encoded.of([bytes(100)] * 20_000, Media())
    files.save(tmp_path / "files.arrow")
    beside = (tmp_path / "files.arrow").stat().st_size / 20_000 - 100
    assert said("kept as files, beside their own bytes") == pytest.approx(NUM_ROWS * beside / 1e6, rel=0.1)


def test_positions_in_memory():
    view = Dataset(pa.table({"id": [str(n) for n in range(10)]})).take(np.arange(10))
    assert view._taken.positions is not None and view._taken.positions.itemsize == 8
    assert said("positions of all rows, in memory") == pytest.approx(NUM_ROWS * 8 / 1e6, abs=0.05)


@pytest.mark.slow
def test_splits_six_ways(tmp_path: Path):
    domains = np.repeat([*DOMAINS], [*DOMAINS.values()])
    rows = pa.table({"id": [f"{name}/{row:06d}.jpg" for row, name in enumerate(domains)], "domain": domains})
    (tmp_path / "base").mkdir()
    Dataset(rows).save(tmp_path / "base")
    data = Dataset.load(tmp_path / "base")
    written = 0
    for domain in DOMAINS:
        for name, part in leave_one_domain_out(data, domain=domain)._asdict().items():
            (tmp_path / f"{domain}-{name}").mkdir()
            part.save(tmp_path / f"{domain}-{name}")
            written += sum(
                path.stat().st_size
                for path in (tmp_path / f"{domain}-{name}").iterdir()
                if path.name != "rows.parquet" or path.stat().st_nlink == 1
            )
    assert said("held out domain by domain, 24 parts") == pytest.approx(written / 1e6, rel=0.15)
