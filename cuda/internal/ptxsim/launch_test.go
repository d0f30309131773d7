package ptxsim

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"unsafe"
)

// body is a kernel whose parameters are in %rd14 and %rd15, and whose thread of the block is %r15.
func body(lines ...string) string {
	return kernel("", append([]string{"ld.param.u64 %rd14, [args];", "ld.param.u64 %rd15, [args+8];", "mov.u32 %r15, %tid.x;"}, lines...)...)
}

// result ends a kernel by storing a register of 32 bits, by thread, at %rd14.
func result(r string) string {
	return "mul.wide.u32 %rd13, %r15, 4;\nadd.u64 %rd13, %rd13, %rd14;\nst.global.b32 [%rd13], " + r + ";\nret;"
}

// launched is what a block of threads leaves in as many numbers of 32 bits.
func launched(t *testing.T, threads int, text string) ([]uint32, error) {
	t.Helper()
	m := parsed(t, text)
	out := make([]uint64, threads/2+1)
	var mem Regions
	params := []uint64{words(t, &mem, out), 0}
	err := m.LaunchWith(Options{Steps: 1 << 16}, "k", [3]uint32{1, 1, 1}, [3]uint32{uint32(threads), 1, 1}, 0, bytesOf(params), &mem)
	return unsafe.Slice((*uint32)(unsafe.Pointer(unsafe.SliceData(out))), threads), err
}

// fails launches and demands an error of a thread, with a text.
func fails(t *testing.T, threads, thread int, want, text string) {
	t.Helper()
	_, err := launched(t, threads, text)
	var e *LaunchError
	if !errors.As(err, &e) || e.Thread != thread || e.Line == 0 || e.Text == "" || !strings.Contains(e.Err.Error(), want) {
		t.Errorf("%v\nwant %q of thread %d\n%s", err, want, thread, text)
	}
}

func TestShuffle(t *testing.T) {
	for _, mode := range []string{"up", "down", "bfly", "idx"} {
		for _, c := range []uint32{0, 31, 0x181f, 0x1800, 0x1c03, 7, 0x100f, 0xffffffff} {
			for _, b := range []uint32{0, 1, 5, 16, 31, 33} {
				// Each lane has 100 more than its number; the result says both what came and whether it did.
				got, err := launched(t, 32, body("add.u32 %r1, %r15, 100;", fmt.Sprintf("shfl.sync.%s.b32 %%r2|%%p1, %%r1, %d, %#x, -1;", mode, b, c),
					"selp.b32 %r3, 1000, 0, %p1;", "add.u32 %r2, %r2, %r3;", result("%r2")))
				if err != nil {
					t.Fatal(err)
				}
				for lane := range int32(32) {
					bound, segment := int32(c&31), int32(c>>8&31)
					most, from, ok := lane&segment|bound&^segment, int32(0), false
					switch b := int32(b & 31); mode {
					case "up":
						from, ok = lane-b, lane-b >= most
					case "down":
						from, ok = lane+b, lane+b <= most
					case "bfly":
						from, ok = lane^b, lane^b <= most
					default:
						from = lane&segment | b&^segment
						ok = from <= most
					}
					want := uint32(1000 + 100 + from)
					if !ok {
						want = uint32(100 + lane)
					}
					if got[lane] != want {
						t.Fatalf("shfl.%s of %d, %#x: lane %d has %d, want %d", mode, b, c, lane, got[lane], want)
					}
				}
			}
		}
	}
	// Registers decide by lane; a destination may be a source.
	got, err := launched(t, 32, body("xor.b32 %r1, %r15, 3;", "shfl.sync.idx.b32 %r1, %r15, %r1, 31, -1;", result("%r1")))
	for lane, v := range got {
		if err != nil || v != uint32(lane^3) {
			t.Fatal(got, err)
		}
	}
	// Lanes that are not there: of a warp that is short, and of a branch.
	fails(t, 20, 19, "lane 20, which is not there", body("shfl.sync.down.b32 %r1, %r15, 1, 31, -1;", result("%r1")))
	fails(t, 32, 15, "lane 16, which is not there", body("setp.lt.u32 %p1, %r15, 16;", "@%p1 shfl.sync.down.b32 %r1, %r15, 1, 31, 0xffff;", result("%r15")))
	fails(t, 32, 0, "0xffff are at an operation for 0xffffffff", body("setp.lt.u32 %p1, %r15, 16;", "@%p1 shfl.sync.down.b32 %r1, %r15, 1, 31, -1;", result("%r15")))
	fails(t, 32, 3, "are at an operation for 0x7", body("mov.b32 %r1, 0x7;", "setp.lt.u32 %p1, %r15, 3;", "@%p1 mov.b32 %r1, -1;", "setp.lt.u32 %p2, %r15, 3;", "@!%p2 bra L;", "mov.b32 %r1, 7;",
		"L:", "selp.b32 %r1, -1, 7, %p1;", "bar.warp.sync %r1;", result("%r15")))
}

