"""Launching: what stands before a job's command, so that it runs in its image and on its GPUs."""
