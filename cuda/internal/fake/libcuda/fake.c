// A stand-in for libcuda.so.1, for tests: devices that are memory of this process, streams that do nothing
// until they are made to, and a record of whatever a caller does that a real driver would answer with an error,
// a crash or wrong data. What package fake's Go side sets and asks begins with "fake"; the rest is the driver API.
//
// Work is put off for as long as the driver API lets it be: an operation runs when something waits for it, or
// when a query gives its stream a turn. So a synchronisation that is missing shows as wrong data, every time.
//
// One mutex (mu) guards everything. It is let go of while a kernel or a delay runs: the stream is then busy.

#define _GNU_SOURCE
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t u64;
typedef uint32_t u32;
typedef int CUresult;
typedef u64 CUdeviceptr;
typedef uintptr_t handle;

enum {
	OK = 0, INVALID_VALUE = 1, OUT_OF_MEMORY = 2, NOT_INITIALIZED = 3, DEVICE_UNAVAILABLE = 46, NO_DEVICE = 100,
	INVALID_DEVICE = 101, INVALID_IMAGE = 200, INVALID_CONTEXT = 201, NO_BINARY = 209, PEER_UNSUPPORTED = 217,
	INVALID_PTX = 218, UNSUPPORTED_PTX = 222, INVALID_HANDLE = 400, NOT_FOUND = 500, NOT_READY = 600,
	ILLEGAL_ADDRESS = 700, PEER_ENABLED = 704, HOST_REGISTERED = 712, HOST_NOT_REGISTERED = 713,
	LAUNCH_FAILED = 719, NOT_SUPPORTED = 801, CAPTURE_UNSUPPORTED = 900, CAPTURE_INVALIDATED = 901,
	CAPTURE_UNMATCHED = 903, CAPTURE_UNJOINED = 904, CAPTURE_ISOLATION = 905, CAPTURED_EVENT = 907,
	CAPTURE_WRONG_THREAD = 908, UNKNOWN = 999,
};

// The functions, and whether one that is made to fail does its work all the same: those that release and those that
// wait do, as the driver's do when they report what an earlier launch went wrong with.
#define CALLS \
	X(cuInit, 0) X(cuDriverGetVersion, 0) X(cuGetErrorName, 0) X(cuGetErrorString, 0) X(cuDeviceGetCount, 0) \
	X(cuDeviceGet, 0) X(cuDeviceGetName, 0) X(cuDeviceGetUuid, 0) X(cuDeviceGetUuid_v2, 0) X(cuDeviceGetPCIBusId, 0) \
	X(cuDeviceTotalMem_v2, 0) X(cuDeviceGetAttribute, 0) X(cuDevicePrimaryCtxRetain, 0) \
	X(cuDevicePrimaryCtxRelease_v2, 1) X(cuCtxSetCurrent, 0) X(cuCtxGetCurrent, 0) X(cuCtxSynchronize, 1) \
	X(cuMemGetInfo_v2, 0) X(cuModuleLoadData, 0) X(cuModuleLoadDataEx, 0) X(cuModuleUnload, 1) X(cuModuleGetFunction, 0) \
	X(cuFuncGetAttribute, 0) X(cuLinkCreate_v2, 0) X(cuLinkAddData_v2, 0) X(cuLinkComplete, 0) X(cuLinkDestroy, 1) \
	X(cuOccupancyMaxPotentialBlockSize, 0) X(cuOccupancyMaxActiveBlocksPerMultiprocessor, 0) X(cuLaunchKernel, 0) \
	X(cuMemAlloc_v2, 0) X(cuMemFree_v2, 1) X(cuMemAllocAsync, 0) X(cuMemFreeAsync, 1) X(cuDeviceGetDefaultMemPool, 0) \
	X(cuMemPoolCreate, 0) X(cuMemPoolDestroy, 1) X(cuMemAllocFromPoolAsync, 0) X(cuMemPoolSetAttribute, 0) \
	X(cuMemPoolTrimTo, 0) X(cuMemPoolSetAccess, 0) X(cuMemHostAlloc, 0) X(cuMemFreeHost, 1) X(cuMemHostRegister_v2, 0) X(cuMemHostUnregister, 1) \
	X(cuMemcpyHtoDAsync_v2, 0) X(cuMemcpyDtoHAsync_v2, 0) X(cuMemcpyDtoDAsync_v2, 0) X(cuMemcpyPeerAsync, 0) \
	X(cuDeviceCanAccessPeer, 0) X(cuCtxEnablePeerAccess, 0) X(cuMemsetD32Async, 0) X(cuStreamCreate, 0) \
	X(cuStreamDestroy_v2, 1) X(cuStreamSynchronize, 1) X(cuStreamQuery, 0) X(cuStreamWaitEvent, 0) X(cuEventCreate, 0) \
	X(cuEventDestroy_v2, 1) X(cuEventRecord, 0) X(cuEventSynchronize, 1) X(cuEventQuery, 0) X(cuEventElapsedTime, 0) \
	X(cuStreamBeginCapture_v2, 0) X(cuStreamEndCapture, 1) X(cuGraphInstantiateWithFlags, 0) \
	X(cuGraphInstantiate_v2, 0) X(cuGraphLaunch, 0) X(cuGraphDestroy, 1) X(cuGraphExecDestroy, 1)

enum {
#define X(name, late) C_##name,
	CALLS
#undef X
	NCALLS
};
static const char *const callNames[] = {
#define X(name, late) #name,
	CALLS
#undef X
};
static const char callLate[] = {
#define X(name, late) late,
	CALLS
#undef X
};

// Objects.

enum { STREAM = 1, EVENT, MODULE, FUNCTION, POOL, GRAPH, EXEC, LINK, CONTEXT, NKINDS };
static const char *const kindNames[] = {"", "stream", "event", "module", "function", "pool", "graph", "graph exec", "link state", "context"};

#define MAXDEVICES 16
#define MAXATTRIBUTES 256
#define GUARD 256

typedef struct ctx ctx;
typedef struct stream stream;
typedef struct op op;
typedef struct capture capture;

// What every handle stands for begins with. Objects are kept when they die, so that a stale handle is told apart.
typedef struct {
	int kind, live;
	ctx *ctx;
	u64 born; // the number of the call that made it
	handle h;
} object;

typedef struct { // one recording of an event
	int refs, done;
	stream *s;    // in whose queue the recording is, until it is done
	capture *cap; // where it was captured instead
	u64 place;    // in a capture: how many operations its stream had captured
	u64 time;
} record;

typedef struct {
	object o;
	u32 flags;
	record *last;
} event;

typedef struct {
	u32 count, bytes, shared, threads, registers, local;
	u32 offsets[128], sizes[128];
} entry; // what the hook says of an entry

typedef struct {
	object o;
	u64 id; // of the hook
} module;

typedef struct {
	object o;
	module *m;
	char *name;
	entry e;
	int loaded; // it was launched outside a capture
} function;

typedef struct {
	object o;
	int device, standard;
	u64 used, reserved, threshold, live;
	char shared[MAXDEVICES];
} pool;

typedef struct {
	u64 va, size;
	unsigned char *base; // of the guard zone before it
	int device, state, async;
	ctx *ctx;
	pool *pool;
	u64 born;
} allocation;
enum { DEAD, LIVE, COMING, GOING }; // COMING: allocated in an order of a stream that has not come so far. GOING: so freed.

typedef struct {
	unsigned char *p;
	u64 size;
	int registered;
	ctx *ctx;
	u64 born;
} pinned;

enum { KERNEL, TODEVICE, TOHOST, ONDEVICE, FILL, RECORD, WAIT, ALLOC, FREE };

struct op {
	op *next;
	int kind, own; // own: host is a copy that is the operation's
	u64 dst, src, bytes;
	void *host;
	u32 value;
	ctx *to, *from;
	record *rec;
	function *f;
	u32 grid[3], block[3], shared;
	unsigned char *params;
	int held;
};

struct capture {
	stream *origin;
	op *head, **tail;
	int invalid, ended;
	pthread_t thread;
};

struct stream {
	object o;
	op *head, **tail;
	u64 length;
	int busy;
	capture *cap;
	u64 captured, joined;
	stream *next; // of its context
};

typedef struct {
	object o;
	op *head, **tail;
} graph; // and a graph exec

typedef struct {
	object o;
	char *text, *image;
	u64 size;
	char *error;
	u64 errorSize, *errorWritten;
} linkstate;

struct ctx {
	object o;
	int device, refs;
	CUresult sticky;
	stream *streams; // the default stream last
	stream standard;
	char peers[MAXDEVICES];
};

typedef struct {
	char name[128];
	u64 memory, used, clock;
	int attributes[MAXATTRIBUTES]; // -1: there is none such
	CUresult lost;
	ctx *primary;
	pool *standard;
	char peers[MAXDEVICES];
} device;

typedef struct {
	u64 va, size;
	void *p;
} range;

typedef struct { // what the launch hook is given
	u64 module;
	const char *entry;
	u32 grid[3], block[3], shared, bytes;
	const void *params;
	const range *ranges;
	u64 count;
	char *error;
	u64 errorSize;
} request;

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static int inited, version = 12000, deviceCount = -1, visibleCount = -1, visible[MAXDEVICES];
static device devices[MAXDEVICES];

static object **objects;
static size_t objectCount, objectRoom;
static allocation **allocations; // by address; the dead among them, for messages
static size_t allocationCount, allocationRoom, allocationDead;
static pinned *pins;
static size_t pinCount, pinRoom;
static u64 bump[MAXDEVICES];

static void **attic; // freed memory that a running kernel may still reach
static size_t atticCount, atticRoom;
static int running;

static u64 counts[NCALLS], total;
static unsigned char *sequence;
static size_t sequenceRoom;
static u64 stats[16];
enum { S_LAUNCHES, S_TODEVICE, S_TOHOST, S_ONDEVICE, S_PEER, S_FILLED, S_PAGEABLE, S_IDLE, S_OPERATIONS, S_NEAR };

static char *faults;
static size_t faultLength;
static u64 faultCount;

static u64 user;
static u64 (*hookLoad)(u64, const char *, u64, char *, u64);
static void (*hookUnload)(u64, u64);
static int (*hookEntry)(u64, u64, const char *, entry *);
static int (*hookLaunch)(u64, request *);

static struct { int call, lose; u64 nth; CUresult result; int forever; } rules[64];
static int ruleCount;
static u64 holdAfter, holding; // the launches before the one to hold; whether any is to be
static u64 turn = 1;           // operations that a query runs
static u64 depth = 1024;       // of a queue; beyond it a caller waits, as a device's do
static long delay;             // nanoseconds an operation

static __thread handle current;
static __thread int capturing; // captures that this thread has begun

// Faults.

static void fault(const char *format, ...) {
	char line[512];
	va_list list;
	va_start(list, format);
	int n = vsnprintf(line, sizeof line - 1, format, list);
	va_end(list);
	if (n > (int)sizeof line - 2) n = sizeof line - 2;
	faultCount++;
	if (faultCount > 1000) return;
	faults = realloc(faults, faultLength + n + 2);
	memcpy(faults + faultLength, line, n);
	faultLength += n;
	faults[faultLength++] = '\n';
	faults[faultLength] = 0;
}