func TestVote(t *testing.T) {
	const yes uint32 = 0x90000011
	for _, c := range []struct {
		op   string
		want uint32
	}{
		{"vote.sync.ballot.b32 %r3, %p1, -1;", yes},
		{"vote.sync.ballot.b32 %r3, !%p1, -1;", ^yes},
		{"vote.sync.any.pred %p2, %p1, -1;\nselp.b32 %r3, 1, 0, %p2;", 1},
		{"vote.sync.all.pred %p2, %p1, -1;\nselp.b32 %r3, 1, 0, %p2;", 0},
		{"setp.ge.u32 %p1, %r15, 0;\nvote.sync.all.pred %p2, %p1, -1;\nselp.b32 %r3, 1, 0, %p2;", 1},
		{"setp.ge.u32 %p1, %r15, 0;\nvote.sync.any.pred %p2, !%p1, -1;\nselp.b32 %r3, 1, 0, %p2;", 0},
		// Threads that a guard leaves out vote for nothing.
		{"setp.lt.u32 %p3, %r15, 8;\nmov.b32 %r3, 0x11;\n@%p3 vote.sync.ballot.b32 %r3, %p1, 0xff;", 0x11},
	} {
		got, err := launched(t, 32, body(fmt.Sprintf("mov.b32 %%r1, %#x;", yes), "shr.b32 %r1, %r1, %r15;", "and.b32 %r1, %r1, 1;", "setp.ne.b32 %p1, %r1, 0;", c.op, result("%r3")))
		if err != nil {
			t.Error(err)
		}
		for _, v := range got {
			if v != c.want {
				t.Errorf("%s: %#x, want %#x", c.op, got, c.want)
				break
			}
		}
	}
}

func TestSpecialRegisters(t *testing.T) {
	// Every thread packs all there is of it into eight words.
	lines := []string{"ld.param.u64 %rd1, [args];", "mov.u32 %r1, %ctaid.x;", "mov.u32 %r2, %nctaid.x;", "mov.u32 %r3, %ctaid.y;", "mov.u32 %r4, %nctaid.y;", "mov.u32 %r5, %ctaid.z;",
		"mad.lo.u32 %r6, %r5, %r4, %r3;", "mad.lo.u32 %r6, %r6, %r2, %r1;",
		"mov.u32 %r1, %tid.x;", "mov.u32 %r2, %ntid.x;", "mov.u32 %r3, %tid.y;", "mov.u32 %r4, %ntid.y;", "mov.u32 %r5, %tid.z;", "mov.u32 %r7, %ntid.z;",
		"mad.lo.u32 %r8, %r5, %r4, %r3;", "mad.lo.u32 %r8, %r8, %r2, %r1;", "mul.lo.u32 %r9, %r2, %r4;", "mul.lo.u32 %r9, %r9, %r7;", "mad.lo.u32 %r10, %r6, %r9, %r8;",
		"mul.wide.u32 %rd2, %r10, 16;", "add.u64 %rd1, %rd1, %rd2;", "mov.u32 %r11, %laneid;", "mov.u32 %r12, %warpid;", "mov.u32 %r13, %nctaid.z;",
		"st.global.v4.b32 [%rd1], {%r10, %r11, %r12, %r13};"}
	grid, block := [3]uint32{3, 2, 4}, [3]uint32{5, 4, 3}
	const threads, blocks = 60, 24
	for _, seed := range []uint64{0, 1, 2} {
		out := make([]uint64, 2*threads*blocks+1)
		if addressOf(out)%16 != 0 {
			out = out[1:]
		}
		var mem Regions
		params := []uint64{words(t, &mem, out), 0}
		if err := parsed(t, kernel("", lines...)).LaunchWith(Options{Seed: seed}, "k", grid, block, 0, bytesOf(params), &mem); err != nil {
			t.Fatal(err)
		}
		got := unsafe.Slice((*uint32)(unsafe.Pointer(unsafe.SliceData(out))), 4*threads*blocks)
		for i := range uint32(threads * blocks) {
			if want := []uint32{i, i % threads % 32, i % threads / 32, 4}; !slices.Equal(got[4*i:4*i+4], want) {
				t.Fatalf("thread %d has %d, want %d", i, got[4*i:4*i+4], want)
			}
		}
	}
}

