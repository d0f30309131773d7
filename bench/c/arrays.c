// arrays.c: stencils, scans, compaction, sparse matrices and the like, as loops that a C programmer writes for gcc and clang at -O3
// -march=native -fopenmp: one thread or all, by OMP_NUM_THREADS. A request is
//
//	run NAME R N EDGE LAUNCHES
//
// where each of the R times is that of LAUNCHES launches over N elements, which are a grid of EDGE elements along each axis
// for the heat equation. check gives the number of elements of the last result, five of them, and the sum of all their
// amounts.

#define _POSIX_C_SOURCE 200112L

#include <math.h>
#include <omp.h>
#include <stdint.h>

#include "server.h"

#define NOINLINE __attribute__((noinline))

enum { STEPS = 100, BINS = 256, BLOCK = 1024, CHUNK = 1 << 16, MAX_THREADS = 1024 };

static const double rate = 0.1;
static size_t most, most_of_lists, rows_n, rows_count, results;
static double *x, *y, *result;
static int64_t *k, *rows;
static int dirty = 1; // x is not what fill makes it

static void init(void) {}

static void check(void) {
	double sum = 0;
	for (size_t i = 0; i < results; i++)
		sum += fabs(result[i]);
	printf(" %zu", results);
	for (int i = 0; i < 5; i++)
		printf(" %.17g", result[(results - 1) * i / 4]);
	printf(" %.17g", sum);
}

