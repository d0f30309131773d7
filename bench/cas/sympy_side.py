"""The cases of symbolic.go in SymPy, as its users write them.

Speaks the protocol of c/server.h. SymPy's cache is emptied before every repetition, so that none is a look-up.
"""

import math
import sys
import time

import sympy
from sympy import Matrix, Symbol, cos, series, sin, symbols
from sympy.core.cache import clear_cache
from sympy.parsing.sympy_parser import parse_expr

PRIME = 2147483647
x, y, z, w = symbols("x y z w")
PRIMES = {x: 2, y: 3, z: 5, w: 7}
NEAR_ONE = {x: 1.1, y: 1.2, z: 1.3}


def random_numbers():
    """The same numbers on every side: the high bits of Knuth's linear congruence modulo 2**64."""
    state = 1
    while True:
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        yield state >> 33


def number_of_terms(e):
    return len(e.args) if e.is_Add else 1


def modular(e, point):
    """The value of a polynomial at integers, modulo a prime."""
    total = 0
    for term in e.args if e.is_Add else [e]:
        total += int(term.subs(point))
    return total % PRIME


def floating(e, point):
    """The value of a term at a point, which visits a shared subterm once."""
    memo = dict(point)

    def value(e):
        if e not in memo:
            if e.is_Number:
                memo[e] = float(e)
            elif e.is_Add:
                memo[e] = math.fsum(map(value, e.args))
            elif e.is_Mul:
                memo[e] = math.prod(map(value, e.args))
            elif e.is_Pow:
                memo[e] = value(e.base) ** value(e.exp)
            else:
                memo[e] = getattr(math, e.func.__name__)(*map(value, e.args))
        return memo[e]

    return value(e)


def times(repetitions, f):
    """Runs f a number of times and returns the times in nanoseconds and the last result."""
    ns = []
    for _ in range(repetitions):
        result = None
        clear_cache()
        start = time.perf_counter_ns()
        result = f()
        ns.append(time.perf_counter_ns() - start)
    return ns, result


def expand_power(n):
    def case(repetitions):
        ns, e = times(repetitions, lambda: ((x + y + z + w) ** n).expand())
        return ns, lambda: (number_of_terms(e), modular(e, PRIMES))

    return case


def expand_terms(repetitions):
    """Also looks at each term and counts the factors, the coefficient as one where it is not 1."""

    def expand():
        terms = factors = 0
        for t in ((x + y + z + w) ** 32).expand().args:
            terms += 1
            factors += len(t.args) if t.is_Mul else 1
        return terms, factors

    ns, counts = times(repetitions, expand)
    return ns, lambda: counts


def expand_product(repetitions):
    def product():
        p = (x + y + z + w) ** 15
        return (p * (p + w)).expand()

    ns, e = times(repetitions, product)
    return ns, lambda: (number_of_terms(e), modular(e, PRIMES))


def powers():
    return (x**y + y**z + z**x) ** 50


def expand_powers(repetitions):
    ns, e = times(repetitions, lambda: powers().expand())
    return ns, lambda: (number_of_terms(e), floating(e, NEAR_ONE))


def diff_powers(repetitions):
    e = powers().expand()
    ns, d = times(repetitions, lambda: e.diff(x))
    return ns, lambda: (0, floating(d, NEAR_ONE))


def det(repetitions):
    n = 5
    m = Matrix(n, n, lambda i, j: Symbol(f"a{i}{j}"))
    point = {m[i, j]: (i + 1) ** 2 + 3 * (j + 1) * (i + j + 1) + 7 * (i * j % 3) for i in range(n) for j in range(n)}
    ns, e = times(repetitions, lambda: m.det(method="berkowitz").expand())
    return ns, lambda: (number_of_terms(e), modular(e, point))


def substitute(repetitions):
    f = x**24 + 34 * x**12 + 45 * x**3 + 9 * x**18 + 34 * x**10 + 32 * x**21
    numbers = random_numbers()
    values = [next(numbers) / 2147483648 for _ in range(100000)]
    ns, results = times(repetitions, lambda: [f.subs(x, v) for v in values])
    return ns, lambda: (0, sum(float(r) for r in results))