static const char *calling = ""; // the function under way, for messages: of the holder of mu

// Handles.

static handle adopt(object *o, int kind, ctx *c) {
	if (objectCount == objectRoom) {
		objectRoom = objectRoom ? 2 * objectRoom : 64;
		objects = realloc(objects, objectRoom * sizeof *objects);
	}
	o->kind = kind;
	o->live = 1;
	o->ctx = c;
	o->born = total;
	o->h = 0x10000 + 16 * objectCount;
	objects[objectCount++] = o;
	return o->h;
}

static object *peek(handle h) {
	size_t i = (h - 0x10000) / 16;
	return h < 0x10000 || h % 16 || i >= objectCount ? NULL : objects[i];
}

// find gives the live object of a handle, or records what was wrong with the handle.
static void *find(handle h, int kind) {
	object *o = peek(h);
	if (o && o->kind == kind && o->live) return o;
	if (!o) fault("%s: %#llx is no handle of a %s", calling, (unsigned long long)h, kindNames[kind]);
	else if (o->kind != kind) fault("%s: a %s where a %s belongs", calling, kindNames[o->kind], kindNames[kind]);
	else fault("%s: the %s of call %llu was destroyed before", calling, kindNames[kind], (unsigned long long)o->born);
	return NULL;
}

static void drop(record *r) {
	if (r && --r->refs == 0) free(r);
}

static void discard(op *o) {
	if (o->own) free(o->host);
	free(o->params);
	drop(o->rec);
	free(o);
}

static void discardAll(op **head, op ***tail) {
	for (op *o = *head; o;) {
		op *next = o->next;
		discard(o);
		o = next;
	}
	*head = NULL;
	*tail = head;
}

// Memory.

static void sweep(void) {
	if (running) return;
	for (size_t i = 0; i < atticCount; i++) free(attic[i]);
	atticCount = 0;
}

static void retire(void *p) {
	if (!running) {
		free(p);
		return;
	}
	if (atticCount == atticRoom) {
		atticRoom = atticRoom ? 2 * atticRoom : 16;
		attic = realloc(attic, atticRoom * sizeof *attic);
	}
	attic[atticCount++] = p;
}

static unsigned char *guarded(u64 size) {
	unsigned char *p = NULL;
	if (posix_memalign((void **)&p, 4096, 4096 + size + GUARD)) return NULL;
	memset(p + 4096 - GUARD, 0xB5, GUARD);
	memset(p + 4096, 0xDB, size);
	memset(p + 4096 + size, 0xB5, GUARD);
	return p;
}

static void check(unsigned char *base, u64 size, const char *what, u64 at) {
	for (int i = 0; i < GUARD; i++) {
		if (base[4096 - GUARD + i] != 0xB5) {
			fault("%s: memory before the %s at %#llx was written", calling, what, (unsigned long long)at);
			break;
		}
	}
	for (int i = 0; i < GUARD; i++) {
		if (base[4096 + size + i] != 0xB5) {
			fault("%s: memory behind the %s at %#llx of %llu bytes was written", calling, what, (unsigned long long)at, (unsigned long long)size);
			break;
		}
	}
}

static allocation *lookup(u64 va) {
	size_t lo = 0, hi = allocationCount;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (allocations[mid]->va <= va) lo = mid + 1;
		else hi = mid;
	}
	if (lo == 0) return NULL;
	allocation *a = allocations[lo - 1];
	return va - a->va < a->size + GUARD ? a : NULL; // a little beyond, for messages
}

#define DEVICEBASE 0x700000000000ull // where neither Go nor the system puts anything
#define ISDEVICE(p) ((u64)(p) >= DEVICEBASE && (u64)(p) < DEVICEBASE + ((u64)MAXDEVICES << 36))

static u64 cached(int d) {
	u64 n = 0;
	for (size_t i = 0; i < objectCount; i++) {
		pool *p = (pool *)objects[i];
		if (p->o.kind == POOL && p->device == d) n += p->reserved;
	}
	return n;
}

static void trim(pool *p, u64 keep) {
	u64 n = p->used > keep ? p->used : keep;
	if (p->reserved > n) p->reserved = n;
}

static allocation *allocate(ctx *c, u64 size, pool *p) {
	device *d = &devices[c->device];
	u64 taken = d->used + cached(c->device) - (p ? p->reserved - p->used : 0);
	if (size > d->memory || taken + size > d->memory) return NULL;
	unsigned char *base = guarded(size);
	if (!base) return NULL;
	allocation *a = calloc(1, sizeof *a);
	a->base = base;
	a->size = size;
	a->device = c->device;
	a->ctx = c;
	a->pool = p;
	a->state = LIVE;
	a->born = total;
	a->va = DEVICEBASE + ((u64)c->device << 36) + bump[c->device];
	bump[c->device] += (size + GUARD + 511) / 512 * 512;
	if (p) {
		p->used += size;
		p->live++;
		if (p->reserved < p->used) p->reserved = p->used;
	} else d->used += size;
	if (allocationDead > 1024 && allocationDead > allocationCount / 2) {
		size_t n = 0;
		for (size_t i = 0; i < allocationCount; i++) {
			if (allocations[i]->state == DEAD) free(allocations[i]);
			else allocations[n++] = allocations[i];
		}
		allocationCount = n;
		allocationDead = 0;
	}
	if (allocationCount == allocationRoom) {
		allocationRoom = allocationRoom ? 2 * allocationRoom : 64;
		allocations = realloc(allocations, allocationRoom * sizeof *allocations);
	}
	size_t i = allocationCount++;
	for (; i && allocations[i - 1]->va > a->va; i--) allocations[i] = allocations[i - 1];
	allocations[i] = a;
	return a;
}

static void release(allocation *a) {
	check(a->base, a->size, "allocation", a->va);
	memset(a->base + 4096, 0xDD, a->size);
	retire(a->base);
	a->base = NULL;
	a->state = DEAD;
	allocationDead++;
	if (a->pool) {
		a->pool->used -= a->size;
		a->pool->live--;
		if (!a->pool->o.live) trim(a->pool, 0);
	} else devices[a->device].used -= a->size;
}

// reach gives the memory behind [va, va+bytes) for use by c when an operation runs (now) or is asked for (!now).
static unsigned char *reach(ctx *c, u64 va, u64 bytes, int now) {
	allocation *a = lookup(va);
	const char *when = now ? " when it ran" : "";
	if (!a || va >= a->va + a->size) {
		fault("%s: %#llx is no address in device memory%s", calling, (unsigned long long)va, when);
		return NULL;
	}
	if (bytes > a->va + a->size - va) {
		fault("%s: %llu bytes at %#llx leave the allocation of %llu bytes at %#llx", calling, (unsigned long long)bytes, (unsigned long long)va, (unsigned long long)a->size, (unsigned long long)a->va);
		return NULL;
	}
	if (a->state == DEAD || (!now && a->state == GOING)) {
		fault("%s: the allocation at %#llx (call %llu) is freed%s", calling, (unsigned long long)a->va, (unsigned long long)a->born, when);
		return NULL;
	}
	if (now && a->state == COMING) {
		fault("%s: the allocation at %#llx (call %llu) was used out of its stream's order", calling, (unsigned long long)a->va, (unsigned long long)a->born);
		return NULL;
	}
	if (c && a->ctx != c) {
		fault("%s: the allocation at %#llx is another context's", calling, (unsigned long long)a->va);
		return NULL;
	}
	return a->base + 4096 + (va - a->va);
}

static pinned *pinOf(const void *p) {
	for (size_t i = 0; i < pinCount; i++) {
		if ((const unsigned char *)p >= pins[i].p && (const unsigned char *)p < pins[i].p + pins[i].size) return &pins[i];
	}
	return NULL;
}

// Queues.

static CUresult lose(ctx *c, CUresult r) {
	if (!c->sticky) c->sticky = r;
	for (stream *s = c->streams; s; s = s->next) {
		op **p = &s->head;
		if (s->busy) p = &s->head->next; // whoever runs it takes it out
		while (*p) {
			op *o = *p;
			*p = o->next;
			s->length--;
			if (o->kind == RECORD) o->rec->done = 1;
			discard(o);
		}
		s->tail = p;
	}
	pthread_cond_broadcast(&changed);
	return r;
}

static void finish(stream *s, op *o) {
	s->head = o->next;
	if (!s->head) s->tail = &s->head;
	s->length--;
	stats[S_OPERATIONS]++;
	discard(o);
	pthread_cond_broadcast(&changed);
}

static int byAddress(const void *a, const void *b) {
	u64 x = ((const range *)a)->va, y = ((const range *)b)->va;
	return x < y ? -1 : x > y;
}

// near tells whether a context's device reaches an allocation of another one: a pool says so by itself.
static int near(ctx *c, const allocation *a) { return a->pool ? a->pool->shared[c->device] : c->peers[a->device]; }

// run runs the operation at the head of a stream. Waits are over by then.
static void run(stream *s) {
	op *o = s->head;
	ctx *c = s->o.ctx;
	device *d = &devices[c->device];
	const char *was = calling;
	if (delay) {
		struct timespec t = {delay / 1000000000, delay % 1000000000};
		s->busy = 1;
		pthread_mutex_unlock(&mu);
		nanosleep(&t, NULL);
		pthread_mutex_lock(&mu);
		s->busy = 0;
		calling = was;
		if (c->sticky) { // lost meanwhile
			if (o->kind == RECORD) o->rec->done = 1;
			finish(s, o);
			return;
		}
	}
	CUresult r = OK;
	unsigned char *p, *q;
	d->clock += 1000;
	switch (o->kind) {
	case TODEVICE:
		calling = "a copy to the device";
		p = reach(o->to, o->dst, o->bytes, 1);
		if (p) memcpy(p, o->host, o->bytes);
		else r = ILLEGAL_ADDRESS;
		d->clock += o->bytes / 25;
		break;
	case TOHOST:
		calling = "a copy to the host";
		p = reach(o->from, o->src, o->bytes, 1);
		if (p) memcpy(o->host, p, o->bytes);
		else r = ILLEGAL_ADDRESS;
		d->clock += o->bytes / 25;
		break;
	case ONDEVICE:
		calling = "a copy on the device";
		p = reach(o->to, o->dst, o->bytes, 1);
		q = reach(o->from, o->src, o->bytes, 1);
		if (p && q) memmove(p, q, o->bytes);
		else r = ILLEGAL_ADDRESS;
		d->clock += o->bytes / 500;
		break;
	case FILL:
		calling = "a fill";
		p = reach(o->to, o->dst, o->bytes, 1);
		if (p) for (u64 i = 0; i < o->bytes / 4; i++) memcpy(p + 4 * i, &o->value, 4);
		else r = ILLEGAL_ADDRESS;
		d->clock += o->bytes / 1000;
		break;
	case RECORD:
		o->rec->time = d->clock;
		o->rec->done = 1;
		break;
	case ALLOC:
	case FREE: {
		allocation *a = lookup(o->dst);
		if (a && a->state == COMING && o->kind == ALLOC) a->state = LIVE;
		else if (a && a->state == GOING && o->kind == FREE) {
			calling = "a free in a stream's order";
			pool *pl = a->pool;
			release(a);
			if (pl && pl->o.live) trim(pl, pl->threshold);
		}
		break;
	}
	case KERNEL: {
		range *ranges = malloc((allocationCount + pinCount + 1) * sizeof *ranges);
		u64 n = 0;
		for (size_t i = 0; i < allocationCount; i++) {
			allocation *a = allocations[i];
			if (a->state != LIVE && a->state != GOING) continue;
			if (a->ctx != c && !near(c, a)) continue;
			ranges[n++] = (range){a->va, a->size, a->base + 4096};
		}
		for (size_t i = 0; i < pinCount; i++) ranges[n++] = (range){(u64)(uintptr_t)pins[i].p, pins[i].size, pins[i].p};
		qsort(ranges, n, sizeof *ranges, byAddress);
		char text[512] = "";
		request q = {
			.module = o->f->m->id, .entry = o->f->name, .shared = o->shared, .bytes = o->f->e.bytes, .params = o->params,
			.ranges = ranges, .count = n, .error = text, .errorSize = sizeof text,
		};
		memcpy(q.grid, o->grid, sizeof q.grid);
		memcpy(q.block, o->block, sizeof q.block);
		s->busy = 1;
		running++;
		pthread_mutex_unlock(&mu);
		if (hookLaunch) r = hookLaunch(user, &q);
		pthread_mutex_lock(&mu);
		running--;
		sweep();
		s->busy = 0;
		free(ranges);
		if (r) fault("kernel %s: %s", o->f->name, text[0] ? text : "it failed");
		d->clock += 4000 + (u64)o->grid[0] * o->grid[1] * o->grid[2] * 10;
		break;
	}
	}
	calling = was;
	finish(s, o);
	if (r) lose(c, r);
}

