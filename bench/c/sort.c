// sort.c: sorting numbers, on one core, with the C library's qsort and with a radix sort: six passes of 11 bits (three for
// float), each from the last digit to the first, the counts of all passes taken in one. A request is
//
//	run METHOD/INPUT R N ARRAYS
//
// where each of the R times is that of sorting ARRAYS arrays of N elements, which are copied before. check gives five
// elements of the last array.

#define _POSIX_C_SOURCE 200112L

#include <math.h>
#include <stdint.h>

#include "server.h"

#ifdef SINGLE
typedef uint32_t word;
enum { PASSES = 3, TOP = 31 };
#else
#define REAL double
typedef uint64_t word;
enum { PASSES = 6, TOP = 63 };
#endif

enum { BITS = 11, DIGITS = 1 << BITS };

static size_t most, last_n;
static REAL *from, *x;
static word *scratch;
static char filled[64];

static void init(void) {}

static void check(void) {
	for (int k = 0; k < 5; k++) {
		double v = (double)x[(last_n - 1) * k / 4];
		if (v != v)
			printf(" nan");
		else
			printf(" %.17g", v);
	}
}

// hash is SplitMix64 of i.
static uint64_t hash(uint64_t i) {
	uint64_t z = (i + 1) * 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static double unit(uint64_t h) { return (double)(h >> 11) * 0x1p-53; }

// fill makes element i of an array of n of which i0 come before, as sortInput of sort.go does.
static int fill(const char *input, size_t n, size_t arrays) {
	char key[64];
	snprintf(key, sizeof key, "%s %zu %zu", input, n, arrays);
	if (strcmp(key, filled) == 0)
		return 1;
	for (size_t k = 0; k < n * arrays; k++) {
		size_t i = k % n;
		uint64_t h = hash(k);
		double v;
		if (strcmp(input, "uniform") == 0)
			v = unit(h);
		else if (strcmp(input, "bell") == 0)
			v = unit(h) + unit(hash(h)) + unit(hash(h + 1)) - 1.5;
		else if (strcmp(input, "integers") == 0)
			v = (double)(h % n);
		else if (strcmp(input, "sorted") == 0)
			v = (double)i;
		else if (strcmp(input, "reversed") == 0)
			v = (double)(n - i);
		else if (strcmp(input, "few") == 0)
			v = unit(hash(h % 16));
		else if (strcmp(input, "NaNs") == 0)
			v = h % 10 == 0 ? -NAN : unit(h);
		else
			return 0;
		from[k] = (REAL)v;
		if (v != v) { // its sign is set, so that it comes first
			word w;
			memcpy(&w, &from[k], sizeof w);
			w |= (word)1 << TOP;
			memcpy(&from[k], &w, sizeof w);
		}
	}
	strcpy(filled, key);
	return 1;
}

static int compare(const void *p, const void *q) {
	REAL a = *(const REAL *)p, b = *(const REAL *)q;
	if (a != a || b != b)
		return (b != b) - (a != a);
	return (a > b) - (a < b);
}

static void radix(REAL *values, size_t n) {
	static size_t at[PASSES][DIGITS];
	word *a = (word *)values, *b = scratch; // built with -fno-strict-aliasing
	memset(at, 0, sizeof at);
	for (size_t i = 0; i < n; i++) {
		word k = a[i];
		k ^= -(k >> TOP) | (word)1 << TOP;
		a[i] = k;
		for (int p = 0; p < PASSES; p++)
			at[p][k >> p * BITS & (DIGITS - 1)]++;
	}
	for (int p = 0; p < PASSES; p++) {
		size_t sum = 0;
		int alike = 0;
		for (int d = 0; d < DIGITS; d++) {
			size_t c = at[p][d];
			alike |= c == n;
			at[p][d] = sum;
			sum += c;
		}
		if (alike)
			continue;
		for (size_t i = 0; i < n; i++)
			b[at[p][a[i] >> p * BITS & (DIGITS - 1)]++] = a[i];
		word *t = a;
		a = b;
		b = t;
	}
	word *out = (word *)values;
	for (size_t i = 0; i < n; i++)
		out[i] = a[i] ^ (((a[i] >> TOP) - 1) | (word)1 << TOP);
}

static const char *run(const char *kernel, int repetitions, const char *arguments, double *ns) {
	size_t n, arrays;
	if (sscanf(arguments, "%zu %zu", &n, &arrays) != 2 || n < 1 || arrays < 1 || arrays > most / n)
		return "want: run METHOD/INPUT R N ARRAYS";
	const char *input = strchr(kernel, '/');
	int by_radix = strncmp(kernel, "radix/", 6) == 0;
	if (!input || (!by_radix && strncmp(kernel, "qsort/", 6) != 0) || !fill(input + 1, n, arrays))
		return "unknown kernel";
	last_n = n;
	for (int r = 0; r < repetitions; r++) {
		memcpy(x, from, n * arrays * sizeof *x);
		double start = now_ns();
		for (size_t k = arrays; k-- > 0;) {
			if (by_radix)
				radix(x + k * n, n);
			else
				qsort(x + k * n, n, sizeof *x, compare);
		}
		ns[r] = now_ns() - start;
	}
	return NULL;
}

int main(int argc, char **argv) {
	most = argc == 2 ? strtoull(argv[1], NULL, 10) : 0;
	from = calloc(most, sizeof *from);
	x = calloc(most, sizeof *x);
	scratch = calloc(most, sizeof *scratch);
	if (!most || !from || !x || !scratch) {
		fprintf(stderr, "usage: %s ELEMENTS\n", argv[0]);
		return 2;
	}
	return serve("1 thread");
}
