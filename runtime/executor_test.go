package runtime

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/triad-go/triad/simd"
)

func TestOpenUnknown(t *testing.T) {
	_, err := Open("abacus")
	var unknown *UnknownExecutorError
	if !errors.As(err, &unknown) || unknown.Name != "abacus" || !slices.Equal(unknown.Known, Executors()) {
		t.Fatalf("the error is %v", err)
	}
	for _, name := range Executors() {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%q does not name %s", err, name)
		}
	}
}

func TestRegister(t *testing.T) {
	opened := 0
	open := func(c Config) (Executor, error) { opened = c.Workers; return &custom{}, nil }
	Register("zebra", open)
	Register("ant", open)
	t.Cleanup(func() {
		delete(drivers.open, "zebra")
		delete(drivers.open, "ant")
		drivers.order = drivers.order[:ownExecutors]
	})
	if got, want := Executors(), []string{"sequential", "simd", "pool", "ant", "zebra"}; !slices.Equal(got, want) {
		t.Errorf("the executors are %v, want %v", got, want)
	}
	if _, err := Open("ant", Workers(5)); err != nil || opened != 5 {
		t.Errorf("error %v, opened with %d workers", err, opened)
	}
	for name, register := range map[string]func(){
		"a name twice": func() { Register("pool", open) },
		"nothing":      func() { Register("nothing", nil) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("to register %s does not panic", name)
				}
			}()
			register()
		}()
	}
}

// custom is an executor that does nothing.
type custom struct{ Executor }

func (*custom) Name() string { return "custom" }

func TestBadOptions(t *testing.T) {
	bad := map[string]Option{
		"no workers":        Workers(0),
		"too many":          Workers(maxWorkers + 1),
		"no tier":           Tier(200),
		"a nil policy":      Policies(nil),
		"a bad policy":      Policies(Static(), Dynamic(-5)),
		"a mode that isn't": Policies(NonTemporal(NTOff + 1)),
		"nil":               nil,
	}
	if best := simd.Best(); best < simd.AVX512 {
		bad["a tier too high"] = Tier(best + 1)
	}
	for name, opt := range bad {
		for _, ex := range Executors() {
			_, err := Open(ex, opt)
			var value *ValueError
			if !errors.As(err, &value) || value.Want == "" || value.Name == "" {
				t.Errorf("%s, %s: the error is %v, want a *ValueError", ex, name, err)
			}
		}
	}
}

func TestPlan(t *testing.T) {
	p, err := DefaultPlan().With(Dynamic(7), NonTemporal(NTOff), InlineBelow(9), Guided(3))
	if want := (Plan{ScheduleGuided, 3, NTOff, 9}); err != nil || p != want {
		t.Errorf("the plan is %+v, want %+v", p, want)
	}
	if p, err = p.With(Static()); p.Schedule != ScheduleStatic || p.Chunk != 0 || err != nil {
		t.Errorf("the plan is %+v", p)
	}
	for _, s := range []string{ScheduleStatic.String(), ScheduleDynamic.String(), ScheduleGuided.String(), NTAuto.String(), NTOn.String(), NTOff.String()} {
		if strings.Contains(s, "(") {
			t.Errorf("%s has no name", s)
		}
	}
}

func TestDefault(t *testing.T) {
	ex, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	defer ex.Close()
	if ex.Name() != "pool" || ex.Target().Kind != CPU {
		t.Errorf("the default is %s on %v", ex.Name(), ex.Target())
	}
	if _, ok := ex.(Looper); !ok {
		t.Error("the default runs no Go functions")
	}
}

func TestPanicError(t *testing.T) {
	e := &PanicError{Value: ErrClosed}
	if !errors.Is(e, ErrClosed) || !strings.Contains(e.Error(), ErrClosed.Error()) {
		t.Error(e)
	}
	if errors.Unwrap(&PanicError{Value: "text"}) != nil {
		t.Error("text unwraps to an error")
	}
}

func TestUnsupportedError(t *testing.T) {
	e := &UnsupportedError{"pool", "pinning", errors.ErrUnsupported}
	if !errors.Is(e, errors.ErrUnsupported) || !strings.Contains(e.Error(), "executor pool: pinning") {
		t.Error(e)
	}
}
