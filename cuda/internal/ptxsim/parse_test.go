package ptxsim

import (
	"cmp"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// forms are instructions that Parse takes, on registers of kernel.
var forms = []string{
	"ret;", "exit;", "trap;", "bra L;", "bra.uni L;", "@%p1 bra L;", "@!%p1 exit;",
	"bar.sync 0;", "bar.sync 15;", "barrier.sync 1;", "bar.warp.sync -1;", "bar.warp.sync %r1;",
	"membar.cta;", "membar.gl;", "membar.sys;", "fence.sc.gpu;", "fence.acq_rel.cta;", "fence.acq_rel.gpu;",
	"shfl.sync.down.b32 %r1, %r2, 1, 31, -1;", "shfl.sync.up.b32 %f1|%p1, %f2, %r3, 0, 0xffffffff;", "shfl.sync.bfly.b32 %r1, %r2, 1, 0x1f, %r4;",
	"shfl.sync.idx.b32 %r1, %r2, 0, 31, -1;", "vote.sync.ballot.b32 %r1, %p1, -1;", "vote.sync.any.pred %p1, %p2, -1;", "vote.sync.all.pred %p1, !%p2, %r1;",
	"mov.b64 {%r1, %r2}, %rd1;", "mov.b64 {%f1, %r2}, %fd1;", "mov.b64 %rd1, {%r1, %r2};", "mov.b64 %fd1, {%r1, 0};", "mov.b32 %f1, %r1;", "mov.f32 %f1, 0f3f800000;",
	"mov.f64 %fd1, 0D3FF0000000000000;", "mov.b64 %rd1, 0d3FF0000000000000;", "mov.u32 %r1, %laneid;", "mov.u32 %r1, %warpid;", "mov.u32 %r1, %nctaid.z;", "mov.u32 %r1, room;",
	"mov.u64 %rd1, table;", "mov.u64 %rd1, 0xFFFFFFFFFFFFFFFF;", "mov.s64 %rd1, -9223372036854775808;", "mov.u32 %r1, 12U;",
	"ld.param.u64 %rd1, [args];", "ld.param.f32 %f1, [args+12];", "ld.param.b32 %r1, [args+8];",
	"ld.global.u32 %r1, [%rd1];", "ld.global.nc.f64 %fd1, [%rd1+-8];", "ld.global.cs.nc.v4.f32 {%f1, %f2, %f3, %f4}, [%rd1];", "ld.global.lu.b64 %rd1, [%u1];",
	"ld.volatile.global.u64 %rd1, [%rd2];", "ld.relaxed.gpu.global.u64 %rd1, [%rd2];", "ld.acquire.cta.shared.b32 %r1, [%r2];", "ld.const.f64 %fd1, [numbers+8];",
	"ld.shared.v2.b64 {%rd1, %rd2}, [room];", "ld.shared.b32 %r1, [room+4];", "ld.volatile.shared.v2.u32 {%r1, %r2}, [%r3+8];",
	"st.global.cs.v2.f64 [%rd1], {%fd1, %fd2};", "st.global.b32 [%rd1], 5;", "st.shared.b64 [%rd1], %rd2;", "st.release.sys.global.s32 [%rd1+4], %i1;", "st.volatile.shared.f32 [%r1], %f1;",
	"atom.global.add.u32 %r1, [%rd1], 1;", "atom.global.add.f64 %fd1, [%rd1], %fd2;", "atom.shared.cas.b64 %rd1, [%r1], %rd2, %rd3;", "atom.global.exch.b32 %r1, [%rd1], %r2;",
	"atom.global.min.s64 %rd1, [%rd2], %rd3;", "red.global.max.u64 [%rd1], %rd2;", "red.shared.or.b32 [room], %r1;", "red.global.add.f32 [%rd1], %f1;",
}

// withForm is a kernel that has an instruction which need not make sense.
func withForm(line string) string {
	return ".version 7.0\n.target sm_80\n.address_size 64\n" +
		kernel(".global .align 16 .b64 table[3] = {1, 0x10, 0xFFFFFFFFFFFFFFFF};\n.const .align 8 .b64 numbers[2] = {3, 4};\n",
			".shared .align 16 .b8 room[256];", line, "L:", "ret;")
}

func TestFormsAreTaken(t *testing.T) {
	for _, line := range forms {
		if _, err := Parse(withForm(line)); err != nil {
			t.Error(err)
		}
	}
}

func TestFormsAreRefused(t *testing.T) {
	for _, line := range []string{
		";", "ret", "nop;", "ret.uni;", "ret %r1;", "bra;", "bra nowhere;", "bra.x L;", "@%r1 bra L;", "@%p1;", "@%p9 ret;", "call f;",
		"bar.sync;", "bar.sync 16;", "bar.sync -1;", "bar.sync %r1;", "bar.sync 0, 32;", "bar.arrive 0;", "fence.sc;", "membar.cta %r1;",
		// Rounding and contraction must not be the assembler's; nor what is flushed or saturated.
		"add.f32 %f1, %f2, %f3;", "mul.f64 %fd1, %fd2, %fd3;", "add.rz.f32 %f1, %f2, %f3;", "add.rn.ftz.f32 %f1, %f2, %f3;", "add.rn.sat.f32 %f1, %f2, %f3;",
		"fma.f32 %f1, %f2, %f3, %f4;", "sqrt.approx.f32 %f1, %f2;", "div.full.f32 %f1, %f2, %f3;", "mad.rn.f32 %f1, %f2, %f3, %f4;", "min.NaN.f32 %f1, %f2, %f3;", "neg.ftz.f32 %f1, %f2;",
		"add.sat.s32 %i1, %i2, %i3;", "add.b32 %r1, %r2, %r3;", "add.s16 %r1, %r2, %r3;", "add.s+32 %r1, %r2, %r3;", "add.s032 %r1, %r2, %r3;", "add.s32.s32 %r1, %r2, %r3;",
		"mul.s32 %r1, %r2, %r3;", "mul.wide.u64 %rd1, %rd2, %rd3;", "mul.lo.b32 %r1, %r2, %r3;", "mad.u32 %r1, %r2, %r3, %r4;", "mul.wide.s32 %r1, %r2, %r3;",
		"neg.u32 %r1, %r2;", "abs.u64 %rd1, %rd2;", "and.s32 %r1, %r2, %r3;", "not.u32 %r1, %r2;", "shl.s32 %r1, %r2, %r3;", "shl.b64 %rd1, %rd2, %rd3;", "popc.u32 %r1, %r2;", "popc.b64 %rd1, %rd2;",
		"selp.b32 %r1, %r2, %r3, %r4;", "selp.pred %p1, %p2, %p3, %p4;", "setp.lt.b32 %p1, %r2, %r3;", "setp.lo.s32 %p1, %r2, %r3;", "setp.ltu.s32 %p1, %r2, %r3;",
		"setp.eq.s32 %r1, %r2, %r3;", "setp.eq.s32 %p1|%p2, %r2, %r3;", "setp.eq.pred %p1, %p2, %p3;", "setp.s32 %p1, %r1, %r2;",
		"cvt.f32.f64 %f1, %fd1;", "cvt.rz.f32.f64 %f1, %fd1;", "cvt.rn.f64.f32 %fd1, %f1;", "cvt.s32.f32 %i1, %f1;", "cvt.rn.s32.f32 %i1, %f1;", "cvt.rzi.sat.s32.f32 %i1, %f1;", "cvt.f32.s32 %f1, %i1;",
		"cvt.rzi.f32.s32 %f1, %i1;", "cvt.rni.f64.f32 %fd1, %f1;", "cvt.rn.f32.f32 %f1, %f2;", "cvt.b32.s32 %r1, %r2;", "cvt.u32.u16 %r1, %r2;", "cvt.rzi.ftz.s32.f32 %i1, %f1;",
		// Types of registers and of numbers.
		"add.s32 %rd1, %r2, %r3;", "add.s32 %r1, %rd2, %r3;", "add.rn.f32 %i1, %f2, %f3;", "add.rn.f32 %f1, %i2, %f3;", "add.s32 %f1, %i1, %i2;", "mov.u32 %tid.x, 0;", "add.u32 %laneid, %r1, %r2;",
		"mov.b32 %p1, %r1;", "mov.f32 %f1, 1;", "mov.f32 %f1, 0f3f80000;", "mov.f64 %fd1, 0f3f800000;", "mov.u32 %r1, 0x100000000;", "mov.u32 %r1, -2147483649;", "mov.u32 %r1, 1_0;", "mov.u32 %r1, 0f3f800000;",
		"mov.u32 %r1, table;", "mov.f32 %f1, room;", "mov.u32 %r1, nothing;", "mov.u32 1, %r1;", "add.s32 %r1, %r2;", "add.s32 %r1, %r2, %r3, %r4;", "add.s32 %r1, , %r3;", "add.s32;",
		"mov.b64 {%r1, %r1}, %rd1;", "mov.b64 {%r1}, %rd1;", "mov.b64 {%r1, %r2, %r3}, %rd1;", "mov.b32 {%r1, %r2}, %rd1;", "mov.b64 %rd1, {%rd2, %rd3};", "mov.b64 {%r1, %r2, %rd1;",
		// Memory.
		"ld.u32 %r1, [%rd1];", "ld.local.u32 %r1, [%rd1];", "ld.global.u8 %r1, [%rd1];", "ld.global.u32 %r1, %rd1;", "ld.global.u32 %r1, [%r2];", "ld.global.v4.f64 {%fd1, %fd2, %fd3, %fd4}, [%rd1];",
		"ld.global.v2.f32 {%f1, %f1}, [%rd1];", "ld.global.v2.f32 %f1, [%rd1];", "ld.global.v2.f32 {%f1}, [%rd1];", "ld.global.f32 {%f1}, [%rd1];", "ld.global.v3.f32 {%f1, %f2, %f3}, [%rd1];",
		"ld.global.nc.cs.f32 %f1, [%rd1];", "ld.global.lu.nc.f32 %f1, [%rd1];", "ld.global.cv.nc.f32 %f1, [%rd1];", "ld.shared.nc.f32 %f1, [%r1];", "ld.volatile.global.cs.f32 %f1, [%rd1];", "ld.relaxed.global.f32 %f1, [%rd1];",
		"ld.release.gpu.global.f32 %f1, [%rd1];", "st.acquire.gpu.global.f32 [%rd1], %f1;", "st.global.nc.f32 [%rd1], %f1;", "st.const.b64 [numbers], %rd1;", "st.param.b64 [args], %rd1;",
		"ld.param.u64 %rd1, [args+16];", "ld.param.u64 %rd1, [args+4];", "ld.param.u64 %rd1, [args+-8];", "ld.param.u64 %rd1, [other];", "ld.param.u64 %rd1, [%rd2];", "ld.global.u64 %rd1, [%rd2+];", "ld.global.u64 %rd1, [%rd2+x];",
		"atom.global.add.s64 %rd1, [%rd2], %rd3;", "atom.add.u32 %r1, [%rd1], 1;", "atom.global.add.b32 %r1, [%rd1], 1;", "atom.global.min.b32 %r1, [%rd1], 1;", "atom.global.and.u32 %r1, [%rd1], 1;", "red.global.exch.b32 [%rd1], 1;",
		"red.global.cas.b32 [%rd1], 1, 2;", "atom.global.cas.b32 %r1, [%rd1], 2;", "atom.global.min.f32 %f1, [%rd1], %f2;", "atom.const.add.u32 %r1, [%rd1], 1;", "red.global.add.u32 %r1, [%rd1], 1;",
		// Of warps.
		"shfl.down.b32 %r1, %r2, 1, 31;", "shfl.sync.down.b64 %rd1, %rd2, 1, 31, -1;", "shfl.sync.left.b32 %r1, %r2, 1, 31, -1;", "shfl.sync.down.b32 %r1|%r2, %r2, 1, 31, -1;",
		"vote.ballot.b32 %r1, %p1;", "vote.sync.uni.pred %p1, %p2, -1;", "vote.sync.ballot.b32 %p1, %p2, -1;", "vote.sync.any.pred %p1, %r1, -1;", "activemask.b32 %r1;", "bar.warp.sync;",
		// Declarations.
		".reg .b32 %r<4>;", ".reg .b32 <4>;", ".reg .b32 %q<4;", ".reg b32 %q<4>;", ".reg .b32 %q<-4>;", ".reg .b32 %q<+4>;", ".reg .b16 %q<4>;", ".reg .b32 %q;", ".reg .b32 %q<99999999>;",
		".shared .align 16 .b8 room[8];", ".shared .align 3 .b8 more[8];", ".shared .align 8 .b8 more[8;", ".shared .align 8 .b16 more[8];", ".shared .align 8 .b8 more[49152];", ".shared .align 8 .b8 4[8];", ".shared .b8 more[8];",
		"L:", "add.s32 x:", "4:", "%r1:", "{", "// nothing\n/* more */", ".local .align 8 .b8 x[8];",
	} {
		var syntax *SyntaxError
		if _, err := Parse(withForm(line)); !errors.As(err, &syntax) || syntax.Line == 0 || syntax.Reason == "" {
			t.Errorf("%s: %v", line, err)
		}
	}
}

func TestModulesAreRefused(t *testing.T) {
	const rest = ")\n{\nret;\n}\n"
	for _, text := range []string{
		"add.s32 %r1, %r2, %r3;", ".extern .func f;", ".address_size 32", ".visible .entry k(", ".visible .entry k(\n)\n{\nret;", ".visible .func k(" + rest, ".visible .entry k" + rest[1:],
		".visible .entry (" + rest, ".visible .entry 1(" + rest, ".visible .entry k(" + rest + ".visible .entry k(" + rest, ".visible .entry k(.param .b8 args[8]" + rest,
		".visible .entry k(.param .align 8 .b8 args[8" + rest, ".visible .entry k(.param .align 8 .b8 args[-8]" + rest, ".visible .entry k(.param .align 8 .b8 args[4353]" + rest,
		".visible .entry k(.param .align 8 .b8 [8]" + rest, ".visible .entry k(.param .u64 a, .param .u64 b" + rest, ".visible .entry k(.param .u8 a" + rest,
		".visible .entry k() .maxntid 0 {\n}", ".visible .entry k() .maxntid 1025 {\n}", ".visible .entry k() .maxntid {\n}", ".visible .entry k() .maxntid 1, 1, 1, 1 {\n}", ".visible .entry k() .maxnreg 32 {\n}", ".visible .entry k() .maxntid +1 {\n}",
		".global .align 8 .b64 t[2] = {1};", ".global .align 8 .b64 t[2] = {1, 2, 3};", ".global .align 8 .b64 t[2] {1, 2};", ".global .align 8 .b64 t[2] = {1, x};", ".global .align 8 .b32 t[1] = {0x100000000};", ".global .align 8 .b64 t[0] = {};",
		".global .align 6 .b64 t[1] = {1};", ".global .align 8 .b8 t[1] = {1};", ".global .align 8 .b64 t[1 = {1};", ".global .align 8 .b64 t[1] = {1", ".global .align 8 .b64 t[1] = {1};\n.const .align 8 .b64 t[1] = {1};",
		".const .align 8 .b64 t[8193] = {0" + strings.Repeat(", 0", 8192) + "};",
	} {
		var syntax *SyntaxError
		if _, err := Parse(text); !errors.As(err, &syntax) {
			t.Errorf("%.100s: %v", text, err)
		}
	}
}

func TestModule(t *testing.T) {
	m := parsed(t, ".version 7.0\n.visible .entry b(.param .f32 x)\n{ // a remark\n}\n.visible .entry a(\n.param .align 8 .b8 args[24]\n) .reqntid 4, 2 .minnctapersm 2\n{\n ret ;\n}\n.visible .entry c()\n{\n}\x00")
	if !slices.Equal(m.Entries(), []string{"b", "a", "c"}) {
		t.Error(m.Entries())
	}
	for name, want := range map[string]int{"a": 24, "b": 4, "c": 0} {
		if n, ok := m.ParamBytes(name); n != want || !ok {
			t.Error(name, n, ok)
		}
	}
	if _, ok := m.ParamBytes("d"); ok {
		t.Error("there is no d")
	}
}

// What is taken, NVIDIA's assembler takes too.
func TestAssembleForms(t *testing.T) {
	ptxas, err := exec.LookPath(cmp.Or(os.Getenv("TRIAD_PTXAS"), "ptxas"))
	if err != nil {
		t.Skip("no ptxas: TRIAD_PTXAS may name it")
	}
	file := filepath.Join(t.TempDir(), "forms.ptx")
	if err := os.WriteFile(file, []byte(withForm(strings.Join(forms, "\n"))), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(ptxas, "-arch=sm_80", "-o", file+".cubin", file).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
