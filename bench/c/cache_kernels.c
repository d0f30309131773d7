// cache_kernels.c: the loops that cache.c calls, in a translation unit of their own, so that each call is a real one.
// Built with -O3 -march=native -ffast-math.

#include <stddef.h>

#ifndef REAL
#define REAL double
#endif

void copy(REAL *restrict c, const REAL *restrict a, size_t n) {
	for (size_t i = 0; i < n; i++)
		c[i] = a[i];
}

void mul(REAL *restrict b, const REAL *restrict c, REAL s, size_t n) {
	for (size_t i = 0; i < n; i++)
		b[i] = s * c[i];
}

void add(REAL *restrict c, const REAL *restrict a, const REAL *restrict b, size_t n) {
	for (size_t i = 0; i < n; i++)
		c[i] = a[i] + b[i];
}

void triad(REAL *restrict a, const REAL *restrict b, const REAL *restrict c, REAL s, size_t n) {
	for (size_t i = 0; i < n; i++)
		a[i] = b[i] + s * c[i];
}

REAL dot(const REAL *restrict a, const REAL *restrict b, size_t n) {
	REAL sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

void nstream(REAL *restrict a, const REAL *restrict b, const REAL *restrict c, REAL s, size_t n) {
	for (size_t i = 0; i < n; i++)
		a[i] += b[i] + s * c[i];
}

void fill(REAL *restrict a, REAL s, size_t n) {
	for (size_t i = 0; i < n; i++)
		a[i] = s;
}

REAL sum(const REAL *restrict a, size_t n) {
	REAL sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += a[i];
	return sum;
}

void update(REAL *restrict a, REAL s, size_t n) {
	for (size_t i = 0; i < n; i++)
		a[i] = s * a[i];
}

void daxpy(REAL *restrict a, const REAL *restrict b, REAL s, size_t n) {
	for (size_t i = 0; i < n; i++)
		a[i] = a[i] + s * b[i];
}

void schoenauer(REAL *restrict a, const REAL *restrict b, const REAL *restrict c, const REAL *restrict d, size_t n) {
	for (size_t i = 0; i < n; i++)
		a[i] = b[i] + c[i] * d[i];
}
