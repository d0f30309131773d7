// cache.c: the kernels on one core, on arrays that stay in a cache. A request is
//
//	run KERNEL R N CALLS
//
// and each of the R times is that of CALLS calls with n = N. The arrays start at page boundaries, as on the Go side.
// update multiplies by -1, so that no number of calls leaves denormal numbers.

#define _POSIX_C_SOURCE 200112L

#include "server.h"

#ifndef REAL
#define REAL double
#endif

void copy(REAL *, const REAL *, size_t);
void mul(REAL *, const REAL *, REAL, size_t);
void add(REAL *, const REAL *, const REAL *, size_t);
void triad(REAL *, const REAL *, const REAL *, REAL, size_t);
REAL dot(const REAL *, const REAL *, size_t);
void nstream(REAL *, const REAL *, const REAL *, REAL, size_t);
void fill(REAL *, REAL, size_t);
REAL sum(const REAL *, size_t);
void update(REAL *, REAL, size_t);
void daxpy(REAL *, const REAL *, REAL, size_t);
void schoenauer(REAL *, const REAL *, const REAL *, const REAL *, size_t);

static size_t most;
static REAL *a, *b, *c, *d;
static volatile REAL last_dot, last_sum;

static void init(void) {
	for (size_t i = 0; i < most; i++) {
		a[i] = (REAL)0.1;
		b[i] = (REAL)0.2;
		c[i] = 0;
		d[i] = (REAL)0.3;
	}
}

static void check(void) {
	REAL *arrays[] = {a, b, c, d};
	for (int k = 0; k < 4; k++) {
		REAL least = arrays[k][0], greatest = arrays[k][0];
		for (size_t i = 0; i < most; i++) {
			least = arrays[k][i] < least ? arrays[k][i] : least;
			greatest = arrays[k][i] > greatest ? arrays[k][i] : greatest;
		}
		printf(" %.17g %.17g", (double)least, (double)greatest);
	}
	printf(" %.17g %.17g", (double)last_dot, (double)last_sum);
}

#define CALLS(statement)                    \
	for (int r = 0; r < repetitions; r++) { \
		double start = now_ns();            \
		for (long i = 0; i < calls; i++)    \
			statement;                      \
		ns[r] = now_ns() - start;           \
	}

static const char *run(const char *kernel, int repetitions, const char *arguments, double *ns) {
	size_t n;
	long calls;
	if (sscanf(arguments, "%zu %ld", &n, &calls) != 2 || n == 0 || n > most || calls < 1)
		return "want: run KERNEL R N CALLS";
	if (strcmp(kernel, "copy") == 0)
		CALLS(copy(c, a, n))
	else if (strcmp(kernel, "mul") == 0)
		CALLS(mul(b, c, (REAL)0.4, n))
	else if (strcmp(kernel, "add") == 0)
		CALLS(add(c, a, b, n))
	else if (strcmp(kernel, "triad") == 0)
		CALLS(triad(a, b, c, (REAL)0.4, n))
	else if (strcmp(kernel, "dot") == 0)
		CALLS(last_dot = dot(a, b, n))
	else if (strcmp(kernel, "nstream") == 0)
		CALLS(nstream(a, b, c, (REAL)0.4, n))
	else if (strcmp(kernel, "fill") == 0)
		CALLS(fill(a, (REAL)0.4, n))
	else if (strcmp(kernel, "sum") == 0)
		CALLS(last_sum = sum(a, n))
	else if (strcmp(kernel, "update") == 0)
		CALLS(update(a, -1, n))
	else if (strcmp(kernel, "daxpy") == 0)
		CALLS(daxpy(a, b, (REAL)0.4, n))
	else if (strcmp(kernel, "schoenauer") == 0)
		CALLS(schoenauer(a, b, c, d, n))
	else
		return "unknown kernel";
	return NULL;
}

int main(int argc, char **argv) {
	REAL **arrays[] = {&a, &b, &c, &d};
	if (argc != 2 || (most = strtoull(argv[1], NULL, 10)) == 0) {
		fprintf(stderr, "usage: %s MOST_ELEMENTS\n", argv[0]);
		return 2;
	}
	for (int k = 0; k < 4; k++) {
		void *p;
		if (posix_memalign(&p, 4096, most * sizeof(REAL)) != 0) {
			fprintf(stderr, "out of memory\n");
			return 1;
		}
		*arrays[k] = p;
	}
	init();
	return serve("one core");
}
