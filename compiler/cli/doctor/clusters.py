"""Slurm and Kubernetes, as far as this machine knows them."""

from collections.abc import Iterator

from heldout.compiler.cli.doctor.installation import package
from heldout.compiler.finding import Finding
from heldout.compiler.profiles import load_profile
from heldout.compiler.profiles.slurm import asks_sacct, min_job_age, slurm_configuration
from heldout.compiler.programs import ask
from heldout.compiler.words import how_to_install

SLURM = "for Slurm: run on a login node of your cluster"


def look_at_slurm() -> Iterator[Finding]:
    yield package("snakemake-executor-plugin-slurm", "absent", f"for Slurm: {how_to_install('slurm')}")
    version = ask("sbatch", "--version")
    if version.out is None:
        yield Finding("Slurm", "absent", f"sbatch: {version.complaint}", SLURM)
        return
    partitions = ask("sinfo", "--noheader", "--format=%P|%l|%G|%D")
    if partitions.out is None:
        hint = "its controller does not answer: SLURM_CONF may name another configuration"
        yield Finding("Slurm", "absent", f"{version.out}; sinfo: {partitions.complaint}", hint)
        return
    yield Finding("Slurm", "fine", version.out)
    for line in partitions.out.splitlines():
        name, limit, gres, nodes = [*line.split("|"), "", "", ""][:4]
        gpus = "no GPUs" if gres in ("", "(null)") else gres
        default = ", the default" if name.endswith("*") else ""
        found = f"{nodes} nodes, {gpus}, at most {limit}{default}"
        yield Finding(f"Slurm partition {name.rstrip('*')}", "fine", found)
    yield _accounting()


def _accounting() -> Finding:
    """How the plugin learns what became of a job."""
    kind = slurm_configuration().get("AccountingStorageType", "?")
    age, seconds = min_job_age(), load_profile("slurm").status_seconds
    stays = (
        f"jobs stay in squeue for {age} s" if age is not None else "nobody knows how long jobs stay in squeue"
    )
    on = kind not in ("?", "(null)", "") and not kind.endswith("/none")
    found = f"accounting {'on' if on else 'off'}; {stays}"
    if not asks_sacct(age, seconds):
        return Finding("Slurm status", "fine", f"{found}: the profile asks squeue")
    if on:
        return Finding("Slurm status", "fine", f"{found}: the plugin asks sacct, without job arrays")
    hint = "ask for a longer MinJobAge, or look more often (slurm-init-seconds-before-status-checks)"
    return Finding(
        "Slurm status", "doubtful", f"{found}: the plugin would ask sacct, which knows nothing", hint
    )


def look_at_kubernetes() -> Iterator[Finding]:
    name = "snakemake-executor-plugin-kubernetes"
    yield package(name, "absent", f"for Kubernetes: {how_to_install('kubernetes')}")
    said = ask("kubectl", "config", "current-context")
    if said.out is None:
        yield Finding(
            "Kubernetes", "absent", f"kubectl: {said.complaint}", "for Kubernetes: kubectl and a context"
        )
        return
    may = ask("kubectl", "auth", "can-i", "create", "jobs.batch", "--request-timeout=5s")
    if may.out is None or not may.out.startswith("yes"):
        found = f"context {said.out}; jobs: {may.out or may.complaint}"
        yield Finding("Kubernetes", "doubtful", found, "the account of the context must be let create jobs")
        return
    yield Finding("Kubernetes", "fine", f"context {said.out}, which may create jobs")
