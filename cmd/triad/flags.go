package main

import (
	"errors"
	"flag"
	"fmt"
	"strconv"
	"strings"

	"github.com/triad-go/triad/kernels"
)

// accepted says which values a flag takes.
func accepted(values ...string) error {
	return errors.New("accepted are " + strings.Join(values, ", "))
}

// set defines a flag with the name of its value and what it does.
func set(fs *flag.FlagSet, name, value, usage string, f func(string) error) {
	fs.Func(name, value+"\x00"+usage, f)
}

// number makes a flag of a whole number from least to most.
func number(p *int, least, most int) func(string) error {
	return func(text string) error {
		v, err := strconv.Atoi(text)
		if err != nil || v < least || v > most {
			return accepted(fmt.Sprintf("whole numbers from %d to %d", least, most))
		}
		*p = v
		return nil
	}
}

// choice makes a flag of one of some words.
func choice[T any](p *T, values map[string]T, names ...string) func(string) error {
	return func(text string) error {
		v, ok := values[strings.ToLower(text)]
		if !ok {
			return accepted(names...)
		}
		*p = v
		return nil
	}
}

// element makes the flag of the type of elements.
func element(fs *flag.FlagSet, p *kernels.Type) {
	set(fs, "type", "TYPE", "the type of the arrays' elements: float64 (default) or float32",
		choice(p, map[string]kernels.Type{"float64": kernels.Float64, "float32": kernels.Float32}, "float64", "float32"))
}

// fileName makes a flag of a file's name.
func fileName(p *string) func(string) error {
	return func(text string) error {
		if text == "" {
			return accepted("file names")
		}
		*p = text
		return nil
	}
}
