"""The documents say what is true: examples compile, links lead somewhere, lists are whole."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from heldout.compiler.analysis.claims import plain
from heldout.compiler.catalog import Catalog, load_catalog
from heldout.compiler.compile import compile_spec
from heldout.compiler.diagnostics import draw
from heldout.compiler.schema import study_schema
from heldout.compiler.syntax.including import NotFetched
from heldout.compiler.syntax.reader import known_scales
from heldout.compiler.syntax.yaml_reader import read_yaml

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of a page in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", (ROOT / page).read_text(), re.MULTILINE | re.DOTALL)


def laid_over(base: dict[str, Any], fragment: dict[str, Any]) -> dict[str, Any]:
    """The page's study with a fragment's axes, stages and so on in the place of its own."""
    merged = dict(base)
    for section, value in fragment.items():
        merged[section] = {**base[section], **value} if section in base else value
    return merged


CATALOG = load_catalog()
VALIDATOR = Draft7Validator(study_schema(CATALOG))
SPEC_PAGES = (
    *("docs/language.md", "docs/bases.md", "docs/displays.md", "docs/levels-of-data.md"),
    *("docs/deciding-claims.md", "docs/costs.md", "docs/stacks.md"),
    *("docs/regression.md", "docs/texts.md", "docs/language-models.md"),
)
EXAMPLES = [example for page in SPEC_PAGES for example in blocks(page, "yaml")]
STUDY = plain(read_yaml(EXAMPLES[0], "language.md"))


def whole(example: str) -> str:
    """A study that holds an example of the language's pages."""
    value = plain(read_yaml(example, "language.md"))
    return example if "heldout" in value else json.dumps(laid_over(STUDY, value), indent=1)


def mistakes(text: str, catalog: Catalog) -> str:
    found = []
    for scale in (None, *known_scales(text.encode(), "example.yaml", fetch_example)):
        found += compile_spec(text.encode(), "example.yaml", scale, catalog, fetch=fetch_example)[1]
    return draw(found, {"example.yaml": text})


def fetch_example(path: str) -> bytes:
    """A base of the language's pages, where the studies beside it look for it, or their file of levels."""
    if path.endswith((".csv", ".txt")):
        (table,) = blocks("docs/levels-of-data.md", "csv")
        lines = table.splitlines()[1:]
        return (table if path.endswith(".csv") else "\n".join(line.split(",")[0] for line in lines)).encode()
    for example in EXAMPLES:
        if f"\nbase: {Path(path).stem}\n" in example and Path(path).parent.name == "bases":
            return example.encode()
    raise NotFetched(f"there is no {path}")


def including(base: str) -> str:
    """A study that is a base and nothing else."""
    return f"heldout: 1\nstudy: a\ninclude: bases/{re.findall('^base: (.*)$', base, re.M)[0]}.yaml\n"


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CHANGELOG.md"], ids=lambda page: page.name)
def test_no_page_holds_what_a_merge_left(page: Path):
    assert re.findall(r"^(?:<{7}|={7}$|>{7}).*", page.read_text(), re.MULTILINE) == []


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_every_example_of_the_language_compiles(number: int):
    text = whole(EXAMPLES[number])
    assert mistakes(including(text) if "\nbase: " in text else text, CATALOG) == ""
    errors = VALIDATOR.iter_errors(plain(read_yaml(text, "example.yaml")))
    assert [error.message for error in errors] == []
    yaml.load(EXAMPLES[number], Loader=yaml.CBaseLoader)  # plain YAML too, as editors read it


def test_the_rule_counts_as_the_page_says():
    compiled, _ = compile_spec(EXAMPLES[0].encode(), "language.md", None, CATALOG)
    assert compiled is not None
    # 6 angles x 5 seeds, and 2 methods on top.
    assert {s.name: s.tasks for s in compiled.plan.stages} == {
        "domains": 1,
        "split": 6 * 5,
        "model": 6 * 5 * 2,
        "score": 6 * 5 * 2,
    }


def test_the_readme_compiles():
    for example in blocks("README.md", "yaml"):
        assert mistakes(example, CATALOG) == ""


