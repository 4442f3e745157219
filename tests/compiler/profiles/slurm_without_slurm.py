"""Snakemake with the Slurm plugin as it is, but for the answers of the cluster.

`python slurm_without_slurm.py SNAKEMAKE-ARGUMENTS`: the plugin calls `sbatch`, which the path has a
stand-in for. A job of FAKE_FAILS is said to be out of memory so many times as FAKE_TIMES; any other
is said to be completed, and its files are written.
"""

import asyncio
import os
import sys
from pathlib import Path

import snakemake.cli
from snakemake_executor_plugin_slurm import Executor


async def check_active_jobs(self, active_jobs):
    for info in active_jobs:
        if info.job.name == os.environ.get("FAKE_FAILS") and info.job.attempt <= int(
            os.environ["FAKE_TIMES"]
        ):
            self.report_job_error(info, msg="out of memory")
            continue
        for path in (*info.job.output, info.job.benchmark):
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            Path(path).write_text("{}")
        self.report_job_success(info)
    for none in ():
        yield none


async def sleep(self):
    await asyncio.sleep(0.05)


Executor.check_active_jobs = check_active_jobs
Executor.sleep = sleep
snakemake.cli.main(sys.argv[1:])
