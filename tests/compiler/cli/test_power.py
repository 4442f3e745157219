import json
import subprocess
import sys

from heldout.compiler.cli.power import power_words

POWER = {
    "id": "helps",
    "kind": "compare",
    "num_units": 5,
    "part": 0,
    "parts": 1,
    "alpha": 0.05,
    "power": 0.8,
    "measure": "difference",
    "standardized": 1.7,
    "effect": None,
    "spread": None,
    "pilot_units": 0,
    "problem": "",
}


def test_the_plan_says_what_claims_would_detect(heldout, spec):
    answer = heldout("plan", spec.name, "--power")
    assert answer.code == 0
    assert "Effects that would be found with a probability of 80 %" in answer.out
    asked = json.loads(heldout("plan", spec.name, "--power", "--json").out)
    assert [p["id"] for p in asked["power"]] and all(p["standardized"] > 0 for p in asked["power"])
    assert "power" not in json.loads(heldout("plan", spec.name, "--json").out)


def test_without_the_runtime_it_says_so(heldout, spec, monkeypatch):
    def broken(command, **more):
        return subprocess.CompletedProcess(
            command, 1, "", "…\nModuleNotFoundError: No module named 'numpy'\n"
        )

    monkeypatch.setattr(subprocess, "run", broken)
    answer = heldout("plan", spec.name, "--power")
    assert answer.code == 3
    assert "the runtime is not installed: ModuleNotFoundError: No module named 'numpy'" in answer.err
    assert "pip install 'heldout[runtime]'" in answer.err


def test_words():
    assert power_words(POWER) == (
        "1.7 SD",
        "from the claim's edge, in standard deviations of the units' means",
    )
    seen = POWER | {
        "effect": 0.034,
        "spread": 0.02,
        "spread_bound": 0.042,
        "pilot_units": 3,
        "measure": "margin",
    }
    assert power_words(seen) == (
        "0.034",
        "a margin, in the metric's unit: 3 units in the store vary by 0.02, taken as 0.042",
    )
    assert power_words(POWER | {"measure": "correlation"}) == ("1.7", "a correlation")
    assert power_words(POWER | {"measure": "correlation", "part": 2, "parts": 2, "power": 0.9}) == (
        "1.7",
        "a correlation, found with 90%",
    )
    assert power_words(POWER | {"problem": "too few"}) == ("-", "too few")


def test_nothing_of_the_runtime_is_imported():
    code = (
        "import sys, heldout.compiler.cli.power\nassert not {'torch', 'heldout.runtime'} & set(sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
