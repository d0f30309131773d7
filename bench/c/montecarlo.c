// montecarlo.c: random numbers and what is made of them, as loops that a C programmer writes for gcc and clang at -O3
// -march=native -ffast-math -fopenmp: one thread or all, by OMP_NUM_THREADS. A request is
//
//	run GENERATOR/NAME R N LAUNCHES
//
// where GENERATOR is philox or xoshiro, and each of the R times is that of LAUNCHES launches over N draws, points or paths.
// check gives the sum of the last launch.
//
// Random bits are made some thousand at a time, in the first level of cache, and then used in loops which gcc writes in
// vectors, with the vector functions of the C library. Philox 4x32-10 counts as kernels of this library do, so that the sums
// are theirs; xoshiro256++ goes on in 32 streams for each thread, side by side.

#define _GNU_SOURCE // M_PI

#include <math.h>
#include <omp.h>
#include <stdint.h>

#include "server.h"

#define NOINLINE __attribute__((noinline))

enum { BLOCKS = 1024, STREAMS = 32, ROUNDS = 10, MAX_THREADS = 1024 };

static const double spot = 100, strike = 105, rate = 0.03, volatility = 0.2, years = 1.5;
static double drift, spread, total;

static void init(void) {}

static void check(void) { printf(" %.17g", total); }

// words are pairs of 64 random bits.
struct words {
	uint64_t even[BLOCKS], odd[BLOCKS];
};

// philox has seed 42. Words are kept in the low halves of 64 bits, in which they are multiplied.
static NOINLINE void philox(struct words *restrict w, uint64_t first) {
	for (int i = 0; i < BLOCKS; i++) {
		uint64_t at = first + (uint64_t)i, c0 = (uint32_t)at, c1 = at >> 32, c2 = 0, c3 = 0;
		uint32_t k0 = 42, k1 = 0;
#pragma GCC unroll 10
		for (int r = 0; r < ROUNDS; r++) {
			uint64_t p = c0 * 0xd2511f53u, q = c2 * 0xcd9e8d57u;
			c0 = q >> 32 ^ c1 ^ k0, c1 = (uint32_t)q;
			c2 = p >> 32 ^ c3 ^ k1, c3 = (uint32_t)p;
			k0 += 0x9e3779b9u, k1 += 0xbb67ae85u;
		}
		w->even[i] = c1 << 32 | c0;
		w->odd[i] = c3 << 32 | c2;
	}
}

struct state {
	uint64_t s[4][STREAMS];
};

static struct state states[MAX_THREADS];

static uint64_t rotate(uint64_t x, int by) { return x << by | x >> (64 - by); }

static NOINLINE void xoshiro(uint64_t *restrict out, size_t n, struct state *restrict state) {
	struct state t = *state;
	for (size_t i = 0; i < n; i += STREAMS) {
#pragma omp simd
		for (int j = 0; j < STREAMS; j++) {
			uint64_t a = t.s[0][j], b = t.s[1][j], c = t.s[2][j], d = t.s[3][j], shifted = b << 17;
			out[i + j] = rotate(a + d, 23) + a;
			c ^= a, d ^= b, b ^= c, a ^= d, c ^= shifted;
			t.s[0][j] = a, t.s[1][j] = b, t.s[2][j] = c, t.s[3][j] = rotate(d, 45);
		}
	}
	*state = t;
}

// seed is SplitMix64, as its author asks for.
static void seed(void) {
	uint64_t at = 42;
	for (int t = 0; t < omp_get_max_threads(); t++)
		for (int i = 0; i < 4 * STREAMS; i++) {
			uint64_t z = at += 0x9e3779b97f4a7c15u;
			z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
			z = (z ^ z >> 27) * 0x94d049bb133111ebu;
			states[t].s[i / STREAMS][i % STREAMS] = z ^ z >> 31;
		}
}

static inline double unit(uint64_t bits) { return (double)(int64_t)(bits >> 11) * 0x1p-53; }

static inline double share(uint64_t bits) { return (double)(bits | 1) * 0x1p-64; }

// Each of these adds up what m pairs of words are made into.

