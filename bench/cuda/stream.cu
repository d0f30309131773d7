// stream.cu: the kernels copy, mul, add, triad, nstream and dot on a GPU as a CUDA programmer writes them, for comparison.
//
//     nvcc -O3 -arch=native -o stream-cuda bench/cuda/stream.cu      (-arch=sm_80 and the like for another GPU)
//     ./stream-cuda [-n elements] [-times launches] [-type double|float|both] [-device number]
//
// Every kernel is tried in many variants: one element at a time or 16 bytes, one to four loads of each array in
// flight, threads that loop over the arrays or one short turn for each, blocks of 256 to 1024 threads, streaming hints
// or none. Each variant's result is checked. The fastest is launched again and its times are what counts, by events on the
// device; "host" are those of the same launches by the host's clock, until the result of dot is there. A copy by cudaMemcpy is measured beside
// them. One JSON object is printed; bytes are counted as STREAM counts them.

#include <cuda_runtime.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#define CHECK(call)                                                                                        \
	do {                                                                                                   \
		cudaError_t status = (call);                                                                       \
		if (status != cudaSuccess) {                                                                       \
			std::fprintf(stderr, "stream.cu:%d: %s: %s\n", __LINE__, #call, cudaGetErrorString(status));   \
			std::exit(1);                                                                                  \
		}                                                                                                  \
	} while (0)

enum Kernel { Copy, Mul, Add, Triad, Nstream, Dot, Kernels };

static const char *const names[Kernels] = {"copy", "mul", "add", "triad", "nstream", "dot"};
static const int arraysMoved[Kernels] = {2, 2, 3, 3, 4, 2}; // read or written

constexpr int mostThreads = 1024; // of a block

constexpr double scalar = 0.4;

// A line is what a thread loads at once.
template <class T, int N> struct alignas(N * sizeof(T)) Line {
	T v[N];
};

template <class T> struct Wide; // the vector type of 16 bytes
template <> struct Wide<double> { using type = double2; };
template <> struct Wide<float> { using type = float4; };

// load and store move a line, with a streaming hint ("used once") if Hint.
template <bool Hint, class T, int N> __device__ __forceinline__ Line<T, N> load(const Line<T, N> *p) {
	Line<T, N> l;
	if constexpr (N == 1) {
		l.v[0] = Hint ? __ldcs(&p->v[0]) : p->v[0];
	} else {
		using W = typename Wide<T>::type;
		static_assert(sizeof(W) == sizeof l, "a line is one element or 16 bytes");
		const W *w = reinterpret_cast<const W *>(p);
		const W x = Hint ? __ldcs(w) : *w;
		memcpy(&l, &x, sizeof l);
	}
	return l;
}

template <bool Hint, class T, int N> __device__ __forceinline__ void store(Line<T, N> *p, const Line<T, N> &l) {
	if constexpr (N == 1) {
		if (Hint)
			__stcs(&p->v[0], l.v[0]);
		else
			p->v[0] = l.v[0];
	} else {
		using W = typename Wide<T>::type;
		W x;
		memcpy(&x, &l, sizeof l);
		W *w = reinterpret_cast<W *>(p);
		if (Hint)
			__stcs(w, x);
		else
			*w = x;
	}
}

// which arrays a kernel reads, and how a result comes from their elements.
template <int K> struct Reads {
	static constexpr bool a = K == Copy || K == Add || K == Nstream || K == Dot;
	static constexpr bool b = K == Add || K == Triad || K == Nstream || K == Dot;
	static constexpr bool c = K == Mul || K == Triad || K == Nstream;
};

template <int K, class T> __device__ __forceinline__ T element(T a, T b, T c) {
	const T s = static_cast<T>(scalar);
	switch (K) {
	case Copy:
		return a;
	case Mul:
		return s * c;
	case Add:
		return a + b;
	case Triad:
		return b + s * c;
	case Nstream:
		return a + (b + s * c);
	}
	return a * b;
}

// output is the array that an elementwise kernel writes.
template <int K, class P> __host__ __device__ __forceinline__ P output(P a, P b, P c) {
	return K == Copy || K == Add ? c : K == Mul ? b : a;
}

// elementwise: a block handles tiles of blockDim.x*Unroll lines, a thread one line of every blockDim.x; all loads of a turn
// are made before the first is used. n is in lines.
template <int K, class T, int N, int Unroll, bool Hint>
__global__ void __launch_bounds__(mostThreads) elementwise(Line<T, N> *a, Line<T, N> *b, Line<T, N> *c, int64_t n) {
	const int64_t tile = static_cast<int64_t>(blockDim.x) * Unroll;
	Line<T, N> *const out = output<K>(a, b, c);
	for (int64_t from = blockIdx.x * tile; from < n; from += gridDim.x * tile) {
		Line<T, N> x[Unroll] = {}, y[Unroll] = {}, z[Unroll] = {};
#pragma unroll
		for (int u = 0; u < Unroll; u++) {
			const int64_t i = from + u * blockDim.x + threadIdx.x;
			if (i < n) {
				if (Reads<K>::a) x[u] = load<Hint>(a + i);
				if (Reads<K>::b) y[u] = load<Hint>(b + i);
				if (Reads<K>::c) z[u] = load<Hint>(c + i);
			}
		}
#pragma unroll
		for (int u = 0; u < Unroll; u++) {
			const int64_t i = from + u * blockDim.x + threadIdx.x;
			if (i < n) {
				Line<T, N> r;
#pragma unroll
				for (int j = 0; j < N; j++) r.v[j] = element<K, T>(x[u].v[j], y[u].v[j], z[u].v[j]);
				store<Hint>(out + i, r);
			}
		}
	}
}

// blockSum is the sum of all threads' x, in thread 0.
template <class T> __device__ __forceinline__ T blockSum(T x) {
	__shared__ T warps[32];
	for (int d = 16; d > 0; d /= 2) x += __shfl_down_sync(0xffffffffu, x, d);
	if (threadIdx.x % 32 == 0) warps[threadIdx.x / 32] = x;
	__syncthreads();
	if (threadIdx.x < 32) {
		x = threadIdx.x < blockDim.x / 32 ? warps[threadIdx.x] : T(0);
		for (int d = 16; d > 0; d /= 2) x += __shfl_down_sync(0xffffffffu, x, d);
	}
	return x;
}

// dot's first pass: a sum for each block.
template <class T, int N, int Unroll, bool Hint>
__global__ void __launch_bounds__(mostThreads) dot(const Line<T, N> *a, const Line<T, N> *b, T *sums, int64_t n) {
	const int64_t tile = static_cast<int64_t>(blockDim.x) * Unroll;
	T sum[Unroll][N] = {};
	for (int64_t from = blockIdx.x * tile; from < n; from += gridDim.x * tile) {
		Line<T, N> x[Unroll] = {}, y[Unroll] = {};
#pragma unroll
		for (int u = 0; u < Unroll; u++) {
			const int64_t i = from + u * blockDim.x + threadIdx.x;
			if (i < n) x[u] = load<Hint>(a + i), y[u] = load<Hint>(b + i);
		}
#pragma unroll
		for (int u = 0; u < Unroll; u++) {
#pragma unroll
			for (int j = 0; j < N; j++) sum[u][j] += x[u].v[j] * y[u].v[j];
		}
	}
	T total = 0;
#pragma unroll
	for (int u = 0; u < Unroll; u++) {
#pragma unroll
		for (int j = 0; j < N; j++) total += sum[u][j];
	}
	total = blockSum(total);
	if (threadIdx.x == 0) sums[blockIdx.x] = total;
}

// dot's second pass, of one block.
template <class T> __global__ void __launch_bounds__(mostThreads) total(const T *sums, int n, T *result) {
	T sum = 0;
	for (int i = threadIdx.x; i < n; i += blockDim.x) sum += sums[i];
	sum = blockSum(sum);
	if (threadIdx.x == 0) *result = sum;
}

// initial values, exact in float: no two neighbours are alike, nor two arrays.
__host__ __device__ inline int initial(int array, int64_t i) {
	return array * 1024 + 1024 + static_cast<int>((array == 0 ? i : array == 1 ? i / 7 : i / 1021) & 1023);
}

template <class T> __global__ void fill(T *a, T *b, T *c, int64_t n) {
	for (int64_t i = blockIdx.x * static_cast<int64_t>(blockDim.x) + threadIdx.x; i < n; i += static_cast<int64_t>(gridDim.x) * blockDim.x) {
		a[i] = static_cast<T>(initial(0, i)) / 1024;
		b[i] = static_cast<T>(initial(1, i)) / 1024;
		c[i] = static_cast<T>(initial(2, i)) / 1024;
	}
}

template <int K, class T> __global__ void verify(const T *out, int64_t n, double tolerance, unsigned long long *wrong) {
	for (int64_t i = blockIdx.x * static_cast<int64_t>(blockDim.x) + threadIdx.x; i < n; i += static_cast<int64_t>(gridDim.x) * blockDim.x) {
		const double want = element<K, double>(initial(0, i) / 1024.0, initial(1, i) / 1024.0, initial(2, i) / 1024.0);
		const double got = out[i];
		if (!(fabs(got - want) <= tolerance * want)) atomicAdd(wrong, 1ull);
	}
}

struct Variant {
	int elements, unroll;
	bool hint;
	int threads;
	int waves; // how often all blocks that fit at once; 0: as many blocks as there are tiles
	int blocks;

	std::string text() const {
		std::string s = elements == 1 ? "scalar" : "16 bytes";
		s += ", " + std::to_string(unroll) + (unroll == 1 ? " load" : " loads") + ", " + std::to_string(blocks) + " blocks of " + std::to_string(threads);
		s += waves ? ", looping" : ", one turn";
		return s + (hint ? ", streaming" : "");
	}
};

template <class T> struct Bench {
	int64_t n;
	int times;
	cudaDeviceProp device;
	T *a = nullptr, *b = nullptr, *c = nullptr, *sums = nullptr, *result = nullptr;
	unsigned long long *wrong = nullptr;
	cudaEvent_t begin, end;
	double wantDot = 0;
	int mostBlocks;

	Bench(int64_t n, int times, const cudaDeviceProp &device) : n(n), times(times), device(device) {
		mostBlocks = device.multiProcessorCount * 32 * 4;
		const size_t bytes = n * sizeof(T);
		CHECK(cudaMalloc(&a, bytes));
		CHECK(cudaMalloc(&b, bytes));
		CHECK(cudaMalloc(&c, bytes));
		CHECK(cudaMalloc(&sums, mostBlocks * sizeof(T)));
		CHECK(cudaMalloc(&result, sizeof(T)));
		CHECK(cudaMalloc(&wrong, sizeof *wrong));
		CHECK(cudaEventCreate(&begin));
		CHECK(cudaEventCreate(&end));
		uint64_t sum = 0; // exact: below 2^63 for all n that fit
		for (int64_t i = 0; i < n; i++) sum += static_cast<uint64_t>(initial(0, i)) * initial(1, i);
		wantDot = static_cast<double>(sum) / (1024.0 * 1024.0);
	}

	~Bench() {
		for (void *p : {static_cast<void *>(a), static_cast<void *>(b), static_cast<void *>(c), static_cast<void *>(sums),
		                static_cast<void *>(result), static_cast<void *>(wrong)})
			cudaFree(p);
		cudaEventDestroy(begin);
		cudaEventDestroy(end);
	}

	void init() {
		fill<T><<<device.multiProcessorCount * 8, 256>>>(a, b, c, n);
		CHECK(cudaGetLastError());
	}

	// Times are the seconds of each of some launches, by events on the device, and by the host's clock from the call until the host
	// knows that it is done, or has the result.
	struct Times {
		std::vector<double> device, host;
	};

	template <class F> Times time(int launches, bool fetches, F launch) {
		Times all;
		T fetched;
		for (int i = 0; i < launches; i++) {
			const auto called = std::chrono::steady_clock::now();
			CHECK(cudaEventRecord(begin));
			launch();
			CHECK(cudaEventRecord(end));
			if (fetches) CHECK(cudaMemcpy(&fetched, result, sizeof fetched, cudaMemcpyDeviceToHost));
			CHECK(cudaEventSynchronize(end));
			all.host.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - called).count());
			float ms;
			CHECK(cudaEventElapsedTime(&ms, begin, end));
			all.device.push_back(ms / 1e3);
		}
		return all;
	}

	template <int K, int N, int Unroll, bool Hint> void launch(const Variant &v) {
		using L = Line<T, N>;
		L *x = reinterpret_cast<L *>(a), *y = reinterpret_cast<L *>(b), *z = reinterpret_cast<L *>(c);
		if constexpr (K == Dot) {
			dot<T, N, Unroll, Hint><<<v.blocks, v.threads>>>(x, y, sums, n / N);
			total<T><<<1, mostThreads>>>(sums, v.blocks, result);
		} else {
			elementwise<K, T, N, Unroll, Hint><<<v.blocks, v.threads>>>(x, y, z, n / N);
		}
		CHECK(cudaGetLastError());
	}

	template <int K> void check(const Variant &v) {
		const double eps = sizeof(T) == 8 ? 1e-15 : 1e-6;
		if constexpr (K == Dot) {
			T got;
			CHECK(cudaMemcpy(&got, result, sizeof got, cudaMemcpyDeviceToHost));
			if (!(std::fabs(got - wantDot) <= 1000 * eps * wantDot)) {
				std::fprintf(stderr, "stream.cu: dot is %.17g, want %.17g (%s)\n", static_cast<double>(got), wantDot, v.text().c_str());
				std::exit(1);
			}
		} else {
			unsigned long long bad = 0;
			CHECK(cudaMemset(wrong, 0, sizeof *wrong));
			verify<K, T><<<device.multiProcessorCount * 8, 256>>>(output<K>(a, b, c), n, 4 * eps, wrong);
			CHECK(cudaGetLastError());
			CHECK(cudaMemcpy(&bad, wrong, sizeof bad, cudaMemcpyDeviceToHost));
			if (bad != 0) {
				std::fprintf(stderr, "stream.cu: %s: %llu elements are wrong (%s)\n", names[K], bad, v.text().c_str());
				std::exit(1);
			}
		}
	}

	struct Best {
		Variant variant;
		double seconds = INFINITY;
		Times all;
		int tried = 0;
	};

	// attempt tries all blocks and grids of a form; at last, with run, it measures the best.
	template <int K, int N, int Unroll, bool Hint> void attempt(Best &best, bool run) {
		if (run) {
			const Variant &v = best.variant;
			if (v.elements == N && v.unroll == Unroll && v.hint == Hint)
				best.all = time(times, K == Dot, [&] { launch<K, N, Unroll, Hint>(v); });
			return;
		}
		for (int threads : {256, 512, 1024}) {
			int resident = 0;
			if constexpr (K == Dot)
				CHECK(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&resident, dot<T, N, Unroll, Hint>, threads, 0));
			else
				CHECK(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&resident, elementwise<K, T, N, Unroll, Hint>, threads, 0));
			const int64_t tiles = (n / N + static_cast<int64_t>(threads) * Unroll - 1) / (static_cast<int64_t>(threads) * Unroll);
			for (int waves : {1, 4, 0}) {
				const int64_t blocks = waves ? std::min<int64_t>(tiles, static_cast<int64_t>(waves) * resident * device.multiProcessorCount) : tiles;
				if (blocks < 1 || blocks > INT32_MAX || K == Dot && (waves == 0 || blocks > mostBlocks)) continue;
				const Variant v{N, Unroll, Hint, threads, waves, static_cast<int>(blocks)};
				init();
				if constexpr (K != Dot) // what is not written must not look right
					if (K != Nstream) CHECK(cudaMemset(output<K>(a, b, c), 0xff, n * sizeof(T)));
				launch<K, N, Unroll, Hint>(v);
				check<K>(v);
				const std::vector<double> all = time(3, false, [&] { launch<K, N, Unroll, Hint>(v); }).device;
				const double seconds = *std::min_element(all.begin(), all.end());
				if (seconds < best.seconds) best.seconds = seconds, best.variant = v;
				best.tried++;
			}
		}
	}

	template <int K> void forms(Best &best, bool run) {
		constexpr int N = 16 / sizeof(T);
		attempt<K, 1, 1, false>(best, run);
		attempt<K, N, 1, false>(best, run);
		attempt<K, N, 2, false>(best, run);
		attempt<K, N, 4, false>(best, run);
		attempt<K, N, 1, true>(best, run);
		attempt<K, N, 2, true>(best, run);
		attempt<K, N, 4, true>(best, run);
	}

	void print(const char *kernel, int arrays, Times all, const std::string &variant, int tried, bool last) {
		for (std::vector<double> *v : {&all.device, &all.host}) {
			v->erase(v->begin()); // the first is not counted
			std::sort(v->begin(), v->end());
		}
		const double bytes = static_cast<double>(arrays) * n * sizeof(T), best = all.device.front(), median = all.device[all.device.size() / 2];
		std::printf("    {\"kernel\": \"%s\", \"type\": \"%s\", \"bytes\": %.0f, \"best_seconds\": %.9g, \"median_seconds\": %.9g, "
		            "\"best_bytes_per_sec\": %.6g, \"median_bytes_per_sec\": %.6g, \"best_host_bytes_per_sec\": %.6g, \"median_host_bytes_per_sec\": %.6g, "
		            "\"variant\": \"%s\", \"variants_tried\": %d}%s\n",
		            kernel, sizeof(T) == 8 ? "float64" : "float32", bytes, best, median, bytes / best, bytes / median,
		            bytes / all.host.front(), bytes / all.host[all.host.size() / 2], variant.c_str(), tried, last ? "" : ",");
	}

	template <int K> void kernel(bool last) {
		Best best;
		forms<K>(best, false);
		init();
		forms<K>(best, true);
		print(names[K], arraysMoved[K], best.all, best.variant.text(), best.tried, last);
	}

	void all(bool last) {
		init();
		print("memcpy", 2, time(times, false, [&] { CHECK(cudaMemcpyAsync(c, a, n * sizeof(T), cudaMemcpyDeviceToDevice)); }),
		      "cudaMemcpyAsync, device to device", 1, false);
		kernel<Copy>(false);
		kernel<Mul>(false);
		kernel<Add>(false);
		kernel<Triad>(false);
		kernel<Nstream>(false);
		kernel<Dot>(last);
	}
};