func TestDivergence(t *testing.T) {
	for name, c := range map[string]struct {
		lines []string
		want  func(lane uint32) uint32
	}{
		"a branch and its other way": {[]string{"setp.lt.u32 %p1, %r15, 10;", "@%p1 bra A;", "mov.b32 %r1, 7;", "bra B;", "A:", "mov.b32 %r1, 5;", "B:",
			"vote.sync.ballot.b32 %r2, %p1, -1;", "add.u32 %r1, %r1, %r2;"}, // all are together again
			func(lane uint32) uint32 { return map[bool]uint32{true: 5, false: 7}[lane < 10] + 1023 }},
		"a loop of each its own length": {[]string{"mov.b32 %r1, 0;", "mov.b32 %r2, 0;", "A:", "add.u32 %r1, %r1, %r2;", "add.u32 %r2, %r2, 1;", "setp.le.u32 %p1, %r2, %r15;", "@%p1 bra A;",
			"bar.warp.sync -1;"},
			func(lane uint32) uint32 { return lane * (lane + 1) / 2 }},
		"loops in a branch in a loop": {[]string{"mov.b32 %r1, 0;", "mov.b32 %r2, 0;", "A:", "and.b32 %r3, %r15, 1;", "setp.eq.u32 %p1, %r3, 0;", "@%p1 bra C;",
			"mov.b32 %r4, %r15;", "B:", "add.u32 %r1, %r1, 1;", "sub.u32 %r4, %r4, 1;", "setp.ne.u32 %p2, %r4, 0;", "@%p2 bra B;",
			"C:", "add.u32 %r2, %r2, 1;", "setp.lt.u32 %p3, %r2, 3;", "@%p3 bra A;", "vote.sync.all.pred %p4, %p1, -1;", "@%p4 trap;"},
			func(lane uint32) uint32 { return 3 * lane * (lane & 1) }},
		"a guard":      {[]string{"mov.b32 %r1, 1;", "setp.gt.u32 %p1, %r15, 3;", "@%p1 mov.b32 %r1, 2;", "@!%p1 add.u32 %r1, %r1, 8;"}, func(lane uint32) uint32 { return map[bool]uint32{true: 2, false: 9}[lane > 3] }},
		"some end":     {[]string{"mov.b32 %r1, 4;", "setp.gt.u32 %p1, %r15, 3;", "@%p1 exit;", "bar.sync 0;", "bar.warp.sync 15;"}, func(lane uint32) uint32 { return 4 * truth32(lane <= 3) }},
		"all together": {[]string{"mov.b32 %r1, 0;", "A:", "add.u32 %r1, %r1, 1;", "setp.lt.u32 %p1, %r1, 50;", "@%p1 bra.uni A;"}, func(uint32) uint32 { return 50 }},
	} {
		t.Run(name, func(t *testing.T) {
			lines := append(c.lines, result("%r1"))
			got, err := launched(t, 32, body(lines...))
			if err != nil {
				t.Fatal(err)
			}
			for lane, v := range got {
				if w := c.want(uint32(lane)); v != w {
					t.Errorf("lane %d has %d, want %d", lane, v, w)
				}
			}
		})
	}
	fails(t, 32, 0, "0x3ff of 0xffffffff take a branch", body("setp.lt.u32 %p1, %r15, 10;", "@%p1 bra.uni A;", "A:", "ret;"))
}

func truth32(b bool) uint32 { return uint32(truth(b)) }

