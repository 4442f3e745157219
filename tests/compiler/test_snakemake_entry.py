import pytest

from heldout.compiler.snakemake_entry import workflow_for

STUDY = """\
heldout: 1
study: digits
stages:
  domains: {use: data/rotated-digits, angles: [0, 30]}
"""


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for variable in ("HELDOUT_RESULTS", "HELDOUT_STORE"):
        monkeypatch.delenv(variable, raising=False)
    (tmp_path / "study.yaml").write_text(STUDY)


def test_a_workflow_is_written_where_heldout_run_writes_it(tmp_path):
    assert workflow_for({"spec": "study.yaml"}) == tmp_path / "results" / "digits" / "full"
    assert (tmp_path / "results" / "digits" / "full" / "Snakefile").is_file()


def test_the_environment_names_the_places_as_for_heldout_run(tmp_path, monkeypatch):
    monkeypatch.setenv("HELDOUT_RESULTS", "elsewhere")
    monkeypatch.setenv("HELDOUT_STORE", "shared/store")
    folder = workflow_for({"spec": "study.yaml"})
    assert folder == tmp_path / "elsewhere" / "digits" / "full"
    assert "store: ../../../shared/store" in (folder / "config.yaml").read_text().splitlines()


def test_without_a_spec_it_says_what_to_write():
    with pytest.raises(SystemExit, match="--config spec="):
        workflow_for({})


@pytest.mark.parametrize(
    ("config", "told"),
    [({"spec": "none.yaml"}, "there is no file"), ({"spec": "study.yaml", "scale": 3}, "unknown-scale")],
)
def test_mistakes_end_with_exit_code_two(capsys, config, told):
    with pytest.raises(SystemExit) as ended:
        workflow_for(config)
    assert ended.value.code == 2
    assert told in capsys.readouterr().err
