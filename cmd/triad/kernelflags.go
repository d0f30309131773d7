package main

import (
	"flag"
	"strings"

	"github.com/triad-go/triad/egraph"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/symbolic/rewrite"
)

// kernelFlags are the options of commands that make a kernel from its text.
type kernelFlags struct {
	scalars []string
	class   rewrite.Class
	off     bool
	elem    kernels.Type
	types   []kernels.Option
}

func (k *kernelFlags) define(fs *flag.FlagSet) {
	k.elem, k.class = kernels.Float64, rewrite.Rounding
	set(fs, "scalars", "NAMES", "variables that are the same for all elements, a list with commas", func(text string) error {
		k.scalars = append(k.scalars, strings.Split(text, ",")...)
		return nil
	})
	set(fs, "class", "CLASS", "how far rewriting may go: exact keeps every bit, rounding (default) the value in\nreal arithmetic, domain that where it is defined; off leaves all as it is written", func(text string) error {
		classes := map[string]rewrite.Class{"exact": rewrite.Exact, "rounding": rewrite.Rounding, "domain": rewrite.Domain, "off": 0}
		err := choice(&k.class, classes, "exact", "rounding", "domain", "off")(text)
		k.off = err == nil && k.class == 0
		return err
	})
	element(fs, &k.elem)
	set(fs, "types", "NAME=TYPE", "arrays and scalars of other types, a list with commas: float64, float32, int64,\nint32, uint64 or uint32", func(text string) error {
		for _, part := range strings.Split(text, ",") {
			name, typ, ok := strings.Cut(part, "=")
			t, err := kernels.ParseType(strings.TrimSpace(typ))
			if !ok || err != nil {
				return accepted("lists as h=uint64,x=int32")
			}
			k.types = append(k.types, kernels.Typed(t, strings.TrimSpace(name)))
		}
		return nil
	})
}

// parse makes the kernel that is the one argument of a command.
func (k *kernelFlags) parse(command, name string, args []string) (*kernels.Kernel, error) {
	switch {
	case len(args) == 0:
		return nil, misused("%s: no kernel, such as 'a = b + s*c'", command)
	case len(args) > 1:
		return nil, misused("%s: unexpected argument %q; options come before the kernel, and a kernel is one argument, in quotes", command, args[1])
	}
	opts := append([]kernels.Option{kernels.Scalars(k.scalars...), kernels.Optimize(egraph.Optimizer{Class: k.class})}, k.types...)
	if k.off {
		opts = append(opts, kernels.Unoptimized())
	}
	made, err := kernels.Parse(name, args[0], opts...)
	if err != nil {
		return nil, misuse(err)
	}
	return made, nil
}