static long long number(const char *flag, const char *text, long long least, long long most) {
	char *end;
	const long long v = text ? std::strtoll(text, &end, 10) : 0;
	if (!text || *text == 0 || *end != 0 || v < least || v > most) {
		std::fprintf(stderr, "stream.cu: %s takes a number from %lld to %lld\n", flag, least, most);
		std::exit(2);
	}
	return v;
}

int main(int argc, char **argv) {
	int64_t n = 1 << 28;
	int times = 50, ordinal = 0;
	bool doubles = true, floats = true;
	for (int i = 1; i < argc; i += 2) {
		const char *flag = argv[i], *value = i + 1 < argc ? argv[i + 1] : nullptr;
		if (!std::strcmp(flag, "-n")) {
			n = number(flag, value, 4, 1LL << 36);
		} else if (!std::strcmp(flag, "-times")) {
			times = static_cast<int>(number(flag, value, 2, 100000));
		} else if (!std::strcmp(flag, "-device")) {
			ordinal = static_cast<int>(number(flag, value, 0, 1023));
		} else if (!std::strcmp(flag, "-type") && value && (!std::strcmp(value, "double") || !std::strcmp(value, "float") || !std::strcmp(value, "both"))) {
			doubles = std::strcmp(value, "float") != 0;
			floats = std::strcmp(value, "double") != 0;
		} else {
			std::fprintf(stderr, "usage: %s [-n elements] [-times launches] [-type double|float|both] [-device number]\n", argv[0]);
			return 2;
		}
	}
	CHECK(cudaSetDevice(ordinal));
	cudaDeviceProp device;
	CHECK(cudaGetDeviceProperties(&device, ordinal));
	int driver, runtime;
	CHECK(cudaDriverGetVersion(&driver));
	CHECK(cudaRuntimeGetVersion(&runtime));
	size_t available, all;
	CHECK(cudaMemGetInfo(&available, &all));
	const int64_t most = static_cast<int64_t>(available / 10 * 9 / 3 / (doubles ? 8 : 4));
	n = std::min(n, most) / 4 * 4; // whole lines
	std::printf("{\n  \"device\": \"%s\", \"compute_capability\": \"%d.%d\", \"multiprocessors\": %d, \"driver\": \"%d.%d\", \"cuda\": \"%d.%d\",\n",
	            device.name, device.major, device.minor, device.multiProcessorCount, driver / 1000, driver % 1000 / 10, runtime / 1000, runtime % 1000 / 10);
	std::printf("  \"n_elements\": %lld, \"launches\": %d,\n  \"results\": [\n", static_cast<long long>(n), times);
	if (doubles) Bench<double>(n, times, device).all(!floats);
	if (floats) Bench<float>(n, times, device).all(true);
	std::printf("  ]\n}\n");
	return 0;
}
