"""What an archive holds: the meaning of every path, and which paths there may be."""

import re
from collections.abc import Iterable

VERSION = 1

METADATA = "ro-crate-metadata.json"
README = "ARCHIVE.md"
INDEX = "archive.json"  # version, study, scale, path of the spec, what was left out
CATALOG = "catalog.json"  # that the study was compiled with, the user's operators included
LOCK = "lock.json"  # what the study rests on, and what was locked beforehand
ENVIRONMENT = "environment.json"  # of every run
MANIFEST = "manifest-sha256.txt"  # `SHA256  PATH`, a line for every other file but the next
SIGNATURE = "manifest-sha256.txt.sig"  # of the manifest, by an SSH key; only where somebody signed
CITATION = "CITATION.cff"
BIBLIOGRAPHY = "citation.bib"

SPEC = "spec"  # the spec, the files that it names, its lock and operator files, as they lay to one another
WORKFLOW = "workflow"  # as `heldout plan --write` emits it, with the done files of the jobs
PLAN = "workflow/plan"
PACKING = "workflow/plan/packing.json"
DONE = "workflow/done"
STORE = "store"  # one folder a task: store/objects/AB/TASK/{manifest.json,PORT/…}
REPORT = "report"  # index.html, results, verdicts.json, tables/, figures/
IMAGE = "image"  # image.json; what the image holds; its file and bill of materials where they were put in
IMAGE_INDEX = "image/image.json"

REQUIRED = (METADATA, README, INDEX, CATALOG, LOCK, ENVIRONMENT, MANIFEST, IMAGE_INDEX)

# They are for people and other programs; nothing here reads them.
DESCRIPTIONS = (INDEX, README, METADATA, ENVIRONMENT, CITATION, BIBLIOGRAPHY)

_ARTIFACT = "json|jsonl|parquet|safetensors|txt|csv|md|model|jinja|png|jpg|jpeg"
_PLACES = (
    *(re.escape(name) for name in (*REQUIRED, SIGNATURE, CITATION, BIBLIOGRAPHY)),
    r"spec/([^/]+/)*[^/]+\.(yaml|yml|lock\.json|csv|txt)",
    r"spec/([^/]+/)*[^/]+\.py",
    r"workflow/(Snakefile|config\.yaml|profile/config\.yaml|report\.rst|launch\.json)",
    r"workflow/plan/(cells|needs|packing|report)\.json",
    r"workflow/(plan|done)/[a-z][a-z0-9_]*/[0-9]+\.json",
    r"workflow/operators/([^/]+/)*[^/]+\.py",
    r"store/objects/([0-9a-f]{2})/\1[0-9a-f]{62}/manifest\.json",
    rf"store/objects/([0-9a-f]{{2}})/\2[0-9a-f]{{62}}/[A-Za-z_][A-Za-z0-9_]*/([^/]+/)*[^/]+\.({_ARTIFACT})",
    r"report/(index\.html|(results|costs|study|verdicts)\.(json|csv|parquet))",
    r"report/tables/[a-z0-9-]+\.(csv|parquet|tex)",
    r"report/figures/[a-z0-9-]+\.(svg|pdf|png|vl\.json)",
    r"image/[^/]+\.(sif|tar|cdx\.json|catalog\.json)",
)
# Backreferences count groups from the start of the whole pattern, so each place is its own pattern.
_PATTERNS = tuple(re.compile(place.replace(r"\2", r"\1")) for place in _PLACES)


def is_known(name: str) -> bool:
    """Whether an archive may hold a file of this name."""
    return any(pattern.fullmatch(name) for pattern in _PATTERNS)


def operator_files(names: Iterable[str]) -> tuple[str, ...]:
    """The files that hold a user's code."""
    return tuple(sorted(name for name in names if name.endswith(".py")))


def task_folder(task: str) -> str:
    """Where the files of a task are."""
    return f"{STORE}/objects/{task[:2]}/{task}"


def in_folder(names: Iterable[str], folder: str) -> tuple[str, ...]:
    """The files below a folder."""
    return tuple(sorted(name for name in names if name.startswith(f"{folder}/")))
