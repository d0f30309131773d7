package ptxsim

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unsafe"
)

// entryOf is a module of one entry with that body: args are an address, an address and a number, in %rd1 to %rd3, %r1 is the thread of the grid,
// %rd4 the address of its own word of the second, %rd5 that of the first.
func entryOf(t testing.TB, declarations, body string) *Module {
	t.Helper()
	m, err := Parse(`
.version 6.0
.target sm_70
.address_size 64
` + declarations + `
.visible .entry test(
	.param .align 8 .b8 args[24]
)
{
	.shared .align 8 .b8 room[1024];
	.reg .pred %p<9>;
	.reg .b32 %r<30>;
	.reg .b64 %rd<30>;
	ld.param.u64 %rd1, [args+0];
	ld.param.u64 %rd2, [args+8];
	ld.param.u64 %rd3, [args+16];
	mov.u32 %r2, %ctaid.x;
	mov.u32 %r3, %ntid.x;
	mov.u32 %r4, %tid.x;
	mov.u32 %r5, %laneid;
	mad.lo.u32 %r1, %r2, %r3, %r4;
	mad.wide.u32 %rd4, %r1, 4, %rd2;
	mad.wide.u32 %rd5, %r1, 4, %rd1;
` + body + `
	ret;
}
`)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// words runs a body over so many blocks and threads of words.
func words(t *testing.T, blocks, threads int, o Options, in []uint32, body string) ([]uint32, error) {
	t.Helper()
	if in == nil {
		in = make([]uint32, 1)
	}
	out := make([]uint32, blocks*threads)
	err := launchOn(entryOf(t, "", body), [3]uint32{uint32(blocks), 1, 1}, [3]uint32{uint32(threads), 1, 1}, o, in, out)
	return out, err
}

func TestShuffle(t *testing.T) {
	// PTX ISA, shfl.sync: lanes are of segments that the mask of c says, and what is beyond the bound keeps its own.
	want := map[string]func(lane, b, bound, segment int) int{
		"up": func(lane, b, bound, segment int) int {
			if lane-b >= lane&segment|bound&^segment {
				return lane - b
			}
			return -1
		},
		"down": func(lane, b, bound, segment int) int {
			if lane+b <= lane&segment|bound&^segment {
				return lane + b
			}
			return -1
		},
		"bfly": func(lane, b, bound, segment int) int {
			if lane^b <= lane&segment|bound&^segment {
				return lane ^ b
			}
			return -1
		},
		"idx": func(lane, b, bound, segment int) int {
			if from := lane&segment | b&^segment; from <= lane&segment|bound&^segment {
				return from
			}
			return -1
		},
	}
	for mode, from := range want {
		for _, b := range []int{0, 1, 2, 3, 5, 8, 16, 17, 31} {
			for _, width := range []int{32, 16, 8, 4, 2, 1} {
				segment, bound := 32-width, 31
				if mode == "up" {
					bound = 0
				}
				out, err := words(t, 1, 32, Options{}, nil, fmt.Sprintf(`
	mul.lo.u32 %%r6, %%r5, 3;
	shfl.sync.%s.b32 %%r7|%%p1, %%r6, %d, %d, 0xFFFFFFFF;
	selp.u32 %%r8, 1000, 0, %%p1;
	add.u32 %%r7, %%r7, %%r8;
	st.global.u32 [%%rd4], %%r7;`, mode, b, segment<<8|bound))
				if err != nil {
					t.Fatal(err)
				}
				for lane, got := range out {
					w := 3 * lane
					if l := from(lane, b, bound, segment); l >= 0 {
						w = 3*l + 1000
					}
					if int(got) != w {
						t.Fatalf("%s by %d, segments of %d: lane %d has %d, want %d", mode, b, width, lane, got, w)
					}
				}
			}
		}
	}
}

func TestVote(t *testing.T) {
	out, err := words(t, 1, 64, Options{}, nil, `
	setp.gt.u32 %p1, %r5, 27;
	vote.sync.ballot.b32 %r6, %p1, 0xFFFFFFFF;
	vote.sync.any.pred %p2, %p1, 0xFFFFFFFF;
	vote.sync.all.pred %p3, !%p1, 0xFFFFFFFF;
	selp.u32 %r7, 1, 0, %p2;
	selp.u32 %r8, 2, 0, %p3;
	add.u32 %r6, %r6, %r7;
	add.u32 %r6, %r6, %r8;
	st.global.u32 [%rd4], %r6;`)
	for lane, got := range out {
		if got != 0xF0000001 || err != nil {
			t.Fatalf("lane %d has %#x, %v", lane, got, err)
		}
	}
}

// Threads that a branch has parted go their ways and meet again, whatever the order.
func TestDivergence(t *testing.T) {
	for _, seed := range []uint64{0, 1, 2, 3} {
		out, err := words(t, 3, 70, Options{Seed: seed}, nil, `
	mov.u32 %r6, 0;
	mov.u32 %r7, %r1;
LOOP:
	setp.le.u32 %p1, %r7, 1;
	@%p1 bra DONE;
	add.u32 %r6, %r6, 1;
	and.b32 %r8, %r7, 1;
	setp.eq.u32 %p2, %r8, 0;
	@%p2 bra EVEN;
	mad.lo.u32 %r7, %r7, 3, 1;
	bra LOOP;
EVEN:
	shr.u32 %r7, %r7, 1;
	bra LOOP;
DONE:
	bar.warp.sync 0xFFFFFFFF;
	st.global.u32 [%rd4], %r6;`)
		if err != nil {
			t.Fatal(err)
		}
		for i, got := range out {
			steps := 0
			for n := i; n > 1; steps++ {
				if n%2 == 0 {
					n /= 2
				} else {
					n = 3*n + 1
				}
			}
			if int(got) != steps {
				t.Fatalf("seed %d: %d takes %d steps, not %d", seed, i, steps, got)
			}
		}
	}
}

// A block's threads hand each other words through shared memory, across its warps.
func TestBarrier(t *testing.T) {
	for _, seed := range []uint64{0, 9} {
		out, err := words(t, 2, 256, Options{Seed: seed}, nil, `
	mov.u32 %r6, room;
	mad.lo.u32 %r7, %r4, 4, %r6;
	st.shared.u32 [%r7], %r1;
	bar.sync 0;
	sub.u32 %r8, 255, %r4;
	mad.lo.u32 %r7, %r8, 4, %r6;
	ld.shared.u32 %r9, [%r7];
	st.global.u32 [%rd4], %r9;`)
		if err != nil {
			t.Fatal(err)
		}
		for i, got := range out {
			if want := i/256*256 + 255 - i%256; int(got) != want {
				t.Fatalf("thread %d has %d, want %d", i, got, want)
			}
		}
	}
}

// A block waits for what another one does.
func TestBlocksWait(t *testing.T) {
	in := make([]uint32, 1)
	_, err := words(t, 6, 32, Options{}, in, `
	sub.u32 %r10, 5, %r2;
	setp.ne.u32 %p1, %r4, 0;
	@%p1 bra END;
WAIT:
	ld.acquire.gpu.global.u32 %r6, [%rd1];
	setp.ne.u32 %p2, %r6, %r10;
	@%p2 bra WAIT;
	red.global.add.u32 [%rd1], 1;
END:
	`)
	if err != nil || in[0] != 6 {
		t.Errorf("%d blocks had their turn: %v", in[0], err)
	}
}

func TestAtomics(t *testing.T) {
	for op, want := range map[string]uint32{"add.u32": 100 + 63*32, "min.u32": 0, "max.u32": 100, "min.s32": 0, "and.b32": 0, "or.b32": 127, "xor.b32": 100} {
		in := []uint32{100}
		out, err := words(t, 1, 64, Options{}, in, `
	atom.global.`+op+` %r6, [%rd1], %r1;
	st.global.u32 [%rd4], %r6;`)
		if err != nil || in[0] != want || op == "add.u32" && out[0] != 100 {
			t.Errorf("%s of 64 threads leaves %d, want %d: %v", op, in[0], want, err)
		}
		in[0] = 100
		if _, err := words(t, 1, 64, Options{}, in, "red.global."+op+" [%rd1], %r1;"); err != nil || in[0] != want {
			t.Errorf("red: %s of 64 threads leaves %d, want %d: %v", op, in[0], want, err)
		}
	}
	in := []uint32{5}
	out, err := words(t, 1, 32, Options{}, in, `
	add.u32 %r6, %r1, 5;
	add.u32 %r7, %r1, 6;
	atom.global.cas.b32 %r8, [%rd1], %r6, %r7;
	atom.global.exch.b32 %r9, [%rd1], %r8;
	st.global.u32 [%rd4], %r8;`)
	if err != nil || in[0] != 36 || out[31] != 36 { // the lanes one after the other: each finds what the one before it left, and the exchange gives that back
		t.Errorf("%d, %v, %v", in[0], out, err)
	}
}

func TestVectorsAndTables(t *testing.T) {
	in := make([]uint32, 64)
	for i := range in {
		in[i] = uint32(i * i)
	}
	m := entryOf(t, ".global .align 16 .b64 wide[3] = {7, 0x100000005, 9};\n.const .align 4 .b32 narrow[4] = {1, 2, 3, 0xFFFFFFFF};", `
	mad.wide.u32 %rd6, %r1, 16, %rd1;
	mad.wide.u32 %rd7, %r1, 16, %rd2;
	ld.global.nc.v4.u32 {%r6, %r7, %r8, %r9}, [%rd6];
	st.global.cs.v2.b32 [%rd7+8], {%r6, %r7};
	mov.u64 %rd8, wide;
	ld.global.u64 %rd9, [%rd8+8];
	st.global.u64 [%rd7], %rd9;
	mov.u64 %rd8, narrow;
	ld.const.u32 %r10, [%rd8+12];
	setp.ne.u32 %p1, %r1, 15;
	@%p1 bra END;
	st.global.u32 [%rd7], %r10;
END:`)
	out := make([]uint32, 64)
	if err := launchOn(m, [3]uint32{1, 1, 1}, [3]uint32{16, 1, 1}, Options{}, in, out); err != nil {
		t.Fatal(err)
	}
	for i := range 16 {
		low := uint32(5)
		if i == 15 {
			low = 0xFFFFFFFF
		}
		if got, want := fmt.Sprint(out[4*i:4*i+4]), fmt.Sprint([]uint32{low, 1, uint32(16 * i * i), uint32((4*i + 1) * (4*i + 1))}); got != want {
			t.Errorf("thread %d has %s, want %s", i, got, want)
		}
	}
}

func TestShapes(t *testing.T) {
	m := entryOf(t, "", `
	mov.u32 %r6, %tid.y;
	mov.u32 %r7, %tid.z;
	mov.u32 %r8, %ntid.y;
	mov.u32 %r9, %ctaid.y;
	mov.u32 %r10, %ctaid.z;
	mov.u32 %r11, %nctaid.x;
	mov.u32 %r12, %nctaid.y;
	mov.u32 %r13, %ntid.z;
	mad.lo.u32 %r14, %r7, %r8, %r6;
	mad.lo.u32 %r14, %r14, %r3, %r4;
	mad.lo.u32 %r15, %r10, %r12, %r9;
	mad.lo.u32 %r15, %r15, %r11, %r2;
	mul.lo.u32 %r16, %r3, %r8;
	mul.lo.u32 %r16, %r16, %r13;
	mad.lo.u32 %r17, %r15, %r16, %r14;
	mad.wide.u32 %rd6, %r17, 4, %rd2;
	mov.u32 %r18, %warpid;
	mad.lo.u32 %r18, %r18, 32, %r5;
	sub.u32 %r18, %r18, %r14;
	atom.global.add.u32 %r19, [%rd6], %r18;
	red.global.add.u32 [%rd6], 1;`)
	for _, seed := range []uint64{0, 4, 5} {
		in, out := make([]uint32, 1), make([]uint32, 3*2*2*(5*3*4))
		if err := launchOn(m, [3]uint32{3, 2, 2}, [3]uint32{5, 3, 4}, Options{Seed: seed}, in, out); err != nil {
			t.Fatal(err)
		}
		for i, n := range out {
			if n != 1 {
				t.Fatalf("thread %d ran %d times", i, n)
			}
		}
	}
}

// What must not be is an error that says where.
func TestLaunchErrors(t *testing.T) {
	for name, c := range map[string]struct {
		body, want string
		threads    int
	}{
		"beyond memory":             {"st.global.u32 [%rd4+4096], %r1;", "is in no memory", 32},
		"before memory":             {"sub.u64 %rd4, %rd4, 64; \n st.global.u32 [%rd4+-8192], %r1;", "is in no memory", 32},
		"null":                      {"mov.u64 %rd6, 0;\n ld.global.u32 %r6, [%rd6];", "is in no memory", 32},
		"misaligned":                {"add.u64 %rd4, %rd4, 2;\n st.global.u32 [%rd4], %r1;", "is not aligned to 4", 32},
		"a misaligned vector":       {"ld.global.v2.u32 {%r6, %r7}, [%rd2+4];", "is not aligned to 8", 1},
		"beyond shared memory":      {"mov.u32 %r6, room;\n ld.shared.u32 %r7, [%r6+1024];", "is beyond shared memory", 1},
		"never written":             {"st.global.u32 [%rd4], %r20;", "never written", 32},
		"an address never written":  {"ld.global.u32 %r6, [%rd20];", "never written", 32},
		"written by half of them":   {"setp.lt.u32 %p1, %r5, 16;\n @%p1 mov.u32 %r6, 1;\n st.global.u32 [%rd4], %r6;", "thread 16: source 2 depends on what was never written", 32},
		"a guard never written":     {"@%p1 bra END;\nEND:", "the guard depends on what was never written", 32},
		"derived of what was not":   {"add.u32 %r6, %r20, 1;\n setp.eq.u32 %p1, %r6, 0;\n @%p1 bra END;\nEND:", "the guard depends", 32},
		"a parted barrier":          {"setp.lt.u32 %p1, %r5, 16;\n @%p1 bra END;\n bar.sync 0;\nEND:", "not all threads of the warp", 32},
		"two barriers":              {"setp.lt.u32 %p1, %r4, 32;\n @%p1 bra ONE;\n bar.sync 1;\n bra END;\nONE:\n bar.sync 2;\nEND:", "wait at barrier", 64},
		"a shuffle of others":       {"setp.lt.u32 %p1, %r5, 16;\n @%p1 bra END;\n shfl.sync.idx.b32 %r6, %r5, 0, 31, 0xFFFFFFFF;\nEND:", "are at an operation for", 32},
		"a shuffle from who is not": {"setp.lt.u32 %p1, %r5, 16;\n @%p1 bra END;\n shfl.sync.idx.b32 %r6, %r5, 0, 31, 0xFFFF0000;\nEND:", "a shuffle from lane 0, which is not there", 32},
		"a vote of others":          {"setp.ge.u32 %p1, %r5, 0;\n vote.sync.ballot.b32 %r6, %p1, 1;", "are at an operation for", 32},
		"no end":                    {"LOOP:\n bra LOOP;", "more than 1000000 steps", 32},
		"a wait for nobody":         {"LOOP:\n ld.volatile.global.u32 %r6, [%rd1];\n setp.eq.u32 %p1, %r6, 0;\n @%p1 bra LOOP;", "more than 1000000 steps", 32},
		"a parted uniform branch":   {"setp.lt.u32 %p1, %r5, 16;\n @%p1 bra.uni END;\nEND:", "a branch that all take or none", 32},
		"a trap":                    {"trap;", "a trap", 32},
		"more than a table has":     {"mov.u64 %rd8, table;\n ld.global.u64 %rd9, [%rd8+16];", "is in no memory", 1},
	} {
		in, out := make([]uint32, 1), make([]uint32, c.threads)
		m := entryOf(t, ".global .align 16 .b64 table[2] = {1, 2};", strings.ReplaceAll(c.body, "; \n", ";\n"))
		err := launchOn(m, [3]uint32{1, 1, 1}, [3]uint32{uint32(c.threads), 1, 1}, Options{Steps: 1e6}, in, out)
		var launch *LaunchError
		if !errors.As(err, &launch) || !strings.Contains(err.Error(), c.want) || launch.Entry != "test" || launch.Line == 0 {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	// With what makes no sense in place of what was never written.
	out, err := words(t, 1, 32, Options{Undefined: true}, nil, "st.global.u32 [%rd4], %r20;")
	if err != nil || out[0] != unspecified&0xFFFFFFFF {
		t.Errorf("%#x, %v", out[0], err)
	}

	m := entryOf(t, "", "")
	for name, launch := range map[string]func() error{
		"no such entry": func() error {
			return m.Launch("other", [3]uint32{1, 1, 1}, [3]uint32{1, 1, 1}, 0, make([]byte, 24), &Regions{})
		},
		"no threads": func() error {
			return m.Launch("test", [3]uint32{1, 1, 1}, [3]uint32{0, 1, 1}, 0, make([]byte, 24), &Regions{})
		},
		"too many threads": func() error {
			return m.Launch("test", [3]uint32{1, 1, 1}, [3]uint32{1025, 1, 1}, 0, make([]byte, 24), &Regions{})
		},
		"no blocks": func() error {
			return m.Launch("test", [3]uint32{0, 1, 1}, [3]uint32{1, 1, 1}, 0, make([]byte, 24), &Regions{})
		},
		"too large a grid": func() error {
			return m.Launch("test", [3]uint32{1, 65536, 1}, [3]uint32{1, 1, 1}, 0, make([]byte, 24), &Regions{})
		},
		"too few parameters": func() error {
			return m.Launch("test", [3]uint32{1, 1, 1}, [3]uint32{1, 1, 1}, 0, make([]byte, 23), &Regions{})
		},
		"shared memory below 0": func() error {
			return m.Launch("test", [3]uint32{1, 1, 1}, [3]uint32{1, 1, 1}, -1, make([]byte, 24), &Regions{})
		},
	} {
		var refused *LaunchError
		if err := launch(); !errors.As(err, &refused) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Entries may bound the threads of their blocks.
func TestDirectives(t *testing.T) {
	m, err := Parse(".version 7.0\n.target sm_80\n.address_size 64\n.visible .entry a()\n .maxntid 64, 1, 1 .minnctapersm 4\n{\n ret;\n}\n.visible .entry b()\n .reqntid 96\n{\n ret;\n}\n")
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(m.Entries()); got != "[a b]" {
		t.Error(got)
	}
	for _, c := range []struct {
		entry   string
		threads uint32
		ok      bool
	}{{"a", 1, true}, {"a", 64, true}, {"a", 65, false}, {"b", 96, true}, {"b", 64, false}} {
		if err := m.Launch(c.entry, [3]uint32{1, 1, 1}, [3]uint32{c.threads, 1, 1}, 0, nil, &Regions{}); (err == nil) != c.ok {
			t.Errorf("%s of %d threads: %v", c.entry, c.threads, err)
		}
	}
}

func TestRegions(t *testing.T) {
	var r Regions
	x, y := new([8]uint64), new([8]uint64)
	if r.Add(ptr(x), 64) != nil || r.Add(ptr(y), 64) != nil {
		t.Fatal("no room")
	}
	if r.Add(ptr(x), 8) == nil || r.Add(ptr(x), 0) == nil {
		t.Error("memory that is there already, or none")
	}
	if p, err := r.At(address(x)+56, 8); err != nil || p != ptr(&x[7]) {
		t.Error(p, err)
	}
	if _, err := r.At(address(x)+57, 8); err == nil && address(y) != address(x)+64 {
		t.Error("beyond the end")
	}
	r.Remove(ptr(x))
	if _, err := r.At(address(x), 8); err == nil {
		t.Error("what was removed is there")
	}
	if _, err := r.At(address(y), 64); err != nil {
		t.Error(err)
	}
}

func ptr[T any](p *T) unsafe.Pointer { return unsafe.Pointer(p) }
func address[T any](p *T) uint64     { return uint64(uintptr(unsafe.Pointer(p))) }
