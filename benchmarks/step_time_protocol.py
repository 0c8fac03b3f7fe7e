"""What a candidate of step_time.py says and hears: one line when it is ready, then steps to make and times of them.

A candidate is a process of its own, `python step_time_keras.py CASE KIND CORES` or
`python step_time_torch.py CASE KIND CORES`.
"""

import json
import sys
import time


def serve(build):
    """Build a candidate, make its first step, then answer each number of steps on standard input with their time.

    Args:
        build: Function without arguments, of which the time is the candidate's `build_seconds`. It returns a function
            of a number of steps, whose first call, for one step, is `first_step_seconds`, and a dict of more to tell.
    """
    begin = time.perf_counter()
    run, more = build()
    built = time.perf_counter()
    run(1)
    first = time.perf_counter() - built
    told = {**more, "build_seconds": round(built - begin, 2), "first_step_seconds": round(first, 2)}
    print(json.dumps(told), flush=True)
    for line in sys.stdin:
        begin, cpu = time.perf_counter(), time.process_time()
        run(int(line))
        answer = {"seconds": time.perf_counter() - begin, "cpu_seconds": time.process_time() - cpu}
        print(json.dumps(answer), flush=True)
