package cost

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

func all(t testing.TB) []*Table {
	var ts []*Table
	for _, name := range Names() {
		tab, err := Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		ts = append(ts, tab)
	}
	return ts
}

func TestComplete(t *testing.T) {
	want := strings.Fields(`add sub mul div fma fnma fms fnms neg abs sqrt min max lt le eq ne and or not select
		const scalar load store exp exp2 expm1 log log2 log10 log1p sin cos tan asin acos atan sinh cosh tanh
		asinh acosh atanh pow cbrt erf erfc gamma lgamma hypot atan2 floor ceil trunc round sign copysign mod sincos`)
	tables := all(t)
	if len(tables) != 10 {
		t.Errorf("%d tables", len(tables))
	}
	for _, tab := range tables {
		for _, op := range want {
			if c, ok := tab.Cycles(op); !ok || !(c > 0) || c > 1e5 {
				t.Errorf("%s: %s costs %v, %v", tab.Name(), op, c, ok)
			}
		}
		if ops := tab.Ops(); !slices.Equal(ops, Operations()) {
			t.Errorf("%s knows %v", tab.Name(), ops)
		}
		if _, ok := tab.Cycles("no such operation"); ok {
			t.Errorf("%s knows everything", tab.Name())
		}
		if !strings.HasSuffix(tab.Name(), tab.Elem().String()) || tab.Source() == "" || tab.Lanes() < 1 {
			t.Errorf("%s: %s, %d lanes, source %q", tab.Name(), tab.Elem(), tab.Lanes(), tab.Source())
		}
	}
}

// TestSensible holds what every machine has in common.
func TestSensible(t *testing.T) {
	for _, tab := range all(t) {
		c := func(op string) float64 { v, _ := tab.Cycles(op); return v }
		for _, o := range [][2]string{
			{"add", "div"}, {"mul", "div"}, {"add", "sqrt"}, {"div", "tan"}, {"neg", "div"}, {"select", "exp"},
			{"sqrt", "hypot"}, {"exp", "expm1"}, {"exp", "sinh"}, {"exp2", "pow"}, {"log", "pow"}, {"log", "log1p"},
			{"sin", "sincos"}, {"sin", "tan"}, {"floor", "sin"}, {"erf", "erfc"}, {"const", "add"}, {"scalar", "add"},
		} {
			if c(o[0]) > c(o[1]) {
				t.Errorf("%s: %s %v > %s %v", tab.Name(), o[0], c(o[0]), o[1], c(o[1]))
			}
		}
		// The interpreter has no cheap fused multiply-add.
		if fused := c("mul") + c("add"); c("fma") > fused && !strings.HasPrefix(tab.Name(), "portable") {
			t.Errorf("%s: fma %v > mul + add %v", tab.Name(), c("fma"), fused)
		}
		if c("sincos") >= c("sin")+c("cos") {
			t.Errorf("%s: sincos %v is no cheaper than both", tab.Name(), c("sincos"))
		}
	}
	for _, pair := range [][2]*Table{
		{AVX2(Float32), AVX2(Float64)}, {AVX512(Float32), AVX512(Float64)}, {GPU(Float32), GPU(Float64)},
	} {
		for _, op := range pair[0].Ops() {
			a, _ := pair[0].Cycles(op)
			b, _ := pair[1].Cycles(op)
			if a > b {
				t.Errorf("%s: %s costs %v, and %v in float64", pair[0].Name(), op, a, b)
			}
		}
	}
}

func TestConstructors(t *testing.T) {
	for _, e := range []Elem{Float64, Float32} {
		for name, f := range map[string]func(Elem) *Table{"avx2": AVX2, "avx512": AVX512, "portable": Portable, "gpu": GPU, "scalar": Scalar} {
			tab, err := Lookup(name + "-" + e.String())
			if err != nil || tab != f(e) || tab.Elem() != e {
				t.Errorf("%s of %s: %v, %v", name, e, tab, err)
			}
		}
	}
	if l := AVX512(Float32).Lanes(); l != 16 {
		t.Errorf("%d lanes", l)
	}
	defer func() {
		if recover() == nil {
			t.Error("no panic for elements of no type")
		}
	}()
	AVX2(0)
}

func TestFileRoundTrip(t *testing.T) {
	own := AVX2(Float64).Spec()
	own.Name, own.Source = `mine "quoted" é`, "line\nline"
	own.Cycles["gcd"] = 0.1 + 0.2
	own.Cycles["zeta"] = 0
	mine, err := NewTable(own)
	if err != nil {
		t.Fatal(err)
	}
	for _, tab := range append(all(t), mine) {
		var b bytes.Buffer
		if err := tab.Write(&b); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		back, err := Read(&b)
		if err != nil {
			t.Fatalf("%s: %v", tab.Name(), err)
		}
		if !same(back, tab) {
			t.Errorf("%s: wrote\n%sread\n%s", tab.Name(), text, back)
		}
		if back.String() != tab.String() {
			t.Errorf("%s: another text", tab.Name())
		}
	}
}

func same(a, b *Table) bool {
	x, y := a.Spec(), b.Spec()
	return x.Name == y.Name && x.Source == y.Source && x.Elem == y.Elem && x.Lanes == y.Lanes && maps.Equal(x.Cycles, y.Cycles)
}

// TestImmutable changes what a table was made from and what it gives out.
func TestImmutable(t *testing.T) {
	s := AVX2(Float64).Spec()
	tab, err := NewTable(s)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := tab.Cycles("add")
	s.Cycles["add"] = 100
	tab.Spec().Cycles["add"] = 100
	Names()[0] = "other"
	Operations()[0] = "other"
	if got, _ := tab.Cycles("add"); got != want || Names()[0] == "other" || tab.Ops()[0] != "add" {
		t.Error("a table changed")
	}
}

