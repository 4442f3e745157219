"""Start a command on each machine of a job of Slurm: `python -m heldout.compiler.launch.machines`.

Once in the job, which hands itself to srun, and once on each machine, to say which of them it is and where
the first one is found. The runtime then starts its processes, as torchrun would.
"""

import argparse
import os
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress

REFUSED = 2
NOT_FOUND = 127
NODE = "HELDOUT_NODE_RANK"  # as the runtime reads it
PORTS = range(20_000, 32_000)  # below those that systems give out


def over_all(nodes: int, cores: int, gpus: int, first: str, command: Sequence[str]) -> list[str]:
    """The command that starts this program on each machine.

    All of its size is said again: a job's steps inherit none of it.

    Args:
        nodes: how many machines.
        cores: of each.
        gpus: of each.
        first: the name of the machine that the others meet at.
        command: what runs on each.
    """
    size = [f"--nodes={nodes}", f"--ntasks={nodes}", "--ntasks-per-node=1", f"--cpus-per-task={cores}"]
    devices = [f"--gres=gpu:{gpus}"] if gpus else []
    here = ["python", "-P", "-m", "heldout.compiler.launch.machines", "--nodes", str(nodes), "--first", first]
    return ["srun", *size, *devices, "--kill-on-bad-exit=1", "--cpu-bind=none", *here, "--", *command]


def meeting_place(first: str, environment: Mapping[str, str]) -> dict[str, str]:
    """What the processes of this machine are told; Apptainer hands on what begins as it asks for.

    Args:
        first: the name of the first machine.
        environment: of a task of srun.

    Raises:
        KeyError: it is none.
    """
    port = PORTS[int(environment["SLURM_JOB_ID"]) % len(PORTS)]
    said = {"MASTER_ADDR": first, "MASTER_PORT": str(port), NODE: environment["SLURM_NODEID"]}
    return said | {f"APPTAINERENV_{name}": value for name, value in said.items()}


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m heldout.compiler.launch.machines", description=__doc__)
    parser.add_argument("--nodes", type=int, required=True, metavar="N", help="how many machines")
    parser.add_argument("--cores", type=int, default=1, metavar="N", help="of each machine (default 1)")
    parser.add_argument("--gpus", type=int, default=0, metavar="N", help="of each machine (default 0)")
    parser.add_argument("--first", metavar="HOST", help="this is one of the machines, and HOST is the first")
    parser.add_argument("--for", dest="stage", default="a job", metavar="STAGE", help="whose job it is")
    parser.add_argument("command", nargs="+", metavar="-- COMMAND", help="what runs on each")
    asked = parser.parse_args(argv)
    environment = dict(os.environ)
    if "SLURM_JOB_ID" not in environment:
        message = f"{asked.stage} asks for {asked.nodes} machines, and this is no job of Slurm"
        print(f"error: {message}: run it with a profile for Slurm", file=sys.stderr)
        return REFUSED
    if asked.first is None:
        words = over_all(asked.nodes, asked.cores, asked.gpus, socket.gethostname(), asked.command)
    else:
        environment |= meeting_place(asked.first, environment)
        words = list(asked.command)
    try:
        os.execvpe(words[0], words, environment)
    except OSError as error:
        print(f"error: {words[0]}: {error.strerror}", file=sys.stderr)
        return NOT_FOUND


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        sys.exit(main())
