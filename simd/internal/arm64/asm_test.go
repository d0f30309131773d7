package arm64

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/golden.txt; the test against the assembler must pass too")

const goldenFile = "testdata/golden.txt"

func encode(t *testing.T, s sample) []byte {
	t.Helper()
	var a Asm
	s.emit(&a)
	if err := a.Link(); err != nil {
		t.Fatalf("%s: %v", s.gnu, err)
	}
	if a.Len() != 4*s.words() {
		t.Fatalf("%s: %d bytes", s.gnu, a.Len())
	}
	return a.Bytes()
}

// TestAgainstGNUAssembler: the same instructions as text give the same bytes.
func TestAgainstGNUAssembler(t *testing.T) {
	as := ""
	for _, name := range []string{"aarch64-linux-gnu-as", "as"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		if out, err := exec.Command(path, "--version").Output(); err == nil && bytes.Contains(out, []byte("aarch64")) {
			as = path
			break
		}
	}
	if as == "" {
		t.Skip("no GNU assembler for aarch64 here")
	}
	var src strings.Builder
	src.WriteString(".arch armv8-a\n.text\n")
	var want []byte
	for _, s := range corpus() {
		src.WriteString(s.gnu + "\n")
		want = append(want, encode(t, s)...)
	}
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.s"), filepath.Join(dir, "out.o")
	if err := os.WriteFile(in, []byte(src.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	if msg, err := exec.Command(as, "-o", out, in).CombinedOutput(); err != nil {
		t.Fatalf("as: %v\n%.2000s", err, msg)
	}
	f, err := elf.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	got, err := f.Section(".text").Data()
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) {
		t.Fatalf("%d bytes, as has %d", len(want), len(got))
	}
	bad, at := 0, 0
	for _, s := range corpus() {
		g, w := got[at:at+4*s.words()], want[at:at+4*s.words()]
		at += 4 * s.words()
		if !bytes.Equal(g, w) {
			if bad++; bad <= 40 {
				t.Errorf("%-40s %x, as has %x", s.gnu, w, g)
			}
		}
	}
	t.Logf("%d instructions", at/4)
}

// TestGolden compares with bytes that the GNU assembler has confirmed, so that machines without one test the encoder
// too.
func TestGolden(t *testing.T) {
	var b strings.Builder
	for _, s := range corpus() {
		fmt.Fprintf(&b, "%x %s\n", encode(t, s), s.gnu)
	}
	if *update {
		if err := os.WriteFile(goldenFile, []byte(b.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(goldenFile)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(b.String(), "\n")
	want := strings.Split(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n")
	for i, l := range got {
		if i >= len(want) || l != want[i] {
			w := "the end of the file"
			if i < len(want) {
				w = want[i]
			}
			t.Fatalf("%s:%d:\ngot  %s\nwant %s", goldenFile, i+1, l, w)
		}
	}
	if len(want) != len(got) {
		t.Errorf("%s has %d lines, want %d", goldenFile, len(want), len(got))
	}
}

// Words worked out by hand from the manual's tables.
func TestHandChecked(t *testing.T) {
	for _, c := range []struct {
		want string
		emit func(a *Asm)
	}{
		{"c0035fd6", func(a *Asm) { a.Ret() }},
		// 0 1 0 01110 0 1 1 00010 110101 00001 00000
		{"20d4624e", func(a *Asm) { a.V(FADD, D2, 0, 1, 2) }},
		{"20d4220e", func(a *Asm) { a.V(FADD, S2, 0, 1, 2) }},
		{"201c626e", func(a *Asm) { a.V(BSL, B16, 0, 1, 2) }},
		{"2000c03d", func(a *Asm) { a.Load(Q, 0, X1, 0) }},
		{"2068e23c", func(a *Asm) { a.LoadIndex(Q, 0, X1, X2) }},
		{"1f2003d5", func(a *Asm) { a.Nop() }},
	} {
		var a Asm
		c.emit(&a)
		if err := a.Link(); err != nil {
			t.Errorf("%s: %v", c.want, err)
		} else if got := hex.EncodeToString(a.Bytes()); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

// TestAddress: the two instructions find a label wherever it lies, seen from wherever they stand in a page.
func TestAddress(t *testing.T) {
	for _, c := range []struct{ before, between int }{{0, 0}, {1023, 0}, {1022, 0}, {5, 5000}, {3000, 100000}} {
		var a Asm
		l := a.NewLabel()
		for range c.before {
			a.Nop()
		}
		at := a.Len()
		a.Address(X5, l)
		for range c.between {
			a.Nop()
		}
		to := a.Len()
		a.Bind(l)
		if err := a.Link(); err != nil {
			t.Fatal(err)
		}
		adrp := binary.LittleEndian.Uint32(a.Bytes()[at:])
		add := binary.LittleEndian.Uint32(a.Bytes()[at+4:])
		pages := int(adrp>>29&3 | adrp>>5&(1<<19-1)<<2)
		if got := (at>>12+pages)<<12 + int(add>>10&(1<<12-1)); got != to {
			t.Errorf("from %d: %d, want %d", at, got, to)
		}
		if adrp&^(3<<29|(1<<19-1)<<5) != 0x90000005 || add&^((1<<12-1)<<10) != 0x910000a5 {
			t.Errorf("%x %x", adrp, add)
		}
	}
}

// TestErrors: what no encoding can say is an error that names the instruction, and no code.
func TestErrors(t *testing.T) {
	for inst, emit := range map[string]func(a *Asm){
		"fadd":  func(a *Asm) { a.V(FADD, B16, 0, 0, 0) },
		"mul":   func(a *Asm) { a.V(MUL, D2, 0, 0, 0) },
		"and":   func(a *Asm) { a.V(AND, D2, 0, 0, 0) },
		"fsub":  func(a *Asm) { a.V(FSUB, D2, 32, 0, 0) },
		"fneg":  func(a *Asm) { a.V(FNEG, D2, 0, 0, 1) },
		"xtn":   func(a *Asm) { a.V(XTN, S2, 0, 0, 0) },
		"Op?":   func(a *Asm) { a.V(numOps, D2, 0, 0, 0) },
		"shl":   func(a *Asm) { a.Shl(S4, 0, 0, 32) },
		"ushr":  func(a *Asm) { a.Ushr(S4, 0, 0, 0) },
		"sshr":  func(a *Asm) { a.Sshr(D2, 0, 0, 65) },
		"umov":  func(a *Asm) { a.Umov(D, 0, 0, 2) },
		"ld1":   func(a *Asm) { a.LoadLane(S, 0, 4, 0) },
		"ldr":   func(a *Asm) { a.Load(Q, 0, 0, 8) },
		"str":   func(a *Asm) { a.Store(D, 0, 0, 8*4096) },
		"add":   func(a *Asm) { a.AddImm(0, 0, 1<<24) },
		"cmp":   func(a *Asm) { a.CmpImm(0, 4096) },
		"lsl":   func(a *Asm) { a.Lsl(0, 0, 64) },
		"sub":   func(a *Asm) { a.Sub(32, 0, 0) },
		"b":     func(a *Asm) { a.B(0) },
		"label": func(a *Asm) { a.B(a.NewLabel()) },
		"align": func(a *Asm) { a.Align(6) },
		"dup":   func(a *Asm) { a.Dup(B16, 0, 0, 0) },
	} {
		var a Asm
		emit(&a)
		n := a.Len()
		err := a.Link()
		var e *Error
		if !errors.As(err, &e) || e.Inst != inst || a.Bytes() != nil || n > 0 && inst != "label" {
			t.Errorf("%s: %d bytes, error %v", inst, n, err)
		}
	}
	// A conditional branch reaches 1 MB.
	for _, c := range []struct {
		words int
		ok    bool
	}{{1<<18 - 1, true}, {1 << 18, false}} {
		var a Asm
		l := a.NewLabel()
		a.Bcond(EQ, l)
		a.Data32(make([]uint32, c.words-1)...)
		a.Bind(l)
		if err := a.Link(); (err == nil) != c.ok {
			t.Errorf("a branch over %d words: %v", c.words, err)
		}
	}
}