func TestBarriers(t *testing.T) {
	// Each warp reads what the next has written.
	exchange := []string{".shared .align 4 .b8 room[512];", "mov.u32 %r1, room;", "mul.lo.u32 %r2, %r15, 4;", "add.u32 %r3, %r1, %r2;", "st.shared.b32 [%r3], %r15;", "bar.sync 0;",
		"add.u32 %r4, %r15, 32;", "and.b32 %r4, %r4, 127;", "mul.lo.u32 %r4, %r4, 4;", "add.u32 %r4, %r1, %r4;", "ld.shared.b32 %r5, [%r4];", result("%r5")}
	got, err := launched(t, 128, body(exchange...))
	for i, v := range got {
		if err != nil || v != uint32(i+32)%128 {
			t.Fatal(got, err)
		}
	}
	// Without the barrier nothing is there yet.
	fails(t, 128, 0, "source 2 depends on what was never written", body(slices.Delete(slices.Clone(exchange), 5, 6)...))
	// Warps that have ended are not waited for.
	if _, err := launched(t, 96, body("setp.lt.u32 %p1, %r15, 32;", "@%p1 exit;", "bar.sync 3;", result("%r15"))); err != nil {
		t.Error(err)
	}
	fails(t, 32, 0, "0xff of 0xffffffff", body("setp.lt.u32 %p1, %r15, 8;", "@%p1 bar.sync 0;", "ret;"))
	fails(t, 64, 32, "barrier 2 and others at barrier 1", body("setp.lt.u32 %p1, %r15, 32;", "@%p1 bra A;", "bar.sync 2;", "ret;", "A:", "bar.sync 1;", "ret;"))
	// One warp waits at the barrier, another for that warp.
	fails(t, 64, 0, "more than 65536 steps", body(".shared .align 4 .b8 flag[4];", "mov.u32 %r1, flag;", "st.shared.b32 [%r1], 0;", "bar.sync 0;", "setp.lt.u32 %p1, %r15, 32;", "@!%p1 bra B;",
		"A:", "ld.volatile.shared.b32 %r2, [%r1];", "setp.eq.b32 %p2, %r2, 0;", "@%p2 bra A;", "B:", "bar.sync 0;", "st.shared.b32 [%r1], 1;", "ret;"))
	fails(t, 32, 0, "more than 65536 steps", body("A:", "bra A;"))
}

func TestNeverWritten(t *testing.T) {
	const want = "what was never written"
	fails(t, 32, 0, want, body(result("%r1")))
	fails(t, 32, 0, want, body("add.u32 %r1, %r2, 1;", "xor.b32 %r1, %r1, %r1;", result("%r1")))
	fails(t, 32, 4, want, body("setp.lt.u32 %p1, %r15, 4;", "@%p1 mov.b32 %r1, 3;", result("%r1")))
	fails(t, 32, 0, want, body("@%p1 bra A;", "A:", result("%r15")))
	fails(t, 32, 0, want, body("setp.eq.b32 %p1, %r1, 0;", "@%p1 mov.b32 %r2, 1;", result("%r15")))
	fails(t, 32, 0, want, body("ld.global.b32 %r1, [%rd1];", "ret;"))
	fails(t, 32, 0, want, body("shfl.sync.bfly.b32 %r1, %r2, 1, 31, -1;", "ret;"))
	fails(t, 32, 0, want, body("mov.b64 %rd1, {%r15, %r1};", "mov.b64 {%r2, %r3}, %rd1;", result("%r3")))
	fails(t, 32, 1, want, body("setp.eq.b32 %p1, %r15, 0;", "selp.b32 %r2, 5, %r1, %p1;", result("%r2")))
	fails(t, 32, 1, want, body("setp.eq.b32 %p1, %r15, 0;", "or.pred %p2, %p1, %p3;", "@%p2 bra A;", "A:", "ret;"))
	room := ".shared .align 16 .b8 room[64];"
	fails(t, 32, 0, want, body(room, "ld.shared.b32 %r1, [room];", result("%r1")))
	fails(t, 32, 0, want, body(room, "st.shared.b32 [room], 1;", "ld.shared.v2.b32 {%r1, %r2}, [room];", result("%r2")))
	fails(t, 32, 0, want, body(room, "st.shared.b32 [room], 1;", "ld.shared.b64 %rd1, [room];", "mov.b64 {%r1, %r2}, %rd1;", result("%r1")))
	fails(t, 32, 0, want, body(room, "atom.shared.add.u32 %r1, [room+4], 1;", "ret;"))
	// What decides nothing may be anything.
	for _, text := range []string{
		body("setp.lt.u32 %p1, %r15, 32;", "selp.b32 %r2, %r15, %r1, %p1;", result("%r2")),
		body("setp.lt.u32 %p1, %r15, 32;", "or.pred %p2, %p3, %p1;", "@!%p2 trap;", "not.pred %p1, %p1;", "and.pred %p2, %p1, %p3;", "@%p2 trap;", result("%r15")),
		body(room, "st.shared.b32 [room], 1;", "ld.shared.v2.b32 {%r1, %r2}, [room];", "add.u32 %r3, %r1, %r2;", result("%r15")),
		body(room, "ld.shared.b32 %r1, [room];", "st.shared.b32 [room], 1;", "atom.shared.add.u32 %r2, [room], 1;", "add.u32 %r2, %r2, 0;", "sub.u32 %r2, %r2, %r2;", "add.u32 %r2, %r2, %r15;", result("%r2")),
	} {
		got, err := launched(t, 32, text)
		for i, v := range got {
			if err != nil || v != uint32(i) {
				t.Fatal(got, err)
			}
		}
	}
	// A block knows nothing of what another has left.
	m := parsed(t, body(room, "mov.u32 %r1, %ctaid.x;", "setp.eq.u32 %p1, %r1, 0;", "@%p1 st.shared.b32 [room], 1;", "@%p1 mov.b32 %r2, 5;", "@!%p1 ld.shared.b32 %r2, [room];", result("%r2")))
	out := make([]uint64, 16)
	var mem Regions
	params := []uint64{words(t, &mem, out), 0}
	launch := func(o Options) error {
		return m.LaunchWith(o, "k", [3]uint32{2, 1, 1}, [3]uint32{32, 1, 1}, 0, bytesOf(params), &mem)
	}
	var e *LaunchError
	if err := launch(Options{}); !errors.As(err, &e) || e.Block != [3]uint32{1, 0, 0} {
		t.Error(err)
	}
	if err := launch(Options{Undefined: true}); err != nil || uint32(out[3]) != unspecified&math.MaxUint32 {
		t.Error(err, out)
	}
}

