package runtime

import (
	"bytes"
	"context"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"

	"github.com/triad-go/triad/kernels"
)

// odd is a context that == cannot compare.
type odd struct {
	context.Context
	_ []int
}

func TestLabelsOf(t *testing.T) {
	l := newLabels("pool", "triad")
	user := pprof.WithLabels(context.Background(), pprof.Labels("user", "me"))
	cancelable, cancel := context.WithCancel(user)
	defer cancel()
	for _, ctx := range []context.Context{
		context.Background(), user, user, cancelable, context.TODO(), odd{Context: user}, odd{Context: user}, user,
	} {
		got := map[string]string{}
		pprof.ForLabels(l.of(ctx), func(k, v string) bool { got[k] = v; return true })
		_, labelled := pprof.Label(ctx, "user")
		if got["executor"] != "pool" || got["kernel"] != "triad" || (got["user"] == "me") != labelled {
			t.Errorf("under %v the labels are %v", ctx, got)
		}
	}
	for _, ctx := range []context.Context{context.Background(), user, cancelable} {
		l.of(ctx)
		if n := testing.AllocsPerRun(10, func() { l.of(ctx) }); n != 0 {
			t.Errorf("under %v again, labels allocate %v times", ctx, n)
		}
	}
	for range 10 { // contexts without labels that come and go
		ctx, cancel := context.WithCancel(context.Background())
		if n := testing.AllocsPerRun(1, func() { l.of(ctx) }); n != 0 {
			t.Errorf("under a new context, labels allocate %v times", n)
		}
		cancel()
	}
}

// profileLabels returns the goroutine profile's lines of labels.
func profileLabels() string {
	var b bytes.Buffer
	pprof.Lookup("goroutine").WriteTo(&b, 1)
	var lines []string
	for line := range strings.Lines(b.String()) {
		if strings.Contains(line, "labels:") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

// spy is a runner that looks at the labels of all goroutines while both workers
// of a launch are in it.
type spy struct {
	both *sync.WaitGroup
	seen *string
}

func (s spy) Run(lo, hi int) {
	s.both.Done()
	s.both.Wait()
	if lo == 0 {
		*s.seen = profileLabels()
	}
}

// task for a crew as poolLaunch is, with a spy for each worker.
func (s spy) do(worker int) { s.Run(worker, worker+1) }

func TestLabelsAreSet(t *testing.T) {
	ctx := context.Background()
	ex, err := Open("pool", Workers(2))
	if err != nil {
		t.Fatal(err)
	}
	defer ex.Close()

	// In a loop.
	var both sync.WaitGroup
	var seen string
	both.Add(2)
	err = ForRange(ctx, ex, 2, func(lo, hi int) { spy{&both, &seen}.Run(lo, hi) })
	if err != nil {
		t.Fatal(err)
	}
	if want := `"executor":"pool", "kernel":"func"`; strings.Count(seen, want) == 0 {
		t.Errorf("in a loop, the labels are %q, want %s", seen, want)
	}

	// In a launch: a call whose launcher gives its labels to the crew.
	b, err := Check(kernels.Must(kernels.Parse("spied", "y = x")), Args{"x": []float64{1}, "y": []float64{1}})
	if err != nil {
		t.Fatal(err)
	}
	both.Add(2)
	crew := ex.(*pool).crew
	call := NewCall(b, LaunchInfo{Executor: "pool"}, launcherFunc(func(_, labels context.Context, _ *Binding) error {
		crew.run(spy{&both, &seen}, 2, labels)
		return nil
	}))
	user := pprof.WithLabels(ctx, pprof.Labels("user", "me"))
	pprof.Do(user, pprof.Labels(), func(ctx context.Context) {
		if err := call.Run(ctx); err != nil {
			t.Error(err)
		}
		if after := profileLabels(); !strings.Contains(after, `{"user":"me"}`) || strings.Contains(after, "spied") {
			t.Errorf("after a launch, the labels are %q", after)
		}
	})
	if want := `{"executor":"pool", "kernel":"spied", "user":"me"}`; !strings.Contains(seen, want) {
		t.Errorf("in a launch, the labels are %q, want %s", seen, want)
	}
	if after := profileLabels(); strings.Contains(after, "spied") {
		t.Errorf("after all, the labels are %q", after)
	}
}

type launcherFunc func(ctx, labels context.Context, b *Binding) error

func (f launcherFunc) Launch(ctx, labels context.Context, b *Binding) error {
	return f(ctx, labels, b)
}
