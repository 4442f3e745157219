"""Explanations of error codes, each read from its own file when it is asked for.

`CODE.md` has the mistake in a line as its title, then why it is one and what to do, then sections:

- `Wrong` and `Right`: a part of a spec with the mistake and without it; Python, where the mistake is in a
  file of operators.
- `Around`: the rest of the spec, with `…` where that part stands. Without it the part is the whole file.
- `Beside`: the file that lies beside the spec, in Python `my_operators.py`, in YAML the base `base.yaml`, in
  CSV the levels `levels.csv`.

Users are shown the first two; with the others a test compiles every example.
"""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

FOLDER = Path(__file__).parent
PLACE = "…"

_SECTION = re.compile(r"^## (Wrong|Right|Around|Beside)\n\n```(yaml|python|csv)\n(.*?)^```\n\s*", re.M | re.S)


@dataclass(frozen=True)
class Explanation:
    """One error code, explained.

    Attributes:
        title: the mistake, in a line.
        text: why it is one, and what to do.
        wrong: a part of a spec, or of a file of operators, with the mistake.
        right: the same part without it.
        language: of the two.
        around: the rest of the spec; empty where the part is all of it.
        beside: a file of operators that lies beside the spec, or none.
        base: a base that lies beside it, or none.
        levels: a file of levels that lies beside it, or none.
    """

    title: str
    text: str
    wrong: str
    right: str
    language: Literal["yaml", "python"] = "yaml"
    around: str = ""
    beside: str = ""
    base: str = ""
    levels: str = ""

    @property
    def by_command_line(self) -> bool:
        """Whether files beside the spec tell right from wrong, which only the command line reads."""
        return self.language == "python" or bool(self.beside)


@functools.cache
def codes() -> tuple[str, ...]:
    """All codes that are explained, in alphabetical order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.md")))


@functools.cache
def explanation(code: str) -> Explanation:
    """The explanation of one of `codes`."""
    return read_explanation((FOLDER / f"{code}.md").read_text(encoding="utf-8"))


def read_explanation(text: str) -> Explanation:
    """An explanation as its file has it.

    Raises:
        ValueError: the file is of another form.
    """
    head, *_ = text.partition("\n## ")
    title, _, words = head.partition("\n")
    sections: Mapping[str, tuple[str, str]] = {
        match[1]: (match[2], match[3]) for match in _SECTION.finditer(text)
    }
    rest = _SECTION.sub("", text)
    if not title.startswith("# ") or rest.strip() != head.strip():
        raise ValueError("it is no title and text with the sections Wrong, Right, Around and Beside alone")
    if not {"Wrong", "Right"} <= set(sections) or sections["Wrong"][0] != sections["Right"][0]:
        raise ValueError("Wrong and Right are both there, in one language")
    kind, beside = sections.get("Beside", ("", ""))
    return Explanation(
        title=title.removeprefix("# "),
        text="\n\n".join(" ".join(part.split()) for part in words.strip().split("\n\n")),
        wrong=sections["Wrong"][1],
        right=sections["Right"][1],
        language=cast(Literal["yaml", "python"], sections["Wrong"][0]),
        around=sections.get("Around", ("", ""))[1],
        beside=beside if kind == "python" else "",
        base=beside if kind == "yaml" else "",
        levels=beside if kind == "csv" else "",
    )
