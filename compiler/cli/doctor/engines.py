"""Container engines: Docker, Podman and Apptainer, and what this user may do with them."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from heldout.compiler.cli.doctor.finding import Finding
from heldout.compiler.programs import ask

DOCKER = "install Docker Engine and start it, and see that you may use its socket; DOCKER_HOST names another"
PODMAN = "install Podman; it needs no daemon to run jobs"
APPTAINER = "for containers on clusters: your administrator installs it, or https://apptainer.org/docs/admin"
TOOLKIT = (
    "for GPUs in containers: NVIDIA's container toolkit, https://docs.nvidia.com/datacenter/cloud-native"
)
CDI = (Path("/etc/cdi"), Path("/var/run/cdi"))  # where the toolkit describes GPUs for any engine
SETTINGS = Path("/proc/sys")
STARTERS = ("/usr/lib/x86_64-linux-gnu", "/usr/lib", "/usr/libexec", "/usr/local/libexec", "/opt/apptainer")


def look_at_engines() -> Iterator[Finding]:
    yield from _docker()
    yield from _podman()
    yield from _apptainer()


def _docker() -> Iterator[Finding]:
    said = ask("docker", "version", "--format", "{{.Server.Version}}")
    if said.out is None:
        yield Finding("docker", "absent", said.complaint, DOCKER)
        return
    about = _json(ask("docker", "info", "--format", "{{json .}}").out)
    rootless = "name=rootless" in " ".join(about.get("SecurityOptions") or [])
    runtimes = about.get("Runtimes") or {}
    driver = about.get("Driver") or "?"
    yield Finding("docker", "fine", f"{said.out}, {'rootless' if rootless else 'rootful'}, storage {driver}")
    yield _gpus("docker", "nvidia" in runtimes)


def _podman() -> Iterator[Finding]:
    said = ask("podman", "info", "--format", "json")
    if said.out is None:
        yield Finding("podman", "absent", said.complaint, PODMAN)
        return
    about = _json(said.out)
    version = (about.get("version") or {}).get("Version", "?")
    rootless = ((about.get("host") or {}).get("security") or {}).get("rootless")
    yield Finding("podman", "fine", f"{version}, {'rootless' if rootless else 'rootful'}")
    yield _gpus("podman", False)


def _gpus(engine: str, runtime: bool) -> Finding:
    """Whether an engine can give GPUs to containers: by a runtime of its own or by CDI."""
    described = [path for folder in CDI if folder.is_dir() for path in folder.glob("nvidia*")]
    if runtime or described:
        return Finding(f"{engine} with GPUs", "fine", "runtime nvidia" if runtime else str(described[0]))
    toolkit = shutil.which("nvidia-ctk") is not None
    found = "NVIDIA's container toolkit is there, not set up" if toolkit else "no NVIDIA container toolkit"
    setup = "`nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml` sets it up"
    return Finding(f"{engine} with GPUs", "absent", found, setup if toolkit else TOOLKIT)


def _apptainer() -> Iterator[Finding]:
    said = ask("apptainer", "--version")
    if said.out is None:
        yield Finding("apptainer", "absent", said.complaint, APPTAINER)
        return
    yield Finding("apptainer", "fine", said.out.removeprefix("apptainer version "))
    ways = [name for name, there in (("root", os.geteuid() == 0), ("setuid", _setuid())) if there]
    ways += ["user namespaces"] if _namespaces() else []
    hint = (
        "an administrator allows user namespaces (sysctl user.max_user_namespaces) or installs apptainer-suid"
    )
    yield Finding("apptainer's rights", "fine" if ways else "doubtful", ", ".join(ways) or "none", hint)
    fuse = os.access("/dev/fuse", os.R_OK | os.W_OK) and bool(shutil.which("squashfuse") or _own_squashfuse())
    kernel = "root" in ways or "setuid" in ways
    found = "FUSE" if fuse else "the kernel's squashfs" if kernel else "neither FUSE nor the kernel's"
    hint = "install squashfuse and allow /dev/fuse: without them images are unpacked for every job"
    yield Finding("apptainer's mounts", "fine" if fuse or kernel else "doubtful", found, hint)


def _setuid() -> bool:
    paths = (Path(root) / "apptainer/bin/starter-suid" for root in STARTERS)
    return any(path.is_file() and path.stat().st_mode & 0o4000 for path in paths)


def _own_squashfuse() -> bool:
    return any((Path(root) / "apptainer/bin/squashfuse_ll").is_file() for root in STARTERS)


def _namespaces() -> bool:
    """Whether a user without rights may make user namespaces; what a kernel does not have forbids nothing."""
    most = _setting("user/max_user_namespaces")
    debian = _setting("kernel/unprivileged_userns_clone")
    ubuntu = _setting("kernel/apparmor_restrict_unprivileged_userns")
    return most != 0 and debian != 0 and not ubuntu


def _setting(name: str) -> int | None:
    try:
        return int((SETTINGS / name).read_text())
    except (OSError, ValueError):
        return None


def _json(text: str | None) -> Mapping[str, Any]:
    try:
        value = json.loads(text or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