// hash is SplitMix64 of i.
static uint64_t hash(uint64_t i) {
	uint64_t z = (i + 1) * 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

// fill makes the inputs, as arrayValues of arrays.go does.
static void fill(size_t n) {
	for (size_t i = 0; dirty && i < most; i++)
		x[i] = (double)(hash(i) >> 11) * 0x1p-53 - 0.5;
	dirty = 0;
	if (rows_n == n || n > most_of_lists)
		return;
	rows_n = n, rows_count = 0;
	for (size_t at = 0; at < n; rows_count++) {
		at += hash(rows_count) % 20;
		rows[rows_count + 1] = (int64_t)(at < n ? at : n);
	}
	for (size_t i = 0; i < n; i++)
		k[i] = (int64_t)(hash(i) % BINS);
}

// The heat equation: a row of the new state from rows of the old.

static NOINLINE void row2(size_t nx, const double *c, const double *n, const double *s, double *restrict o) {
	o[0] = c[0] + rate * (n[0] + s[0] + c[0] + c[1] - 4 * c[0]);
	for (size_t i = 1; i < nx - 1; i++)
		o[i] = c[i] + rate * (n[i] + s[i] + c[i - 1] + c[i + 1] - 4 * c[i]);
	o[nx - 1] = c[nx - 1] + rate * (n[nx - 1] + s[nx - 1] + c[nx - 2] + c[nx - 1] - 4 * c[nx - 1]);
}

static NOINLINE void row3(size_t nx, const double *c, const double *n, const double *s, const double *d, const double *e, double *restrict o) {
	o[0] = c[0] + rate * (n[0] + s[0] + d[0] + e[0] + c[0] + c[1] - 6 * c[0]);
	for (size_t i = 1; i < nx - 1; i++)
		o[i] = c[i] + rate * (n[i] + s[i] + d[i] + e[i] + c[i - 1] + c[i + 1] - 6 * c[i]);
	o[nx - 1] = c[nx - 1] + rate * (n[nx - 1] + s[nx - 1] + d[nx - 1] + e[nx - 1] + c[nx - 2] + c[nx - 1] - 6 * c[nx - 1]);
}

static void step2(size_t m, const double *u, double *v) {
#pragma omp parallel for schedule(static)
	for (size_t r = 0; r < m; r++)
		row2(m, u + r * m, u + (r ? r - 1 : r) * m, u + (r < m - 1 ? r + 1 : r) * m, v + r * m);
}

static void heat2(size_t n, size_t m) {
	(void)n;
	step2(m, x, y);
}

static void heat3(size_t n, size_t m) {
	(void)n;
#pragma omp parallel for schedule(static)
	for (size_t q = 0; q < m * m; q++) {
		size_t a = q / m, b = q % m;
		row3(m, x + q * m, x + (b ? q - 1 : q) * m, x + (b < m - 1 ? q + 1 : q) * m,
		     x + (a ? q - m : q) * m, x + (a < m - 1 ? q + m : q) * m, y + q * m);
	}
}

static void steps(size_t n, size_t m) {
	(void)n;
	for (int i = 0; i < STEPS; i += 2) {
		step2(m, x, y);
		step2(m, y, x);
	}
	result = x;
	dirty = 1;
}

// Lists. What needs a result of the elements before it goes through chunks that stay in the second level of cache: each
// thread adds up its part of a chunk, and then goes through it again from where the parts before it end.

static NOINLINE double scan_part(const double *restrict a, double *restrict b, size_t n, double s) {
#pragma omp simd reduction(inscan, + : s)
	for (size_t i = 0; i < n; i++) {
		s += a[i];
#pragma omp scan inclusive(s)
		b[i] = s;
	}
	return s;
}

static NOINLINE double sum_part(const double *a, size_t n) {
	double s = 0;
#pragma omp simd reduction(+ : s)
	for (size_t i = 0; i < n; i++)
		s += a[i];
	return s;
}

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

static void scan(size_t n, size_t m) {
	(void)m;
	if (omp_get_max_threads() == 1) {
		scan_part(x, y, n, 0);
		return;
	}
	static double part[MAX_THREADS];
	double before = 0;
#pragma omp parallel firstprivate(before)
	{
		size_t t = omp_get_thread_num(), threads = omp_get_num_threads();
		size_t chunk = least(CHUNK, (n + threads - 1) / threads);
		for (size_t at = 0; at < n; at += threads * chunk) {
			size_t lo = least(at + t * chunk, n), hi = least(lo + chunk, n);
			part[t] = sum_part(x + lo, hi - lo);
#pragma omp barrier
			double s = before;
			for (size_t i = 0; i < threads; i++) {
				if (i == t)
					s = before;
				before += part[i];
			}
			scan_part(x + lo, y + lo, hi - lo, s);
#pragma omp barrier
		}
	}
}

static NOINLINE size_t count_part(const double *a, size_t n) {
	size_t c = 0;
	for (size_t i = 0; i < n; i++)
		c += a[i] > 0;
	return c;
}

// keep_part writes without branches; it ends with the last element that is kept, so that it writes nothing beyond.
static NOINLINE void keep_part(const double *restrict a, double *restrict b, size_t kept) {
	for (size_t i = 0, c = 0; c < kept; i++) {
		b[c] = a[i];
		c += a[i] > 0;
	}
}

static void keep(size_t n, size_t m) {
	(void)m;
	if (omp_get_max_threads() == 1) {
		size_t c = 0;
		for (size_t i = 0; i < n; i++) { // c is i at most
			y[c] = x[i];
			c += x[i] > 0;
		}
		results = c;
		return;
	}
	static size_t part[MAX_THREADS];
	size_t before = 0;
#pragma omp parallel firstprivate(before)
	{
		size_t t = omp_get_thread_num(), threads = omp_get_num_threads();
		size_t chunk = least(CHUNK, (n + threads - 1) / threads);
		for (size_t at = 0; at < n; at += threads * chunk) {
			size_t lo = least(at + t * chunk, n), hi = least(lo + chunk, n), mine = before;
			part[t] = count_part(x + lo, hi - lo);
#pragma omp barrier
			for (size_t i = 0; i < threads; i++) {
				if (i == t)
					mine = before;
				before += part[i];
			}
			keep_part(x + lo, y + mine, part[t]);
#pragma omp barrier
		}
		if (t == 0)
			results = before;
	}
}

static void argmin(size_t n, size_t m) {
	(void)m;
	size_t blocks = (n + BLOCK - 1) / BLOCK, at = 0;
	double best = INFINITY;
#pragma omp parallel
	{
		size_t own_at = 0;
		double own = INFINITY;
#pragma omp for schedule(static)
		for (size_t b = 0; b < blocks; b++) {
			size_t lo = b * BLOCK, hi = least(lo + BLOCK, n);
			double low = INFINITY;
#pragma omp simd reduction(min : low)
			for (size_t i = lo; i < hi; i++)
				low = x[i] < low ? x[i] : low;
			if (low < own) {
				own = low;
				for (own_at = lo; x[own_at] != low;)
					own_at++;
			}
		}
#pragma omp critical
		if (own < best || (own == best && own_at < at))
			best = own, at = own_at;
	}
	y[0] = (double)at;
	results = 1;
}

// variance puts blocks together by the update of Chan, Golub and LeVeque.
static void variance(size_t n, size_t m) {
	(void)m;
	size_t blocks = (n + BLOCK - 1) / BLOCK;
	double count = 0, mean = 0, squares = 0;
#pragma omp parallel
	{
		double c = 0, mu = 0, sq = 0;
#pragma omp for schedule(static)
		for (size_t b = 0; b < blocks; b++) {
			size_t lo = b * BLOCK, hi = least(lo + BLOCK, n);
			double bc = (double)(hi - lo), bm = sum_part(x + lo, hi - lo) / bc, bs = 0;
#pragma omp simd reduction(+ : bs)
			for (size_t i = lo; i < hi; i++)
				bs += (x[i] - bm) * (x[i] - bm);
			double d = bm - mu;
			sq += bs + d * d * c * bc / (c + bc);
			mu += d * bc / (c + bc);
			c += bc;
		}
#pragma omp critical
		if (c > 0) {
			double d = mu - mean;
			squares += sq + d * d * c * count / (c + count);
			mean += d * c / (c + count);
			count += c;
		}
	}
	y[0] = squares / count;
	results = 1;
}

// histogram counts in four tables, since a count that was just written is late.
static void histogram(size_t n, size_t m) {
	(void)m;
	int64_t all[BINS] = {0};
#pragma omp parallel
	{
		int64_t h[4][BINS] = {{0}};
#pragma omp for schedule(static)
		for (size_t i = 0; i < n / 4; i++) {
			h[0][k[4 * i]]++;
			h[1][k[4 * i + 1]]++;
			h[2][k[4 * i + 2]]++;
			h[3][k[4 * i + 3]]++;
		}
#pragma omp critical
		for (int b = 0; b < BINS; b++)
			all[b] += h[0][b] + h[1][b] + h[2][b] + h[3][b];
	}
	for (size_t i = n / 4 * 4; i < n; i++)
		all[k[i]]++;
	for (int b = 0; b < BINS; b++)
		y[b] = (double)all[b];
	results = BINS;
}

static void segments(size_t n, size_t m) {
	(void)n, (void)m;
#pragma omp parallel for schedule(static)
	for (size_t r = 0; r < rows_count; r++) {
		double s = 0;
		for (int64_t i = rows[r]; i < rows[r + 1]; i++)
			s += x[i];
		y[r] = s;
	}
	results = rows_count;
}

// Sparse matrices in compressed rows, which are those of arrays.go.

static struct matrix {
	size_t n;
	double *a;
	int32_t *column;
	int64_t *rows;
} matrices[8], *matrix;

static void add(struct matrix *m, size_t *at, size_t column, double a) {
	m->column[*at] = (int32_t)column;
	m->a[(*at)++] = a;
}

static void laplacian(struct matrix *m, size_t n) {
	size_t edge = (size_t)(sqrt((double)n) + 0.5), at = 0;
	for (size_t r = 0; r < n; r++) {
		size_t i = r / edge, j = r % edge;
		if (i > 0)
			add(m, &at, r - edge, -1);
		if (j > 0)
			add(m, &at, r - 1, -1);
		add(m, &at, r, 4);
		if (j < edge - 1)
			add(m, &at, r + 1, -1);
		if (i < edge - 1)
			add(m, &at, r + edge, -1);
		m->rows[r + 1] = (int64_t)at;
	}
}

static void scattered(struct matrix *m, size_t n) {
	size_t at = 0;
	for (size_t r = 0; r < n; r++) {
		for (uint64_t k = hash(r) % 21; k > 0; k--) {
			uint64_t h = hash(((uint64_t)1 << 32) + at);
			add(m, &at, h % n, (double)(hash(h) >> 11) * 0x1p-53 - 0.5);
		}
		m->rows[r + 1] = (int64_t)at;
	}
}

// take makes a matrix, and keeps it for the next time. Its memory is larger than it needs, and never touched there.
static const char *take(size_t n, void (*make)(struct matrix *, size_t), size_t entries) {
	static void (*made[8])(struct matrix *, size_t);
	for (int i = 0; i < 8; i++) {
		matrix = matrices + i;
		if (made[i] == make && matrix->n == n)
			return NULL;
		if (made[i])
			continue;
		*matrix = (struct matrix){n, calloc(n * entries, sizeof(double)), calloc(n * entries, sizeof(int32_t)), calloc(n + 1, sizeof(int64_t))};
		if (!matrix->a || !matrix->column || !matrix->rows)
			return "out of memory";
		made[i] = make;
		make(matrix, n);
		return NULL;
	}
	return "too many matrices";
}

static void multiply(size_t n, size_t m) {
	(void)m;
	const double *restrict a = matrix->a, *restrict u = x;
	const int32_t *restrict column = matrix->column;
	const int64_t *restrict begin = matrix->rows;
	double *restrict v = y;
#pragma omp parallel for schedule(static)
	for (size_t r = 0; r < n; r++) {
		double s = 0;
		for (int64_t i = begin[r]; i < begin[r + 1]; i++)
			s += a[i] * u[column[i]];
		v[r] = s;
	}
}

static const struct kernel {
	const char *name;
	void (*run)(size_t n, size_t edge);
	int axes;                                // of a grid, or 0
	void (*make)(struct matrix *, size_t n); // or 0
	size_t entries;                          // of a row of the matrix, at the most
} suite[] = {
	{"heat2", heat2, 2, 0, 0}, {"heat3", heat3, 3, 0, 0}, {"steps", steps, 2, 0, 0}, {"scan", scan, 0, 0, 0}, {"keep", keep, 0, 0, 0},
	{"argmin", argmin, 0, 0, 0}, {"variance", variance, 0, 0, 0}, {"histogram", histogram, 0, 0, 0}, {"segments", segments, 0, 0, 0},
	{"laplacian", multiply, 0, laplacian, 5}, {"sparse", multiply, 0, scattered, 20}, {0, 0, 0, 0, 0},
};

static const char *run(const char *kernel, int repetitions, const char *arguments, double *ns) {
	size_t n, edge, launches;
	if (sscanf(arguments, "%zu %zu %zu", &n, &edge, &launches) != 3 || n < 1 || n > most || launches < 1)
		return "want: run NAME R N EDGE LAUNCHES";
	for (const struct kernel *f = suite; f->name; f++) {
		if (strcmp(f->name, kernel) != 0)
			continue;
		if (f->axes == 0 && n > most_of_lists)
			return "too many elements";
		if (f->axes && (edge < 2 || edge > most || (f->axes == 2 ? edge * edge : edge * edge * edge) != n))
			return "not a grid";
		const char *why = f->make ? take(n, f->make, f->entries) : NULL;
		if (why)
			return why;
		for (int r = 0; r < repetitions; r++) {
			fill(n);
			result = y, results = n;
			double start = now_ns();
			for (size_t i = 0; i < launches; i++)
				f->run(n, edge);
			ns[r] = now_ns() - start;
		}
		return NULL;
	}
	return "unknown kernel";
}

int main(int argc, char **argv) {
	most = argc == 3 ? strtoull(argv[1], NULL, 10) : 0;
	most_of_lists = argc == 3 ? strtoull(argv[2], NULL, 10) : 0;
	if (!most_of_lists || most_of_lists > most || omp_get_max_threads() > MAX_THREADS) {
		fprintf(stderr, "usage: %s ELEMENTS ELEMENTS_OF_LISTS\n", argv[0]);
		return 2;
	}
	x = calloc(most, sizeof *x);
	y = calloc(most + BINS, sizeof *y);
	k = calloc(most_of_lists, sizeof *k);
	rows = calloc(most_of_lists + 1, sizeof *rows);
	if (!x || !y || !k || !rows) {
		perror("calloc");
		return 1;
	}
	char ready[64];
	snprintf(ready, sizeof ready, "%d thread%s", omp_get_max_threads(), omp_get_max_threads() > 1 ? "s" : "");
	return serve(ready);
}
