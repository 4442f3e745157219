# Read by the other scripts of this folder: where the engines keep what they need, and how they are reached.
# All of it is for tests on one machine: loopback addresses, state in one folder, nothing in users' places.

# Short, since sockets lie in it, and outside the clone, since an image is some gigabytes.
export HELDOUT_ENGINES=${HELDOUT_ENGINES:-/var/tmp/heldout-engines}
engines=$HELDOUT_ENGINES

export DOCKER_SOCKET=$engines/run/docker.sock
export PODMAN_SOCKET=$engines/run/podman.sock
# Where Podman keeps its images: the program reads the same files as the service behind its socket.
export CONTAINERS_CONF=$engines/podman/containers.conf
export CONTAINERS_STORAGE_CONF=$engines/podman/storage.conf
export CONTAINERS_REGISTRIES_CONF=$engines/podman/registries.conf
export REGISTRY=localhost:5000
# Debian's packages come from where this machine takes them.
DEBIAN_MIRROR=${DEBIAN_MIRROR:-$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' \
    2>/dev/null | sed -n 's/ bookworm$//p' | sed -n 1p)}
export DEBIAN_MIRROR
export SLURM_CONF=$engines/slurm/slurm.conf

tell() { printf 'engines: %s\n' "$*" >&2; }

refuse() {
    tell "$*"
    exit 1
}

need_root() {
    [ "$(id -u)" = 0 ] || refuse "$1 needs root: it $2. Run it as root, in a virtual machine if you like."
}

# Whether the process that a file names still runs, and is the program that it was.
runs() {
    local file=$engines/run/$1.pid
    [ -s "$file" ] && [ "$(cat "/proc/$(cat "$file")/comm" 2>/dev/null)" = "$1" ]
}

# Wait for a command to hold, for as many seconds as are given; show the end of a log where it never does.
wait_for() {
    local seconds=$1 log=$2 deadline
    shift 2
    deadline=$((SECONDS + seconds))
    until "$@" >/dev/null 2>&1; do
        if ((SECONDS >= deadline)); then
            tail -n 20 "$log" >&2 || true
            refuse "gave up after $seconds s: $*"
        fi
        sleep 0.2
    done
}
