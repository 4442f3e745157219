"""Hand variables on into an Apptainer container.

`python -m heldout.compiler.launch.apptainer_environment NAME … -- COMMAND`.

With `--cleanenv` a container is told nothing but what is called APPTAINERENV_NAME. Written onto the
command line, a token could be read by every user of the machine.
"""

import os
import sys
from collections.abc import Mapping, Sequence

NOT_FOUND = 127


def passed(names: Sequence[str], environment: Mapping[str, str]) -> dict[str, str]:
    """The environment, with these variables of it marked to be handed on where they are set."""
    return {**environment, **{f"APPTAINERENV_{n}": environment[n] for n in names if n in environment}}


def main(argv: Sequence[str]) -> int:
    cut = argv.index("--")
    command = list(argv[cut + 1 :])
    try:
        os.execvpe(command[0], command, passed(argv[:cut], os.environ))
    except OSError as error:
        print(f"{command[0]}: {error.strerror}", file=sys.stderr)
        return NOT_FOUND


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
