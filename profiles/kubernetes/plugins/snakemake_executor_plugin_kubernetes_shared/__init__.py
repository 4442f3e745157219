"""Snakemake's Kubernetes executor for a cluster whose pods share a volume with the launching machine.

The plugin that it rests on takes it that nothing is shared: it sends files through object storage and
starts Snakemake anew in every pod, for which pods need the network and an image with Snakemake. Here
the workflow and the store lie on a volume that every pod mounts at the same path, so a pod runs the
command of its job and nothing else, and the pinned image does as it is.
"""

import shlex
from dataclasses import replace
from pathlib import Path

from snakemake_executor_plugin_kubernetes import Executor as StorageExecutor
from snakemake_executor_plugin_kubernetes import ExecutorSettings
from snakemake_executor_plugin_kubernetes import common_settings as storage_settings

__all__ = ["Executor", "ExecutorSettings", "common_settings"]

common_settings = replace(
    storage_settings,
    implies_no_shared_fs=False,
    job_deploy_sources=False,
    pass_default_storage_provider_args=False,
    auto_deploy_default_storage_provider=False,
)


class Executor(StorageExecutor):
    def format_job_exec(self, job) -> str:
        """The command of a pod: that of the job, in the folder of the workflow, by a POSIX shell.

        Snakemake waits for the job's benchmark too: it holds the seconds that the command took.
        """
        seconds = shlex.quote(str(job.benchmark))
        folders = sorted({str(Path(file).parent) for file in (*job.output, *job.log, job.benchmark)})
        steps = (
            f"cd {shlex.quote(str(self.workflow.workdir_init))}",
            f"mkdir -p {shlex.join(folders)}",
            "began=$(date +%s)",
            f"{{ {job.shellcmd}; }}",
            f"printf 's\\n%s\\n' $(($(date +%s) - began)) > {seconds}",
        )
        return " && ".join(steps)
