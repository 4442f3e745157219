"""An archive's own spec and catalog, whose strings try to reach a shell, YAML, jinja2 or Snakemake."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from heldout.compiler.archive import contents
from heldout.compiler.archive.reader import open_archive
from heldout.compiler.archive.recompile import Recompiled, recompile
from heldout.compiler.archive.refused import ArchiveRefused
from heldout.compiler.archive.study_checks import check_catalog
from heldout.compiler.catalog import load_catalog

Files = dict[str, bytes]
Make = Callable[..., Path]

STUDY = """\
heldout: 1
study: small
title: TITLE
stages:
  source: {use: data/digits}
"""
CATALOG = json.loads((Path(__file__).parents[1] / "catalog.json").read_text())
EVIL = [
    "$(touch pwned); `touch pwned`",
    "{{ 7 * 7 }}{% import os %}",
    "\\n\\nimport os; os.system('touch pwned')\\nrule x:",
    "{wildcards.shard} {input} {config[store]}",
    '\\"\\"\\" + __import__(\\"os\\").system(\\"touch pwned\\")',
    "</script><script>alert(1)</script>",
]


@pytest.fixture
def study(files: Files, make: Make, tmp_path: Path) -> Callable[..., Recompiled]:
    """Compile an archive with this spec and this catalog."""

    def compiled(
        spec: str, catalog: object = CATALOG, name: str = "spec/small.yaml", **more: bytes
    ) -> Recompiled:
        shutil.rmtree(tmp_path / "extracted", ignore_errors=True)
        files.pop("spec/small.yaml", None)
        index = {**json.loads(files[contents.INDEX]), "spec": name}
        changed = {name: spec.encode(), contents.CATALOG: json.dumps(catalog).encode(), **more}
        path = make({**files, **changed, contents.INDEX: json.dumps(index).encode()})
        with open_archive(path, trust_operators=True) as archive:
            archive.extract(tmp_path / "extracted")
            return recompile(archive, tmp_path / "extracted", tmp_path / "workflow", tmp_path / "store")

    return compiled


def refusal(action: Callable[[], object]) -> ArchiveRefused:
    with pytest.raises(ArchiveRefused) as caught:
        action()
    return caught.value


def code_lines(workflow: Path) -> list[str]:
    return [line for line in (workflow / "Snakefile").read_text().splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("evil", EVIL)
def test_no_text_of_a_spec_reaches_the_program_that_is_emitted(study: Callable[..., Recompiled], evil: str):
    plain = code_lines(study(STUDY).workflow)
    made = study(STUDY.replace("TITLE", f'"{evil}"'))
    assert "rule source:" in plain and code_lines(made.workflow) == plain
    assert json.loads((made.workflow / "plan" / "report.json").read_text())["title"] == json.loads(
        f'"{evil}"'
    )


@pytest.mark.parametrize(
    "name", ["spec/a$(touch pwned).yaml", "spec/{{ 7 }}.yaml", "spec/a'; touch pwned #.yaml"]
)
def test_the_name_of_a_spec_reaches_comments_alone(study: Callable[..., Recompiled], name: str):
    made = study(STUDY, name=name)
    assert not any("pwned" in line or "7" in line for line in code_lines(made.workflow))


@pytest.mark.parametrize(
    "spec",
    [
        STUDY.replace("study: small", "study: $(reboot)"),
        STUDY.replace("source:", '"source:\\n    shell: reboot":'),
        STUDY.replace("source:", "so urce;reboot:"),
        STUDY + "axes: {'{{ 7 * 7 }}': [0]}\n",
        STUDY.replace("TITLE", "!!python/object/apply:os.system [reboot]"),
        STUDY.replace("TITLE", "&a [*a]"),
        STUDY.replace("TITLE", '"\\u2028import os"'),
        STUDY.replace("data/digits", "data/digits; reboot"),
        STUDY.replace("data/digits", "../../evil"),
        STUDY.replace("{use: data/digits}", "{use: data/digits, resources: {mem_mb: '1; reboot'}}"),
        STUDY + "image: 'cuda@$(reboot)'\n",
        STUDY + "operators: [../../../evil.py]\n",
        STUDY + "scales: {'a; reboot': {}}\n",
        "- no study",
        "",
        "a: " + "[" * 5000,
    ],
)
def test_a_spec_that_does_not_compile_is_refused(study: Callable[..., Recompiled], spec: str):
    assert refusal(lambda: study(spec)).code in ("spec", "missing-file")


def test_a_spec_of_another_study_is_refused(study: Callable[..., Recompiled]):
    assert refusal(lambda: study(STUDY.replace("study: small", "study: other"))).code == "spec"


def test_an_operator_file_that_is_not_there_is_refused(study: Callable[..., Recompiled]):
    answer = refusal(lambda: study(STUDY + "operators: [gone.py]\n"))
    assert (answer.code, "gone.py" in answer.message) == ("missing-file", True)


def test_the_modules_of_an_operator_file_are_emitted_beside_it_and_none_may_lack(
    study: Callable[..., Recompiled],
):
    more = {"spec/mine.py": b"import train\n", "spec/parts/train.py": b""}
    spec = STUDY + "operators: [mine.py]\n"
    made = study(spec, CATALOG | {"neighbours": [["parts/train.py"]]}, **more)
    assert (made.workflow / "operators/parts/train.py").is_file()


def test_a_module_that_is_not_there_is_refused(study: Callable[..., Recompiled]):
    spec, neighbours = STUDY + "operators: [mine.py]\n", {"neighbours": [["train.py"]]}
    answer = refusal(lambda: study(spec, CATALOG | neighbours, **{"spec/mine.py": b""}))
    assert (answer.code, "spec/train.py" in answer.message) == ("missing-file", True)


@pytest.mark.parametrize(
    "module", ["../../evil.py", "/etc/passwd.py", "a/../../b.py", "a.txt", ".py", "a\nb.py"]
)
def test_a_module_that_could_leave_the_folder_is_refused(study: Callable[..., Recompiled], module: str):
    spec, neighbours = STUDY + "operators: [mine.py]\n", {"neighbours": [[module]]}
    assert refusal(lambda: study(spec, CATALOG | neighbours, **{"spec/mine.py": b""})).code == "unsafe-name"


@pytest.mark.parametrize(
    "name",
    [
        "data/digits\nimport os",
        "data/digits'",
        "../evil",
        "data/{x}",
        "data/digits; reboot",
        "a/b/c",
    ],
)
def test_a_catalog_with_names_that_the_runtime_would_not_write_is_refused(
    study: Callable[..., Recompiled], name: str
):
    operators = CATALOG["operators"] | {name: CATALOG["operators"]["data/digits"]}
    spec = STUDY.replace("data/digits", json.dumps(name))
    answer = refusal(lambda: study(spec, CATALOG | {"operators": operators}))
    assert answer.code == "unsafe-name"


@pytest.mark.parametrize("catalog", [{}, [], {"operators": 3}, CATALOG | {"operators": {"data/digits": 1}}])
def test_a_catalog_that_is_none_is_refused(study: Callable[..., Recompiled], catalog: object):
    assert refusal(lambda: study(STUDY, catalog)).code == "wrong-format"


LEAK = """\
heldout: 1
study: small
stages:
  domains: {use: data/rotated-digits, angles: [0, 30]}
  split: {use: data/leave-one-domain-out, data: "${domains}", domain: 30, seed: 0}
  model: {use: train/classifier, data: "${split.test}", objective: erm, network: mlp, steps: 1, seed: 0}
