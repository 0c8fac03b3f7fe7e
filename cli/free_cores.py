"""Runs side by side, each on a core of its own."""

import concurrent.futures
import os
import queue


def cores():
    """Return the numbers of the cores that this process may use; where the system does not say, of all."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count()))


def on_free_cores(run, cases):
    """Yield `run(case, core)` of each case in their order; as many run at a time as there are cores."""
    free = queue.SimpleQueue()
    for core in cores():
        free.put(core)

    def on_a_free_core(case):
        core = free.get()
        try:
            return run(case, core)
        finally:
            free.put(core)

    with concurrent.futures.ThreadPoolExecutor(free.qsize()) as pool:
        yield from pool.map(on_a_free_core, cases)