func TestMemory(t *testing.T) {
	table := ".global .align 16 .b64 table[3] = {1, 0x1234, 0xFFFFFFFFFFFFFFFF};\n.const .align 16 .b32 numbers[4] = {10, 11, 12, 13};\n"
	for name, lines := range map[string][]string{
		"parameters":            {"ld.param.b32 %r1, [args+12];", "add.u32 %r1, %r1, 77;"},
		"tables":                {"mov.u64 %rd1, table;", "ld.global.nc.v2.b64 {%rd2, %rd3}, [%rd1];", "sub.u64 %rd3, %rd3, 0x11e7;", "cvt.u32.u64 %r1, %rd3;"},
		"a table's name":        {"ld.global.b32 %r1, [table+8];", "sub.u32 %r1, %r1, 0x11e7;"},
		"constants":             {"mov.u64 %rd1, numbers;", "ld.const.v4.u32 {%r1, %r2, %r3, %r4}, [%rd1];", "add.u32 %r1, %r4, 64;"},
		"global, one":           {"mul.wide.u32 %rd1, %r15, 4;", "add.u64 %rd1, %rd1, %rd14;", "st.global.b32 [%rd1], 77;", "ld.global.b32 %r1, [%rd1];"},
		"global, back":          {"mul.wide.u32 %rd1, %r15, 4;", "add.u64 %rd1, %rd1, %rd14;", "add.u64 %rd2, %rd1, 8;", "st.global.b32 [%rd2+-8], 77;", "ld.volatile.global.b32 %r1, [%rd1];"},
		"shared, by name":       {"st.shared.v2.b64 [room+16], {70, 7};", "ld.shared.v4.b32 {%r1, %r2, %r3, %r4}, [room+16];", "add.u32 %r1, %r1, %r3;"},
		"shared, by 32 bits":    {"mov.u32 %r2, room;", "st.shared.v2.f32 [%r2+8], {0f00000046, 0f00000007};", "ld.shared.b64 %rd1, [%r2+8];", "mov.b64 {%r3, %r4}, %rd1;", "add.u32 %r1, %r3, %r4;"},
		"shared, by 64 bits":    {"mov.u64 %rd2, room;", "st.shared.s64 [%rd2+8], 77;", "ld.shared.u32 %r1, [%rd2+8];"},
		"shared, the second":    {"st.shared.b32 [room], 76;", "st.shared.b32 [more], 77;", "ld.shared.b32 %r1, [more];"},
		"a vector's halves":     {"mov.b64 %rd1, {77, 1};", "st.shared.b64 [room], %rd1;", "ld.shared.v2.b32 {%r1, %r2}, [room];"},
		"an address goes under": {"mov.u32 %r2, room;", "sub.u32 %r2, %r2, 16;", "st.shared.b32 [%r2+16], 77;", "ld.shared.b32 %r1, [room];"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := launched(t, 32, table+body(append(append([]string{".shared .align 16 .b8 room[32];", ".shared .align 4 .b32 more[1];"}, lines...), result("%r1"))...))
			for _, v := range got {
				if err != nil || v != 77 {
					t.Fatal(got, err)
				}
			}
		})
	}
	for name, c := range map[string]struct {
		want string
		line string
	}{
		"misaligned":                  {"not aligned to 4", "ld.global.b32 %r1, [%rd14+2];"},
		"misaligned, a vector":        {"not aligned to 16", "add.u64 %rd1, %rd14, %rd15;\nld.global.v4.b32 {%r1, %r2, %r3, %r4}, [%rd1+8];\nld.global.v4.b32 {%r1, %r2, %r3, %r4}, [%rd1];"},
		"misaligned, a store":         {"not aligned to 8", "st.global.b64 [%rd14+4], 0;"},
		"misaligned, shared":          {"not aligned to 8", "ld.shared.b64 %rd1, [room+4];"},
		"misaligned, atomic":          {"not aligned to 8", "red.global.add.u64 [%rd14+4], 1;"},
		"before":                      {"is in no memory", "ld.global.b32 %r1, [%rd14+-4];"},
		"behind":                      {"is in no memory", "ld.global.b32 %r1, [%rd14+136];"},
		"over the end":                {"is in no memory", "mov.u64 %rd1, edge;\nld.global.b64 %rd2, [%rd1];"},
		"nothing":                     {"is in no memory", "mov.u64 %rd1, 0;\nld.global.b32 %r1, [%rd1];"},
		"the last":                    {"is in no memory", "mov.u64 %rd1, -4;\nst.global.b32 [%rd1], 1;"},
		"behind shared memory":        {"beyond shared memory", "st.shared.b32 [room+32], 1;"},
		"shared, under":               {"beyond shared memory", "mov.u32 %r1, 0;\nst.shared.b32 [%r1+-4], 1;"},
		"shared, over the end":        {"beyond shared memory", "mov.u64 %rd1, -8;\nld.shared.b64 %rd2, [%rd1];"},
		"constants are no global":     {"is in no memory", "mov.u64 %rd1, numbers;\nld.global.b32 %r1, [%rd1];"},
		"global memory is none of it": {"is in no memory", "ld.const.b32 %r1, [%rd14];"},
		"a trap":                      {"a trap", "trap;"},
	} {
		t.Run(name, func(t *testing.T) {
			fails(t, 32, 0, c.want, table+".global .align 8 .b32 edge[1] = {1};\n"+body(".shared .align 16 .b8 room[32];", c.line, "ret;"))
		})
	}
}