"""
SPLIT = "data/leave-one-domain-out"


def without_roles() -> dict[str, Any]:
    """The shipped catalog, but that nothing in it is for testing or for training."""
    said = load_catalog().content
    for operator in said["operators"].values():
        for output in operator["outputs"].values():
            output["role"] = None
        for port in operator["ports"].values():
            port["use"] = "carries"
    return said


def test_a_leak_that_the_archived_catalog_says_nothing_of_does_not_compile(study: Callable[..., Recompiled]):
    answer = refusal(lambda: study(LEAK, without_roles()))
    assert answer.code == "spec" and "error[held-out-leak]" in answer.message
    assert "as they are, and not as its catalog has them" in answer.message.splitlines()[0]


def test_what_the_archived_catalog_alone_knows_is_named(study: Callable[..., Recompiled]):
    said = without_roles()
    said["operators"][SPLIT]["digest"] = "sha256:" + "0" * 64
    made = study(LEAK, said)
    assert made.unknown == (SPLIT,) and "train/classifier" in made.different
    (finding,) = [one for one in check_catalog(made) if one.state == "unchecked"]
    assert SPLIT in finding.text


def test_a_catalog_of_this_version_is_known_whatever_it_says_of_its_digest(study: Callable[..., Recompiled]):
    said = load_catalog().content
    operator = said["operators"]["data/rotated-digits"]
    operator["doc"] = operator["parameters"]["angles"]["schema"]["description"] = "Other words."
    made = study(STUDY.replace("data/digits", "data/rotated-digits, angles: [0]"), said | {"digest": "mine"})
    assert (made.different, made.unknown) == ((), ())
    assert made.compiled.catalog.digest not in ("mine", load_catalog().digest)
    assert [one.state for one in check_catalog(made)] == ["holds"]


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"$ref": "http://127.0.0.1:9/schema.json"}, "$ref"),
        ({"anyOf": [{"$ref": "file:///etc/hostname"}]}, "$ref"),
        ({"$ref": "#"}, "$ref"),
        ({"type": "string", "pattern": "(?=a)b"}, "linear time"),
        ({"type": "string", "patternProperties": {"(a+)+$": {}}}, "patternProperties"),
        ({"type": "number", "multipleOf": 0}, "a schema is none"),
        ({"type": 7}, "a schema is none"),
        (json.loads('{"items": ' * 100 + "{}" + "}" * 100), "nested deeper"),
    ],
)
def test_a_schema_that_reaches_out_or_is_none_is_refused(
    study: Callable[..., Recompiled], schema: dict[str, Any], words: str
):
    said = load_catalog().content
    said["operators"]["data/rotated-digits"]["parameters"]["angles"]["schema"] = schema
    answer = refusal(lambda: study(STUDY, said))
    assert answer.code == "wrong-format" and words in answer.message


def test_how_the_author_packed_the_jobs_is_taken_over(study: Callable[..., Recompiled]):
    spec = STUDY.replace("data/digits", "data/rotated-digits, angles: [0], seed: '${seed}'")
    spec += "axes: {seed: {count: 6}}\n"
    said = load_catalog().content
    plain = study(spec, said)
    packing = json.loads((plain.workflow / "plan/packing.json").read_text())
    packing["stages"]["source"] |= {"tasks_per_job": 2, "from": "learnt", "seconds": 7.0, "tasks": 3}
    made = study(spec, said, **{contents.PACKING: json.dumps(packing, indent=1).encode() + b"\n"})
    assert len(list((made.workflow / "plan/source").glob("*.json"))) == 3
    assert json.loads((made.workflow / "plan/packing.json").read_text()) == packing


def test_a_lock_that_is_none_is_refused(study: Callable[..., Recompiled]):
    answer = refusal(lambda: study(STUDY, **{"spec/small.lock.json": b'{"scales": 3}'}))
    assert answer.code == "wrong-format"
