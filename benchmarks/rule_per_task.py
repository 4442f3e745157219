"""The lowering that heldout does not do: a rule for every task, each with its own inputs."""

from pathlib import Path

from heldout.compiler.compile import Compiled

_RULE = """

rule task_{task}:
    input:
        {inputs}
    output:
        "done/{task}.json",
    shell:
        "python -P -m heldout.runtime run --shard plan/{task}.json --store ../store --done {{output:q}}"
"""


def write_rule_per_task(compiled: Compiled, folder: Path) -> int:
    """Write such a workflow of a study.

    Returns:
        the number of rules for tasks.
    """
    rules: dict[str, str] = {}
    for expansion in compiled.expansions.values():
        for cell, task in expansion.cells():
            if task not in rules:
                reads = dict.fromkeys(expansion.reads[expansion.grid.flat(cell)])
                inputs = "\n        ".join(f'"done/{read}.json",' for read in reads)
                rules[task] = _RULE.format(task=task, inputs=inputs)
    finals = "".join(f'        "done/{task}.json",\n' for task in rules)
    folder.mkdir(parents=True, exist_ok=True)
    text = f"rule all:\n    input:\n{finals}" + "".join(rules.values())
    (folder / "Snakefile").write_text(text)
    return len(rules)
