// arrays.h: what openmp.c and limit.c share: the four arrays, their values, and how they are checked. The values are
// BabelStream's (a = 0.1, b = 0.2, c = 0, s = 0.4); `update` multiplies by -1, so that no number of repetitions leaves
// denormal numbers or infinities.

#ifndef ARRAYS_H
#define ARRAYS_H

#ifndef REAL
#define REAL double
#endif

#include <omp.h>
#include "server.h"

static size_t n;
// restrict tells the compiler what it sees by itself where the arrays are static, as in STREAM (copy becomes memcpy).
static REAL *restrict a, *restrict b, *restrict c, *restrict d;
static REAL s = (REAL)0.4, s_update = -1;
static double last_dot, last_sum;

static void init(void) {
#pragma omp parallel for schedule(static)
	for (size_t i = 0; i < n; i++) {
		a[i] = (REAL)0.1;
		b[i] = (REAL)0.2;
		c[i] = 0;
		d[i] = (REAL)0.3;
	}
}

static void check_array(const REAL *x) {
	REAL least = x[0], most = x[0];
#pragma omp parallel for schedule(static) reduction(min : least) reduction(max : most)
	for (size_t i = 0; i < n; i++) {
		if (!(x[i] >= least)) // a NaN is kept, too
			least = x[i];
		if (!(x[i] <= most))
			most = x[i];
	}
	printf(" %.17g %.17g", (double)least, (double)most);
}

// check prints the least and the greatest element of each array, then the last dot and the last sum.
static void check(void) {
	check_array(a);
	check_array(b);
	check_array(c);
	check_array(d);
	printf(" %.17g %.17g", last_dot, last_sum);
	settle();
}

struct kernel {
	const char *name;
	void (*run)(void);
};

static const struct kernel suite[];

// run's arguments are nothing or the number of launches that one time is for.
static const char *run(const char *kernel, int repetitions, const char *arguments, double *ns) {
	long launches = 1;
	if (*arguments && (sscanf(arguments, "%ld", &launches) != 1 || launches < 1))
		return "want: run KERNEL R [LAUNCHES]";
	for (const struct kernel *k = suite; k->name; k++) {
		if (strcmp(k->name, kernel) != 0)
			continue;
		for (int r = 0; r < repetitions; r++) {
			double start = now_ns();
			for (long i = 0; i < launches; i++)
				k->run();
			ns[r] = now_ns() - start;
		}
		return NULL;
	}
	return "unknown kernel";
}

// length reads n from the command line.
static int length(int argc, char **argv) {
	char *end = "";
	if (argc == 2)
		n = strtoull(argv[1], &end, 10);
	if (argc != 2 || *end || n == 0 || n % 1024 != 0) {
		fprintf(stderr, "usage: %s ELEMENTS (a multiple of 1024)\n", argv[0]);
		return 0;
	}
	return 1;
}

#endif
