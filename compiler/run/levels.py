"""Levels of an axis that come from data: counted, and written into a file that a spec names."""

import csv
import io
import json
import unicodedata
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from heldout.compiler.compile import Compiled
from heldout.compiler.files import write_if_changed
from heldout.compiler.refusal import Failed, Refusal
from heldout.compiler.run.checksum import names_in
from heldout.compiler.run.runtime import ask_runtime, require_runtime
from heldout.compiler.syntax.level_file import SUFFIXES, read_level_file
from heldout.compiler.syntax.study import level_text
from heldout.compiler.syntax.texts import Text
from heldout.compiler.syntax.yaml_reader import SpecError

Counted = Mapping[str, int]  # by level, in their order, the number of rows
ROWS = "rows"


def levels_of_folder(folder: Path) -> Counted:
    """The domains of a folder `DOMAIN/CLASS/IMAGE`, by name, each with its number of images.

    Raises:
        Refusal: the folder has another layout.
    """
    return Counter(unicodedata.normalize("NFC", name).split("/")[0] for name in names_in(folder))


def levels_of_table(table: Path, column: str) -> Counted:
    """The values of a column of a Parquet, CSV or JSON Lines file, in the order in which they come first.

    Raises:
        Missing: the runtime is not installed, which reads tables.
        Refusal: the file is not there, or has no such column.
    """
    return _asked("--table", table, "--column", column)


def levels_of_task(compiled: Compiled, stage: str, task: str, column: str, store: Path) -> Counted:
    """The values of a column of a dataset that a stage made, likewise.

    Args:
        compiled: the study.
        stage: of which the task is.
        task: that is done.
        column: of its rows.
        store: that has it.

    Raises:
        Missing: the runtime is not installed.
        Refusal: the stage makes no one dataset, its task is not done, or there is no such column.
    """
    scope = compiled.scope
    outputs = compiled.expansions[stage].operator.outputs
    data = [port for port in outputs if scope.catalog.is_a(scope.kind(stage, port), "Dataset")]
    if len(data) != 1:
        found = f"has {len(data)} outputs with rows, {', '.join(data)}" if data else "makes no dataset"
        raise Refusal(f"the stage `{stage}` {found}", "name the stage that these come from")
    beside = Path(compiled.study.file).parent
    own = [word for name in compiled.operator_files for word in ("--operators", beside / name)]
    return _asked("--store", store, "--task", task, "--port", data[0], "--column", column, *own)


def _asked(*options: object) -> Counted:
    require_runtime("pyarrow")
    done = ask_runtime("levels", *options)
    if done.returncode == 0:
        found: dict[str, int] = json.loads(done.stdout)
        return found
    last = (done.stderr.strip().splitlines() or ["no message"])[-1]
    if last.startswith("error: "):
        raise Refusal(last.removeprefix("error: "))
    raise Failed(f"the levels cannot be read: {last}")


def write_levels(levels: Counted, path: Path) -> bool:
    """Write a file of levels: `.txt` with one a line, `.csv` with the number of rows of each too.

    Returns:
        whether it had to be written.

    Raises:
        Refusal: no spec could read such a file, or would read another level for one of them.
    """
    if path.suffix not in SUFFIXES:
        raise Refusal(f"{path} is no name for a file of levels", f"let it end in {' or '.join(SUFFIXES)}")
    text = io.StringIO()
    if path.suffix == ".csv":
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow(("level", ROWS))
        rows.writerows(levels.items())
    else:
        text.writelines(f"{level}\n" for level in levels)
    data = text.getvalue().encode(errors="surrogateescape")
    try:
        read = read_level_file(Text(path.name, str(path), data))
    except SpecError as error:
        wrong = error.diagnostic
        said = f"line {wrong.span.line} of {path} would be wrong: {wrong.message}"
        raise Refusal(said, wrong.hint) from error
    found = {level_text(level.name.value) for level in read.levels}
    if lost := [level for level in levels if level not in found]:
        hint = "rename it in the data, without spaces around it"
        raise Refusal(f"a level cannot be called {lost[0]!r}", hint)
    return write_if_changed(path, data)
