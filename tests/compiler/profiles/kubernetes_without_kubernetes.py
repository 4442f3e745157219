"""Snakemake with the Kubernetes plugins as they are, but for the cluster.

`python kubernetes_without_kubernetes.py SNAKEMAKE-ARGUMENTS`: what would be sent to the cluster is
written to FAKE_PODS, one file a job, and the pod's command is run here, in another folder, by `sh`.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import kubernetes
import snakemake.cli
from snakemake_executor_plugin_kubernetes import Executor

PODS = Path(os.environ["FAKE_PODS"])
OF_PODS = dict(os.environ)  # pods have an environment of their own, and not Snakemake's


class Core:
    def create_namespaced_secret(self, namespace, secret):
        pass

    def delete_namespaced_secret(self, name, namespace, body):
        pass

    def list_namespaced_pod(self, namespace, label_selector):
        return SimpleNamespace(items=[])


class Batch:
    def __init__(self):
        self.codes: dict[str, int] = {}

    def create_namespaced_job(self, namespace, body):
        sent = kubernetes.client.ApiClient().sanitize_for_serialization(body)
        container = sent["spec"]["template"]["spec"]["containers"][0]
        with tempfile.TemporaryDirectory() as elsewhere:
            command = [*container["command"], *container["args"]]
            done = subprocess.run(command, cwd=elsewhere, env=OF_PODS, check=False)
        self.codes[body.metadata.name] = done.returncode
        sent["namespace"] = namespace
        (PODS / f"{len(list(PODS.iterdir())):03d}.json").write_text(json.dumps(sent))

    def read_namespaced_job_status(self, name, namespace):
        failed = int(self.codes[name] != 0)
        return SimpleNamespace(status=SimpleNamespace(failed=failed, succeeded=1 - failed))

    def delete_namespaced_job(self, name, namespace, propagation_policy, body):
        pass


async def sleep(self):
    await asyncio.sleep(0.05)


kubernetes.config.load_kube_config = lambda: None
kubernetes.client.CoreV1Api = Core
kubernetes.client.BatchV1Api = Batch
Executor.sleep = sleep
snakemake.cli.main(sys.argv[1:])
