package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/triad-go/triad/simd"
	"github.com/triad-go/triad/simd/aot"
)

var generateCommand = command{
	name:     "generate",
	argument: "'a = b + s*c'",
	does:     "write a function ahead of time: Go assembly and portable Go",
	flags:    generateFlags,
}

func generateFlags(fs *flag.FlagSet) func(context.Context, []string, io.Writer) error {
	var (
		k      kernelFlags
		o      = aot.Options{Tiers: []simd.Tier{simd.AVX2, simd.AVX512, simd.NEON}}
		output string
	)
	o.Package = os.Getenv("GOPACKAGE") // go generate says it
	k.define(fs)
	set(fs, "o", "FILE", "the file of portable Go, and the beginning of the others' names (default: that of\nthe function, here)", fileName(&output))
	set(fs, "pkg", "NAME", "the package of the output (default: what go generate says)", func(text string) error {
		o.Package = text
		return nil
	})
	set(fs, "func", "NAME", "the function (default: Kernel)", func(text string) error {
		o.Func = text
		return nil
	})
	set(fs, "tier", "TIER", "what to write assembly for: avx2, avx512, both of them, neon, all (default), or\nportable for none", choice(&o.Tiers,
		map[string][]simd.Tier{"avx2": {simd.AVX2}, "avx512": {simd.AVX512}, "both": {simd.AVX2, simd.AVX512}, "neon": {simd.NEON},
			"all": o.Tiers, "portable": nil}, "avx2", "avx512", "both", "neon", "all", "portable"))
	return func(_ context.Context, args []string, stdout io.Writer) error {
		if o.Package == "" {
			return misused("generate: no package; -pkg names it")
		}
		if o.Func == "" {
			o.Func = "Kernel"
		}
		made, err := k.parse("generate", o.Func, args)
		if err != nil {
			return err
		}
		o.Type = k.elem
		dir := "."
		if output != "" {
			dir, o.File = filepath.Split(output)
		}
		files, err := aot.Generate(made, o)
		if err != nil {
			var wrong *aot.Error
			if errors.As(err, &wrong) && wrong.Err == nil {
				return &usageError{err}
			}
			return err
		}
		for _, f := range files {
			path := filepath.Join(dir, f.Name)
			if err := os.WriteFile(path, f.Data, 0o666); err != nil {
				return err
			}
			fmt.Fprintln(stdout, path)
		}
		return nil
	}
}
