package ptxsim

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/triad-go/triad/cuda/internal/ptx"
	"github.com/triad-go/triad/internal/randkernel"
	"github.com/triad-go/triad/kernels"
)

// generated are texts that package ptx writes.
func generated(t testing.TB) (texts []string) {
	r := rand.New(rand.NewPCG(1, 4))
	add := func(p *kernels.Program) {
		texts = append(texts, ptx.Generate(p, ptx.Options{Name: "k", SM: 70 + 10*r.IntN(3), Stream: r.IntN(2) == 0}).Text)
	}
	for len(texts) < 6 {
		if p := randkernel.Program(r, randkernel.SmallProgram); p.Axes <= 1 {
			add(p)
		}
	}
	for _, f := range []string{"z = x + y", "z = exp(x)", "s = sum(x*y)"} {
		k := kernels.Must(kernels.Parse("f", f))
		add(k.Program(kernels.Float64))
		add(k.Program(kernels.Float32))
	}
	for _, s := range []ptx.CollectSpec{
		{Kind: kernels.Scan, Reduce: kernels.Sum, Value: kernels.Int64},
		{Kind: kernels.Histogram, Value: kernels.Int64, Out: kernels.Int64},
		{Kind: kernels.Keep, Value: kernels.Float64, By: kernels.Float64},
	} {
		c, err := ptx.Collect(s)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, c.Text)
	}
	return texts
}

// FuzzParse: what is no module is an error that says where, and a module's launches end, well or with an error that says where.
func FuzzParse(f *testing.F) {
	for _, text := range generated(f) {
		f.Add(text)
	}
	for _, line := range forms {
		f.Add(withForm(line))
	}
	f.Add(".visible .entry k() .reqntid 4, 2\n{\n}")
	f.Add(body(".shared .align 4 .b8 room[8];", "st.shared.b32 [room], 1;", "bar.sync 0;", "A:", "ld.shared.b32 %r1, [room];", "setp.eq.b32 %p1, %r1, %r15;", "@%p1 bra A;", result("%r1")))
	room := make([]uint64, 512)
	var mem Regions
	at := words(f, &mem, room)
	params := make([]uint64, mostParameters/8)
	f.Fuzz(func(t *testing.T, text string) {
		m, err := Parse(text)
		if err != nil {
			if e := (*SyntaxError)(nil); !errors.As(err, &e) || e.Line < 1 {
				t.Fatalf("%v", err)
			}
			return
		}
		for _, name := range m.Entries() {
			bytes, ok := m.ParamBytes(name)
			if !ok {
				t.Fatalf("no entry %q", name)
			}
			for i := range room {
				room[i] = uint64(i % 7)
			}
			for i := range params {
				params[i] = at + uint64(i%4*1024)
			}
			params[0] = 40 // a number of elements
			for _, o := range []Options{{Steps: 1 << 11}, {Steps: 1 << 11, Seed: 1, Undefined: true}} {
				if err := m.LaunchWith(o, name, [3]uint32{2, 1, 1}, [3]uint32{20, 2, 1}, 64, bytesOf(params)[:bytes], &mem); err != nil {
					if e := (*LaunchError)(nil); !errors.As(err, &e) || e.Err == nil {
						t.Fatalf("%v", err)
					}
				}
			}
			if len(text) > 1<<12 {
				break // one is enough
			}
		}
	})
}

// Everything that package ptx writes is read; the differential tests there run it.
func TestGeneratedIsRead(t *testing.T) {
	for _, text := range generated(t) {
		if m := parsed(t, text); len(m.Entries()) == 0 {
			t.Errorf("no entries in\n%s", text)
		}
	}
}

// Kernels of any instructions, in any order, end: well or with an error.
func TestAnyInstructions(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 5))
	room := make([]uint64, 64)
	var mem Regions
	at := words(t, &mem, room)
	ended := 0
	for range 400 {
		lines := []string{"ld.param.u64 %rd1, [args];", "ld.param.u64 %rd2, [args+8];", "ld.param.u64 %u1, [args];", "mov.u32 %r1, room;", "mov.u32 %r3, %tid.x;", "mov.b32 %r4, -1;", "setp.lt.u32 %p1, %r3, 9;"}
		for range 1 + r.IntN(12) {
			line := forms[r.IntN(len(forms))]
			if r.IntN(4) == 0 && line[0] != '@' {
				line = "@%p1 " + line
			}
			lines = append(lines, line)
		}
		m := parsed(t, withForm(".shared .align 8 .b8 more[64];\n"+strings.Join(lines, "\n")))
		params := []uint64{at, at + 64}
		err := m.LaunchWith(Options{Steps: 1 << 9, Seed: r.Uint64N(3), Undefined: r.IntN(3) > 0}, "k", [3]uint32{2, 1, 1}, [3]uint32{20, 2, 1}, 0, bytesOf(params), &mem)
		var e *LaunchError
		if err == nil {
			ended++
		} else if !errors.As(err, &e) || e.Line == 0 {
			t.Fatal(err)
		}
	}
	if ended < 40 {
		t.Errorf("%d of 400 end well: they try too little", ended)
	}
}
