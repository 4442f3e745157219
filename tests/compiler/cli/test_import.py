import json

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
def sweep(tmp_path):
    """Two algorithms, three environments, two trials, one setting, as DomainBed writes them."""
    number = 0
    for algorithm, accuracy in (("ERM", 0.5), ("CORAL", 0.75)):
        for trial in range(2):
            for env in range(3):
                line = {f"env{e}_{part}_acc": accuracy for e in range(3) for part in ("in", "out")}
                arguments = {"algorithm": algorithm, "dataset": "Debug28", "test_envs": [env]}
                arguments |= {"trial_seed": trial, "hparams_seed": 0}
                folder = tmp_path / "sweep" / str(number)
                folder.mkdir(parents=True)
                text = json.dumps({"step": 0, "epoch": 0.0, "args": arguments, "hparams": {}, **line})
                (folder / "results.jsonl").write_text(text + "\n")
                (folder / "done").write_text("done")
                number += 1
    return tmp_path / "sweep"


def test_a_sweep_becomes_a_report(heldout, sweep, tmp_path):
    answer = heldout("import", "domainbed", "sweep", "-o", "out", "--still")
    assert (answer.code, answer.err) == (0, "report: out/index.html\n")
    (verdict,) = json.loads((tmp_path / "out" / "verdicts.json").read_text())
    # Six pairs of one sign: no p-value below 2^-6, which is less than 0.05.
    assert (verdict["verdict"], verdict["effect"]) == ("supported", 0.25)


def test_the_report_lies_with_the_others_unless_said_otherwise(heldout, sweep, tmp_path):
    assert heldout("import", "domainbed", "sweep", "--still").code == 0
    assert (tmp_path / "results" / "sweep" / "imported" / "report" / "index.html").is_file()


@pytest.mark.parametrize("arguments", [["domainbed", "nowhere"], ["wilds", "sweep"]])
def test_what_cannot_be_imported(heldout, sweep, arguments):
    assert heldout("import", *arguments).code == 2