static NOINLINE double uniform(const struct words *w, int m) {
	double s = 0;
	for (int i = 0; i < m; i++)
		s += unit(w->even[i]) + unit(w->odd[i]);
	return s;
}

static NOINLINE double exponential(const struct words *w, int m) {
	double s = 0;
	for (int i = 0; i < m; i++)
		s -= log(share(w->even[i])) + log(share(w->odd[i]));
	return s;
}

static NOINLINE double pi(const struct words *w, int m) {
	double s = 0;
	for (int i = 0; i < m; i++) {
		double a = unit(w->even[i]), b = unit(w->odd[i]);
		s += a * a + b * b < 1 ? 1 : 0;
	}
	return s;
}

// BOX_MULLER makes a point: the even word gives the radius, the odd one the angle, its lowest bit the side. A cosine beside
// a sine of the same angle would become a call of sincos, of which there is none for vectors.
#define BOX_MULLER(w, i, y, x)                                                                                  \
	double radius = sqrt(-2 * log(share((w)->even[i])));                                                    \
	double angle = M_PI * ((double)(int64_t)((w)->odd[i] >> 12) * 0x1p-52 - 0.5);                           \
	double y = radius * sin(angle), x = radius * sin(M_PI / 2 - fabs(angle));                               \
	x = (w)->odd[i] & 1 ? -x : x

static NOINLINE double normal(const struct words *w, int m) {
	double s = 0;
	for (int i = 0; i < m; i++) {
		BOX_MULLER(w, i, y, x);
		s += y + x;
	}
	return s;
}

static NOINLINE double option(const struct words *w, int m) {
	double s = 0;
	for (int i = 0; i < m; i++) {
		BOX_MULLER(w, i, y, x);
		s += fmax(spot * exp(drift + spread * y) - strike, 0) + fmax(spot * exp(drift + spread * x) - strike, 0);
	}
	return s;
}

static const struct kernel {
	const char *name;
	double (*sum)(const struct words *w, int m);
	int of; // a pair of words
} suite[] = {
	{"uniform", uniform, 2}, {"normal", normal, 2}, {"exponential", exponential, 2}, {"pi", pi, 1}, {"option", option, 2}, {0, 0, 0},
};

static double launch(const struct kernel *f, int counts, size_t pairs) {
	double s = 0;
#pragma omp parallel for schedule(static) reduction(+ : s)
	for (size_t at = 0; at < pairs; at += BLOCKS) {
		struct words w __attribute__((aligned(64)));
		if (counts)
			philox(&w, at);
		else
			xoshiro(w.even, 2 * BLOCKS, &states[omp_get_thread_num()]);
		s += f->sum(&w, pairs - at < BLOCKS ? (int)(pairs - at) : BLOCKS);
	}
	return s;
}

static const char *run(const char *request, int repetitions, const char *arguments, double *ns) {
	size_t n, launches;
	if (sscanf(arguments, "%zu %zu", &n, &launches) != 2 || n < 2 || launches < 1)
		return "want: run GENERATOR/NAME R N LAUNCHES";
	const char *name = strchr(request, '/');
	int counts = strncmp(request, "philox/", 7) == 0;
	if (!counts && strncmp(request, "xoshiro/", 8) != 0)
		return "unknown generator";
	for (const struct kernel *f = suite; f->name; f++) {
		if (strcmp(f->name, name + 1) != 0)
			continue;
		if (n % (size_t)f->of != 0)
			return "not pairs";
		seed();
		for (int r = 0; r < repetitions; r++) {
			double start = now_ns();
			for (size_t i = 0; i < launches; i++)
				total = launch(f, counts, n / (size_t)f->of);
			ns[r] = now_ns() - start;
		}
		return NULL;
	}
	return "unknown kernel";
}

int main(void) {
	if (omp_get_max_threads() > MAX_THREADS) {
		fprintf(stderr, "too many threads\n");
		return 2;
	}
	drift = (rate - volatility * volatility / 2) * years;
	spread = volatility * sqrt(years);
	char ready[64];
	snprintf(ready, sizeof ready, "%d thread%s", omp_get_max_threads(), omp_get_max_threads() > 1 ? "s" : "");
	return serve(ready);
}
