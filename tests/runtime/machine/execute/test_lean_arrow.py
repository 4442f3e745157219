"""Arrow without pandas, until somebody wants pandas."""

import json
import subprocess
import sys

CODE = """
import json, sys
import pyarrow as pa
if sys.argv[1] == "lean":
    from heldout.runtime.machine.execute.lean_arrow import spare_pandas
    spare_pandas()
    spare_pandas()
column = pa.table({"a": [1.5, None], "b": ["x", "y"]})
before = "pandas" in sys.modules
frame = column.to_pandas()
import pandas
series = pa.array(pandas.Series([1, 2]))
print(json.dumps([before, frame["b"].tolist(), series.to_pylist(), pa.array(frame["b"]).to_pylist()]))
"""


def made(how):
    ended = subprocess.run([sys.executable, "-c", CODE, how], capture_output=True, text=True, check=True)
    return json.loads(ended.stdout)


def test_pandas_is_imported_by_who_wants_it_alone():
    lean, usual = made("lean"), made("usual")
    assert usual[0], "pyarrow no longer imports pandas: runtime/machine/execute/lean_arrow.py can go"
    assert not lean[0]
    assert lean[1:] == usual[1:] == [["x", "y"], [1, 2], ["x", "y"]]