func TestLaunchesAreRefused(t *testing.T) {
	m := parsed(t, ".visible .entry k(.param .u64 a)\n{\n.shared .align 8 .b8 room[1024];\n}\n.visible .entry most() .maxntid 8, 4\n{\n}\n.visible .entry exactly() .reqntid 8, 4\n{\n}\n")
	one, params := [3]uint32{1, 1, 1}, make([]byte, 8)
	for _, c := range []struct {
		entry       string
		grid, block [3]uint32
		shared      int
		params      []byte
		ok          bool
	}{
		{"k", one, one, 0, params, true},
		{"k", one, one, 226 << 10, params, true},
		{"k", one, [3]uint32{16, 1, 64}, 0, params, true},
		{"none", one, one, 0, params, false},
		{"k", one, one, 0, params[1:], false},
		{"k", one, one, -1, params, false},
		{"k", one, one, 226<<10 + 1, params, false},
		{"k", one, [3]uint32{}, 0, params, false},
		{"k", one, [3]uint32{1025, 1, 1}, 0, params, false},
		{"k", one, [3]uint32{math.MaxUint32, math.MaxUint32, math.MaxUint32}, 0, params, false},
		{"k", one, [3]uint32{1, 1, 65}, 0, params, false},
		{"k", [3]uint32{1, 0, 1}, one, 0, params, false},
		{"k", [3]uint32{1 << 31, 1, 1}, one, 0, params, false},
		{"k", [3]uint32{1, 1 << 16, 1}, one, 0, params, false},
		{"k", [3]uint32{1, 1, 1 << 16}, one, 0, params, false},
		{"most", one, [3]uint32{32, 1, 1}, 0, nil, true},
		{"most", one, [3]uint32{33, 1, 1}, 0, nil, false},
		{"exactly", one, [3]uint32{8, 4, 1}, 0, nil, true},
		{"exactly", one, [3]uint32{32, 1, 1}, 0, nil, false},
	} {
		err := m.Launch(c.entry, c.grid, c.block, c.shared, c.params, nil)
		var e *LaunchError
		if c.ok != (err == nil) || !c.ok && (!errors.As(err, &e) || e.Thread != -1) {
			t.Errorf("%s of %v blocks of %v threads, %d bytes: %v", c.entry, c.grid, c.block, c.shared, err)
		}
	}
}

