"""What holds for every study that is shipped: it compiles at every scale, and a page tells of it."""

from pathlib import Path

import pytest

from heldout.compiler.catalog import load_catalog
from heldout.compiler.compile import compile_spec
from heldout.compiler.images.pins import Pins
from heldout.compiler.lock import drift, lock_path, read_lock
from heldout.compiler.run.base_files import fetch_beside
from heldout.compiler.run.specs import find_specs
from heldout.compiler.syntax.reader import known_scales

ROOT = Path(__file__).parents[2]
SPECS = find_specs([ROOT / "specs"])


@pytest.fixture(scope="module")
def catalog():
    return load_catalog()


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_it_compiles_at_every_scale_and_is_called_as_its_file(path, catalog):
    text = path.read_bytes()
    fetch = fetch_beside(path)
    scales = known_scales(text, path.name, fetch)
    assert {"smoke", "small", "paper"} <= set(scales)
    for scale in scales:
        compiled, problems = compile_spec(text, path.name, scale, catalog, fetch=fetch)
        assert problems == []
        assert compiled.study.name == path.stem
        assert compiled.study.notes and dict(compiled.study.paper).get("url")


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_its_family_has_a_page_that_names_it(path):
    page = ROOT / "docs/families" / f"{path.parent.name}.md"
    assert f"specs/{path.parent.name}/{path.name}" in page.read_text()
    index = (ROOT / "docs/studies.md").read_text()
    assert f"families/{page.name}" in index and path.stem in index


LOCKED = [path for path in SPECS if lock_path(path).exists()]


@pytest.mark.parametrize("path", LOCKED, ids=lambda path: path.stem)
def test_its_lock_is_of_the_paper_scale_as_it_is_now(path, catalog):
    """`make locks` writes them anew; nothing was run at that scale, so that each claim came first."""
    compiled, problems = compile_spec(path.read_bytes(), path.name, "paper", catalog)
    lock = read_lock(path, "paper")
    assert problems == [] and lock is not None
    assert drift(compiled, lock, Pins(), in_containers=False) == {}
    assert lock.claims.keys() == {claim.name for claim in compiled.claims}
    assert {entry["results"] for entry in lock.claims.values()} <= {0}
