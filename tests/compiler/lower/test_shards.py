import json

import pytest

from heldout.compiler.lower.shards import shard_files


def heads(compiled):
    """By stage, what the heads of its shard files say of stacks."""
    texts = {name: json.loads(text) for name, text in shard_files(compiled)}
    return {name.split("/")[0]: content.get("stack") for name, content in texts.items()}


@pytest.mark.parametrize(("written", "read"), [("auto", "auto"), ("32", 32)])
def test_the_head_says_what_a_stage_asks_of_stacks(study, written, read):
    old = "    resources: {"
    compiled = study((old, f"{old}stack: {written}, "))
    asked = {stage.name for stage in compiled.study.stages if stage.resources.stack is not None}
    assert asked
    assert heads(compiled) == {name: read if name in asked else None for name in heads(compiled)}
    without = study()
    ids = {name: expansion.ids for name, expansion in without.expansions.items()}
    assert {name: expansion.ids for name, expansion in compiled.expansions.items()} == ids


def test_the_head_says_what_the_tasks_of_a_stage_may_spend_and_no_identity_does(study):
    old = "    resources: {"
    compiled = study((old, f"{old}workers: 2, micro_batch: 8, "))
    contents = [json.loads(text) for _, text in shard_files(compiled)]
    asked = {stage.name for stage in compiled.study.stages if stage.resources.workers}
    assert asked
    told = {"workers": 2, "micro_batch": 8}
    assert {c["stage"]: c.get("resources") for c in contents} == {
        c["stage"]: told if c["stage"] in asked else None for c in contents
    }
    ids = {name: expansion.ids for name, expansion in study().expansions.items()}
    assert {name: expansion.ids for name, expansion in compiled.expansions.items()} == ids
