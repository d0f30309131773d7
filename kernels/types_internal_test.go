package kernels

import (
	"errors"
	"strings"
	"testing"

	"github.com/triad-go/triad/symbolic"
)

// Springs tells of each division of a kernel where it makes a launch fail.
func Springs(k *Kernel) []string {
	var texts []string
	if k.types == nil {
		return nil
	}
	for i, e := range k.types.truths {
		texts = append(texts, k.divisions[i].String()+" where "+e.String())
	}
	return texts
}

func TestProgramLimit(t *testing.T) {
	defer func(n int) { maxInstructions = n }(maxInstructions)
	maxInstructions = 10
	e := symbolic.Var("x")
	for range 9 {
		e = e.Mul(symbolic.Var("x"))
	}
	if _, err := New("fits", []Output{Assign("y", e)}, Unoptimized()); err != nil {
		t.Errorf("10 instructions: %v", err)
	}
	_, err := New("large", []Output{Assign("y", e.Mul(e))}, Unoptimized())
	var own *Error
	if !errors.As(err, &own) || !strings.Contains(err.Error(), "11 instructions") {
		t.Errorf("11 instructions: %v", err)
	}
}
