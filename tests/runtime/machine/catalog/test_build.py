import hashlib
import json
from pathlib import Path
from typing import Annotated

import jsonschema
import pytest

from heldout.runtime.artifacts import Table
from heldout.runtime.lookup import find, register_file
from heldout.runtime.machine.catalog.build import build_catalog, component_entry, operator_entry
from heldout.runtime.operator import Metrics, operator

FILE = Path(__file__).with_name("every_hint.py")
COMPONENTS = {"every-kind": ["reference", "other"]}


@pytest.fixture(scope="module", autouse=True)
def _registered():
    register_file(FILE)


@pytest.fixture(scope="module")
def parts():
    return operator_entry(find("every-hint/parts"), COMPONENTS)


@pytest.fixture(scope="module")
def catalog():
    return build_catalog([FILE])


def test_declaration_of_an_operator(parts):
    assert parts["summary"] == "Take data apart."
    assert parts["doc"].startswith("Take data apart. The second sentence")
    assert (parts["network"], parts["seconds"], parts["seeded"], parts["checkpoint"]) == (
        True,
        2.5,
        True,
        True,
    )
    assert parts["order"] == ["train", "shifted", "scores", "named"]
    assert parts["first"] == "train"
    assert "checkpoint" not in parts["parameters"]


def test_input_ports(parts):
    assert parts["ports"] == {
        "data": {
            "kind": "Dataset",
            "gathered": False,
            "optional": False,
            "missing": False,
            "use": "trains",
            "description": "labelled examples, described on two lines.",
        },
        "start": {
            "kind": "Model",
            "gathered": False,
            "optional": True,
            "missing": False,
            "use": "carries",
            "description": "a model.",
        },
    }


def test_output_ports(parts):
    plain = {"role": None, "labels": True, "metrics": None, "description": ""}
    assert parts["outputs"] == {
        "train": plain | {"kind": "Dataset", "role": "train", "description": "the first part."},
        "shifted": plain
        | {
            "kind": "Dataset",
            "role": "test",
            "apart_by": "rate",
            "labels": False,
            "description": "the second part: without labels.",
        },
        "scores": plain | {"kind": "Table", "metrics": ["accuracy", "error"], "description": "how good."},
        "named": plain | {"kind": "Table", "metrics_from": "metric"},
    }


def test_gathered_ports_and_an_output_of_the_same_kind_as_an_input():
    entry = operator_entry(find("every-hint/best"), COMPONENTS)
    candidates, scores = entry["ports"]["candidates"], entry["ports"]["scores"]
    assert (candidates["kind"], candidates["gathered"], candidates["missing"]) == ("Artifact", True, False)
    assert (scores["kind"], scores["gathered"], scores["missing"]) == ("Scalar", True, True)
    assert scores["use"] == "selects"
    assert entry["outputs"]["best"]["same_as"] == "candidates"
    assert "kind" not in entry["outputs"]["best"]
    assert entry["outputs"]["why"]["kind"] == "Table"


def test_a_single_output_is_called_by_its_kind():
    entry = operator_entry(find("every-hint/adapt"), COMPONENTS)
    assert entry["order"] == ["table"]
    assert entry["outputs"]["table"]["metrics"] == ["entropy"]
    assert entry["outputs"]["table"]["description"] == "one number."
    assert entry["ports"]["data"]["optional"] and entry["ports"]["data"]["use"] == "adapts"


def test_parameters(parts):
    parameters = parts["parameters"]
    assert parameters["steps"] == {
        "required": True,
        "schema": {"type": "integer", "description": "how many."},
        "prior": {"name": "integers", "arguments": [1, 9]},
    }
    assert parameters["rate"]["prior"] == {"name": "loguniform", "arguments": [1e-4, 1e-2]}
    assert parameters["mode"]["schema"] == {"type": "string", "enum": ["fast", "slow"], "default": "fast"}
    assert parameters["only"]["schema"] == {"type": "string", "enum": ["one"], "default": "one"}
    assert parameters["names"] == {
        "required": False,
        "set": True,
        "schema": {
            "type": "array",
            "items": {"type": "string"},
            "uniqueItems": True,
            "default": ["a", "b"],
        },
    }
    assert parameters["pair"]["schema"]["items"] == {"type": "integer"}
    assert parameters["mixed"]["schema"]["items"] == [{"type": "integer"}, {"type": "string"}]
    assert parameters["angles"]["schema"]["default"] == [0.0, 15.0]
    assert parameters["level"]["schema"]["anyOf"] == [{"type": "integer"}, {"type": "string"}]


def test_a_choice_is_a_name_or_one_name_with_parameters(parts):
    network = parts["parameters"]["network"]
    assert network["choice"] == "every-kind"
    valid = jsonschema.Draft7Validator(network["schema"]).is_valid
    assert valid("reference") and valid({"other": {"width": 2}}) and valid({"other": None})
    assert not valid("unknown") and not valid({"unknown": {}}) and not valid({})
    assert not valid({"reference": {}, "other": {}}) and not valid(None)
    assert jsonschema.Draft7Validator(parts["parameters"]["critic"]["schema"]).is_valid(None)


def test_components_have_their_keyword_only_parameters():
    entry = component_entry(find("every-kind/reference"), COMPONENTS)
    assert list(entry["parameters"]) == ["width"]
    assert "decided" not in entry