def diff_sines(repetitions):
    def sines():
        e = x
        for _ in range(7):
            e = sin(e)
        for _ in range(10):
            e = e.diff(x)
        return e

    ns, e = times(repetitions, sines)
    return ns, lambda: (0, floating(e, {x: 0.3}))


def taylor(repetitions):
    ns, e = times(repetitions, lambda: series(sin(cos(1 + x)), x, 0, 15))
    return ns, lambda: (0, floating(e.removeO(), {x: 0.5}))


class RandomSum:
    """The terms of the random sum: an integer times three powers of ten symbols."""

    def __init__(self):
        self.symbols = symbols("x:10")
        self.point = {s: i + 2 for i, s in enumerate(self.symbols)}
        numbers = random_numbers()
        self.terms = []
        for _ in range(1000):
            t = sympy.Integer(1 if next(numbers) % 2 else -1)
            t *= next(numbers) % 999 + 1
            for _ in range(3):
                s = self.symbols[next(numbers) % 10]
                t *= s ** (next(numbers) % 4 + 1)
            self.terms.append(t)

    def at_once(self):
        return sympy.Add(*self.terms)

    def check(self, e):
        return lambda: (number_of_terms(e), modular(e, self.point))


def sum_at_once(repetitions):
    s = RandomSum()
    ns, e = times(repetitions, s.at_once)
    return ns, s.check(e)


def sum_one_by_one(repetitions):
    s = RandomSum()

    def build():
        e = sympy.Integer(0)
        for t in s.terms:
            e += t
        return e

    ns, e = times(repetitions, build)
    return ns, s.check(e)


def sum_gradient(repetitions):
    s = RandomSum()
    e = s.at_once()
    ns, gradient = times(repetitions, lambda: [e.diff(v) for v in s.symbols])
    return ns, lambda: (0, sum((i + 1) * modular(d, s.point) for i, d in enumerate(gradient)) % PRIME)


def sum_print(repetitions):
    e = RandomSum().at_once()
    ns, text = times(repetitions, lambda: str(e))
    return ns, lambda: (0, text.count("x"))


def sum_parse(repetitions):
    s = RandomSum()
    text = str(s.at_once())
    names = {v.name: v for v in s.symbols}
    ns, e = times(repetitions, lambda: parse_expr(text, local_dict=names))
    return ns, s.check(e)


CASES = {
    "expand8": expand_power(8),
    "expand16": expand_power(16),
    "expand24": expand_power(24),
    "expand32": expand_power(32),
    "expand32-terms": expand_terms,
    "product": expand_product,
    "powers": expand_powers,
    "diff-powers": diff_powers,
    "det": det,
    "substitute": substitute,
    "diff-sines": diff_sines,
    "taylor": taylor,
    "sum-at-once": sum_at_once,
    "sum-one-by-one": sum_one_by_one,
    "sum-gradient": sum_gradient,
    "sum-print": sum_print,
    "sum-parse": sum_parse,
}


def answer(words, check):
    """Returns the answer to a request, and what the next check is to do."""
    if words == ["init"]:
        return "ok", check
    if words == ["check"]:
        terms, value = check()
        return f"ok {terms} {value!r}", check
    if len(words) == 3 and words[0] == "run" and words[1] in CASES and words[2].isdigit() and int(words[2]) > 0:
        ns, check = CASES[words[1]](int(words[2]))
        return " ".join(["ok", *map(str, ns)]), check
    return "error unknown request: " + " ".join(words), check


def serve():
    check = lambda: (0, 0)
    python = ".".join(map(str, sys.version_info[:3]))
    print(f"ready SymPy {sympy.__version__}, Python {python}", flush=True)
    for line in sys.stdin:
        words = line.split()
        if words == ["quit"]:
            return
        try:
            text, check = answer(words, check)
        except Exception as e:
            text = f"error {type(e).__name__}: {e}".replace("\n", " ")
        print(text, flush=True)


serve()