func TestAtomics(t *testing.T) {
	// Every thread gives its number, in their order.
	type c struct {
		op    string
		start uint64
		want  func(old, lane uint64) uint64
	}
	f32 := func(f func(a, b float32) float32) func(old, lane uint64) uint64 {
		return func(old, lane uint64) uint64 { return b32(f(d32(old), d32(lane))) }
	}
	for _, width := range []int{32, 64} {
		mask := uint64(math.MaxUint64) >> (64 - width)
		cases := []c{
			{"add.u", 5, func(o, l uint64) uint64 { return (o + l) & mask }},
			{"min.u", mask, func(o, l uint64) uint64 { return min(o, l) }},
			{"max.u", 3, func(o, l uint64) uint64 { return max(o, l) }},
			{"min.s", mask, func(o, l uint64) uint64 { return o }},
			{"max.s", mask, func(o, l uint64) uint64 {
				if o == mask { // -1
					return l
				}
				return max(o, l)
			}},
			{"and.b", mask, func(o, l uint64) uint64 { return o & l }},
			{"or.b", 64, func(o, l uint64) uint64 { return o | l }},
			{"xor.b", mask - 1, func(o, l uint64) uint64 { return o ^ l }},
			{"exch.b", 9, func(_, l uint64) uint64 { return l }},
			{"add.f", 1, nil},
		}
		for _, space := range []string{"global", "shared"} {
			for _, c := range cases {
				if c.want == nil {
					switch {
					case width == 64:
						c.want = func(o, l uint64) uint64 { return b64(d64(o) + d64(l)) }
					case space == "global": // all of these are below the normal numbers
						c.want = func(uint64, uint64) uint64 { return 0 }
					default:
						c.want = f32(func(a, b float32) float32 { return a + b })
					}
				}
				address := map[string]string{"global": "[%rd15]", "shared": "[room]"}[space]
				r, d := "%rd1", "%rd2"
				if width == 32 {
					r, d = "%r15", "%r2"
				}
				lines := []string{".shared .align 8 .b8 room[8];", "cvt.u64.u32 %rd1, %r15;", "ld.global.b64 %rd3, [%rd15];", "st.shared.b64 [room], %rd3;",
					fmt.Sprintf("atom.%s.%s%d %s, %s, %s;", space, c.op, width, d, address, r), "ld.shared.b64 %rd4, [room];"}
				if space == "shared" {
					lines = append(lines, "st.global.b64 [%rd15], %rd4;")
				}
				st := "st.global.b64 [%rd13], %rd2;"
				if width == 32 {
					st = "cvt.u64.u32 %rd2, %r2;\n" + st
				}
				m := parsed(t, body(append(lines, "mul.wide.u32 %rd13, %r15, 8;", "add.u64 %rd13, %rd13, %rd14;", st)...))
				out, at := make([]uint64, 32), []uint64{c.start}
				var mem Regions
				params := []uint64{words(t, &mem, out), words(t, &mem, at)}
				if err := m.Launch("k", [3]uint32{1, 1, 1}, [3]uint32{32, 1, 1}, 0, bytesOf(params), &mem); err != nil {
					t.Fatal(err)
				}
				now := c.start
				for lane := range uint64(32) {
					if out[lane] != now {
						t.Fatalf("atom.%s.%s%d: lane %d got %#x, want %#x", space, c.op, width, lane, out[lane], now)
					}
					now = c.want(now, lane)
				}
				if at[0] != now {
					t.Fatalf("atom.%s.%s%d leaves %#x, want %#x", space, c.op, width, at[0], now)
				}
			}
		}
	}
	// cas: the one thread that finds 0 wins.
	got, err := launched(t, 32, body(".shared .align 4 .b8 room[4];", "st.shared.b32 [room], 0;", "add.u32 %r1, %r15, 100;", "atom.shared.cas.b32 %r2, [room], 0, %r1;", result("%r2")))
	for lane, v := range got {
		if err != nil || v != 100*truth32(lane > 0) {
			t.Fatal(got, err)
		}
	}
}

