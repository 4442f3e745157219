"""One thread a process: tests fork, and run side by side."""

import os

# Before torch is imported: a forked child of a process with a thread pool waits for threads it has not.
os.environ.setdefault("OMP_NUM_THREADS", "1")