// advance runs a stream up to a record, or to its end: at most *budget operations. Where it may not block it gives
// NOT_READY in place of waiting for another thread or for a launch that is held.
static CUresult advance(stream *s, record *until, u64 *budget, int block) {
	while (until ? !until->done : s->head != NULL) {
		op *o = s->head;
		if (s->busy || (o->kind == KERNEL && o->held && holding)) {
			if (!block) return NOT_READY;
			pthread_cond_wait(&changed, &mu);
			continue;
		}
		if (o->kind == WAIT && !o->rec->done) {
			record *r = o->rec;
			r->refs++;
			CUresult e = advance(r->s, r, budget, block);
			drop(r);
			if (e) return e;
			continue;
		}
		if (*budget == 0) return NOT_READY;
		--*budget;
		run(s);
	}
	return OK;
}

static void drain(stream *s) {
	u64 all = ~0ull;
	const char *was = calling;
	advance(s, NULL, &all, 1);
	calling = was;
}

static void drainAll(ctx *c) {
	for (int again = 1; again;) {
		again = 0;
		for (stream *s = c->streams; s; s = s->next) {
			if (s->head) {
				drain(s);
				again = 1;
			}
		}
	}
}

static op *newOp(int kind) {
	op *o = calloc(1, sizeof *o);
	o->kind = kind;
	return o;
}

static void submit(stream *s, op *o) {
	if (s->cap) {
		*s->cap->tail = o;
		s->cap->tail = &o->next;
		s->captured++;
		return;
	}
	const char *was = calling;
	while (s->length >= depth && !s->o.ctx->sticky) {
		u64 one = 1;
		advance(s, s->head && s->head->kind == RECORD ? s->head->rec : NULL, &one, 1);
	}
	calling = was;
	*s->tail = o;
	s->tail = &o->next;
	s->length++;
}

// touches tells whether an operation works on [lo, hi), of device memory or of the host's.
static int touches(const op *o, u64 lo, u64 hi) {
	u64 h = (u64)(uintptr_t)o->host;
	if (o->dst && o->kind != ALLOC && o->kind != FREE && o->dst < hi && o->dst + o->bytes > lo) return 1;
	if (o->src && o->src < hi && o->src + o->bytes > lo) return 1;
	if (h && !o->own && h < hi && h + o->bytes > lo) return 1;
	if (o->kind == KERNEL) {
		for (u32 i = 0; i + 8 <= o->f->e.bytes; i += 8) {
			u64 v;
			memcpy(&v, o->params + i, 8);
			if (v >= lo && v < hi) return 1;
		}
	}
	return 0;
}

// idle waits for the operations that work on memory which is to go; that there are any is the caller's fault.
static void idle(u64 lo, u64 hi, const char *what) {
	for (int d = 0; d < MAXDEVICES; d++) {
		ctx *c = devices[d].primary;
		if (!c) continue;
		for (stream *s = c->streams; s; s = s->next) {
			for (op *o = s->head; o; o = o->next) {
				if (!touches(o, lo, hi)) continue;
				fault("%s: work on the %s at %#llx is still queued", calling, what, (unsigned long long)lo);
				drain(s);
				break;
			}
		}
	}
}

// Calls.

static int sticky(CUresult r) {
	return r == 214 || r == 220 || r == 226 || r == 700 || r == 702 || r == 710 || (r >= 714 && r <= 719) || r == 721 || r == 810 || r == 911 || r == 999;
}

static CUresult enter(int call) {
	calling = callNames[call];
	counts[call]++;
	if (call == C_cuGetErrorName || call == C_cuGetErrorString) return OK;
	if (total >= sequenceRoom) {
		sequenceRoom = sequenceRoom ? 2 * sequenceRoom : 1024;
		sequence = realloc(sequence, sequenceRoom);
	}
	sequence[total++] = call;
	for (int i = 0; i < ruleCount; i++) {
		if (rules[i].call >= 0 && rules[i].call != call) continue;
		if (rules[i].nth == 0) continue;
		if (rules[i].nth > 1) {
			rules[i].nth--;
			continue;
		}
		if (!rules[i].forever) rules[i].nth = 0;
		object *o = peek(current);
		ctx *c = o && o->live ? (ctx *)o : NULL;
		if (rules[i].lose) {
			device *d = &devices[c ? c->device : inited ? visible[0] : 0];
			d->lost = rules[i].result;
			c = d->primary;
		}
		if (c && sticky(rules[i].result)) lose(c, rules[i].result);
		return rules[i].result;
	}
	if (!inited && call != C_cuInit && call != C_cuDriverGetVersion) return NOT_INITIALIZED;
	return OK;
}