// Blocks wait for those before them: each adds its number to what the one before left, as soon as it says so.
func TestBlocksInTurns(t *testing.T) {
	m := parsed(t, kernel("", "ld.param.u64 %rd1, [args];", "ld.param.u64 %rd2, [args+8];", "mov.u32 %r2, %tid.x;", "setp.ne.u32 %p1, %r2, 0;", "@%p1 bra END;",
		"atom.global.add.u32 %r1, [%rd2], 1;", // the order in which they begin
		"mul.wide.u32 %rd3, %r1, 8;", "add.u64 %rd3, %rd3, %rd1;",
		"A:", "ld.acquire.gpu.global.b64 %rd4, [%rd3];", "setp.eq.b64 %p2, %rd4, 0;", "@%p2 bra A;",
		"cvt.u64.u32 %rd5, %r1;", "add.u64 %rd4, %rd4, %rd5;", "st.release.gpu.global.b64 [%rd3+8], %rd4;", "END:", "ret;"))
	const blocks = 100
	for _, seed := range []uint64{0, 1, 7} {
		chain, next := make([]uint64, blocks+1), []uint64{0}
		chain[0] = 1
		var mem Regions
		params := []uint64{words(t, &mem, chain), words(t, &mem, next)}
		if err := m.LaunchWith(Options{Seed: seed}, "k", [3]uint32{blocks, 1, 1}, [3]uint32{64, 1, 1}, 0, bytesOf(params), &mem); err != nil {
			t.Fatal(err)
		}
		if chain[blocks] != 1+blocks*(blocks-1)/2 {
			t.Error(chain)
		}
	}
	// The first waits for the second, which begins while the first waits.
	m = parsed(t, kernel("", "ld.param.u64 %rd1, [args];", "mov.u32 %r1, %ctaid.x;", "setp.eq.u32 %p1, %r1, 0;", "@!%p1 bra SET;",
		"A:", "ld.volatile.global.b32 %r2, [%rd1];", "setp.eq.b32 %p2, %r2, 0;", "@%p2 bra A;", "ret;", "SET:", "st.volatile.global.b32 [%rd1], 1;", "ret;"))
	flag := []uint64{0}
	var mem Regions
	params := []uint64{words(t, &mem, flag), 0}
	if err := m.Launch("k", [3]uint32{resident, 1, 1}, [3]uint32{32, 1, 1}, 0, bytesOf(params), &mem); err != nil {
		t.Error(err)
	}
	// Nobody says so: an error, not a launch without end.
	flag[0] = 0
	err := m.LaunchWith(Options{Steps: 1 << 18}, "k", [3]uint32{1, 1, 1}, [3]uint32{32, 1, 1}, 0, bytesOf(params), &mem)
	if err == nil || !strings.Contains(err.Error(), "more than 262144 steps") {
		t.Error(err)
	}
}

func TestRegions(t *testing.T) {
	var r Regions
	x := make([]uint64, 8)
	p := unsafe.Pointer(unsafe.SliceData(x))
	at := addressOf(x)
	if err := r.Add(unsafe.Add(p, 16), 16); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		from, bytes int
		ok          bool
	}{{0, 16, true}, {8, 16, false}, {16, 1, false}, {31, 8, false}, {32, 0, false}, {32, -1, false}, {32, 32, true}, {20, 4, false}} {
		err := r.Add(unsafe.Add(p, c.from), c.bytes)
		if (err == nil) != c.ok {
			t.Errorf("%d bytes at %d: %v", c.bytes, c.from, err)
		}
		if err == nil {
			r.Remove(unsafe.Add(p, c.from))
		}
	}
	for _, c := range []struct {
		from, bytes int
		ok          bool
	}{{16, 16, true}, {24, 8, true}, {24, 9, false}, {15, 1, false}, {32, 1, false}, {16, math.MaxInt, false}, {16, -1, false}} {
		got, err := r.At(at+uint64(c.from), c.bytes)
		if (err == nil) != c.ok || c.ok && got != unsafe.Add(p, c.from) {
			t.Errorf("%d bytes at %d: %v", c.bytes, c.from, err)
		}
	}
	r.Remove(unsafe.Add(p, 16))
	if _, err := r.At(at+16, 1); err == nil {
		t.Error("there is no region left")
	}
}
