#!/usr/bin/env bash
# A base image with Python for the `cpu` image, made here from Debian's packages and imported into Docker
# and Podman: public images cannot be had everywhere. Its image id comes out.
#
# The root file system is kept as a tar; making it again from the same packages gives the same bytes.
set -euo pipefail
. "$(dirname "$0")/environment.sh"
need_root base.sh "unpacks packages with debootstrap"
export DOCKER_HOST=unix://$DOCKER_SOCKET
epoch=1704067200 # 2024-01-01: no time of today in the base
tag=heldout-tests/base:bookworm
archive=$engines/base.tar

if [ ! -s "$archive" ]; then
    tell "making a base image from Debian's packages"
    root=$engines/base.rootfs
    rm -rf "$root" "$archive".*
    debootstrap --variant=minbase --include=python3,python3-pip,ca-certificates \
        bookworm "$root" "$DEBIAN_MIRROR" >"$engines/log/debootstrap.log" 2>&1 ||
        refuse "debootstrap failed: $engines/log/debootstrap.log"
    # What differs from one making to the next, and what an image has no use for.
    rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/var/log/* "$root"/var/cache/ldconfig/* \
        "$root"/var/cache/debconf/* "$root"/etc/machine-id "$root"/etc/hostname "$root"/etc/resolv.conf \
        "$root"/usr/share/doc/* "$root"/usr/share/man/* "$root"/usr/share/locale/* "$root"/dev/* \
        "$root"/debootstrap "$root"/var/lib/dpkg/*-old
    find "$root" -name __pycache__ -prune -exec rm -rf {} +
    # As in the `python` images: the interpreter under /usr/local/bin, and pip may install into it.
    ln -s ../../bin/python3 "$root/usr/local/bin/python3"
    ln -s python3 "$root/usr/local/bin/python"
    rm -f "$root"/usr/lib/python3*/EXTERNALLY-MANAGED
    tar -C "$root" --sort=name --numeric-owner --mtime="@$epoch" --format=posix \
        --pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime -cf "$archive.partial" .
    mv "$archive.partial" "$archive"
    rm -rf "$root"
fi

if ! docker image inspect "$tag" >/dev/null 2>&1; then
    docker import --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
        "$archive" "$tag" >/dev/null
fi
id=$(docker image inspect --format '{{.Id}}' "$tag")

# The very same image for Podman, with the same id.
if runs podman && ! DOCKER_HOST=unix://$PODMAN_SOCKET docker image inspect "$id" >/dev/null 2>&1; then
    docker save "$tag" | DOCKER_HOST=unix://$PODMAN_SOCKET docker load >/dev/null
fi
printf '%s\n' "$id"
