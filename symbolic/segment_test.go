package symbolic

import (
	"context"
	"errors"
	"testing"

	rw "github.com/triad-go/triad/symbolic/rewrite"
)

// A segment that gives a function too many arguments is an error of the run.
func TestSegmentArity(t *testing.T) {
	rule := rw.MustParse(Terms, "?x + ??y => sin(??y)")
	_, err := rw.Run(context.Background(), Terms, rule, MustParse("x + y + sin(x)"), rw.Limits{})
	var bad *rw.PanicError
	if !errors.As(err, &bad) {
		t.Error(err)
	}
}
