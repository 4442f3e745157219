"""What the site of the documents is made from: its navigation, and the workflow that publishes it."""

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
CONFIG = yaml.safe_load((ROOT / "mkdocs.yml").read_text())
WORKFLOW = yaml.load((ROOT / ".github/workflows/site.yml").read_text(), Loader=yaml.BaseLoader)
STEPS = [step for job in WORKFLOW["jobs"].values() for step in job["steps"]]


def entries(nav: Any) -> list[str]:
    """The pages and folders of a navigation."""
    if isinstance(nav, str):
        return [nav]
    return [found for one in (nav.values() if isinstance(nav, dict) else nav) for found in entries(one)]


def test_every_document_is_in_the_navigation():
    named = entries(CONFIG["nav"])
    assert len(named) == len(set(named))
    documents = {
        path.relative_to(ROOT).as_posix() for glob in ("*.md", "docs/**/*.md") for path in ROOT.glob(glob)
    }
    folders = tuple(name for name in named if name.endswith("/"))
    assert {name for name in documents if not name.startswith(folders)} == set(named) - set(folders)
    assert all(list((ROOT / folder).glob("*.md")) for folder in folders)


def test_pages_ask_no_other_host():
    assert CONFIG["theme"]["font"] is False
    assert CONFIG["plugins"] == ["search"]
    assert "repo_url" not in CONFIG and "analytics" not in CONFIG["extra"]
    written = (ROOT / "docs/website/style.css").read_text() + (ROOT / "docs/website/icon.svg").read_text()
    assert re.findall(r"https?://[^\"' )]+", written) == ["http://www.w3.org/2000/svg"]


def test_whatever_is_amiss_with_a_link_ends_a_strict_build():
    for about in CONFIG["validation"].values():
        assert set(about.values()) == {"warn"}


def test_the_workflow_runs_what_the_makefile_has():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    commands = [step["run"] for step in STEPS if "run" in step]
    assert [command.split()[:2] for command in commands] == [["make", "studies"], ["make", "site"]]
    assert {command.split()[1] for command in commands} <= targets


def test_the_workflow_publishes_the_folder_that_is_built():
    (uploaded,) = (step["with"]["path"] for step in STEPS if "upload-pages" in step.get("uses", ""))
    assert uploaded == CONFIG["site_dir"]
    assert f"/{uploaded}/" in (ROOT / ".gitignore").read_text().split()


def test_the_workflow_takes_a_scale_of_every_study_and_trusts_no_text():
    scales = WORKFLOW["on"]["workflow_dispatch"]["inputs"]["scale"]["options"]
    for spec in ROOT.glob("specs/*/*.yaml"):
        assert set(scales) <= yaml.load(spec.read_text(), Loader=yaml.BaseLoader)["scales"].keys(), spec.name
    assert not any("${{" in step.get("run", "") for step in STEPS)


def test_the_workflow_has_the_least_rights_and_named_actions():
    assert WORKFLOW["permissions"] == {"contents": "read"}
    rights = {name: job.get("permissions", {}) for name, job in WORKFLOW["jobs"].items()}
    assert rights == {"build": {}, "deploy": {"pages": "write", "id-token": "write"}}
    for step in STEPS:
        if "uses" in step:
            assert re.fullmatch(r"actions/[a-z-]+@v\d+", step["uses"])
