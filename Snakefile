# Runs any spec with plain Snakemake:
#
#   snakemake --cores 2 --config spec=specs/domain-generalization/rotated-digits.yaml scale=smoke
#
# It compiles the spec into results/STUDY/SCALE and includes the workflow that is written there.

from heldout.compiler.snakemake_entry import workflow_for

WORKFLOW = workflow_for(config)


workdir: WORKFLOW


include: WORKFLOW / "Snakefile"


localrules:
    study,


rule study:
    default_target: True
    input:
        rules.all.input,
