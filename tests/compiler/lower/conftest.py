"""What the tests of lowering share: a small study, compiled against the small catalog."""

from collections.abc import Callable
from pathlib import Path

import pytest

from heldout.compiler.catalog import Catalog
from heldout.compiler.compile import Compiled, compile_spec
from heldout.compiler.diagnostics import draw

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def study(catalog: Catalog) -> Callable[..., Compiled]:
    """Compile the golden study, with parts of its text replaced, under any name of a file."""

    def compile_study(*replaced: tuple[str, str], file: str = "study.yaml") -> Compiled:
        text = (GOLDEN / "study.yaml").read_text()
        for old, new in replaced:
            assert old in text, f"the golden study has no {old!r}"
            text = text.replace(old, new)
        compiled, problems = compile_spec(text.encode(), file, "smoke", catalog)
        assert compiled is not None, draw(problems, {file: text})
        return compiled

    return compile_study
