package amd64

import (
	"bytes"
	"debug/elf"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The oracles: the GNU assembler and the Go assembler read the same instructions as text and must give the same bytes.

// slot is the place that each sample gets, so that a wrong length does not shift those behind it. No instruction is
// longer than 15 bytes; the rest of a slot is filled with INT3.
const slot = 16

// assemble encodes the samples, one a slot, and binds the pool behind them.
func assemble(t *testing.T, samples []sample) []byte {
	t.Helper()
	var a Asm
	pool := a.NewLabel()
	for i, s := range samples {
		s.emit(&a, pool)
		if a.Err() != nil {
			t.Fatalf("%s: %v", s.att, a.Err())
		}
		n := a.Len() - i*slot
		if n < 1 || n >= slot {
			t.Fatalf("%s: %d bytes", s.att, n)
		}
		a.Data(bytes.Repeat([]byte{0xcc}, slot-n))
	}
	a.Bind(pool)
	if err := a.Link(); err != nil {
		t.Fatal(err)
	}
	return a.Bytes()
}

// gnuArch keeps later extensions (APX, AVX10) from widening what the assembler accepts.
const gnuArch = ".arch generic64\n.arch .bmi\n.arch .bmi2\n.arch .prfchw\n.arch .fma\n.arch .avx512dq\n.arch .avx512bw\n" +
	".arch .avx512cd\n.arch .avx512vl\n.text\n"

// gnuAs runs the GNU assembler on source; it skips the test where there is none for x86-64 and ELF.
func gnuAs(t *testing.T, source string) (object, diagnostics string, err error) {
	t.Helper()
	version, err := exec.Command("as", "--version").Output()
	if err != nil || !bytes.Contains(version, []byte("GNU assembler")) {
		t.Skip("no GNU assembler here")
	}
	dir := t.TempDir()
	run := func(name, source string) (string, string, error) {
		in, out := filepath.Join(dir, name+".s"), filepath.Join(dir, name+".o")
		if err := os.WriteFile(in, []byte(gnuArch+source), 0o666); err != nil {
			t.Fatal(err)
		}
		msg, err := exec.Command("as", "--64", "-o", out, in).CombinedOutput()
		return out, string(msg), err
	}
	probe, _, err := run("probe", "{load} vaddpd (%rax){1to8},%zmm17,%zmm31{%k1}{z}\n")
	if err != nil {
		t.Skip("the GNU assembler here does not know AVX-512 on x86-64")
	}
	f, err := elf.Open(probe)
	if err != nil {
		t.Skip("the GNU assembler here does not write ELF")
	}
	f.Close()
	return run("in", source)
}

func text(t *testing.T, object string) []byte {
	t.Helper()
	f, err := elf.Open(object)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := f.Section(".text").Data()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// compare reports where got and want differ, slot by slot.
func compare(t *testing.T, samples []sample, got, want []byte) {
	t.Helper()
	bad := 0
	for i, s := range samples {
		g, w := got[i*slot:(i+1)*slot], want[i*slot:(i+1)*slot]
		if !bytes.Equal(g, w) {
			if bad++; bad <= 40 {
				t.Errorf("%-60s got % x, want % x", s.att, bytes.TrimRight(g, "\xcc"), bytes.TrimRight(w, "\xcc"))
			}
		}
	}
	if bad > 0 {
		t.Errorf("%d of %d instructions differ", bad, len(samples))
	}
}

// digest cuts an assembler's diagnostics down to one line of each sort.
func digest(msg string) string {
	var out []string
	seen := map[string]bool{}
	for _, l := range strings.Split(msg, "\n") {
		_, what, _ := strings.Cut(l, "in.s:")
		_, what, _ = strings.Cut(what, ":")
		if !seen[what] && len(out) < 40 {
			seen[what] = true
			out = append(out, l)
		}
	}
	return strings.Join(out, "\n")
}

func TestAgainstGNUAssembler(t *testing.T) {
	samples := all()
	var src strings.Builder
	for _, s := range samples {
		fmt.Fprintf(&src, "%s\n.p2align 4,0xcc\n", s.att)
	}
	src.WriteString(poolName + ":\n")
	object, msg, err := gnuAs(t, src.String())
	if err != nil {
		t.Fatalf("as: %v\n%s", err, digest(msg))
	}
	want, got := text(t, object), assemble(t, samples)
	if len(got) != len(want) {
		t.Fatalf("%d bytes, as has %d", len(got), len(want))
	}
	compare(t, samples, got, want)
	t.Logf("%d instructions", len(samples))
}

// What V and its sisters refuse must be what the GNU assembler refuses: otherwise a row of the table is too narrow.
func TestRefusalsAgainstGNUAssembler(t *testing.T) {
	_, refused := vectorSamples()
	var src strings.Builder
	for _, v := range refused {
		src.WriteString(v.sample().att + "\n")
	}
	_, msg, _ := gnuAs(t, src.String())
	failed := map[int]bool{}
	for _, m := range regexp.MustCompile(`(?m)in\.s:(\d+): Error`).FindAllStringSubmatch(msg, -1) {
		n, _ := strconv.Atoi(m[1])
		failed[n-1-strings.Count(gnuArch, "\n")] = true
	}
	bad := 0
	for i, v := range refused {
		if !failed[i] {
			if bad++; bad <= 40 {
				t.Errorf("refused, but as accepts: %s", v.sample().att)
			}
		}
	}
	if bad > 0 {
		t.Errorf("%d of %d", bad, len(refused))
	}
	t.Logf("%d refusals", len(refused))
}

func TestAgainstGoAssembler(t *testing.T) {
	samples := slices.DeleteFunc(all(), func(s sample) bool { return s.goasm == "" })
	var src strings.Builder
	line := 0
	lines := make([]int, len(samples)) // source line of each sample
	for i, s := range samples {
		if i%1000 == 0 {
			if i > 0 {
				src.WriteString("\tRET\n")
				line++
			}
			fmt.Fprintf(&src, "TEXT ·f%d(SB), 4, $0\n", i)
			line++
		}
		line++
		lines[i] = line
		src.WriteString("\t" + s.goasm + "\n")
	}
	src.WriteString("\tRET\n")
	dir := t.TempDir()
	in := filepath.Join(dir, "in.s")
	if err := os.WriteFile(in, []byte(src.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	goTool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("no go command here")
	}
	if err := exec.Command(goTool, "tool", "-n", "asm").Run(); err != nil {
		t.Skip("no Go assembler here")
	}
	cmd := exec.Command(goTool, "tool", "asm", "-e", "-S", "-p", "p", "-o", filepath.Join(dir, "out.o"), in)
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	listing, err := cmd.Output()
	if err != nil {
		t.Fatalf("go tool asm: %v\n%s", err, digest(stderr.String()))
	}
	want := parseListing(string(listing))
	if want[lines[0]] == "" {
		t.Skip("the Go assembler's listing has an unknown format")
	}
	bad := 0
	for i, s := range samples {
		var a Asm
		s.emit(&a, a.NewLabel())
		got := a.Len()
		if s.other != nil {
			s.other(&a)
		}
		if w := want[lines[i]]; hex.EncodeToString(a.buf[:got]) != w && (s.other == nil || hex.EncodeToString(a.buf[got:]) != w) {
			if bad++; bad <= 40 {
				t.Errorf("%-60s got %x, want %s", s.goasm, a.buf[:got], w)
			}
		}
	}
	if bad > 0 {
		t.Errorf("%d of %d instructions differ", bad, len(samples))
	}
	t.Logf("%d instructions", len(samples))
}

var (
	listingPC  = regexp.MustCompile(`^\t0x[0-9a-f]+ (\d+) \(.*in\.s:(\d+)\)\t`)
	listingHex = regexp.MustCompile(`^\t0x[0-9a-f]+((?: [0-9a-f]{2}){1,16})  `)
)

// parseListing reads the output of go tool asm -S: for each function, the offset and source line of its instructions,
// then a dump of its bytes. It gives the bytes, in hex, of each source line.
func parseListing(listing string) map[int]string {
	out := map[int]string{}
	type place struct{ pc, line int }
	var places []place
	var dump strings.Builder
	flush := func() {
		d := dump.String()
		for i, p := range places {
			end := len(d) / 2
			if i+1 < len(places) {
				end = places[i+1].pc
			}
			out[p.line] += d[2*p.pc : 2*end]
		}
		places = places[:0]
		dump.Reset()
	}
	for l := range strings.Lines(listing) {
		if m := listingPC.FindStringSubmatch(l); m != nil {
			pc, _ := strconv.Atoi(m[1])
			line, _ := strconv.Atoi(m[2])
			places = append(places, place{pc, line})
		} else if m := listingHex.FindStringSubmatch(l); m != nil {
			dump.WriteString(strings.ReplaceAll(m[1], " ", ""))
		} else if !strings.HasPrefix(l, "\t") {
			flush()
		}
	}
	flush()
	return out
}
