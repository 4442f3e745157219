#!/usr/bin/env bash
# Start Docker, a registry, Podman's socket and Slurm on this machine's loopback. What runs already stays.
# Without names: all of them. The environment that reaches them comes out, one `NAME=value` a line.
#
#   tests/engines/start.sh [docker] [registry] [podman] [slurm]
set -euo pipefail
. "$(dirname "$0")/environment.sh"
need_root start.sh "starts daemons that mount file systems"
mkdir -p "$engines/run" "$engines/log"

# Start a daemon that stays in the foreground, remember its process, and let go of it.
launch() {
    local name=$1
    shift
    setsid "$@" </dev/null >"$engines/log/$name.log" 2>&1 &
    echo $! >"$engines/run/$name.pid"
    disown
}

start_docker() {
    runs dockerd && return
    # Without bridge and firewall rules: containers have the host's network, or none.
    launch dockerd dockerd --host "unix://$DOCKER_SOCKET" --storage-driver overlay2 --iptables=false \
        --bridge=none --data-root "$engines/docker" --exec-root "$engines/run/docker" \
        --pidfile "$engines/run/docker-own.pid" --insecure-registry "$REGISTRY" --max-download-attempts 2
    wait_for 60 "$engines/log/dockerd.log" curl --fail --silent --unix-socket "$DOCKER_SOCKET" http://d/_ping
}

start_registry() {
    runs docker-registry && return
    cat >"$engines/registry.yml" <<YAML
version: 0.1
log: {level: warn}
storage:
  filesystem: {rootdirectory: $engines/registry}
  delete: {enabled: true}
http: {addr: "127.0.0.1:5000"}
YAML
    launch docker-registry docker-registry serve "$engines/registry.yml"
    wait_for 20 "$engines/log/docker-registry.log" curl --fail --silent "http://$REGISTRY/v2/"
}

start_podman() {
    runs podman && return
    mkdir -p "$engines/podman/run"
    # runc, and limits below what this process may have: crun and Podman's defaults want to raise them.
    cat >"$CONTAINERS_CONF" <<TOML
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]
netns = "none"
init_path = "$(command -v catatonit)"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
TOML
    cat >"$CONTAINERS_STORAGE_CONF" <<TOML
[storage]
driver = "overlay"
graphroot = "$engines/podman/storage"
runroot = "$engines/podman/run"
TOML
    cat >"$CONTAINERS_REGISTRIES_CONF" <<TOML
[[registry]]
location = "$REGISTRY"
insecure = true
TOML
    launch podman podman system service --time 0 "unix://$PODMAN_SOCKET"
    wait_for 30 "$engines/log/podman.log" curl --fail --silent --unix-socket "$PODMAN_SOCKET" http://d/_ping
}

start_slurm() {
    local host cores memory
    host=$(hostname --short)
    cores=$(nproc)
    memory=$(awk '/MemTotal/ {print int($2 / 1024 * 0.9)}' /proc/meminfo)
    mkdir -p "$engines/slurm/state" "$engines/slurm/spool" "$engines/munge"
    if [ ! -s "$engines/munge/key" ]; then
        dd if=/dev/urandom of="$engines/munge/key" bs=1024 count=1 status=none
    fi
    chown -R munge: "$engines/munge"
    chmod 0755 "$engines/munge"
    chmod 0600 "$engines/munge/key"
    cat >"$SLURM_CONF" <<CONF
ClusterName=heldout
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=16817
SlurmdPort=16818
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$engines/munge/socket
CryptoType=crypto/munge
StateSaveLocation=$engines/slurm/state
SlurmdSpoolDir=$engines/slurm/spool
SlurmctldPidFile=$engines/run/slurmctld-own.pid
SlurmdPidFile=$engines/run/slurmd-own.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
ReturnToService=2
KillWait=20
# A job is seen and started as soon as it comes: the tests wait for many small ones.
SchedulerParameters=sched_interval=1,batch_sched_delay=0,defer=0
MinJobAge=600
NodeName=$host NodeAddr=127.0.0.1 CPUs=$cores RealMemory=$memory State=UNKNOWN
PartitionName=main Nodes=$host Default=YES MaxTime=60 State=UP OverSubscribe=YES
CONF
    # Snakemake's plugin takes Slurm's variables out of its jobs' environment, SLURM_CONF with them, and
    # the programs then look here. A Slurm that is the machine's own is left alone.
    [ -e /etc/slurm/slurm.conf ] || ln -sfT "$SLURM_CONF" /etc/slurm/slurm.conf
    [ "$(readlink -f /etc/slurm/slurm.conf)" = "$(readlink -f "$SLURM_CONF")" ] ||
        refuse "this machine has a Slurm of its own: /etc/slurm/slurm.conf"
    if ! runs munged; then
        rm -f "$engines/munge/socket"*
        launch munged runuser -u munge -- /usr/sbin/munged --foreground --key-file "$engines/munge/key" \
            --socket "$engines/munge/socket" --pid-file "$engines/munge/own.pid" \
            --log-file "$engines/munge/log" --seed-file "$engines/munge/seed"
        wait_for 20 "$engines/log/munged.log" test -S "$engines/munge/socket"
        # runuser stays in between: the process to end is the daemon.
        wait_for 20 "$engines/log/munged.log" test -s "$engines/munge/own.pid"
        cp "$engines/munge/own.pid" "$engines/run/munged.pid"
    fi
    runs slurmctld || launch slurmctld slurmctld -D -i -f "$SLURM_CONF"
    wait_for 30 "$engines/log/slurmctld.log" sinfo --noheader
    runs slurmd || launch slurmd slurmd -D -N "$host" -f "$SLURM_CONF"
    wait_for 60 "$engines/log/slurmd.log" sh -c 'sinfo --noheader --format %t | grep -qE "^(idle|mix|alloc)"'
}

for name in "${@:-docker registry podman slurm}"; do
    for engine in $name; do
        case $engine in
            docker | registry | podman | slurm) "start_$engine" ;;
            *) refuse "no engine is called $engine: docker, registry, podman or slurm" ;;
        esac
    done
done

printf '%s\n' "DOCKER_HOST=unix://$DOCKER_SOCKET" "PODMAN_HOST=unix://$PODMAN_SOCKET" \
    "CONTAINERS_CONF=$CONTAINERS_CONF" "CONTAINERS_STORAGE_CONF=$CONTAINERS_STORAGE_CONF" \
    "CONTAINERS_REGISTRIES_CONF=$CONTAINERS_REGISTRIES_CONF" \
    "REGISTRY=$REGISTRY" "SLURM_CONF=$SLURM_CONF"