// API defines a function: its work, under mu, is the block that follows.
#define API(name, params, args) \
	static CUresult do_##name params; \
	EXPORT CUresult name params { \
		pthread_mutex_lock(&mu); \
		CUresult failed_ = enter(C_##name), result_ = failed_; \
		if (!failed_ || (callLate[C_##name] && inited)) { \
			result_ = do_##name args; \
			if (failed_) result_ = failed_; \
		} \
		calling = ""; \
		pthread_mutex_unlock(&mu); \
		return result_; \
	} \
	static CUresult do_##name params

// context gives the calling thread's, which has to be live and unharmed.
static CUresult context(ctx **out) {
	object *o = peek(current);
	*out = NULL;
	if (!o || !o->live || o->kind != CONTEXT) return INVALID_CONTEXT;
	*out = (ctx *)o;
	return (*out)->sticky;
}

#define CONTEXT_OR_RETURN ctx *c; do { CUresult r_ = context(&c); if (r_) return r_; } while (0)

// RELEASE_OR_RETURN is for functions that release: they do in a lost context too, and give its error.
#define RELEASE_OR_RETURN ctx *c; CUresult harm = context(&c); if (!c) return harm

static CUresult streamOf(handle h, ctx *c, stream **out) {
	if (h <= 1) {
		*out = &c->standard;
		return OK;
	}
	stream *s = find(h, STREAM);
	if (!s) return INVALID_HANDLE;
	if (s->o.ctx != c) {
		fault("%s: the stream of call %llu is another context's", calling, (unsigned long long)s->o.born);
		return INVALID_HANDLE;
	}
	*out = s;
	return OK;
}

#define STREAM_OR_RETURN(h) stream *s; do { CUresult r_ = streamOf(h, c, &s); if (r_) return r_; } while (0)

// unsafe gives the error of a function that must not be called while this thread captures.
static CUresult unsafe_(void) {
	if (!capturing) return OK;
	for (int d = 0; d < MAXDEVICES; d++) {
		if (!devices[d].primary) continue;
		for (stream *s = devices[d].primary->streams; s; s = s->next) {
			if (s->cap && pthread_equal(s->cap->thread, pthread_self())) s->cap->invalid = 1;
		}
	}
	fault("%s: not while a stream is captured", calling);
	return CAPTURE_UNSUPPORTED;
}

#define SAFE_OR_RETURN do { CUresult r_ = unsafe_(); if (r_) return r_; } while (0)

static CUresult uncaptured(stream *s) {
	if (!s->cap) return OK;
	s->cap->invalid = 1;
	fault("%s: the stream is captured", calling);
	return CAPTURE_UNSUPPORTED;
}

static void setup(void) {
	if (deviceCount < 0) {
		const char *n = getenv("TRIAD_FAKE_DEVICES");
		deviceCount = n ? atoi(n) : 1;
		if (deviceCount < 0) deviceCount = 0;
		if (deviceCount > MAXDEVICES) deviceCount = MAXDEVICES;
	}
	for (int i = 0; i < deviceCount; i++) {
		device *d = &devices[i];
		if (d->name[0]) continue;
		snprintf(d->name, sizeof d->name, "Fake GPU %d", i);
		d->memory = 1ull << 30;
		static const int standard[][2] = {
			{1, 1024}, {2, 1024}, {3, 1024}, {4, 64}, {5, 2147483647}, {6, 65535}, {7, 65535}, {8, 49152}, {10, 32}, {12, 65536}, {13, 1410000},
			{16, 4}, {18, 0}, {19, 1}, {20, 0}, {36, 1215000}, {37, 5120}, {38, 4194304}, {39, 2048}, {40, 3}, {41, 1},
			{75, 8}, {76, 0}, {81, 167936}, {82, 65536}, {97, 166912}, {115, 1},
		};
		for (int a = 0; a < MAXATTRIBUTES; a++) d->attributes[a] = -1;
		for (size_t a = 0; a < sizeof standard / sizeof *standard; a++) d->attributes[standard[a][0]] = standard[a][1];
		memset(d->peers, 1, sizeof d->peers);
	}
}

static CUresult physical(int ordinal, device **out) {
	if (ordinal < 0 || ordinal >= visibleCount) return INVALID_DEVICE;
	*out = &devices[visible[ordinal]];
	return OK;
}

#define DEVICE_OR_RETURN(n) device *d; do { CUresult r_ = physical(n, &d); if (r_) return r_; } while (0)

API(cuInit, (u32 flags), (flags)) {
	if (flags) return INVALID_VALUE;
	if (inited) return OK;
	setup();
	if (visibleCount < 0) {
		visibleCount = 0;
		const char *list = getenv("CUDA_VISIBLE_DEVICES");
		if (!list) {
			for (; visibleCount < deviceCount; visibleCount++) visible[visibleCount] = visibleCount;
		} else {
			for (char *end; *list; list = *end ? end + 1 : end) {
				long n = strtol(list, &end, 10);
				if (end == list || n < 0 || n >= deviceCount || visibleCount == MAXDEVICES) break;
				visible[visibleCount++] = n;
				if (*end != ',') break;
			}
		}
	}
	if (visibleCount == 0) return NO_DEVICE;
	inited = 1;
	return OK;
}

API(cuDriverGetVersion, (int *out), (out)) {
	*out = version;
	return OK;
}

static const struct { CUresult r; const char *name, *text; } results[] = {
	{0, "CUDA_SUCCESS", "no error"}, {1, "CUDA_ERROR_INVALID_VALUE", "invalid argument"},
	{2, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory"}, {3, "CUDA_ERROR_NOT_INITIALIZED", "initialization error"},
	{4, "CUDA_ERROR_DEINITIALIZED", "driver shutting down"}, {34, "CUDA_ERROR_STUB_LIBRARY", "CUDA driver is a stub library"},
	{46, "CUDA_ERROR_DEVICE_UNAVAILABLE", "CUDA-capable device(s) is/are busy or unavailable"},
	{100, "CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"},
	{101, "CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"}, {200, "CUDA_ERROR_INVALID_IMAGE", "device kernel image is invalid"},
	{201, "CUDA_ERROR_INVALID_CONTEXT", "invalid device context"},
	{209, "CUDA_ERROR_NO_BINARY_FOR_GPU", "no kernel image is available for execution on the device"},
	{214, "CUDA_ERROR_ECC_UNCORRECTABLE", "uncorrectable ECC error encountered"},
	{217, "CUDA_ERROR_PEER_ACCESS_UNSUPPORTED", "peer access is not supported between these two devices"},
	{218, "CUDA_ERROR_INVALID_PTX", "a PTX JIT compilation failed"},
	{222, "CUDA_ERROR_UNSUPPORTED_PTX_VERSION", "the provided PTX was compiled with an unsupported toolchain."},
	{400, "CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"}, {500, "CUDA_ERROR_NOT_FOUND", "named symbol not found"},
	{600, "CUDA_ERROR_NOT_READY", "device not ready"}, {700, "CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"},
	{701, "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES", "too many resources requested for launch"},
	{702, "CUDA_ERROR_LAUNCH_TIMEOUT", "the launch timed out and was terminated"},
	{704, "CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED", "peer access is already enabled"},
	{710, "CUDA_ERROR_ASSERT", "device-side assert triggered"},
	{712, "CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED", "part or all of the requested memory range is already mapped"},
	{713, "CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED", "pointer does not correspond to a registered memory region"},
	{715, "CUDA_ERROR_ILLEGAL_INSTRUCTION", "an illegal instruction was encountered"},
	{716, "CUDA_ERROR_MISALIGNED_ADDRESS", "misaligned address"}, {719, "CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"},
	{800, "CUDA_ERROR_NOT_PERMITTED", "operation not permitted"}, {801, "CUDA_ERROR_NOT_SUPPORTED", "operation not supported"},
	{900, "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED", "operation not permitted when stream is capturing"},
	{901, "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED", "operation failed due to a previous error during capture"},
	{903, "CUDA_ERROR_STREAM_CAPTURE_UNMATCHED", "capture was not initiated in this stream"},
	{904, "CUDA_ERROR_STREAM_CAPTURE_UNJOINED", "capturing stream has unjoined work"},
	{905, "CUDA_ERROR_STREAM_CAPTURE_ISOLATION", "dependency created on uncaptured work in another stream"},
	{907, "CUDA_ERROR_CAPTURED_EVENT", "operation not permitted on an event last recorded in a capturing stream"},
	{908, "CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD", "attempt to terminate a thread-local capture sequence from another thread"},
	{999, "CUDA_ERROR_UNKNOWN", "unknown error"},
};

API(cuGetErrorName, (CUresult r, const char **out), (r, out)) {
	*out = NULL;
	for (size_t i = 0; i < sizeof results / sizeof *results; i++) {
		if (results[i].r == r) *out = results[i].name;
	}
	return *out ? OK : INVALID_VALUE;
}

API(cuGetErrorString, (CUresult r, const char **out), (r, out)) {
	*out = NULL;
	for (size_t i = 0; i < sizeof results / sizeof *results; i++) {
		if (results[i].r == r) *out = results[i].text;
	}
	return *out ? OK : INVALID_VALUE;
}

// Devices and contexts.

API(cuDeviceGetCount, (int *out), (out)) {
	*out = visibleCount;
	return OK;
}

API(cuDeviceGet, (int *out, int ordinal), (out, ordinal)) {
	DEVICE_OR_RETURN(ordinal);
	(void)d;
	*out = ordinal;
	return OK;
}

API(cuDeviceGetName, (char *out, int n, int dev), (out, n, dev)) {
	DEVICE_OR_RETURN(dev);
	if (n <= 0) return INVALID_VALUE;
	snprintf(out, n, "%s", d->name);
	return OK;
}

static CUresult uuid(unsigned char *out, int dev) {
	DEVICE_OR_RETURN(dev);
	for (int i = 0; i < 15; i++) out[i] = 0xF0 + i;
	out[15] = d - devices;
	return OK;
}

API(cuDeviceGetUuid, (unsigned char *out, int dev), (out, dev)) { return uuid(out, dev); }
API(cuDeviceGetUuid_v2, (unsigned char *out, int dev), (out, dev)) { return uuid(out, dev); }

API(cuDeviceGetPCIBusId, (char *out, int n, int dev), (out, n, dev)) {
	DEVICE_OR_RETURN(dev);
	if (n < 13) return INVALID_VALUE;
	snprintf(out, n, "0000:%02X:00.0", (int)(d - devices) + 1);
	return OK;
}

API(cuDeviceTotalMem_v2, (size_t *out, int dev), (out, dev)) {
	DEVICE_OR_RETURN(dev);
	*out = d->memory;
	return OK;
}

API(cuDeviceGetAttribute, (int *out, int a, int dev), (out, a, dev)) {
	DEVICE_OR_RETURN(dev);
	if (a < 0 || a >= MAXATTRIBUTES || d->attributes[a] == -1) return INVALID_VALUE;
	*out = d->attributes[a];
	return OK;
}

API(cuDevicePrimaryCtxRetain, (handle *out, int dev), (out, dev)) {
	DEVICE_OR_RETURN(dev);
	if (d->lost) return d->lost;
	if (d->attributes[20] == 2) return DEVICE_UNAVAILABLE;
	if (!d->primary) {
		ctx *c = calloc(1, sizeof *c);
		adopt(&c->o, CONTEXT, c);
		c->device = d - devices;
		c->standard.o = (object){STREAM, 1, c, total, 0};
		c->standard.tail = &c->standard.head;
		c->streams = &c->standard;
		d->primary = c;
	}
	d->primary->refs++;
	*out = d->primary->o.h;
	return OK;
}

static size_t leaks(ctx *only, char *out, size_t size);

API(cuDevicePrimaryCtxRelease_v2, (int dev), (dev)) {
	DEVICE_OR_RETURN(dev);
	ctx *c = d->primary;
	if (!c) {
		fault("%s: the primary context of device %d is not retained", calling, dev);
		return INVALID_CONTEXT;
	}
	if (--c->refs) return OK;
	if (!c->sticky) {
		drainAll(c);
		char text[4096];
		if (leaks(c, text, sizeof text)) {
			for (char *l = strtok(text, "\n"); l; l = strtok(NULL, "\n")) fault("%s: with its context goes the %s", calling, l);
		}
	}
	lose(c, INVALID_CONTEXT);
	for (stream *s = c->streams; s; s = s->next) {
		while (s->busy) pthread_cond_wait(&changed, &mu); // a kernel of a lost context
	}
	for (size_t i = 0; i < allocationCount; i++) {
		if (allocations[i]->ctx == c && allocations[i]->state != DEAD) release(allocations[i]);
	}
	for (size_t i = 0; i < pinCount;) {
		if (pins[i].ctx != c) {
			i++;
			continue;
		}
		if (!pins[i].registered) retire(pins[i].p - 4096);
		pins[i] = pins[--pinCount];
	}
	for (size_t i = 0; i < objectCount; i++) {
		object *o = objects[i];
		if (!o->live || o->ctx != c || o->kind == POOL) continue;
		o->live = 0;
		if (o->kind == MODULE) hookUnload(user, ((module *)o)->id);
		if (o->kind == GRAPH || o->kind == EXEC) discardAll(&((graph *)o)->head, &((graph *)o)->tail);
	}
	d->primary = NULL;
	return OK;
}

API(cuCtxSetCurrent, (handle h), (h)) {
	if (!h) {
		current = 0;
		return OK;
	}
	ctx *c = find(h, CONTEXT);
	if (!c) return INVALID_CONTEXT;
	current = h;
	return OK;
}

API(cuCtxGetCurrent, (handle *out), (out)) {
	object *o = peek(current);
	*out = o && o->live ? current : 0;
	return OK;
}

API(cuCtxSynchronize, (void), ()) {
	CONTEXT_OR_RETURN;
	SAFE_OR_RETURN;
	int any = 0;
	for (stream *s = c->streams; s; s = s->next) any |= s->head != NULL;
	if (!any) stats[S_IDLE]++;
	drainAll(c);
	return c->sticky;
}

API(cuMemGetInfo_v2, (size_t *left, size_t *all), (left, all)) {
	CONTEXT_OR_RETURN;
	device *d = &devices[c->device];
	*all = d->memory;
	*left = d->memory - d->used - cached(c->device);
	return OK;
}

API(cuDeviceCanAccessPeer, (int *out, int dev, int peer), (out, dev, peer)) {
	DEVICE_OR_RETURN(dev);
	device *p;
	CUresult r = physical(peer, &p);
	if (r) return r;
	*out = dev != peer && d->peers[p - devices];
	return OK;
}

API(cuCtxEnablePeerAccess, (handle h, u32 flags), (h, flags)) {
	CONTEXT_OR_RETURN;
	ctx *p = find(h, CONTEXT);
	if (!p || p == c) return INVALID_CONTEXT;
	if (flags) return INVALID_VALUE;
	if (!devices[c->device].peers[p->device]) return PEER_UNSUPPORTED;
	if (c->peers[p->device]) return PEER_ENABLED;
	c->peers[p->device] = 1;
	return OK;
}

// Modules.

// options reads the log buffers among the options of the just-in-time compiler.
static void options(u32 n, const int *names, void **values, char **text, u64 *size, u64 **written) {
	*text = NULL;
	*size = 0;
	*written = NULL;
	for (u32 i = 0; i < n; i++) {
		if (names[i] == 5) *text = values[i];
		if (names[i] == 6) {
			*size = (u32)(uintptr_t)values[i];
			*written = (u64 *)&values[i];
		}
		if (names[i] == 3 && values[i]) *(char *)values[i] = 0;
		if (names[i] == 4) values[i] = NULL;
	}
	if (*text && *size) **text = 0;
}

static void say(char *text, u64 size, u64 *written, const char *what) {
	u64 n = 0;
	if (text && size) {
		snprintf(text, size, "%s", what);
		n = strlen(text);
	}
	if (written) *written = n;
}

// accept judges a text by the lines that the driver judges it by before its compiler sees it.
static CUresult accept(ctx *c, const char *text, char *error, u64 size) {
	const char *v = strstr(text, ".version"), *t = strstr(text, ".target");
	int major, minor, sm;
	if (!v || sscanf(v, ".version %d.%d", &major, &minor) != 2) {
		snprintf(error, size, "ptxas fatal   : Missing .version directive at start of file");
		return INVALID_PTX;
	}
	int isa = version >= 11000 ? (version / 1000 - 4) * 10 + version % 1000 / 10 : version >= 10000 ? 63 + version % 1000 / 10 : 60 + version % 1000 / 10;
	if (major * 10 + minor > isa) {
		snprintf(error, size, "ptxas fatal   : Unsupported .version %d.%d; current version is '%d.%d'", major, minor, isa / 10, isa % 10);
		return UNSUPPORTED_PTX;
	}
	if (!t || sscanf(t, ".target sm_%d", &sm) != 1) {
		snprintf(error, size, "ptxas fatal   : Missing .target directive");
		return INVALID_PTX;
	}
	int *a = devices[c->device].attributes;
	if (sm > a[75] * 10 + a[76]) {
		snprintf(error, size, "ptxas fatal   : SM version %d is beyond this device's", sm);
		return NO_BINARY;
	}
	return OK;
}

static const char magic[] = "\x7f" "FAKECUBIN";

static CUresult load(ctx *c, const char *text, u64 *id, char *error, u64 size) {
	CUresult r = accept(c, text, error, size);
	if (r) return r;
	if (!hookLoad) {
		snprintf(error, size, "the fake driver has no hook that loads PTX");
		return NOT_SUPPORTED;
	}
	*id = hookLoad(user, text, strlen(text), error, size);
	return *id ? OK : INVALID_PTX;
}

static CUresult loadModule(handle *out, const void *image, u32 n, int *names, void **values) {
	CONTEXT_OR_RETURN;
	SAFE_OR_RETURN;
	char *log, error[4096] = "";
	u64 size, *written, id = 0;
	options(n, names, values, &log, &size, &written);
	const char *text = image;
	if (!text) return INVALID_VALUE;
	if (memcmp(text, magic, 4) == 0) text += sizeof magic; // its NUL too
	CUresult r = load(c, text, &id, error, sizeof error);
	say(log, size, written, error);
	if (r) return r;
	module *m = calloc(1, sizeof *m);
	m->id = id;
	*out = adopt(&m->o, MODULE, c);
	return OK;
}

API(cuModuleLoadData, (handle *out, const void *image), (out, image)) { return loadModule(out, image, 0, NULL, NULL); }

API(cuModuleLoadDataEx, (handle *out, const void *image, u32 n, int *names, void **values), (out, image, n, names, values)) {
	return loadModule(out, image, n, names, values);
}

API(cuModuleUnload, (handle h), (h)) {
	RELEASE_OR_RETURN;
	module *m = find(h, MODULE);
	if (!m) return INVALID_HANDLE;
	if (m->o.ctx != c) {
		fault("%s: the module is another context's", calling);
		return INVALID_HANDLE;
	}
	for (stream *s = c->streams; s; s = s->next) {
		for (op *o = s->head; o; o = o->next) {
			if (o->kind != KERNEL || o->f->m != m) continue;
			fault("%s: a launch of %s is still queued", calling, o->f->name);
			drain(s);
			break;
		}
	}
	m->o.live = 0;
	for (size_t i = 0; i < objectCount; i++) {
		if (objects[i]->kind == FUNCTION && ((function *)objects[i])->m == m) objects[i]->live = 0;
	}
	hookUnload(user, m->id);
	return harm;
}

API(cuModuleGetFunction, (handle *out, handle h, const char *name), (out, h, name)) {
	CONTEXT_OR_RETURN;
	module *m = find(h, MODULE);
	if (!m) return INVALID_HANDLE;
	if (m->o.ctx != c) {
		fault("%s: the module is another context's", calling);
		return INVALID_HANDLE;
	}
	for (size_t i = 0; i < objectCount; i++) {
		function *f = (function *)objects[i];
		if (f->o.kind == FUNCTION && f->o.live && f->m == m && strcmp(f->name, name) == 0) {
			*out = f->o.h;
			return OK;
		}
	}
	function *f = calloc(1, sizeof *f);
	if (hookEntry(user, m->id, name, &f->e)) {
		free(f);
		return NOT_FOUND;
	}
	f->m = m;
	f->name = strdup(name);
	*out = adopt(&f->o, FUNCTION, c);
	return OK;
}

API(cuFuncGetAttribute, (int *out, int a, handle h), (out, a, h)) {
	CONTEXT_OR_RETURN;
	(void)c;
	function *f = find(h, FUNCTION);
	if (!f) return INVALID_HANDLE;
	switch (a) {
	case 0: *out = f->e.threads; break;
	case 1: *out = f->e.shared; break;
	case 2: *out = 0; break;
	case 3: *out = f->e.local; break;
	case 4: *out = f->e.registers; break;
	default: return INVALID_VALUE;
	}
	return OK;
}

API(cuLinkCreate_v2, (u32 n, int *names, void **values, handle *out), (n, names, values, out)) {
	CONTEXT_OR_RETURN;
	linkstate *l = calloc(1, sizeof *l);
	options(n, names, values, &l->error, &l->errorSize, &l->errorWritten);
	*out = adopt(&l->o, LINK, c);
	return OK;
}

API(cuLinkAddData_v2, (handle h, int type, void *data, size_t size, const char *name, u32 n, int *names, void **values), (h, type, data, size, name, n, names, values)) {
	CONTEXT_OR_RETURN;
	(void)name, (void)n, (void)names, (void)values;
	linkstate *l = find(h, LINK);
	if (!l) return INVALID_HANDLE;
	if (type != 1 || !data || !size || l->text) return INVALID_VALUE;
	char *text = calloc(1, size + 1), error[4096] = "";
	memcpy(text, data, size);
	if (text[size - 1]) {
		fault("%s: the text does not end in a NUL", calling);
		free(text);
		return INVALID_VALUE;
	}
	u64 id = 0;
	CUresult r = load(c, text, &id, error, sizeof error);
	if (id) hookUnload(user, id);
	if (r) {
		say(l->error, l->errorSize, l->errorWritten, error);
		free(text);
		return r;
	}
	l->text = text;
	return OK;
}

API(cuLinkComplete, (handle h, void **out, size_t *size), (h, out, size)) {
	CONTEXT_OR_RETURN;
	(void)c;
	linkstate *l = find(h, LINK);
	if (!l) return INVALID_HANDLE;
	if (!l->text) return INVALID_IMAGE;
	l->size = sizeof magic + strlen(l->text) + 1;
	free(l->image);
	l->image = calloc(1, l->size);
	memcpy(l->image, magic, sizeof magic);
	strcpy(l->image + sizeof magic, l->text);
	*out = l->image;
	*size = l->size;
	return OK;
}

API(cuLinkDestroy, (handle h), (h)) {
	RELEASE_OR_RETURN;
	linkstate *l = find(h, LINK);
	if (!l) return INVALID_HANDLE;
	l->o.live = 0;
	free(l->text);
	if (l->image) memset(l->image, 0xDD, l->size); // whoever reads it still shall see that
	free(l->image);
	l->text = l->image = NULL;
	return harm;
}

static int active(ctx *c, function *f, int block, size_t shared) {
	int *a = devices[c->device].attributes;
	if (block <= 0 || block > (int)f->e.threads || block > a[1] || shared + f->e.shared > (size_t)a[8]) return 0;
	int n = a[39] / ((block + 31) / 32 * 32);
	if (f->e.registers) {
		int m = a[82] / (int)(f->e.registers * ((block + 31) / 32 * 32));
		if (m < n) n = m;
	}
	return n > 32 ? 32 : n;
}

API(cuOccupancyMaxActiveBlocksPerMultiprocessor, (int *out, handle h, int block, size_t shared), (out, h, block, shared)) {
	CONTEXT_OR_RETURN;
	function *f = find(h, FUNCTION);
	if (!f) return INVALID_HANDLE;
	if (block <= 0) return INVALID_VALUE;
	*out = active(c, f, block, shared);
	return OK;
}

API(cuOccupancyMaxPotentialBlockSize, (int *grid, int *block, handle h, void *map, size_t shared, int most), (grid, block, h, map, shared, most)) {
	CONTEXT_OR_RETURN;
	(void)map;
	function *f = find(h, FUNCTION);
	if (!f) return INVALID_HANDLE;
	int best = 0, threads = 0;
	for (int b = 32; b <= 1024 && (most <= 0 || b <= most); b += 32) {
		int n = active(c, f, b, shared) * b;
		if (n > 0 && n >= threads) best = b, threads = n;
	}
	if (!best) return INVALID_VALUE;
	*block = best;
	*grid = threads / best * devices[c->device].attributes[16];
	return OK;
}

API(cuLaunchKernel, (handle h, u32 gx, u32 gy, u32 gz, u32 bx, u32 by, u32 bz, u32 shared, handle sh, void **params, void **extra),
	(h, gx, gy, gz, bx, by, bz, shared, sh, params, extra)) {
	CONTEXT_OR_RETURN;
	STREAM_OR_RETURN(sh);
	function *f = find(h, FUNCTION);
	if (!f) return INVALID_HANDLE;
	if (f->o.ctx != c) {
		fault("%s: the function is another context's", calling);
		return INVALID_HANDLE;
	}
	int *a = devices[c->device].attributes;
	u64 threads = (u64)bx * by * bz;
	if (!gx || !gy || !gz || !threads || gx > (u32)a[5] || gy > (u32)a[6] || gz > (u32)a[7] || bx > (u32)a[2] || by > (u32)a[3] || bz > (u32)a[4] || threads > (u64)a[1]) {
		fault("%s: a grid of %u×%u×%u blocks of %u×%u×%u threads", calling, gx, gy, gz, bx, by, bz);
		return INVALID_VALUE;
	}
	if (threads > f->e.threads) return 701; // out of resources
	if (!s->cap) f->loaded = 1;
	else if (!f->loaded) fault("%s: %s is captured before its first launch, when it may have to be loaded", calling, f->name);
	if (shared + (u64)f->e.shared > (u64)a[8] || extra || (f->e.count && !params)) return INVALID_VALUE;
	op *o = newOp(KERNEL);
	o->f = f;
	o->shared = shared;
	memcpy(o->grid, (u32[]){gx, gy, gz}, sizeof o->grid);
	memcpy(o->block, (u32[]){bx, by, bz}, sizeof o->block);
	o->params = calloc(1, f->e.bytes + 8);
	for (u32 i = 0; i < f->e.count; i++) memcpy(o->params + f->e.offsets[i], params[i], f->e.sizes[i]);
	if (holding && !s->cap) {
		if (holdAfter == 0) o->held = 1;
		else holdAfter--;
	}
	if (!s->cap) stats[S_LAUNCHES]++;
	submit(s, o);
	return c->sticky;
}

// Memory of devices.

static CUresult newAllocation(ctx *c, size_t size, pool *p, CUdeviceptr *out) {
	if (!size) return INVALID_VALUE;
	allocation *a = allocate(c, size, p);
	if (!a) { // what is queued to be freed may make room, and what pools keep
		drainAll(c);
		if (c->sticky) return c->sticky;
		for (size_t i = 0; i < objectCount; i++) {
			pool *q = (pool *)objects[i];
			if (q->o.kind == POOL && q->device == c->device) trim(q, 0);
		}
		a = allocate(c, size, p);
	}
	if (!a) return OUT_OF_MEMORY;
	*out = a->va;
	return OK;
}

API(cuMemAlloc_v2, (CUdeviceptr *out, size_t size), (out, size)) {
	CONTEXT_OR_RETURN;
	SAFE_OR_RETURN;
	return newAllocation(c, size, NULL, out);
}

static CUresult owned(ctx *c, u64 va, allocation **out) {
	allocation *a = lookup(va);
	if (pinOf((void *)(uintptr_t)va)) fault("%s: pinned host memory at %#llx", calling, (unsigned long long)va);
	else if (!a || a->va != va) fault("%s: %#llx is no allocation's address", calling, (unsigned long long)va);
	else if (a->state == DEAD || a->state == GOING) fault("%s: the allocation at %#llx (call %llu) is freed already", calling, (unsigned long long)va, (unsigned long long)a->born);
	else if (a->ctx != c) fault("%s: the allocation at %#llx is another context's", calling, (unsigned long long)va);
	else {
		*out = a;
		return OK;
	}
	return INVALID_VALUE;
}

API(cuMemFree_v2, (CUdeviceptr va), (va)) {
	RELEASE_OR_RETURN;
	SAFE_OR_RETURN;
	allocation *a;
	CUresult r = owned(c, va, &a);
	if (r) return r;
	idle(a->va, a->va + a->size, "allocation");
	if (a->state == COMING) drainAll(c);
	release(a);
	return harm ? harm : c->sticky;
}

static CUresult standardPool(device *d, pool **out) {
	if (d->attributes[115] != 1) return NOT_SUPPORTED;
	if (!d->standard) {
		pool *p = calloc(1, sizeof *p);
		adopt(&p->o, POOL, NULL);
		p->device = d - devices;
		p->standard = 1;
		d->standard = p;
	}
	*out = d->standard;
	return OK;
}

static CUresult allocateIn(ctx *c, stream *s, pool *p, size_t size, CUdeviceptr *out) {
	if (s->cap) return NOT_SUPPORTED; // the fake's graphs have no nodes for memory
	CUresult r = newAllocation(c, size, p, out);
	if (r) return r;
	allocation *a = lookup(*out);
	a->async = 1;
	a->state = COMING;
	op *o = newOp(ALLOC);
	o->dst = a->va;
	submit(s, o);
	return OK;
}

API(cuMemAllocAsync, (CUdeviceptr *out, size_t size, handle sh), (out, size, sh)) {
	CONTEXT_OR_RETURN;
	STREAM_OR_RETURN(sh);
	pool *p;
	CUresult r = standardPool(&devices[c->device], &p);
	return r ? r : allocateIn(c, s, p, size, out);
}

API(cuMemAllocFromPoolAsync, (CUdeviceptr *out, size_t size, handle ph, handle sh), (out, size, ph, sh)) {
	CONTEXT_OR_RETURN;
	STREAM_OR_RETURN(sh);
	pool *p = find(ph, POOL);
	if (!p) return INVALID_VALUE;
	if (p->device != c->device) {
		fault("%s: the pool is another device's", calling);
		return INVALID_VALUE;
	}
	return allocateIn(c, s, p, size, out);
}

API(cuMemFreeAsync, (CUdeviceptr va, handle sh), (va, sh)) {
	RELEASE_OR_RETURN;
	STREAM_OR_RETURN(sh);
	if (s->cap) return NOT_SUPPORTED;
	allocation *a;
	CUresult r = owned(c, va, &a);
	if (r) return r;
	if (harm) {
		release(a);
		return harm;
	}
	if (a->state == COMING) drainAll(c); // as if it had been ordered
	a->state = GOING;
	op *o = newOp(FREE);
	o->dst = va;
	submit(s, o);
	return OK;
}

API(cuDeviceGetDefaultMemPool, (handle *out, int dev), (out, dev)) {
	DEVICE_OR_RETURN(dev);
	pool *p;
	CUresult r = standardPool(d, &p);
	if (!r) *out = p->o.h;
	return r;
}

typedef struct { int type, handles, locationType, location; } poolProperties; // the beginning of CUmemPoolProps

API(cuMemPoolCreate, (handle *out, const poolProperties *q), (out, q)) {
	if (q->type != 1 || q->locationType != 1) return INVALID_VALUE;
	DEVICE_OR_RETURN(q->location);
	if (d->attributes[115] != 1) return NOT_SUPPORTED;
	if (d->lost) return d->lost;
	pool *p = calloc(1, sizeof *p);
	p->device = d - devices;
	*out = adopt(&p->o, POOL, d->primary);
	return OK;
}

API(cuMemPoolDestroy, (handle h), (h)) {
	pool *p = find(h, POOL);
	if (!p) return INVALID_VALUE;
	if (p->standard) {
		fault("%s: the default pool", calling);
		return INVALID_VALUE;
	}
	p->o.live = 0;
	trim(p, 0);
	return OK;
}

API(cuMemPoolSetAttribute, (handle h, int a, void *value), (h, a, value)) {
	pool *p = find(h, POOL);
	if (!p) return INVALID_VALUE;
	if (a != 4) return NOT_SUPPORTED;
	memcpy(&p->threshold, value, 8);
	return OK;
}

API(cuMemPoolTrimTo, (handle h, size_t keep), (h, keep)) {
	pool *p = find(h, POOL);
	if (!p) return INVALID_VALUE;
	trim(p, keep);
	return OK;
}

typedef struct { int locationType, location, flags; } access_; // CUmemAccessDesc

API(cuMemPoolSetAccess, (handle h, const access_ *list, size_t n), (h, list, n)) {
	pool *p = find(h, POOL);
	if (!p) return INVALID_VALUE;
	for (size_t i = 0; i < n; i++) {
		device *d;
		if (list[i].locationType != 1 || physical(list[i].location, &d)) return INVALID_VALUE;
		if (list[i].flags != 0 && list[i].flags != 3) return INVALID_VALUE;
		if (d - devices == p->device) {
			if (!list[i].flags) return INVALID_VALUE;
			continue;
		}
		if (!d->peers[p->device]) return INVALID_DEVICE;
		p->shared[d - devices] = list[i].flags == 3;
	}
	return OK;
}

// Pinned memory.

static CUresult pin(unsigned char *p, u64 size, int registered, ctx *c) {
	for (size_t i = 0; i < pinCount; i++) {
		if (p < pins[i].p + pins[i].size && p + size > pins[i].p) return HOST_REGISTERED;
	}
	if (pinCount == pinRoom) {
		pinRoom = pinRoom ? 2 * pinRoom : 16;
		pins = realloc(pins, pinRoom * sizeof *pins);
	}
	pins[pinCount++] = (pinned){p, size, registered, c, total};
	return OK;
}

API(cuMemHostAlloc, (void **out, size_t size, u32 flags), (out, size, flags)) {
	CONTEXT_OR_RETURN;
	SAFE_OR_RETURN;
	if (!size || flags & ~7u) return INVALID_VALUE;
	unsigned char *base = guarded(size);
	if (!base) return OUT_OF_MEMORY;
	pin(base + 4096, size, 0, c);
	*out = base + 4096;
	return OK;
}

API(cuMemHostRegister_v2, (void *p, size_t size, u32 flags), (p, size, flags)) {
	CONTEXT_OR_RETURN;
	SAFE_OR_RETURN;
	if (!p || !size || flags & ~15u) return INVALID_VALUE;
	CUresult r = pin(p, size, 1, c);
	if (r) fault("%s: some of the memory is pinned already", calling);
	return r;
}

static CUresult unpin(void *p, int registered) {
	RELEASE_OR_RETURN;
	(void)c;
	SAFE_OR_RETURN;
	pinned *q = pinOf(p);
	if (!q || q->p != p || q->registered != registered) {
		if (ISDEVICE(p)) fault("%s: device memory", calling);
		else if (!q || q->p != p) fault("%s: %p is no pinned memory's address", calling, p);
		else fault("%s: the memory was %s", calling, registered ? "allocated, not registered" : "registered, not allocated");
		return q || !registered ? INVALID_VALUE : HOST_NOT_REGISTERED;
	}
	u64 lo = (u64)(uintptr_t)p, size = q->size;
	idle(lo, lo + size, "pinned memory");
	q = pinOf(p); // which may have moved meanwhile
	if (!q || q->p != p) return INVALID_VALUE;
	*q = pins[--pinCount];
	if (!registered) {
		check((unsigned char *)p - 4096, size, "pinned memory", lo);
		retire((unsigned char *)p - 4096);
	}
	return harm;
}

API(cuMemFreeHost, (void *p), (p)) { return unpin(p, 0); }
API(cuMemHostUnregister, (void *p), (p)) { return unpin(p, 1); }

// Copies.

// hostSide judges the host's side of a copy: 1 pinned, 0 pageable, or an error.
static int hostSide(const void *p, u64 bytes, CUresult *r) {
	*r = OK;
	if (!p || ISDEVICE(p)) {
		fault("%s: %p is not host memory", calling, p);
		*r = INVALID_VALUE;
		return 0;
	}
	pinned *q = pinOf(p);
	if (!q) return 0;
	if (bytes > (u64)(q->p + q->size - (const unsigned char *)p)) {
		fault("%s: %llu bytes at %p leave the pinned memory of %llu bytes at %p", calling, (unsigned long long)bytes, p, (unsigned long long)q->size, (void *)q->p);
		*r = INVALID_VALUE;
	}
	return 1;
}

API(cuMemcpyHtoDAsync_v2, (CUdeviceptr dst, const void *src, size_t bytes, handle sh), (dst, src, bytes, sh)) {
	CONTEXT_OR_RETURN;
	STREAM_OR_RETURN(sh);
	if (!bytes) return OK;
	CUresult r;
	int isPinned = hostSide(src, bytes, &r);
	if (r) return r;
	if (!reach(c, dst, bytes, 0)) return INVALID_VALUE;
	op *o = newOp(TODEVICE);
	o->dst = dst;
	o->to = c;
	o->bytes = bytes;
	o->host = (void *)src;
	stats[S_TODEVICE] += bytes;
	if (!isPinned) {
		stats[S_PAGEABLE]++;
		if (!s->cap) {
			o->own = 1;
			o->host = malloc(bytes);
			memcpy(o->host, src, bytes);
		}
	}
	submit(s, o);
	return c->sticky;
}

API(cuMemcpyDtoHAsync_v2, (void *dst, CUdeviceptr src, size_t bytes, handle sh), (dst, src, bytes, sh)) {
	CONTEXT_OR_RETURN;
	STREAM_OR_RETURN(sh);
	if (!bytes) return OK;
	CUresult r;
	int isPinned = hostSide(dst, bytes, &r);
	if (r) return r;
	if (!reach(c, src, bytes, 0)) return INVALID_VALUE;
	op *o = newOp(TOHOST);
	o->src = src;
	o->from = c;
	o->bytes = bytes;
	o->host = dst;
	stats[S_TOHOST] += bytes;
	if (!isPinned) stats[S_PAGEABLE]++;
	submit(s, o);
	if (!isPinned && !s->cap) drain(s);
	return c->sticky;
}

static CUresult copyOn(ctx *c, stream *s, u64 dst, ctx *to, u64 src, ctx *from, u64 bytes) {
	if (!bytes) return OK;
	if (!reach(to, dst, bytes, 0) || !reach(from, src, bytes, 0)) return INVALID_VALUE;
	if (dst < src + bytes && src < dst + bytes) fault("%s: source and destination overlap", calling);
	op *o = newOp(ONDEVICE);
	o->dst = dst;
	o->to = to;
	o->src = src;
	o->from = from;
	o->bytes = bytes;
	submit(s, o);
	return c->sticky;
}

API(cuMemcpyDtoDAsync_v2, (CUdeviceptr dst, CUdeviceptr src, size_t bytes, handle sh), (dst, src, bytes, sh)) {
	CONTEXT_OR_RETURN;
	STREAM_OR_RETURN(sh);
	stats[S_ONDEVICE] += bytes;
	return copyOn(c, s, dst, c, src, c, bytes);
}

API(cuMemcpyPeerAsync, (CUdeviceptr dst, handle to, CUdeviceptr src, handle from, size_t bytes, handle sh), (dst, to, src, from, bytes, sh)) {
	CONTEXT_OR_RETURN;
	STREAM_OR_RETURN(sh);
	ctx *t = find(to, CONTEXT), *f = find(from, CONTEXT);
	if (!t || !f) return INVALID_CONTEXT;
	if (t->sticky || f->sticky) return t->sticky ? t->sticky : f->sticky;
	stats[S_PEER] += bytes;
	allocation *a = lookup(src);
	if (t != f && a && near(t, a)) stats[S_NEAR] += bytes;
	return copyOn(c, s, dst, t, src, f, bytes);
}

API(cuMemsetD32Async, (CUdeviceptr dst, u32 value, size_t count, handle sh), (dst, value, count, sh)) {
	CONTEXT_OR_RETURN;
	STREAM_OR_RETURN(sh);
	if (!count) return OK;
	if (dst % 4 || count > ~0ull / 8) {
		fault("%s: %#llx is not on a boundary of 4 bytes", calling, (unsigned long long)dst);
		return INVALID_VALUE;
	}
	if (!reach(c, dst, 4 * count, 0)) return INVALID_VALUE;
	op *o = newOp(FILL);
	o->dst = dst;
	o->to = c;
	o->bytes = 4 * count;
	o->value = value;
	stats[S_FILLED] += 4 * count;
	submit(s, o);
	return c->sticky;
}

// Streams and events.

API(cuStreamCreate, (handle *out, u32 flags), (out, flags)) {
	CONTEXT_OR_RETURN;
	SAFE_OR_RETURN;
	if (flags != 1) return NOT_SUPPORTED; // the fake's streams are non-blocking: the default stream orders nothing
	stream *s = calloc(1, sizeof *s);
	s->tail = &s->head;
	*out = adopt(&s->o, STREAM, c);
	s->next = c->streams;
	c->streams = s;
	return OK;
}

// Of a stream with work left only the handle goes: the work is still done when something waits for it.
API(cuStreamDestroy_v2, (handle h), (h)) {
	RELEASE_OR_RETURN;
	(void)c;
	stream *s = find(h, STREAM);
	if (!s) return INVALID_HANDLE;
	CUresult r = uncaptured(s);
	if (r) return r;
	s->o.live = 0;
	return harm;
}

API(cuStreamSynchronize, (handle h), (h)) {
	CONTEXT_OR_RETURN;
	STREAM_OR_RETURN(h);
	CUresult r = uncaptured(s);
	if (r) return r;
	if (!s->head) stats[S_IDLE]++;
	drain(s);
	return c->sticky;
}

API(cuStreamQuery, (handle h), (h)) {
	CONTEXT_OR_RETURN;
	STREAM_OR_RETURN(h);
	CUresult r = uncaptured(s);
	if (r) return r;
	u64 budget = turn;
	r = advance(s, NULL, &budget, 0);
	return c->sticky ? c->sticky : r;
}

static capture *fork_(stream *s, record *r) { // the capture that waiting for r brings s into
	capture *cap = r->cap;
	if (cap && !s->cap) {
		s->cap = cap;
		s->captured = s->joined = 0;
	}
	return cap;
}

API(cuStreamWaitEvent, (handle h, handle eh, u32 flags), (h, eh, flags)) {
	CONTEXT_OR_RETURN;
	STREAM_OR_RETURN(h);
	if (flags) return INVALID_VALUE;
	event *e = find(eh, EVENT);
	if (!e) return INVALID_HANDLE;
	record *r = e->last;
	if (!r) return OK;
	if (r->cap && r->cap->ended) {
		fault("%s: the event was last recorded in a capture that has ended", calling);
		return CAPTURE_ISOLATION;
	}
	if (s->cap || r->cap) {
		if (s->cap && s->cap != r->cap) {
			s->cap->invalid = 1;
			fault("%s: a captured stream cannot wait for what is not in its capture", calling);
			return CAPTURE_ISOLATION;
		}
		fork_(s, r);
		if (r->s != s && r->place > r->s->joined) r->s->joined = r->place;
		return OK;
	}
	if (r->done) return OK;
	op *o = newOp(WAIT);
	o->rec = r;
	r->refs++;
	submit(s, o);
	return c->sticky;
}

API(cuEventCreate, (handle *out, u32 flags), (out, flags)) {
	CONTEXT_OR_RETURN;
	if (flags & ~3u) return INVALID_VALUE;
	event *e = calloc(1, sizeof *e);
	e->flags = flags;
	*out = adopt(&e->o, EVENT, c);
	return OK;
}

API(cuEventDestroy_v2, (handle h), (h)) {
	RELEASE_OR_RETURN;
	(void)c;
	event *e = find(h, EVENT);
	if (!e) return INVALID_HANDLE;
	e->o.live = 0;
	drop(e->last);
	e->last = NULL;
	return harm;
}

API(cuEventRecord, (handle h, handle sh), (h, sh)) {
	CONTEXT_OR_RETURN;
	STREAM_OR_RETURN(sh);
	event *e = find(h, EVENT);
	if (!e) return INVALID_HANDLE;
	if (e->o.ctx != c) {
		fault("%s: the event is another context's", calling);
		return INVALID_HANDLE;
	}
	record *r = calloc(1, sizeof *r);
	r->refs = 1;
	r->s = s;
	drop(e->last);
	e->last = r;
	if (s->cap) {
		r->cap = s->cap;
		r->place = s->captured + 1;
		s->captured++;
		return OK;
	}
	op *o = newOp(RECORD);
	o->rec = r;
	r->refs++;
	submit(s, o);
	return c->sticky;
}

API(cuEventSynchronize, (handle h), (h)) {
	CONTEXT_OR_RETURN;
	event *e = find(h, EVENT);
	if (!e) return INVALID_HANDLE;
	record *r = e->last;
	if (!r || r->done) {
		stats[S_IDLE]++;
		return OK;
	}
	if (r->cap) return CAPTURED_EVENT;
	ctx *owner = r->s->o.ctx;
	u64 all = ~0ull;
	r->refs++;
	advance(r->s, r, &all, 1);
	drop(r);
	return c->sticky ? c->sticky : owner->sticky;
}

API(cuEventQuery, (handle h), (h)) {
	CONTEXT_OR_RETURN;
	event *e = find(h, EVENT);
	if (!e) return INVALID_HANDLE;
	record *r = e->last;
	if (!r || r->done) return OK;
	if (r->cap) return CAPTURED_EVENT;
	ctx *owner = r->s->o.ctx;
	u64 budget = turn;
	r->refs++;
	CUresult q = advance(r->s, r, &budget, 0);
	drop(r);
	return c->sticky ? c->sticky : owner->sticky ? owner->sticky : q;
}

API(cuEventElapsedTime, (float *out, handle from, handle to), (out, from, to)) {
	CONTEXT_OR_RETURN;
	(void)c;
	event *a = find(from, EVENT), *b = find(to, EVENT);
	if (!a || !b) return INVALID_HANDLE;
	if ((a->flags | b->flags) & 2 || !a->last || !b->last) {
		fault("%s: an event that is untimed or was never recorded", calling);
		return INVALID_HANDLE;
	}
	if (a->last->cap || b->last->cap) return CAPTURED_EVENT;
	if (!a->last->done || !b->last->done) return NOT_READY;
	*out = (float)((double)(int64_t)(b->last->time - a->last->time) / 1e6);
	return OK;
}

// Graphs: the captured operations one after the other, in the order of their calls, which every order of streams allows.

API(cuStreamBeginCapture_v2, (handle h, int mode), (h, mode)) {
	CONTEXT_OR_RETURN;
	STREAM_OR_RETURN(h);
	if (mode != 1) return NOT_SUPPORTED; // thread-local
	if (s == &c->standard || s->cap) {
		fault("%s: the stream is the default one, or is captured already", calling);
		return s->cap ? INVALID_VALUE : CAPTURE_UNSUPPORTED;
	}
	capture *cap = calloc(1, sizeof *cap);
	cap->origin = s;
	cap->tail = &cap->head;
	cap->thread = pthread_self();
	s->cap = cap;
	s->captured = s->joined = 0;
	capturing++;
	return OK;
}

API(cuStreamEndCapture, (handle h, handle *out), (h, out)) {
	RELEASE_OR_RETURN;
	STREAM_OR_RETURN(h);
	*out = 0;
	capture *cap = s->cap;
	if (!cap || cap->origin != s) return CAPTURE_UNMATCHED;
	if (!pthread_equal(cap->thread, pthread_self())) {
		fault("%s: from another thread than the one that began", calling);
		return CAPTURE_WRONG_THREAD;
	}
	capturing--;
	cap->ended = 1;
	int unjoined = 0;
	for (stream *t = c->streams; t; t = t->next) {
		if (t->cap != cap) continue;
		if (t != s && t->joined < t->captured) unjoined = 1;
		t->cap = NULL;
	}
	if (cap->invalid || unjoined || harm) {
		discardAll(&cap->head, &cap->tail);
		return harm ? harm : cap->invalid ? CAPTURE_INVALIDATED : CAPTURE_UNJOINED;
	}
	graph *g = calloc(1, sizeof *g);
	g->head = cap->head;
	*out = adopt(&g->o, GRAPH, c);
	return OK;
}

static op *copyOp(const op *o) {
	op *n = newOp(o->kind);
	*n = *o;
	n->next = NULL;
	if (o->params) {
		n->params = malloc(o->f->e.bytes + 8);
		memcpy(n->params, o->params, o->f->e.bytes + 8);
	}
	return n;
}

static CUresult instantiate(handle *out, handle h) {
	CONTEXT_OR_RETURN;
	graph *g = find(h, GRAPH);
	if (!g) return INVALID_HANDLE;
	graph *x = calloc(1, sizeof *x);
	x->tail = &x->head;
	for (op *o = g->head; o; o = o->next) {
		*x->tail = copyOp(o);
		x->tail = &(*x->tail)->next;
	}
	*out = adopt(&x->o, EXEC, c);
	return OK;
}

API(cuGraphInstantiateWithFlags, (handle *out, handle h, unsigned long long flags), (out, h, flags)) {
	return flags ? INVALID_VALUE : instantiate(out, h);
}

API(cuGraphInstantiate_v2, (handle *out, handle h, handle *node, char *log, size_t size), (out, h, node, log, size)) {
	if (node) *node = 0;
	if (log && size) *log = 0;
	return instantiate(out, h);
}

API(cuGraphLaunch, (handle h, handle sh), (h, sh)) {
	CONTEXT_OR_RETURN;
	STREAM_OR_RETURN(sh);
	graph *x = find(h, EXEC);
	if (!x) return INVALID_HANDLE;
	if (x->o.ctx != c) {
		fault("%s: the graph is another context's", calling);
		return INVALID_HANDLE;
	}
	if (s->cap) return NOT_SUPPORTED;
	for (op *o = x->head; o; o = o->next) {
		if (o->kind == KERNEL && !o->f->o.live) {
			fault("%s: the module of %s is unloaded", calling, o->f->name);
			return INVALID_HANDLE;
		}
	}
	for (op *o = x->head; o; o = o->next) {
		op *n = copyOp(o);
		if (n->kind == TODEVICE && !pinOf(n->host)) {
			n->host = malloc(n->bytes);
			memcpy(n->host, o->host, n->bytes);
			n->own = 1;
		}
		if (n->kind == KERNEL) {
			stats[S_LAUNCHES]++;
			if (holding) {
				if (holdAfter == 0) n->held = 1;
				else holdAfter--;
			}
		}
		submit(s, n);
	}
	return c->sticky;
}

static CUresult destroyGraph(handle h, int kind) {
	graph *g = find(h, kind);
	if (!g) return INVALID_HANDLE;
	g->o.live = 0;
	discardAll(&g->head, &g->tail);
	return OK;
}

API(cuGraphDestroy, (handle h), (h)) { return destroyGraph(h, GRAPH); }
API(cuGraphExecDestroy, (handle h), (h)) { return destroyGraph(h, EXEC); }

// For package fake.

static size_t line(char *out, size_t size, size_t n, const char *format, ...) {
	char text[256];
	va_list list;
	va_start(list, format);
	int m = vsnprintf(text, sizeof text, format, list);
	va_end(list);
	if (n + m + 2 < size) {
		memcpy(out + n, text, m);
		out[n + m] = '\n';
		out[n + m + 1] = 0;
		return n + m + 1;
	}
	return n;
}

static size_t leaks(ctx *only, char *out, size_t size) {
	size_t n = 0;
	for (size_t i = 0; i < objectCount; i++) {
		object *o = objects[i];
		if (!o->live || o->kind == FUNCTION || (o->kind == POOL && ((pool *)o)->standard)) continue;
		if (only && (o->ctx != only || o->kind == CONTEXT || o->kind == POOL)) continue;
		if (o->kind == CONTEXT) n = line(out, size, n, "primary context of device %d, retained %d times", ((ctx *)o)->device, ((ctx *)o)->refs);
		else n = line(out, size, n, "%s of call %llu", kindNames[o->kind], (unsigned long long)o->born);
	}
	for (size_t i = 0; i < allocationCount; i++) {
		allocation *a = allocations[i];
		if (a->state == DEAD || a->state == GOING || (only && a->ctx != only)) continue;
		n = line(out, size, n, "allocation of %llu bytes on device %d, of call %llu", (unsigned long long)a->size, a->device, (unsigned long long)a->born);
	}
	for (size_t i = 0; i < pinCount; i++) {
		if (only && pins[i].ctx != only) continue;
		n = line(out, size, n, "%s memory of %llu bytes, of call %llu", pins[i].registered ? "registered" : "pinned", (unsigned long long)pins[i].size, (unsigned long long)pins[i].born);
	}
	return n;
}

EXPORT void fakeHooks(u64 u, void *load, void *unload, void *entry, void *launch) {
	user = u;
	hookLoad = load;
	hookUnload = unload;
	hookEntry = entry;
	hookLaunch = launch;
}

EXPORT void fakeSetup(int devs, int ver, u64 queue, u64 perQuery) {
	pthread_mutex_lock(&mu);
	deviceCount = devs > MAXDEVICES ? MAXDEVICES : devs;
	version = ver;
	depth = queue;
	turn = perQuery;
	setup();
	pthread_mutex_unlock(&mu);
}

EXPORT void fakeDevice(int d, const char *name, u64 memory) {
	if (name[0]) snprintf(devices[d].name, sizeof devices[d].name, "%s", name);
	if (memory) devices[d].memory = memory;
}

EXPORT void fakeAttribute(int d, int a, int value) {
	if (a >= 0 && a < MAXATTRIBUTES) devices[d].attributes[a] = value;
}

EXPORT void fakePeer(int d, int peer, int can) { devices[d].peers[peer] = can; }

EXPORT void fakeVisible(int n, const int *which) {
	visibleCount = n;
	memcpy(visible, which, n * sizeof *which);
}

// fakeRule makes calls fail: the nth from now of a function, or of all ("").
EXPORT int fakeRule(const char *call, u64 nth, CUresult r, int forever, int loses) {
	pthread_mutex_lock(&mu);
	int c = -1, ok = !call[0];
	for (int i = 0; i < NCALLS; i++) {
		if (strcmp(callNames[i], call) == 0) c = i, ok = 1;
	}
	if (ruleCount == (int)(sizeof rules / sizeof *rules)) { // spent ones make room
		int n = 0;
		for (int i = 0; i < ruleCount; i++) {
			if (rules[i].nth) rules[n++] = rules[i];
		}
		ruleCount = n;
	}
	if (ruleCount == (int)(sizeof rules / sizeof *rules)) ok = 0;
	if (ok) {
		rules[ruleCount].call = c;
		rules[ruleCount].nth = nth;
		rules[ruleCount].result = r;
		rules[ruleCount].forever = forever;
		rules[ruleCount].lose = loses;
		ruleCount++;
	}
	pthread_mutex_unlock(&mu);
	return ok;
}

EXPORT void fakeLose(int d, CUresult r) {
	pthread_mutex_lock(&mu);
	devices[d].lost = r;
	if (devices[d].primary) lose(devices[d].primary, r);
	pthread_mutex_unlock(&mu);
}

EXPORT void fakeHold(u64 after) {
	pthread_mutex_lock(&mu);
	holding = 1;
	holdAfter = after;
	pthread_mutex_unlock(&mu);
}

EXPORT void fakeRelease(void) {
	pthread_mutex_lock(&mu);
	holding = 0;
	for (int d = 0; d < MAXDEVICES; d++) {
		if (!devices[d].primary) continue;
		for (stream *s = devices[d].primary->streams; s; s = s->next) {
			for (op *o = s->head; o; o = o->next) o->held = 0;
		}
	}
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&mu);
}

EXPORT void fakeDelay(long nanoseconds) {
	pthread_mutex_lock(&mu);
	delay = nanoseconds;
	pthread_mutex_unlock(&mu);
}

EXPORT u64 fakeCount(const char *call) {
	u64 n = ~0ull;
	pthread_mutex_lock(&mu);
	for (int i = 0; i < NCALLS; i++) {
		if (strcmp(callNames[i], call) == 0) n = counts[i];
	}
	pthread_mutex_unlock(&mu);
	return n;
}

EXPORT void fakeName(u64 call, char *out, u64 size) { snprintf(out, size, "%s", call < NCALLS ? callNames[call] : ""); }

// fakeSequence copies the calls from the one numbered from on; it gives how many there have been.
EXPORT u64 fakeSequence(unsigned char *out, u64 from, u64 room) {
	pthread_mutex_lock(&mu);
	for (u64 i = from; i < total && i - from < room; i++) out[i - from] = sequence[i];
	u64 n = total;
	pthread_mutex_unlock(&mu);
	return n;
}

EXPORT void fakeStats(u64 *out) {
	pthread_mutex_lock(&mu);
	memcpy(out, stats, sizeof stats);
	pthread_mutex_unlock(&mu);
}

// fakeLive counts live handles: by kind, then allocations, pinned memory, registered memory, and operations queued.
EXPORT void fakeLive(u64 *out) {
	pthread_mutex_lock(&mu);
	memset(out, 0, 16 * sizeof *out);
	for (size_t i = 0; i < objectCount; i++) {
		object *o = objects[i];
		if (o->live && !(o->kind == POOL && ((pool *)o)->standard)) out[o->kind]++;
	}
	for (size_t i = 0; i < allocationCount; i++) out[NKINDS] += allocations[i]->state == LIVE || allocations[i]->state == COMING;
	for (size_t i = 0; i < pinCount; i++) out[NKINDS + 1 + pins[i].registered]++;
	for (int d = 0; d < MAXDEVICES; d++) {
		if (!devices[d].primary) continue;
		for (stream *s = devices[d].primary->streams; s; s = s->next) out[NKINDS + 3] += s->length;
	}
	pthread_mutex_unlock(&mu);
}

EXPORT u64 fakeLeaks(char *out, u64 size) {
	pthread_mutex_lock(&mu);
	if (size) *out = 0;
	u64 n = leaks(NULL, out, size);
	pthread_mutex_unlock(&mu);
	return n;
}

// fakeFaults copies the faults so far and forgets them.
EXPORT u64 fakeFaults(char *out, u64 size) {
	pthread_mutex_lock(&mu);
	calling = "at the end";
	for (size_t i = 0; i < allocationCount; i++) {
		if (allocations[i]->state != DEAD) check(allocations[i]->base, allocations[i]->size, "allocation", allocations[i]->va);
	}
	for (size_t i = 0; i < pinCount; i++) {
		if (!pins[i].registered) check(pins[i].p - 4096, pins[i].size, "pinned memory", (u64)(uintptr_t)pins[i].p);
	}
	calling = "";
	u64 n = faultLength < size ? faultLength : size;
	if (faults) memcpy(out, faults, n);
	free(faults);
	faults = NULL;
	faultLength = faultCount = 0;
	pthread_mutex_unlock(&mu);
	return n;
}

// fakeMemory gives the memory behind a device's address, for a test that looks at it, or spoils it.
EXPORT void fakeMemory(u64 va, void **out) {
	pthread_mutex_lock(&mu);
	allocation *a = lookup(va);
	*out = a && a->state != DEAD ? a->base + 4096 + (va - a->va) : NULL;
	pthread_mutex_unlock(&mu);
}
