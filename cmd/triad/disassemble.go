package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/triad-go/triad/simd"
)

var disassembleCommand = command{
	name:     "disassemble",
	argument: "'a = b + s*c'",
	does:     "show the machine code of a kernel, and the expression behind each instruction",
	flags:    disassembleFlags,
}

func disassembleFlags(fs *flag.FlagSet) func(context.Context, []string, io.Writer) error {
	var (
		k      kernelFlags
		o      simd.Options
		syntax simd.Syntax
	)
	if o.Tier = simd.Best(); o.Tier == simd.Portable {
		o.Tier = simd.AVX512
	}
	k.define(fs)
	set(fs, "tier", "TIER", "avx2, avx512 or neon (default: this machine's, or avx512)", choice(&o.Tier,
		map[string]simd.Tier{"avx2": simd.AVX2, "avx512": simd.AVX512, "neon": simd.NEON}, "avx2", "avx512", "neon"))
	set(fs, "syntax", "SYNTAX", "intel or arm (the default, as the tier is), or go for that of Go's assembler", choice(&syntax,
		map[string]simd.Syntax{"intel": simd.Vendor, "arm": simd.Vendor, "go": simd.GoAsm}, "intel", "arm", "go"))
	return func(_ context.Context, args []string, stdout io.Writer) error {
		made, err := k.parse("disassemble", "kernel", args)
		if err != nil {
			return err
		}
		l, err := simd.List(made.Program(k.elem), o)
		if err != nil {
			return err
		}
		about := made.Describe(k.elem)
		fmt.Fprintf(stdout, "%s, %s: %d instructions of %d bytes, %d bytes of constants, %d bytes of scratch\n",
			o.Tier, k.elem, len(l.Lines), l.CodeBytes(), len(l.Data), l.Scratch)
		for _, out := range made.Optimized() {
			fmt.Fprintf(stdout, "%v\n", out)
		}
		return errors.Join(l.Write(stdout, syntax, about), writeShares(stdout, l, about))
	}
}

// writeShares tells which expression has how many of the instructions of the loop
// that most elements go through.
func writeShares(w io.Writer, l *simd.Listing, about []string) error {
	lines := l.Loop()
	count := map[string]int{}
	var order []string
	for i := range lines {
		text := "the loop itself"
		if v := lines[i].Value; v != simd.NoValue {
			text = about[v]
		}
		if count[text]++; count[text] == 1 {
			order = append(order, text)
		}
	}
	slices.SortStableFunc(order, func(a, b string) int { return cmp.Compare(count[b], count[a]) })
	var b strings.Builder
	fmt.Fprintf(&b, "the main loop has %d instructions:\n", len(lines))
	for _, text := range order {
		fmt.Fprintf(&b, "%6d  %3.0f%%  %s\n", count[text], 100*float64(count[text])/float64(len(lines)), text)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
