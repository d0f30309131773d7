package amd64

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// code is a sample's bytes, with the pool behind them.
func (s sample) code(t *testing.T) []byte {
	t.Helper()
	var a Asm
	pool := a.NewLabel()
	s.emit(&a, pool)
	n := a.Len()
	a.Bind(pool)
	if err := a.Link(); err != nil {
		t.Fatalf("%s: %v", s.att, err)
	}
	return a.Bytes()[:n]
}

// Every instruction that the oracles see reads back as the text that the Go
// assembler was given for it.
func TestGoText(t *testing.T) {
	bad := 0
	for _, s := range all() {
		code := s.code(t)
		in, err := Decode(code, 0)
		if err != nil || in.Len != len(code) {
			t.Fatalf("%s: % x: %d bytes read, %v", s.att, code, in.Len, err)
		}
		if s.goasm == "" {
			continue
		}
		if got := in.Go(func(at int) string { return fmt.Sprint(at) }); got != s.goasm {
			if bad++; bad < 40 {
				t.Errorf("% x: got %s, want %s", code, got, s.goasm)
			}
		}
	}
	if bad > 0 {
		t.Errorf("%d differ", bad)
	}
}

// The GNU assembler reads the text in Intel's syntax as the same instruction.
func TestIntelText(t *testing.T) {
	var src strings.Builder
	src.WriteString(".intel_syntax noprefix\n")
	samples := all()
	for _, s := range samples {
		in, err := Decode(s.code(t), 0)
		if err != nil {
			t.Fatal(err)
		}
		text := in.Intel(func(at int) string { return fmt.Sprintf("%s%+d", poolName, at-in.Len) })
		if strings.HasPrefix(s.att, "{load} ") {
			text = "{load} " + text
		}
		src.WriteString(strings.ReplaceAll(text, "[rip + ", "[rip+") + "\n.p2align 4,0xcc\n")
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
}

// What is no instruction is an error, and no bytes make Decode panic.
func TestDecodeErrors(t *testing.T) {
	var x mixer
	for range 200000 {
		b := make([]byte, x.next(16))
		for i := range b {
			b[i] = byte(x.next(256))
		}
		if len(b) > 0 && x.next(2) == 0 {
			b[0] = []byte{0x62, 0xc4, 0xc5, 0x48, 0x0f}[x.next(5)]
		}
		in, err := Decode(b, 0)
		var de *DecodeError
		switch {
		case err == nil && (in.Len < 1 || in.Len > len(b) || in.Name == ""):
			t.Fatalf("% x: %+v", b, in)
		case err != nil && (!errors.As(err, &de) || de.At != 0 || !bytes.HasPrefix(b, de.Bytes)):
			t.Fatalf("% x: %v", b, err)
		case err == nil:
			in.Intel(func(int) string { return "" })
			in.Go(func(int) string { return "" })
		}
	}
	for _, at := range []int{-1, 0, 5} {
		if _, err := Decode(nil, at); err == nil {
			t.Errorf("nothing at %d was an instruction", at)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range goldenSamples() {
		var a Asm
		s.emit(&a, a.NewLabel())
		f.Add(a.buf)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		in, err := Decode(b, 0)
		if err == nil && (in.Len < 1 || in.Len > len(b)) {
			t.Errorf("% x: %d bytes", b, in.Len)
		}
		if err == nil {
			in.Intel(func(int) string { return "" })
			in.Go(func(int) string { return "" })
		}
	})
}
