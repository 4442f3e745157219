import argparse
import json
import subprocess
import sys

import pytest

from heldout.runtime.machine.report import command


def parsed(tmp_path, out):
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    given = {
        "--plan": tmp_path / "report.json",
        "--store": tmp_path / "store",
        "--done": tmp_path,
        "--out": out,
    }
    return parser.parse_args([str(part) for pair in given.items() for part in pair])


def test_a_report_of_an_empty_store(declared, tmp_path):
    (tmp_path / "report.json").write_text(json.dumps(declared))
    assert command.main(parsed(tmp_path, tmp_path / "out")) == 0
    assert "36 results are missing" in (tmp_path / "out" / "index.html").read_text()


def test_a_folder_that_cannot_be_written(declared, tmp_path, capsys):
    (tmp_path / "report.json").write_text(json.dumps(declared))
    (tmp_path / "out").write_text("a file")
    assert command.main(parsed(tmp_path, tmp_path / "out")) == 3
    assert "error: the report cannot be written" in capsys.readouterr().err


LOADED = """
import sys
from heldout.runtime.__main__ import main
code = main(sys.argv[1:])
print(code, *sorted({"torch", "sklearn", "pandas", "scipy", "altair"} & sys.modules.keys()))
"""


def loaded(folder, *arguments):
    """The exit code of a command, and which of the large libraries it loaded."""
    command = [sys.executable, "-P", "-c", LOADED, *arguments]
    said = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
    return said.splitlines()[-1].split()


@pytest.mark.slow
def test_a_report_loads_no_pytorch_and_the_page_of_all_nothing_that_draws(declared, tmp_path):
    (tmp_path / "report.json").write_text(json.dumps(declared))
    named = ["--plan", "report.json", "--store", "store", "--done", ".", "--out", "results/study/full/report"]
    assert loaded(tmp_path, "report", *named) == ["0", "altair", "scipy"]
    assert loaded(tmp_path, "suite", "--out", "index.html", "results") == ["0"]
    assert "study/full/report" in (tmp_path / "index.html").read_text()
