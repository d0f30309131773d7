// ginac.cpp: the cases of symbolic.go in GiNaC, as its users write them. Every repetition begins with fresh objects, since
// GiNaC marks those that it has expanded.

#include <ginac/ginac.h>

#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "server.h"

using namespace GiNaC;
using std::string;
using std::vector;

// random gives the same numbers on every side: the high bits of Knuth's linear congruence modulo 2^64.
struct random_numbers {
	unsigned long long state = 1;
	unsigned long next() {
		state = state * 6364136223846793005ull + 1442695040888963407ull;
		return state >> 33;
	}
};

// A result is what check answers: the number of terms, or 0 where systems may differ in it, and a value at a point.
struct result {
	double terms, value;
};

static result last;

static const symbol x("x"), y("y"), z("z"), w("w");

static double number_of_terms(const ex &e) { return is_a<add>(e) ? e.nops() : 1; }

// modular is the value of a polynomial modulo 2^31-1 where the symbols are 2, 3, 5, 7.
static double modular(const ex &e, const exmap &point) {
	const numeric v = ex_to<numeric>(e.subs(point));
	return mod(v, numeric(2147483647)).to_double();
}

static const exmap primes{{x, 2}, {y, 3}, {z, 5}, {w, 7}};

static double floating(const ex &e, const exmap &point) { return ex_to<numeric>(e.subs(point).evalf()).to_double(); }

// time_of runs f a number of times and keeps the last result.
static ex time_of(int repetitions, double *ns, const std::function<ex()> &f) {
	ex e;
	for (int r = 0; r < repetitions; r++) {
		e = 0;
		const double start = now_ns();
		e = f();
		ns[r] = now_ns() - start;
	}
	return e;
}

static void expand_power(int n, int repetitions, double *ns) {
	const ex e = time_of(repetitions, ns, [n] { return pow(x + y + z + w, n).expand(); });
	last = {number_of_terms(e), modular(e, primes)};
}

// expand_terms also looks at each term and counts the factors, the coefficient as one where it is not 1.
static void expand_terms(int repetitions, double *ns) {
	double terms = 0, factors = 0;
	time_of(repetitions, ns, [&] {
		terms = factors = 0;
		const ex e = pow(x + y + z + w, 32).expand();
		for (const ex &t : e) {
			terms++;
			factors += is_a<mul>(t) ? t.nops() : 1;
		}
		return e;
	});
	last = {terms, factors};
}

static void expand_product(int repetitions, double *ns) {
	const ex e = time_of(repetitions, ns, [] {
		const ex p = pow(x + y + z + w, 15);
		return (p * (p + w)).expand();
	});
	last = {number_of_terms(e), modular(e, primes)};
}

static const exmap near_one{{x, numeric(11, 10)}, {y, numeric(12, 10)}, {z, numeric(13, 10)}};

static ex powers() { return pow(pow(x, y) + pow(y, z) + pow(z, x), 50); }

static void expand_powers(int repetitions, double *ns) {
	const ex e = time_of(repetitions, ns, [] { return powers().expand(); });
	last = {number_of_terms(e), floating(e, near_one)};
}

static void diff_powers(int repetitions, double *ns) {
	const ex e = powers().expand();
	const ex d = time_of(repetitions, ns, [&e] { return e.diff(x); });
	last = {0, floating(d, near_one)};
}

static void det(int repetitions, double *ns) {
	const int n = 5;
	matrix m(n, n);
	exmap point;
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++) {
			const symbol s("a" + std::to_string(i) + std::to_string(j));
			m(i, j) = s;
			point[s] = (i + 1) * (i + 1) + 3 * (j + 1) * (i + j + 1) + 7 * ((i * j) % 3);
		}
	const ex e = time_of(repetitions, ns, [&m] { return m.determinant().expand(); });
	last = {number_of_terms(e), modular(e, point)};
}

static void substitute(int repetitions, double *ns) {
	const int count = 100000;
	const ex f = pow(x, 24) + 34 * pow(x, 12) + 45 * pow(x, 3) + 9 * pow(x, 18) + 34 * pow(x, 10) + 32 * pow(x, 21);
	vector<double> values(count);
	random_numbers random;
	for (double &v : values)
		v = double(random.next()) / 2147483648.0;
	vector<ex> results;
	time_of(repetitions, ns, [&] {
		results.clear();
		results.reserve(count);
		for (double v : values)
			results.push_back(f.subs(x == v));
		return ex(0);
	});
	double sum = 0;
	for (const ex &r : results)
		sum += ex_to<numeric>(r).to_double();
	last = {0, sum};
}