def test_claims_say_what_their_parameters_refer_to():
    entry = component_entry(find("claims/ordered"), COMPONENTS)
    assert {name: p["refers"] for name, p in entry["parameters"].items() if "refers" in p} == {
        "axis": {"to": "axis"},
        "cluster": {"to": "axis"},
        "folds": {"to": "axis"},
        "greater": {"to": "level", "axis": "axis"},
        "metric": {"to": "metric"},
        "where": {"to": "where"},
    }


def test_claims_say_which_parts_their_parameters_play_and_how_they_are_decided():
    entry = component_entry(find("claims/ordered"), COMPONENTS)
    parts = {name: p["part"] for name, p in entry["parameters"].items() if "part" in p}
    assert parts == {"metric": "metric", "folds": "pair", "alpha": "alpha"}
    first, second = entry["decided"]["reaches"]
    assert (first["over"], first["when"], first["smallest_p"][:3]) == (
        "axis",
        {"test": "thirds"},
        [1, 1 / 3, 1 / 9],
    )
    assert second == {"over": "units", "when": {}, "smallest_p": [1.0]}
    assert entry["decided"]["levels"] == [{"of": "axis", "fewest": 2, "when": {}}]
    assert entry["decided"]["refused"] == [
        {
            "when": {"above": {"not": {"type": "null"}}},
            "says": "`{claim}` is above {above}",
            "write": "write nothing",
        }
    ]


def test_a_group_stands_for_its_parameters_with_the_words_of_their_types():
    parameters = component_entry(find("claims/ordered"), COMPONENTS)["parameters"]
    assert "shared" not in parameters
    assert parameters["alpha"]["schema"] == {
        "type": "number",
        "exclusiveMinimum": 0,
        "description": "the level.",
        "default": 0.05,
    }
    assert parameters["cluster"]["schema"] == {
        "anyOf": [{"type": "string"}, {"type": "null"}],
        "description": "of the folds.",
        "default": None,
    }
    assert (parameters["where"]["required"], parameters["where"]["schema"]["default"]) == (False, {})
    assert parameters["folds"]["required"]
    assert parameters["folds"]["schema"]["description"] == "said by the claim itself."


def test_a_level_of_what_is_no_axis_is_an_error(tmp_path):
    path = tmp_path / "lost_level.py"
    path.write_text(
        "from typing import Annotated\n"
        "from heldout.runtime.claim import LevelOf\n"
        "from heldout.runtime.component import component\n"
        "@component(kind='lost-claims')\n"
        "def lost(*, level: Annotated[str, LevelOf('axis')]) -> None:\n"
        '    """A claim."""\n'
    )
    register_file(path)
    with pytest.raises(ValueError, match=r"lost, parameter level: what is of 'axis' needs a param"):
        component_entry(find("lost-claims/lost"), {})


@pytest.mark.slow
def test_the_whole_catalog_repeats_and_its_digest_is_over_all_but_versions(catalog):
    assert json.dumps(build_catalog([FILE]), sort_keys=True) == json.dumps(catalog, sort_keys=True)
    rest = {key: value for key, value in catalog.items() if key not in ("digest", "libraries")}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert catalog["digest"] == "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def test_the_whole_catalog_finds_folders_and_files(catalog):
    assert "train/classifier" in catalog["operators"] and "every-hint/parts" in catalog["operators"]
    assert {"erm", "irm", "group-dro"} <= catalog["components"]["objectives"].keys()
    choices = catalog["operators"]["train/classifier"]["parameters"]["objective"]["schema"]["anyOf"][0]
    assert choices["enum"] == sorted(catalog["components"]["objectives"])


def test_every_schema_is_draft_07_and_its_default_valid(catalog):
    entries = list(catalog["operators"].values())
    entries += [entry for kind in catalog["components"].values() for entry in kind.values()]
    for entry in entries:
        for parameter in entry["parameters"].values():
            schema = parameter["schema"]
            jsonschema.Draft7Validator.check_schema(schema)
            if "default" in schema:
                jsonschema.Draft7Validator(schema).validate(schema["default"])


def test_what_is_said_of_metrics_stands_beside_their_names():
    @operator
    def measured() -> Annotated[
        Table, Metrics("rmse", "mae", better="lower"), Metrics("share", unit="percent"), Metrics("count")
    ]:
        """Numbers."""
        raise NotImplementedError

    output = operator_entry(measured, {})["outputs"]["table"]
    assert output["metrics"] == ["rmse", "mae", "share", "count"]
    assert output["facts"] == {
        "rmse": {"better": "lower"}, "mae": {"better": "lower"}, "share": {"unit": "percent"}
    }  # fmt: skip


def test_a_metric_that_is_named_twice_is_refused():
    @operator
    def measured() -> Annotated[Table, Metrics("rmse", better="lower"), Metrics("rmse")]:
        """Numbers."""
        raise NotImplementedError

    with pytest.raises(ValueError, match="the metric 'rmse' stands there twice"):
        operator_entry(measured, {})


def test_an_operator_says_which_columns_it_needs_of_its_inputs():
    @operator(needs={"table": ("domain", "x")})
    def split(table: Table) -> Annotated[Table, Metrics("a")]:
        """Split."""
        raise NotImplementedError

    @operator(needs={"data": ("domain",)})
    def strange(table: Table) -> Annotated[Table, Metrics("a")]:
        """Split."""
        raise NotImplementedError

    assert operator_entry(split, {})["ports"]["table"]["needs"] == ["domain", "x"]
    with pytest.raises(ValueError, match="it needs something of 'data', which is no input of it"):
        operator_entry(strange, {})
