// elementwise.c: expressions of arrays, one loop each, on one core. The loops are generated: see elementwise.go, which
// writes elementwise_kernels.c. A request is
//
//	run NAME R N CALLS LO HI [LO HI ...]
//
// where N is the number of elements and LO to HI the range of each input; each of the R times is that of CALLS calls.
// check gives five elements of the result.

#define _POSIX_C_SOURCE 200112L

#include <math.h>

#include "server.h"

#ifndef REAL
#define REAL double
#endif

struct kernel {
	const char *name;
	void (*call)(REAL *y, const REAL *a, const REAL *b, const REAL *c, const REAL *d, size_t n);
};
extern const struct kernel kernels[];

static size_t most, last_n;
static REAL *x[4], *y;
static double ranges[4][2];
static size_t filled[4];

static void init(void) {}

static void check(void) {
	for (int k = 0; k < 5; k++)
		printf(" %.17g", (double)y[(last_n - 1) * k / 4]);
}

static void fill(int k, size_t n, double lo, double hi) {
	if (filled[k] >= n && ranges[k][0] == lo && ranges[k][1] == hi)
		return;
	const double square[] = {5, 2, 3, 7};
	double step = sqrt(square[k]), whole;
	for (size_t i = 0; i < n; i++)
		x[k][i] = (REAL)(lo + (hi - lo) * modf((double)(i + 1) * step, &whole));
	filled[k] = n;
	ranges[k][0] = lo;
	ranges[k][1] = hi;
}

static const char *run(const char *name, int repetitions, const char *arguments, double *ns) {
	size_t n;
	long calls;
	int end;
	if (sscanf(arguments, "%zu %ld%n", &n, &calls, &end) != 2 || n == 0 || n > most || calls < 1)
		return "want: run NAME R N CALLS LO HI ...";
	for (int k = 0; k < 4; k++) {
		double lo, hi;
		int more;
		if (sscanf(arguments + end, "%lf %lf%n", &lo, &hi, &more) != 2)
			break;
		fill(k, n, lo, hi);
		end += more;
	}
	for (const struct kernel *k = kernels; k->name; k++) {
		if (strcmp(k->name, name) != 0)
			continue;
		last_n = n;
		for (int r = 0; r < repetitions; r++) {
			double start = now_ns();
			for (long i = 0; i < calls; i++)
				k->call(y, x[0], x[1], x[2], x[3], n);
			ns[r] = now_ns() - start;
		}
		return NULL;
	}
	return "unknown kernel";
}

int main(int argc, char **argv) {
	if (argc != 2 || (most = strtoull(argv[1], NULL, 10)) == 0) {
		fprintf(stderr, "usage: %s MOST_ELEMENTS\n", argv[0]);
		return 2;
	}
	for (int k = 0; k < 5; k++) {
		void *p;
		if (posix_memalign(&p, 4096, most * sizeof(REAL)) != 0) {
			fprintf(stderr, "out of memory\n");
			return 1;
		}
		memset(p, 0, most * sizeof(REAL));
		*(k < 4 ? &x[k] : &y) = p;
	}
	return serve("one core");
}
