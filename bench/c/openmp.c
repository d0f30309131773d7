// openmp.c: the plain OpenMP loops that a STREAM user writes, on memory as malloc gives it, first touched by the threads
// that use it. Built with -O3 -march=native -fopenmp.

#include "arrays.h"

static void copy(void) {
#pragma omp parallel for schedule(static)
	for (size_t i = 0; i < n; i++)
		c[i] = a[i];
}

static void mul(void) {
#pragma omp parallel for schedule(static)
	for (size_t i = 0; i < n; i++)
		b[i] = s * c[i];
}

static void add(void) {
#pragma omp parallel for schedule(static)
	for (size_t i = 0; i < n; i++)
		c[i] = a[i] + b[i];
}

static void triad(void) {
#pragma omp parallel for schedule(static)
	for (size_t i = 0; i < n; i++)
		a[i] = b[i] + s * c[i];
}

static void dot(void) {
	REAL sum = 0;
#pragma omp parallel for schedule(static) reduction(+ : sum)
	for (size_t i = 0; i < n; i++)
		sum += a[i] * b[i];
	last_dot = sum;
}

static void nstream(void) {
#pragma omp parallel for schedule(static)
	for (size_t i = 0; i < n; i++)
		a[i] += b[i] + s * c[i];
}

static void fill(void) {
#pragma omp parallel for schedule(static)
	for (size_t i = 0; i < n; i++)
		a[i] = s;
}

static void sum(void) {
	REAL sum = 0;
#pragma omp parallel for schedule(static) reduction(+ : sum)
	for (size_t i = 0; i < n; i++)
		sum += a[i];
	last_sum = sum;
}

static void update(void) {
#pragma omp parallel for schedule(static)
	for (size_t i = 0; i < n; i++)
		a[i] = s_update * a[i];
}

static void daxpy(void) {
#pragma omp parallel for schedule(static)
	for (size_t i = 0; i < n; i++)
		a[i] = a[i] + s * b[i];
}

static void schoenauer(void) {
#pragma omp parallel for schedule(static)
	for (size_t i = 0; i < n; i++)
		a[i] = b[i] + c[i] * d[i];
}

static const struct kernel suite[] = {
	{"copy", copy}, {"mul", mul}, {"add", add}, {"triad", triad}, {"dot", dot}, {"nstream", nstream},
	{"fill", fill}, {"sum", sum}, {"update", update}, {"daxpy", daxpy}, {"schoenauer", schoenauer}, {0, 0},
};

int main(int argc, char **argv) {
	if (!length(argc, argv))
		return 2;
	a = malloc(n * sizeof *a);
	b = malloc(n * sizeof *b);
	c = malloc(n * sizeof *c);
	d = malloc(n * sizeof *d);
	if (!a || !b || !c || !d) {
		perror("malloc");
		return 1;
	}
	init();
	char ready[64];
	snprintf(ready, sizeof ready, "%d threads", omp_get_max_threads());
	return serve(ready);
}
