// limit.c: the machine's limit, as well as we can write it by hand with intrinsics. Built with -O3 -march=native -fopenmp.
//
// Every array is aligned to 2 MB and on huge pages where the system grants them, first touched by the thread that uses
// it. A kernel whose output is not an input writes it with non-temporal stores, which spare the read of each line that a
// plain store costs; one that works in place has read the line already and writes it with plain stores, and asks for
// the lines some way ahead, as reductions do too. (Which of these pay was found by trying them all: docs/BENCHMARKS.md.)

#define _GNU_SOURCE
#include <immintrin.h>
#include <stdint.h>
#include <sys/mman.h>

#include "arrays.h"

#define JOIN2(x, y) x##y
#define JOIN(x, y) JOIN2(x, y)

#if defined(__AVX512F__)
#define TIER "AVX-512"
#define PREFIX _mm512
enum { VECTOR = 64 };
#elif defined(__AVX2__) && defined(__FMA__)
#define TIER "AVX2"
#define PREFIX _mm256
enum { VECTOR = 32 };
#else
#error "the limit is written for AVX-512 and for AVX2 with FMA"
#endif

#ifdef SINGLE // REAL is float
#define OP(name) JOIN(PREFIX, JOIN(_##name, _ps))
typedef float vector __attribute__((vector_size(VECTOR)));
#else
#define OP(name) JOIN(PREFIX, JOIN(_##name, _pd))
typedef double vector __attribute__((vector_size(VECTOR)));
#endif

enum { LANES = VECTOR / sizeof(REAL), UNROLL = 4, AHEAD = 2048 };

#define load(p) OP(load)(p)
#define fma(x, y, z) OP(fmadd)(x, y, z)
#define all(x) OP(set1)(x)
#define store(p, x) OP(store)(p, x)   // the line is read, if it is not in the cache
#define stream(p, x) OP(stream)(p, x) // past the caches
#define ahead(p) _mm_prefetch((const char *)(p) + AHEAD, _MM_HINT_NTA)

// EACH runs the statements for every vector of [lo, hi): j is its first element, u counts up to UNROLL.
#define EACH(...)                                                  \
	for (size_t i = lo; i < hi; i += UNROLL * LANES)               \
		_Pragma("GCC unroll 4") for (int u = 0; u < UNROLL; u++) { \
			const size_t j = i + (size_t)u * LANES;                \
			__VA_ARGS__;                                           \
		}

// KERNEL defines a kernel that every thread runs over its own range, a multiple of 1024 elements.
#define KERNEL(name, ...)                                              \
	static void name(void) {                                           \
		_Pragma("omp parallel") {                                      \
			const size_t t = omp_get_thread_num(), threads = omp_get_num_threads(); \
			const size_t lo = n / 1024 * t / threads * 1024;           \
			const size_t hi = n / 1024 * (t + 1) / threads * 1024;     \
			const vector k = all(s), k_update = all(s_update);         \
			(void)k, (void)k_update;                                   \
			__VA_ARGS__;                                               \
			_mm_sfence();                                              \
		}                                                              \
	}

KERNEL(copy, EACH(stream(c + j, load(a + j))))
KERNEL(mul, EACH(stream(b + j, k * load(c + j))))
KERNEL(add, EACH(stream(c + j, load(a + j) + load(b + j))))
KERNEL(triad, EACH(stream(a + j, fma(k, load(c + j), load(b + j)))))
KERNEL(schoenauer, EACH(stream(a + j, fma(load(c + j), load(d + j), load(b + j)))))
KERNEL(fill, EACH(stream(a + j, k)))
KERNEL(nstream, EACH(ahead(a + j); ahead(b + j); ahead(c + j);
                     store(a + j, load(a + j) + fma(k, load(c + j), load(b + j)))))
KERNEL(update, EACH(ahead(a + j); store(a + j, k_update * load(a + j))))
KERNEL(daxpy, EACH(ahead(a + j); ahead(b + j); store(a + j, fma(k, load(b + j), load(a + j)))))

static REAL total(const vector *partial) {
	vector v = partial[0];
	REAL sum = 0;
	for (int u = 1; u < UNROLL; u++)
		v += partial[u];
	for (size_t i = 0; i < LANES; i++)
		sum += v[i];
	return sum;
}

KERNEL(reduce_dot, vector p[UNROLL] = {0};
       EACH(ahead(a + j); ahead(b + j); p[u] = fma(load(a + j), load(b + j), p[u]));
       const REAL mine = total(p);
       _Pragma("omp atomic") last_dot += mine)

KERNEL(reduce_sum, vector p[UNROLL] = {0};
       EACH(ahead(a + j); p[u] += load(a + j));
       const REAL mine = total(p);
       _Pragma("omp atomic") last_sum += mine)

static void dot(void) {
	last_dot = 0;
	reduce_dot();
}

static void sum(void) {
	last_sum = 0;
	reduce_sum();
}

static const struct kernel suite[] = {
	{"copy", copy}, {"mul", mul}, {"add", add}, {"triad", triad}, {"dot", dot}, {"nstream", nstream},
	{"fill", fill}, {"sum", sum}, {"update", update}, {"daxpy", daxpy}, {"schoenauer", schoenauer}, {0, 0},
};

static const size_t huge_page = (size_t)2 << 20;
static int huge = 1;

static REAL *map(void) {
	const size_t bytes = (n * sizeof(REAL) + huge_page - 1) / huge_page * huge_page;
	char *p = mmap(NULL, bytes + huge_page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	p = (char *)(((uintptr_t)p + huge_page - 1) / huge_page * huge_page);
#ifdef MADV_HUGEPAGE
	if (madvise(p, bytes, MADV_HUGEPAGE) != 0)
		huge = 0;
#else
	huge = 0;
#endif
	return (REAL *)p;
}

int main(int argc, char **argv) {
	if (!length(argc, argv))
		return 2;
	a = map();
	b = map();
	c = map();
	d = map();
	init();
	char ready[96];
	snprintf(ready, sizeof ready, "%d threads, " TIER ", huge pages %s", omp_get_max_threads(),
	         huge ? "asked for" : "not to be had");
	return serve(ready);
}
