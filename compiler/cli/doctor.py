"""`heldout doctor`: what works on this machine, and what to install."""

import importlib.metadata
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import typer

from compiler.catalog import CatalogError, load_catalog
from compiler.cli.terminal import MISSING, out, print_json
from compiler.cli.workspace import STORE, Json, StorePath


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    name: str
    state: str  # fine, absent (needed only for some things), or wrong
    found: str
    hint: str = ""


STYLES = {"fine": "green", "absent": "dim", "wrong": "red"}


def register(application: typer.Typer) -> None:
    application.command()(doctor)


def doctor(store: StorePath = STORE, as_json: Json = False) -> None:
    """Tell what works on this machine.

    Looks at Python, the runtime, GPUs, container engines, Slurm and the disk. Exit code 3 where
    something is missing that every study needs.
    """
    findings = list(_look(store))
    if as_json:
        print_json([vars(finding) for finding in findings])
    else:
        for finding in findings:
            out.print(f"{finding.state:>6}", style=STYLES[finding.state], end="  ")
            out.print(f"{finding.name}: {finding.found}", markup=False)
            if finding.hint and finding.state != "fine":
                out.print(f"        {finding.hint}", markup=False)
    if any(finding.state == "wrong" for finding in findings):
        raise typer.Exit(MISSING)


def _look(store: Path) -> Iterator[Finding]:
    version = platform.python_version()
    right = sys.version_info >= (3, 11)
    yield Finding("Python", "fine" if right else "wrong", version, "heldout needs Python 3.11 or newer")
    yield _package("snakemake", "wrong", "pip install heldout")
    for package in ("torch", "transformers"):
        yield _package(package, "wrong", "pip install 'heldout[runtime]'")
    yield _catalog()
    yield _program(
        "nvidia-smi", ["--query-gpu=name,memory.total", "--format=csv,noheader"], "a GPU and its driver"
    )
    yield _program("apptainer", ["--version"], "for containers on clusters: your administrator installs it")
    yield _program(
        "docker", ["version", "--format", "{{.Server.Version}}"], "for containers on a workstation"
    )
    yield _program("sbatch", ["--version"], "for Slurm: run on a login node of your cluster")
    yield _package(
        "snakemake-executor-plugin-slurm", "absent", "for Slurm: pip install snakemake-executor-plugin-slurm"
    )
    yield _disk(store)


def _package(name: str, otherwise: str, hint: str) -> Finding:
    try:
        return Finding(name, "fine", importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Finding(name, otherwise, "not installed", hint)


def _catalog() -> Finding:
    try:
        catalog = load_catalog()
    except CatalogError as error:
        return Finding("catalog", "wrong", str(error), "heldout catalog --update")
    return Finding("catalog", "fine", f"{len(catalog.operators)} operators, {catalog.digest[:19]}")


def _program(name: str, arguments: list[str], hint: str) -> Finding:
    path = shutil.which(name)
    if path is None:
        return Finding(name, "absent", "not installed", hint)
    try:
        done = subprocess.run([path, *arguments], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Finding(name, "absent", f"does not answer: {error}", hint)
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
        return Finding(name, "absent", f"installed, and does not work: {lines[0]}", hint)
    return Finding(name, "fine", "; ".join(done.stdout.strip().splitlines()[:4]))


def _disk(store: Path) -> Finding:
    there = next(path for path in (store, *store.absolute().parents) if path.exists())
    free = shutil.disk_usage(there).free / 1e9
    writable = os.access(there, os.W_OK)
    state = "fine" if free > 1 and writable else "wrong"
    found = f"{free:.0f} GB free" if writable else "not writable"
    return Finding(f"store {store}", state, found, "choose another place with --store or HELDOUT_STORE")
