"""Every wrong example yields its code and nothing else, and every right one compiles."""

import json
import re
import sys
from pathlib import Path

import pytest

from heldout.compiler.catalog import Catalog, load_catalog
from heldout.compiler.cli import main
from heldout.compiler.compile import compile_spec
from heldout.compiler.diagnostics import Diagnostic, draw
from heldout.compiler.explanations.explanation import PLACE, Explanation, codes, explanation, read_explanation
from heldout.compiler.syntax.including import Fetch, NotFetched

BY_COMMAND_LINE = tuple(code for code in codes() if explanation(code).by_command_line)
BY_COMPILER = tuple(code for code in codes() if code not in BY_COMMAND_LINE)
HEADER = "heldout: 1\nstudy: example\n"
ANOTHER = b"heldout: 1\nstudy: another\nstages: {}\n"
FILE = """# A title

Two lines of
a paragraph.

And another.

## Wrong

```yaml
seed: many
```

## Right

```yaml
seed: 1
```
"""


def spec_with(example: str, explained: Explanation) -> str:
    """The spec that an example is a part of, with the header that every spec has."""
    if explained.language == "python":
        return HEADER + explained.around
    if not explained.around:
        return example
    place = re.search(rf"^( *)(.*){PLACE}(.*)$", explained.around, re.M)
    assert place is not None
    indent, before, after = place.groups()
    part = (before + example.rstrip("\n") + after).replace("\n", f"\n{indent}")
    text = explained.around.replace(place[0], indent + part)
    return text if re.search("^heldout:", text, re.M) else HEADER + text


def fetched(files: dict[str, bytes]) -> Fetch:
    """What gives the files that lie beside a spec."""

    def fetch(path: str) -> bytes:
        if not files.get(path):
            raise NotFetched(f"there is no file `{path}`")
        return files[path]

    return fetch


def as_it_says(text: str) -> tuple[bytes, str | None]:
    """The bytes of a spec, and the scale to compile it at, with what its comments say done."""
    if more := re.search(r"3\] +# and so on, to ([\d,]+)$", text, re.M):
        numbers = ", ".join(map(str, range(3, int(more[1].replace(",", "")))))
        text = text.replace(more[0], f"{numbers}]")
    scale = re.search(r"# and then: heldout run spec.yaml --scale (\w+)$", text, re.M)
    encoding = "latin-1" if "# saved as Latin-1" in text else "utf-8"
    return text.encode(encoding), scale[1] if scale else None


@pytest.fixture(scope="module")
def shipped() -> Catalog:
    """The catalog that users have, since the examples name its operators; one of these had another name."""
    return load_catalog().model_copy(update={"aliases": {"fit/classifier": "train/classifier"}})


def mistakes(example: str, code: str, shipped: Catalog) -> list[Diagnostic]:
    data, scale = as_it_says(spec_with(example, explanation(code)))
    explained = explanation(code)
    files = {"base.yaml": explained.base.encode(), "study.yaml": ANOTHER}
    files["levels.csv"] = explained.levels.encode()
    compiled, found = compile_spec(data, "spec.yaml", scale, shipped, fetch=fetched(files))
    assert (compiled is None) == bool(found)
    return found if compiled is None else list(compiled.warnings)


@pytest.mark.parametrize("code", BY_COMPILER)
def test_the_wrong_example_yields_its_code_alone(code: str, shipped: Catalog):
    found = mistakes(explanation(code).wrong, code, shipped)
    assert {d.code for d in found} == {code}, draw(found, {})


@pytest.mark.parametrize("code", BY_COMPILER)
def test_the_right_example_compiles(code: str, shipped: Catalog):
    found = mistakes(explanation(code).right, code, shipped)
    assert not found, draw(found, {})


@pytest.mark.parametrize("code", BY_COMMAND_LINE)
def test_the_command_line_tells_right_from_wrong_by_the_files_beside(
    code: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    shipped: Catalog,
):
    explained = explanation(code)
    found = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["heldout", "check", "spec.yaml", "--json"])
    for example in (explained.wrong, explained.right):
        assert mistakes(example, code, shipped) == [], "without a look at the files nothing is wrong"
        operators = example if explained.language == "python" else explained.beside
        Path("my_operators.py").write_text(operators)
        Path("spec.yaml").write_text(spec_with(example, explained))
        with pytest.raises(SystemExit):
            main()
        found.append([d["code"] for d in json.loads(capfd.readouterr().out)])
    assert found == [[code], []]


@pytest.mark.parametrize("code", codes())
def test_an_explanation_is_a_line_and_sentences(code: str):
    explained = explanation(code)
    assert explained.title and explained.text.endswith(".")


def test_a_file_is_read_by_its_sections():
    assert read_explanation(FILE) == Explanation(
        "A title", "Two lines of a paragraph.\n\nAnd another.", wrong="seed: many\n", right="seed: 1\n"
    )
    whole = FILE + "\n## Around\n\n```yaml\nmodel:\n  …\n```\n\n## Beside\n\n```python\nx = 1\n```\n"
    read = read_explanation(whole)
    assert (read.around, read.beside, read.by_command_line) == ("model:\n  …\n", "x = 1\n", True)
    read = read_explanation(FILE + "\n## Beside\n\n```yaml\nbase: a\n```\n")
    assert (read.base, read.beside, read.by_command_line) == ("base: a\n", "", False)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("# A title", "A title", "no title"),
        ("## Right", "## Rihgt", "no title and text with the sections"),
        ("seed: 1\n```", "seed: 1\n```\n\nAnd more.", "no title and text with the sections"),
        ("```yaml\nseed: 1", "```python\nseed: 1", "in one language"),
        (FILE[FILE.index("## Right") :], "", "both there"),
    ],
)
def test_a_file_of_another_form_is_refused(old: str, new: str, complaint: str):
    assert old in FILE
    with pytest.raises(ValueError, match=complaint):
        read_explanation(FILE.replace(old, new))
