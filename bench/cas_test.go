package bench

import (
	"errors"
	"math"
	"strings"
	"testing"
)

// TestCAS runs the cases that are soon done.
func TestCAS(t *testing.T) {
	dir := t.TempDir()
	if err := unpackCAS(dir); err != nil {
		t.Fatal(err)
	}
	columns, err := new(session).startCAS(t.Context(), dir)
	defer func() {
		if err := closeAll(columns); err != nil {
			t.Error(err)
		}
	}()
	if err != nil {
		t.Fatal(err)
	}
	columns = append(columns, column{Side{Name: triadName}, &goSide{cases: symbolicWork}})
	var cases []algebraCase
	for _, c := range symbolicCases {
		switch c.name {
		case "expand8", "det", "powers", "sum-at-once", "sum-print":
			cases = append(cases, c)
		}
	}
	for _, col := range columns {
		t.Run(col.Name, func(t *testing.T) {
			if col.Absent != "" {
				t.Skip(col.Absent)
			}
			if err := verifyCases(t.Context(), []column{col}, cases); err != nil {
				t.Error(err)
			}
			for _, j := range jobsOf(cases) {
				ns, err := col.impl.run(t.Context(), j)
				if err != nil || len(ns) == 0 || ns[0] <= 0 {
					t.Errorf("%s: %v, %v", j.name, ns, err)
				}
			}
			if srv, ok := col.impl.(*casSide); ok {
				testRefuses(t, srv)
			}
		})
	}
}

func testRefuses(t *testing.T, srv *casSide) {
	for _, request := range []string{"dance", "run", "run det", "run quad 1", "run det 0"} {
		var failed *ServerError
		if v, err := srv.ask(request); !errors.As(err, &failed) || failed.Request != request {
			t.Errorf("%q: %v, %v", request, v, err)
		}
	}
	if _, err := srv.ask("run det 1"); err != nil {
		t.Errorf("after bad requests: %v", err)
	}
}

// TestSymbolicCases runs those of this library's cases that are left.
func TestSymbolicCases(t *testing.T) {
	if len(symbolicWork) != len(symbolicCases) {
		t.Errorf("%d cases, and work for %d", len(symbolicCases), len(symbolicWork))
	}
	ours := []column{{Side{Name: triadName}, &goSide{cases: symbolicWork}}}
	if err := verifyCases(t.Context(), ours, symbolicCases); err != nil {
		t.Error(err)
	}
	if allocated := ours[0].impl.(*goSide).bytes["expand32"]; allocated <= 0 {
		t.Errorf("expand32 allocated %v bytes", allocated)
	}
	wrong := symbolicCases[0]
	for _, want := range []result{{wrong.want.terms + 1, wrong.want.value}, {wrong.want.terms, wrong.want.value + 1}, {0, math.NaN()}} {
		wrong.want = want
		var found *ResultError
		if err := verifyCases(t.Context(), ours, []algebraCase{wrong}); !errors.As(err, &found) || !strings.Contains(err.Error(), wrong.name) {
			t.Errorf("a wrong result was not found: %v", err)
		}
	}
}

func TestSpending(t *testing.T) {
	var s spending
	asked := 0
	run := func(repetitions int) ([]float64, error) {
		asked = repetitions
		return make([]float64, repetitions), nil
	}
	if _, err := s.spend("a", run); !errors.Is(err, errNoKernel) {
		t.Errorf("a case that was not verified: %v", err)
	}
	for _, test := range []struct{ took, repetitions float64 }{{1e3, 4}, {100e6, 1}} {
		s.verified("a", test.took)
		if ns, err := s.spend("a", run); err != nil || len(ns) != int(test.repetitions) || asked != len(ns) {
			t.Errorf("after %v ns: %v, %v", test.took, ns, err)
		}
	}
	s.verified("b", 6e9)
	for turn, want := range []float64{6e9, 5e9} {
		ns, err := s.spend("b", func(int) ([]float64, error) { return []float64{5e9}, nil })
		if err != nil || len(ns) != 1 || ns[0] != want {
			t.Errorf("turn %d: %v, %v", turn, ns, err)
		}
	}
	if _, err := s.spend("b", run); err != nil {
		t.Errorf("the third turn: %v", err)
	}
	if _, err := s.spend("b", run); !errors.Is(err, errNoKernel) {
		t.Errorf("after 11 s and three turns: %v", err)
	}
	s.verified("c", 61e9)
	if ns, err := s.spend("c", run); err != nil || ns[0] != 61e9 {
		t.Errorf("a case of a minute: %v, %v", ns, err)
	}
	if _, err := s.spend("c", run); !errors.Is(err, errNoKernel) {
		t.Errorf("a case of a minute, again: %v", err)
	}
}