func TestBadTables(t *testing.T) {
	for _, c := range []struct {
		why, op string
		change  func(*Spec)
	}{
		{"without a name", "", func(s *Spec) { s.Name = "" }},
		{"not UTF-8", "", func(s *Spec) { s.Name = "a\xff" }},
		{"not UTF-8", "", func(s *Spec) { s.Source = "\xff" }},
		{"unknown element type", "", func(s *Spec) { s.Elem = 0 }},
		{"unknown element type", "", func(s *Spec) { s.Elem = 3 }},
		{"0 elements", "", func(s *Spec) { s.Lanes = 0 }},
		{"negative", "mul", func(s *Spec) { s.Cycles["mul"] = -1 }},
		{"not finite", "mul", func(s *Spec) { s.Cycles["mul"] = math.NaN() }},
		{"not finite", "own", func(s *Spec) { s.Cycles["own"] = math.Inf(1) }},
		{"not finite", "mul", func(s *Spec) { s.Cycles["mul"] = math.Inf(-1) }},
		{"no price; 2 missing: mul erf", "mul", func(s *Spec) { delete(s.Cycles, "mul"); delete(s.Cycles, "erf") }},
		{"no price", "add", func(s *Spec) { s.Cycles = nil }},
		{"of the name", "", func(s *Spec) { s.Cycles[""] = 1 }},
		{"of the name", "", func(s *Spec) { s.Cycles["\xff"] = 1 }},
	} {
		s := AVX512(Float64).Spec()
		c.change(&s)
		tab, err := NewTable(s)
		wantError(t, tab, err, c.why, c.op)
	}
	for _, name := range []string{"", "avx512", "avx512-bool", "AVX512-float64"} {
		tab, err := Lookup(name)
		wantError(t, tab, err, "there are avx2-float64", "")
	}
}

func wantError(t *testing.T, tab *Table, err error, why, op string) {
	t.Helper()
	var e *Error
	if tab != nil || !errors.As(err, &e) || !strings.Contains(e.Error(), why) || e.Op != op {
		t.Errorf("%v, %v, want an error on %q: %s", tab, err, op, why)
	}
}

func TestBadFiles(t *testing.T) {
	var b bytes.Buffer
	if err := Scalar(Float64).Write(&b); err != nil {
		t.Fatal(err)
	}
	good := b.String()
	swap := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("no %q in\n%s", old, good)
		}
		return strings.Replace(good, old, new, 1)
	}
	for _, c := range []struct{ why, op, text string }{
		{"not a table", "", ""},
		{"not a table", "", "[]"},
		{"not a table", "", good[:len(good)/2]},
		{"unknown element type", "", "null"},
		{"unknown field", "", swap(`"source"`, `"Quelle"`)},
		{"something follows", "", good + "1"},
		{"something follows", "", good + "]"},
		{"unknown element type", "", swap(`"elem": "float64"`, `"elem": "float16"`)},
		{"0 elements", "", swap(`"lanes": 1`, `"lanes": 0`)},
		{"not a table", "", swap(`"lanes": 1`, `"lanes": 1.5`)},
		{"two prices", "add", swap(`"add": 4`, `"add": 4, "add": 5`)},
		{"no number: <nil>", "add", swap(`"add": 4`, `"add": null`)},
		{"no number: 4", "add", swap(`"add": 4`, `"add": "4"`)},
		{"no number: [", "add", swap(`"add": 4`, `"add": [4]`)},
		{"not finite", "add", swap(`"add": 4`, `"add": 4e999`)},
		{"negative", "add", swap(`"add": 4`, `"add": -4`)},
		{"no price", "add", swap(`"add": 4`, `"ad": 4`)},
		{"cycles is no object", "", `{"name": "x", "cycles": [1]}`},
		{"cycles is no object", "", `{"name": "x", "cycles": null}`},
		{"more than", "", good + strings.Repeat(" ", maxFile)},
	} {
		tab, err := Read(strings.NewReader(c.text))
		wantError(t, tab, err, c.why, c.op)
	}
	broken := errors.New("broken")
	if _, err := Read(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("Read: %v", err)
	}
	_, w := io.Pipe()
	w.Close()
	if err := AVX2(Float64).Write(w); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("Write: %v", err)
	}
}

// TestDerive takes only what is not there.
func TestDerive(t *testing.T) {
	c := map[string]float64{"add": 1, "mul": 1, "fma": 10, "div": 5, "sqrt": 7, "lt": 3, "eq": 4, "exp": 6}
	Derive(Float64, c)
	for op, want := range map[string]float64{"sub": 1, "fnms": 10, "le": 3, "eq": 4, "exp": 6, "sin": 64, "hypot": 36} {
		if c[op] != want {
			t.Errorf("%s costs %v, want %v", op, c[op], want)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, tab := range all(f)[:2] {
		var b bytes.Buffer
		if err := tab.Write(&b); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Add([]byte(`{"name":"x","elem":"float64","lanes":1,"cycles":{"add":1,"add":null}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		tab, err := Read(bytes.NewReader(text))
		if err != nil {
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		for _, op := range tab.Ops() {
			if c, ok := tab.Cycles(op); !ok || c < 0 || math.IsNaN(c) || math.IsInf(c, 0) {
				t.Fatalf("%s costs %v, %v", op, c, ok)
			}
		}
		var b bytes.Buffer
		if err := tab.Write(&b); err != nil {
			t.Fatal(err)
		}
		back, err := Read(&b)
		if err != nil || !same(back, tab) {
			t.Fatalf("read %v, %v\nof %v", back, err, tab)
		}
	})
}
