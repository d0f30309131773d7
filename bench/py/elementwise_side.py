"""The expressions of elementwise.go in NumPy, numexpr or Numba, as their users write them, on one core.

Speaks the protocol of c/server.h; the first line of its input is a JSON object of name: expression. A request is

    run NAME R N CALLS LO HI [LO HI ...]

as for elementwise.c.
"""

import json
import math
import os
import sys
import time

for name in ("OMP_NUM_THREADS", "NUMEXPR_NUM_THREADS", "NUMBA_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np

system, most, kind = sys.argv[1], int(sys.argv[2]), np.float32 if sys.argv[3] == "float32" else np.float64
BLOCK = 16384
SQUARES = (5, 2, 3, 7)

names = ("exp", "log", "sin", "cos", "sqrt", "tanh", "where")
functions = {n: getattr(np, n) for n in names}


def make(text):
    """A function of the result's array and the inputs."""
    if system == "numpy":
        code = compile(text, "expression", "eval")

        def run(y, x):
            for i in range(0, len(y), BLOCK):  # so that intermediate arrays stay in the cache
                at = slice(i, i + BLOCK)
                y[at] = eval(code, dict(functions, **{n: v[at] for n, v in x.items()}))

        return run
    if system == "numexpr":
        import numexpr

        numexpr.set_num_threads(1)
        return lambda y, x: numexpr.evaluate(text, local_dict=x, out=y, casting="unsafe")
    import numba

    arguments = [n for n in "abcd" if n in compile(text, "expression", "eval").co_names]
    source = "def loop(y, %s):\n    for i in range(len(y)):\n" % ", ".join("_" + n for n in arguments)
    source += "".join("        %s = _%s[i]\n" % (n, n) for n in arguments)
    source += "        y[i] = %s\n" % text
    space = {n: getattr(math, n) for n in names if n != "where"}
    space["where"] = numba.njit(lambda c, x, y: x if c else y)
    exec(source, space)
    loop = numba.njit(fastmath=True)(space["loop"])
    return lambda y, x: loop(y, *(x[n] for n in arguments))


def fill(n, k, lo, hi):
    fraction = np.modf(np.arange(1, n + 1, dtype=np.float64) * math.sqrt(SQUARES[k]))[0]
    return (lo + (hi - lo) * fraction).astype(kind)


def main():
    expressions = json.loads(sys.stdin.readline())
    made, inputs, last = {}, {}, None
    y = np.zeros(most, kind)
    version = np.__version__ if system == "numpy" else __import__(system).__version__
    print("ready", system, version, flush=True)
    for line in sys.stdin:
        words = line.split()
        if words[:1] == ["quit"]:
            return
        if words == ["init"]:
            print("ok", flush=True)
        elif words == ["check"]:
            print("ok", *("%.17g" % last[(len(last) - 1) * k // 4] for k in range(5)), flush=True)
        elif words[:1] == ["run"] and words[1] in expressions:
            name, repetitions, n, calls = words[1], int(words[2]), int(words[3]), int(words[4])
            ranges = [float(w) for w in words[5:]]
            x = {}
            for k in range(len(ranges) // 2):
                key = (n, k, ranges[2 * k], ranges[2 * k + 1])
                if key not in inputs:
                    inputs.pop(next((i for i in inputs if i[1] == k), None), None)
                    inputs[key] = fill(*key)
                x["abcd"[k]] = inputs[key]
            if name not in made:
                made[name] = make(expressions[name])
                made[name](y[:8], {m: v[:8] for m, v in x.items()})  # compiles
            last, times = y[:n], []
            for _ in range(repetitions):
                start = time.perf_counter_ns()
                for _ in range(calls):
                    made[name](last, x)
                times.append(time.perf_counter_ns() - start)
            print("ok", *times, flush=True)
        else:
            print("error", line.strip(), flush=True)


main()
