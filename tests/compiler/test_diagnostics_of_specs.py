"""Every mistake in specs/ is reported where its comment says, and nothing else is; so are warnings.

A comment `# error: [code] part of the message` (or `# warning: …`) expects a diagnostic on its line,
`# hint: part` expects its hint. A first line `# scale: NAME` compiles the spec at that scale.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from heldout.compiler.catalog import Catalog
from heldout.compiler.compile import Compiled, compile_spec
from heldout.compiler.diagnostics import Diagnostic, draw, source_lines
from heldout.compiler.explanations.explanation import codes, explanation
from heldout.compiler.run.base_files import fetch_beside

ROOT = Path(__file__).parents[2]
SPECS = sorted((Path(__file__).parent / "specs").glob("*.yaml"))
BASES = sorted((Path(__file__).parent / "specs" / "bases").glob("*.yaml"))
WARNED_SPECS = sorted((Path(__file__).parent / "warned_specs").glob("*.yaml"))
EXPECTED = re.compile(r"# (?:error|warning): \[([a-z0-9-]+)\]((?:(?!  # ).)*)")
HINT = re.compile(r"# hint: ((?:(?!  # ).)*)")


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_every_mistake_is_reported_on_its_line(path: Path, catalog: Catalog):
    compiled, found = compiled_as_it_says(path, catalog)
    assert compiled is None
    assert {d.severity for d in found} == {"error"}
    check_places(path, found)


@pytest.mark.parametrize("path", WARNED_SPECS, ids=lambda path: path.stem)
def test_every_warning_is_given_on_its_line(path: Path, catalog: Catalog):
    with_former_name = catalog.model_copy(update={"aliases": {"fit/classifier": "train/classifier"}})
    compiled, found = compiled_as_it_says(path, with_former_name)
    assert compiled is not None, draw(found, {path.name: path.read_text()})
    assert {d.severity for d in compiled.warnings} <= {"warning"}
    check_places(path, compiled.warnings)


def test_what_a_scale_leaves_out_makes_no_stage_unread(catalog: Catalog):
    spec = next(path for path in WARNED_SPECS if path.stem == "readers").read_bytes()
    compiled, found = compile_spec(spec, "readers.yaml", "smoke", catalog)
    assert compiled is not None and not compiled.warnings, found


def compiled_as_it_says(path: Path, catalog: Catalog) -> tuple[Compiled | None, list[Diagnostic]]:
    data = path.read_bytes()
    scale = re.match(rb"# scale: (\S+)", data)
    fetch = fetch_beside(path)
    return compile_spec(data, path.name, scale[1].decode() if scale else None, catalog, fetch=fetch)


def check_places(path: Path, found: Sequence[Diagnostic]) -> None:
    """Hold diagnostics against the comments of a spec, and of the bases that it names."""
    texts = {path.name: path.read_bytes().decode(errors="replace")}
    names = [*re.findall(r"bases/[a-z]+\.yaml", texts[path.name]), *(d.span.file for d in found)]
    texts |= {
        name: (path.parent / name).read_text()
        for name in names
        if name.startswith("bases/") and (path.parent / name).is_file()
    }
    assert {d.span.file for d in found} <= set(texts)
    for name, text in texts.items():
        check_places_in(text, [d for d in found if d.span.file == name], draw(found, texts))


def check_places_in(text: str, found: Sequence[Diagnostic], drawn: str) -> None:
    lines = text.split("\n")
    expected = sorted((n, m[1]) for n, line in enumerate(lines, 1) for m in EXPECTED.finditer(line))
    assert sorted((d.span.line, d.code) for d in found) == expected, drawn
    for number, line in enumerate(lines, 1):
        here = [d for d in found if d.span.line == number]
        for match in EXPECTED.finditer(line):
            assert any(d.code == match[1] and match[2].strip() in d.message for d in here), drawn
        for match in HINT.finditer(line):
            assert any(match[1].strip() in d.hint for d in here), drawn
    for d in found:
        assert 1 <= d.span.line <= len(lines)
        assert 1 <= d.span.column <= len(lines[d.span.line - 1]) + 1


def emitted_codes() -> dict[str, set[str]]:
    """The codes that stand in the sources of the compiler, with the folders that they stand in."""
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / "compiler").rglob("*.py")):
        for code in re.findall(r'(?:Diagnostic|\.add|\.fail)\(\s*"([a-z0-9-]+)"', path.read_text()):
            found.setdefault(code, set()).add(path.parent.name)
    return found


def test_every_code_has_a_fixture():
    covered = {
        match
        for path in (*SPECS, *BASES, *WARNED_SPECS)
        for match, _ in EXPECTED.findall(path.read_bytes().decode(errors="replace"))
    }
    assert covered == {code for code in codes() if not explanation(code).by_command_line}


def test_every_code_is_explained_and_nothing_else():
    assert set(codes()) == set(emitted_codes())


def test_what_only_the_command_line_finds_is_marked_so():
    marked = {code for code in codes() if explanation(code).by_command_line}
    assert marked == {code for code, folders in emitted_codes().items() if folders <= {"cli", "run"}}


def test_a_drawing_shows_the_line_and_points_at_the_place(catalog: Catalog):
    text = "heldout: 1\nstudy: a\nstages:\n  digits: {use: data/digit}\n"
    _, found = compile_spec(text.encode(), "a.yaml", None, catalog)
    assert draw(found, {"a.yaml": text}).split("\n")[:3] == [
        "a.yaml:4:17: error[unknown-operator]: no operator is called `data/digit`",
        "4 |   digits: {use: data/digit}",
        "                    ^^^^^^^^^^ " + found[0].hint,
    ]
    assert source_lines("a\r\nb\rc\x85\u2028") == ["a", "b", "c\x85\u2028"]