static void diff_sines(int repetitions, double *ns) {
	const ex e = time_of(repetitions, ns, [] {
		ex e = x;
		for (int i = 0; i < 7; i++)
			e = sin(e);
		for (int i = 0; i < 10; i++)
			e = e.diff(x);
		return e;
	});
	// A point's exact value would keep its sines as terms.
	last = {0, floating(e, {{x, numeric(0.3)}})};
}

static void taylor(int repetitions, double *ns) {
	const ex e = time_of(repetitions, ns, [] { return sin(cos(1 + x)).series(x == 0, 15); });
	last = {0, floating(series_to_poly(e), {{x, numeric(0.5)}})};
}

// The terms of the random sum: an integer times three powers of ten symbols.
struct random_sum {
	vector<symbol> symbols;
	symtab table;
	exmap point;
	exvector terms;
	random_sum() {
		for (int i = 0; i < 10; i++) {
			symbols.emplace_back("x" + std::to_string(i));
			table[symbols[i].get_name()] = symbols[i];
			point[symbols[i]] = i + 2;
		}
		random_numbers random;
		for (int i = 0; i < 1000; i++) {
			ex t = random.next() % 2 ? 1 : -1;
			t *= random.next() % 999 + 1;
			for (int k = 0; k < 3; k++) {
				const unsigned long s = random.next() % 10;
				t *= pow(symbols[s], random.next() % 4 + 1);
			}
			terms.push_back(t);
		}
	}
	ex at_once() const { return add(terms); }
	void keep(const ex &e) const { last = {number_of_terms(e), modular(e, point)}; }
};

static void sum_at_once(int repetitions, double *ns) {
	const random_sum s;
	s.keep(time_of(repetitions, ns, [&s] { return s.at_once(); }));
}

static void sum_one_by_one(int repetitions, double *ns) {
	const random_sum s;
	s.keep(time_of(repetitions, ns, [&s] {
		ex e = 0;
		for (const ex &t : s.terms)
			e += t;
		return e;
	}));
}

static void sum_gradient(int repetitions, double *ns) {
	const random_sum s;
	const ex e = s.at_once();
	const ex gradient = time_of(repetitions, ns, [&] {
		lst g;
		for (const symbol &v : s.symbols)
			g.append(e.diff(v));
		return ex(g);
	});
	ex sum = 0;
	for (size_t i = 0; i < gradient.nops(); i++)
		sum += (i + 1) * gradient.op(i);
	last = {0, modular(sum.expand(), s.point)};
}

static string text_of(const ex &e) {
	std::ostringstream text;
	text << e;
	return text.str();
}

static void sum_print(int repetitions, double *ns) {
	const random_sum s;
	const ex e = s.at_once();
	string text;
	time_of(repetitions, ns, [&] {
		text = text_of(e);
		return ex(0);
	});
	double symbols = 0;
	for (char c : text)
		symbols += c == 'x';
	last = {0, symbols};
}

static void sum_parse(int repetitions, double *ns) {
	const random_sum s;
	const string text = text_of(s.at_once());
	s.keep(time_of(repetitions, ns, [&] {
		parser reader(s.table);
		return reader(text);
	}));
}

typedef std::function<void(int, double *)> timed_case;

static timed_case expand_case(int n) {
	return [n](int repetitions, double *ns) { expand_power(n, repetitions, ns); };
}

static const std::map<string, timed_case> cases{
	{"expand8", expand_case(8)},   {"expand16", expand_case(16)},   {"expand24", expand_case(24)}, {"expand32", expand_case(32)},
	{"expand32-terms", expand_terms}, {"product", expand_product},   {"powers", expand_powers},       {"diff-powers", diff_powers},  {"det", det},
	{"substitute", substitute},    {"diff-sines", diff_sines},      {"taylor", taylor},            {"sum-at-once", sum_at_once},
	{"sum-one-by-one", sum_one_by_one}, {"sum-gradient", sum_gradient}, {"sum-print", sum_print},  {"sum-parse", sum_parse},
};

static void init(void) {}

static const char *run(const char *name, int repetitions, const char *, double *ns) {
	const auto c = cases.find(name);
	if (c == cases.end())
		return "no such case";
	try {
		c->second(repetitions, ns);
	} catch (const std::exception &e) {
		static string why;
		return (why = e.what()).c_str();
	}
	return nullptr;
}

static void check(void) { printf(" %.17g %.17g", last.terms, last.value); }

int main() {
	std::ostringstream version;
	version << "GiNaC " << GINACLIB_MAJOR_VERSION << "." << GINACLIB_MINOR_VERSION << "." << GINACLIB_MICRO_VERSION << ", CLN " << CL_VERSION_MAJOR << "."
	        << CL_VERSION_MINOR << "." << CL_VERSION_PATCHLEVEL;
	return serve(version.str().c_str());
}
