#!/usr/bin/env bash
# Docker, a registry, Podman, Slurm and Apptainer on Debian bookworm, for the tests of this folder.
# What is there already is left alone; a second run takes a second.
set -euo pipefail
. "$(dirname "$0")/environment.sh"
export DEBIAN_FRONTEND=noninteractive

# The program that shows a package to be installed, and the package.
packages=(
    dockerd:docker.io docker-registry:docker-registry podman:podman runc:runc catatonit:catatonit skopeo:skopeo
    slurmctld:slurm-wlm munged:munge debootstrap:debootstrap mksquashfs:squashfs-tools
    curl:curl squashfuse:squashfuse fuse-overlayfs:fuse-overlayfs newuidmap:uidmap patchelf:patchelf
)

missing=()
for pair in "${packages[@]}"; do
    command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
done

if ((${#missing[@]})); then
    need_root "installing ${missing[*]}" "uses apt-get"
    # The packages' own services stay stopped: start.sh starts what the tests use, in places of its own.
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
        chmod +x /usr/sbin/policy-rc.d
        trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    fi
    tell "installing ${missing[*]}"
    apt-get update --quiet --quiet
    apt-get install --quiet --quiet --yes --no-install-recommends "${missing[@]}" >/dev/null
fi

# Apptainer: bookworm has no package of it. That of Debian's unstable branch wants a newer C library, which
# lies beside it in a folder of its own; the system's C library stays as it is.
if ! command -v apptainer >/dev/null; then
    need_root "installing apptainer" "writes to /usr and /etc"
    tell "installing apptainer from Debian's unstable branch"
    apt=$engines/apptainer-apt
    libraries=/opt/heldout-apptainer
    mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$libraries"
    printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s sid main\n' \
        "$DEBIAN_MIRROR" >"$apt/sources.list"
    options=(
        -o "Dir::Etc::SourceList=$apt/sources.list" -o "Dir::Etc::SourceParts=$apt/none"
        -o "Dir::State::Lists=$apt/lists" -o "Dir::Cache=$apt" -o APT::Sandbox::User=root --quiet --quiet
    )
    apt-get "${options[@]}" update
    (
        cd "$apt"
        rm -f ./*.deb
        apt-get "${options[@]}" download apptainer libc6 libseccomp2 libsqlite3-0
        for library in libc6 libseccomp2 libsqlite3-0; do
            dpkg -x "$library"_*.deb "$libraries"
        done
        dpkg -x apptainer_*.deb unpacked
    )
    found=$libraries/usr/lib/x86_64-linux-gnu
    for program in usr/bin/apptainer usr/lib/x86_64-linux-gnu/apptainer/bin/starter; do
        patchelf --set-interpreter "$found/ld-linux-x86-64.so.2" --force-rpath --set-rpath "$found" \
            "$apt/unpacked/$program"
    done
    mkdir -p /var/lib/apptainer/mnt/session
    cp -a "$apt/unpacked/etc/apptainer" /etc/
    cp -a "$apt/unpacked/usr/lib/x86_64-linux-gnu/apptainer" /usr/lib/x86_64-linux-gnu/
    # Last: its presence says that all of it is there.
    cp -a "$apt/unpacked/usr/bin/apptainer" /usr/bin/apptainer
    rm -rf "$apt"
fi
apptainer --version >/dev/null || refuse "apptainer is installed and does not run"