@pytest.mark.slow
def test_an_operator_of_ones_own_works_as_its_page_says(tmp_path: Path):
    operator, test, _, kind, trainer, _ = blocks("docs/writing-an-operator.md", "python")
    (study,) = blocks("docs/writing-an-operator.md", "yaml")
    (tmp_path / "my_operators.py").write_text(operator)
    (tmp_path / "test_my_operators.py").write_text(test)
    (tmp_path / "study.yaml").write_text(study)
    (tmp_path / "my_notes.py").write_text(kind)
    (tmp_path / "my_trainer.py").write_text(trainer)
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}", "OMP_NUM_THREADS": "1"}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    tested = run("pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "test_my_operators.py")
    assert tested.returncode == 0, tested.stdout
    files = ("--operators", "my_operators.py", "--operators", "my_notes.py")
    written = run("heldout.runtime", "catalog", *files, "-o", "catalog.json")
    assert written.returncode == 0, written.stderr
    catalog = load_catalog(tmp_path / "catalog.json")
    assert "my-operators/worst-domain" in catalog.operators
    assert catalog.operators["my-notes/write"].outputs["note"].kind == "Note"
    assert catalog.kind("Note").large is False and "Note" in catalog.kinds
    assert mistakes(study, catalog) == ""


@pytest.mark.slow
def test_a_claim_of_ones_own_works_as_its_page_says(heldout, tmp_path: Path):
    claim, test = blocks("docs/writing-a-claim.md", "python")
    (study,) = blocks("docs/writing-a-claim.md", "yaml")
    (refused,) = blocks("docs/writing-a-claim.md", "text")
    (tmp_path / "my_claims.py").write_text(claim)
    (tmp_path / "test_my_claims.py").write_text(test)
    (tmp_path / "study.yaml").write_text(study)
    assert heldout("check", "study.yaml").code == 0
    # By the claim's own rule two runs are too few: 1 / C(4, 2) = 1/6, where sign flips would say 2^-2.
    (tmp_path / "study.yaml").write_text(study.replace("seed: {count: 3}", "seed: {count: 2}"))
    answer = heldout("check", "study.yaml")
    assert (answer.code, answer.err.startswith(refused)) == (2, True), answer.err
    tested = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:xdist",
            "test_my_claims.py",
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert tested.returncode == 0, tested.stdout


@pytest.mark.slow
def test_a_stacked_form_works_as_its_page_says(tmp_path: Path):
    *_, page = blocks("docs/writing-an-operator.md", "python")
    (tmp_path / "my_roots.py").write_text(page)
    (tmp_path / "check.py").write_text(
        "from my_roots import root\n"
        "form, calls = root.__stacked__, [{'value': v, 'steps': 20} for v in (4.0, 9.0)]\n"
        "assert form.key(calls[0]) == form.key(calls[1])\n"
        "assert all(form.measure(calls, both).seconds_per_step > 0 for both in (False, True))\n"
        "assert [t.scalar() for t in form.run(calls)] == [2.0, 3.0]\n"
        "assert root(**calls[1]).scalar() == 3.0\n"
    )
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "check.py"]
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def anchors(page: Path) -> set[str]:
    """The anchors that Markdown renderers make of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    texts = (re.sub(r"\[([^]]+)\]\([^)]*\)", r"\1", heading).lower() for heading in headings)
    return {re.sub(r"[^\w\- ]", "", text).replace(" ", "-") for text in texts}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path):
    text = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"`[^`\n]*`(?!\])", "", text)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), f"{page.name} links to {target}"
        if anchor:
            assert anchor in anchors(there), f"{page.name} links to {target}"


def test_every_dependency_has_its_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *(d for e in project["optional-dependencies"].values() for d in e)]
    names = {re.match(r"[A-Za-z0-9._-]+", requirement)[0] for requirement in wanted}  # type: ignore[index]
    section = (ROOT / "ARCHITECTURE.md").read_text().split("\n## Dependencies\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([^`]+)` \| (.+?) \|$", section, re.MULTILINE)
    assert sorted(name for name, _ in rows) == sorted(names)
    assert all(len(reason) > 10 for _, reason in rows)


def test_the_citation_is_of_the_last_release():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    releases = re.findall(r"^## (\d+\.\d+\.\d+)\b", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert citation.get("version") == next(iter(releases), None)
    assert citation["title"] == project["name"]
    assert citation["license"] == project["license"]
