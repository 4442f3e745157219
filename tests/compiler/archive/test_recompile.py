"""An archive's own spec and catalog, whose strings try to reach a shell, YAML, jinja2 or Snakemake."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from heldout.compiler.archive import contents
from heldout.compiler.archive.reader import open_archive
from heldout.compiler.archive.recompile import Recompiled, recompile
from heldout.compiler.archive.refused import ArchiveRefused

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
    "\\u2028import os",
]


@pytest.fixture
def study(files: Files, make: Make, tmp_path: Path) -> Callable[..., Recompiled]:
    """Compile an archive with this spec and this catalog."""

    def compiled(
        spec: str, catalog: object = CATALOG, name: str = "spec/small.yaml", **more: bytes
    ) -> Recompiled:
        del files["spec/small.yaml"]
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
    made = study(STUDY.replace("TITLE", f'"{evil}"'))
    text = "\n".join(code_lines(made.workflow))
    assert "rule source:" in text
    assert "pwned" not in text and "7 * 7" not in text and "import os" not in text
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
        "data/Digits",
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


def test_a_lock_that_is_none_is_refused(study: Callable[..., Recompiled]):
    answer = refusal(lambda: study(STUDY, **{"spec/small.lock.json": b'{"scales": 3}'}))
    assert answer.code == "wrong-format"
