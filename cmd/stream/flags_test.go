package main

import (
	"errors"
	"flag"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd"
	"github.com/triad-go/triad/stream"
)

func TestFlags(t *testing.T) {
	opts, err := parseFlags(strings.Fields("--arraysize 1000 -numtimes=7 --float -only Triad,DOT -order isolated " +
		"-executor Pool,simd -workers 3 -pin -simd portable -nt off -csv -mibibytes -device 0 -plot a.PNG -profile p"))
	if err != nil {
		t.Fatal(err)
	}
	c := opts.config
	if c.N != 1000 || c.Times != 7 || c.Type != kernels.Float32 || c.Order != stream.Isolated ||
		strings.Join(c.Kernels, " ") != "Triad DOT" || strings.Join(c.Executors, " ") != "pool simd" || c.Target == "" {
		t.Errorf("config %+v", c)
	}
	if !opts.csv || opts.json || !opts.unit.binary || opts.plot != "a.PNG" || opts.profile != "p" {
		t.Errorf("options %+v", opts)
	}
	if len(c.Options) != 4 { // workers, pin, tier, policies
		t.Errorf("%d options for the executors", len(c.Options))
	}
	if opts, err := parseFlags([]string{"-s", "5", "-n", "2", "-o", "all", "-csv=false", "-executor", "all"}); err != nil ||
		opts.config.N != 5 || opts.config.Times != 2 || opts.csv || len(opts.config.Executors) < 3 {
		t.Errorf("short flags: %+v, %v", opts, err)
	}
	for text, want := range map[string]bool{"1": true, "T": true, "true": true, "0": false, "FALSE": false} {
		if opts, err := parseFlags([]string{"-json=" + text}); err != nil || opts.json != want {
			t.Errorf("-json=%s: %v, %v", text, opts.json, err)
		}
	}
	if opts, err := parseFlags(nil); err != nil || opts.config.N != 0 || opts.config.Executors != nil || opts.unit.binary {
		t.Errorf("no flags: %+v, %v", opts, err)
	}
	if _, err := parseFlags([]string{"-help"}); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("-help: %v", err)
	}
}

func TestBadFlags(t *testing.T) {
	for _, c := range []struct {
		args  string
		words string // all of them in the error
	}{
		{"-arraysize 0", "-arraysize from 1"},
		{"-arraysize -5", "-arraysize from 1"},
		{"-arraysize 1e6", "-arraysize whole numbers"},
		{"-arraysize 99999999999999999999", "-arraysize whole numbers from 1 to " + strconv.Itoa(math.MaxInt)},
		{"-s x", "-s whole numbers"},
		{"-numtimes 1", "-numtimes from 2"},
		{"-n 0", "-n from 2"},
		{"-n 1000001", "-n from 2 to 1000000"},
		{"-n 1000000000000000000", "-n from 2 to 1000000"},
		{"-only quadrad", "-only quadrad All Classic Copy Schoenauer"},
		{"-only Copy,,Mul", "-only All Classic"},
		{"-only=", "-only All Classic"},
		{"-order random", "-order random Classic Isolated"},
		{"-executor abacus", "-executor abacus all sequential simd pool"},
		{"-executor pool,abacus", "-executor pool,abacus all sequential simd pool"},
		{"-device -1", "-device from 0"},
		{"-device 1000", "-device 1000 accepted -list"},
		{"-device cpu", "-device cpu from 0"},
		{"-workers 0", "-workers from 1"},
		{"-workers many", "-workers many from 1 to 4096"},
		{"-workers 4097", "-workers 4097 from 1 to 4096"},
		{"-workers 99999999999999999999", "-workers from 1 to 4096"},
		{"-simd mmx", "-simd mmx auto portable " + simd.Best().String()},
		{"-nt maybe", "-nt maybe auto on off"},
		{"-plot out.pdf", "-plot out.pdf .svg .png"},
		{"-plot out", "-plot .svg .png"},
		{"-profile=", "-profile"},
		{"-float=perhaps", "-float perhaps true false"},
		{"-csv=2", "-csv true false"},
		{"-csv -json", "-csv -json"},
		{"-plot same.png -profile same.png", "-plot -profile same.png"},
		{"-plot same.png -profile x/.././same.png", "-plot -profile same.png"},
		{"-bogus", "bogus"},
		{"-arraysize", "arraysize argument"},
		{"extra", "unexpected argument extra"},
		{"-csv extra", "unexpected argument extra"},
	} {
		_, err := parseFlags(strings.Fields(c.args))
		if err == nil {
			t.Errorf("%s is accepted", c.args)
			continue
		}
		for _, word := range strings.Fields(c.words) {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%s: %q does not say %q", c.args, err, word)
			}
		}
	}
}

func TestUsageListsAllFlags(t *testing.T) {
	text := usage()
	for _, name := range strings.Fields("-s -arraysize -n -numtimes -float -o -only -order -executor -device -workers -pin -simd -nt -csv -json -mibibytes -plot -profile -print-names -list") {
		if !strings.Contains(text, name+" ") {
			t.Errorf("%s is missing from\n%s", name, text)
		}
	}
	for _, want := range []string{"all arrays of a launch together outgrow", "-json counts in bytes", "from 2 to 1000000"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing from\n%s", want, text)
		}
	}
	if strings.Contains(text, "\x00") {
		t.Error("a separator shows")
	}
}
