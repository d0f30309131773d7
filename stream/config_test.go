package stream

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/triad-go/triad/kernels"
)

func TestSelect(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", "copy mul add triad dot nstream fill sum update daxpy schoenauer"},
		{"all", "copy mul add triad dot nstream fill sum update daxpy schoenauer"},
		{"Classic", "copy mul add triad dot"},
		{"Triad", "triad"},
		{"DOT copy", "copy dot"},
		{"nstream classic nstream", "copy mul add triad dot nstream"},
	} {
		ks, err := Select(strings.Fields(c.in))
		if err != nil {
			t.Errorf("Select(%q): %v", c.in, err)
			continue
		}
		var names []string
		for _, k := range ks {
			names = append(names, k.Name())
		}
		if got := strings.Join(names, " "); got != c.want {
			t.Errorf("Select(%q) = %s, want %s", c.in, got, c.want)
		}
	}
	for _, bad := range []string{"", "quadrad", "copy,mul"} {
		_, err := Select([]string{"copy", bad})
		var c *ConfigError
		if !errors.As(err, &c) || c.Field != "Kernels" || c.Value != bad || !slices.Contains(c.Accepted, "schoenauer") {
			t.Errorf("Select(%q): %v", bad, err)
		}
	}
}

func TestParseOrder(t *testing.T) {
	for _, o := range []Order{Classic, Isolated} {
		text, err := o.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var back Order
		if err := back.UnmarshalText([]byte(strings.ToLower(string(text)))); err != nil || back != o {
			t.Errorf("%s reads back as %v, %v", text, back, err)
		}
	}
	var c *ConfigError
	if _, err := ParseOrder("random"); !errors.As(err, &c) || c.Field != "Order" || len(c.Accepted) != 2 {
		t.Errorf("ParseOrder(random): %v", err)
	}
}

func TestBadConfig(t *testing.T) {
	for field, cfg := range map[string]Config{
		"N":         {N: -1},
		"Times":     {Times: 1},
		"Type":      {Type: kernels.Bool},
		"Kernels":   {Kernels: []string{"quadrad"}},
		"Executors": {Executors: []string{"abacus"}},
		"Target":    {Target: "moon"},
		"Order":     {Order: 7},
		"Budget":    {Budget: -1},
	} {
		report, err := Run(context.Background(), cfg)
		var c *ConfigError
		if report != nil || !errors.As(err, &c) || c.Field != field {
			t.Errorf("bad %s: report %v, error %v", field, report, err)
		}
	}
	for _, times := range []int{-3, MaxTimes + 1, math.MaxInt} {
		_, err := Run(context.Background(), Config{N: 10, Times: times, Executors: []string{"simd"}})
		var c *ConfigError
		if !errors.As(err, &c) || c.Field != "Times" {
			t.Errorf("%d times: %v", times, err)
		}
	}
}
