#!/usr/bin/env bash
# Stop what start.sh started, each by its process id, newest first; what it keeps on the disk stays.
set -euo pipefail
. "$(dirname "$0")/environment.sh"

end() {
    local name=$1 pid
    if runs "$name"; then
        pid=$(cat "$engines/run/$name.pid")
        kill -TERM "$pid"
        for _ in $(seq 150); do
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.1
        done
        if kill -0 "$pid" 2>/dev/null; then
            tell "$name did not end in 15 s: killing process $pid"
            kill -KILL "$pid"
        fi
    fi
    rm -f "$engines/run/$name.pid"
}

for name in "${@:-slurmd slurmctld munged podman docker-registry dockerd}"; do
    for daemon in $name; do
        end "$daemon"
    done
done

# The link that start.sh made, and only that one.
if [ "$(readlink /etc/slurm/slurm.conf 2>/dev/null)" = "$SLURM_CONF" ] && ! runs slurmctld; then
    rm -f /etc/slurm/slurm.conf
fi
