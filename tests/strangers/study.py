"""A small sound study, and ways to write it otherwise, each with what must become of it."""

from collections.abc import Iterator
from dataclasses import dataclass

FINE = "fine"
REFUSED = "refused"  # by whatever code

STUDY = """\
heldout: 1
study: stranger
title: Does it hold?
axes:
  held_out: [0, 15, 30, 45, 60]
  method:
    erm: {}
    coral: {penalty: 1.0}
  seed: {count: 5}
stages:
  domains: {use: data/rotated-digits, angles: [0, 15, 30, 45, 60]}
  split: {use: data/leave-one-domain-out, data: "${domains}", domain: "${held_out}", seed: "${seed}"}
  model: {use: train/classifier, data: "${split.train}", objective: "${method}", steps: 5, seed: "${seed}"}
  score: {use: evaluate/classification, model: "${model}", data: "${split.test}"}
claims:
  helps:
    says: CORAL is more accurate than ERM.
    compare: {metric: score.accuracy, axis: method, greater: coral, less: erm, pair: [held_out, seed]}
"""
PART = '  part: {use: data/validation-domain, data: "${domains}", domain: "${variant}"}'


@dataclass(frozen=True)
class Spec:
    name: str
    expected: str  # `fine`, `refused`, or the codes of which one must be among the diagnostics
    text: str | bytes

    @property
    def written(self) -> bytes:
        return self.text if isinstance(self.text, bytes) else self.text.encode()


def edited(old: str, new: str, text: str = STUDY) -> str:
    """The study with one place written otherwise; a place that is not there once is a mistake of ours."""
    if text.count(old) != 1:
        raise ValueError(f"{old!r} stands {text.count(old)} times in the study")
    return text.replace(old, new)


def more(section: str, lines: str, text: str = STUDY) -> str:
    """The study with lines at the head of a section, which is added where it is missing."""
    if f"\n{section}:\n" in text:
        return text.replace(f"\n{section}:\n", f"\n{section}:\n{lines}\n", 1)
    return f"{text}{section}:\n{lines}\n"


def level(written: str) -> str:
    """The study with more levels, of any text or number, on an axis that begins with 4."""
    return more("axes", f"  variant: [4, {written}]", more("stages", PART))


def title(written: str) -> str:
    return edited("Does it hold?", written)


def claim(written: str, text: str = STUDY) -> str:
    """The study with one other claim in the place of its own."""
    return text[: text.index("claims:")] + f"claims:\n  it:\n    says: It is so.\n    {written}\n"


def bare(text: str = STUDY) -> str:
    """The study without its claim."""
    return text[: text.index("claims:")]


def named(kind: str, cases: dict[str, tuple[str, str | bytes]]) -> Iterator[Spec]:
    for name, (expected, text) in cases.items():
        yield Spec(f"{kind}: {name}", expected, text)
