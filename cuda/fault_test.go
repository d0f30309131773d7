//go:build linux && (amd64 || arm64) && !cu

package cuda

import (
	"context"
	"errors"
	goruntime "runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/triad-go/triad/cuda/internal/driver"
	"github.com/triad-go/triad/cuda/internal/fake"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// What the executor does around kernels, on a driver that fails; kernels themselves do nothing here.

// openFake opens an executor on a fake, without a cache on disk unless dir names one.
func openFake(l *fake.Library, device, dir string) (runtime.Executor, error) {
	if l.Driver == nil {
		if err := l.Open(); err != nil {
			return nil, err
		}
	}
	c := runtime.Config{Device: device}
	if err := CacheDir(dir)(&c); err != nil {
		return nil, err
	}
	return open(l.Driver, c)
}

// closing adds the error of a close.
func closing(err *error, close func() error) {
	if e := close(); *err == nil {
		*err = e
	}
}

// kernel parses a kernel that is right.
func kernel(t *testing.T, text string, o ...kernels.Option) *kernels.Kernel {
	t.Helper()
	k, err := kernels.Parse("k", text, o...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// buffers makes some buffers and fills them.
func buffers(ctx context.Context, ex runtime.Executor, n int, names ...string) (args runtime.Args, free func() error, err error) {
	args = runtime.Args{}
	var all []*runtime.Buffer[float64]
	free = func() error {
		var errs []error
		for _, b := range all {
			errs = append(errs, b.Close())
		}
		all = nil
		return errors.Join(errs...)
	}
	for _, name := range names {
		b, e := runtime.NewBuffer[float64](ex, n)
		if e == nil {
			all = append(all, b)
			args[name] = b
			e = b.CopyFrom(ctx, make([]float64, n))
		}
		if e != nil {
			closing(&e, free)
			return nil, nil, e
		}
	}
	return args, free, nil
}

// scenarios are what a program may do with a device: each gives back all that it gets, whatever goes wrong.
var scenarios = []struct {
	name   string
	config fake.Config
	run    func(t *testing.T, l *fake.Library) error
}{
	{"targets", fake.Config{Devices: []fake.Device{{Memory: 4 << 20}}}, func(t *testing.T, l *fake.Library) error {
		if err := l.Open(); err != nil {
			return err
		}
		_, err := targets(l.Driver)
		return err
	}},
	{"buffers", twoDevices, func(t *testing.T, l *fake.Library) (err error) {
		ctx := context.Background()
		ex, err := openFake(l, "", "")
		if err != nil {
			return err
		}
		defer closing(&err, ex.Close)
		args, free, err := buffers(ctx, ex, 10000, "a", "b", "c")
		if err != nil {
			return err
		}
		defer closing(&err, free)
		args["s"] = 3.0
		call, err := ex.Bind(kernel(t, "a = b + s*c", kernels.Scalars("s")), args)
		if err != nil {
			return err
		}
		for range 2 {
			if err := call.Run(ctx); err != nil {
				return err
			}
		}
		return args["a"].(*runtime.Buffer[float64]).CopyTo(ctx, make([]float64, 10000))
	}},
	{"slices", twoDevices, func(t *testing.T, l *fake.Library) (err error) {
		ex, err := openFake(l, "", "")
		if err != nil {
			return err
		}
		defer closing(&err, ex.Close)
		a, b := make([]float64, 100000), make([]float64, 100000)
		var c runtime.Config
		if err := Staging(1 << 20)(&c); err != nil {
			t.Fatal(err)
		}
		ex.(*executor).settings.staging = 1 << 20 // several chunks
		call, err := ex.Bind(kernel(t, "a = 2*b"), runtime.Args{"a": a, "b": b})
		if err != nil {
			return err
		}
		return call.Run(context.Background())
	}},
	{"reduction", twoDevices, func(t *testing.T, l *fake.Library) (err error) {
		ctx := context.Background()
		ex, err := openFake(l, "", t.TempDir())
		if err != nil {
			return err
		}
		defer closing(&err, ex.Close)
		args, free, err := buffers(ctx, ex, 50000, "b", "c")
		if err != nil {
			return err
		}
		defer closing(&err, free)
		var sum float64
		args["r"] = &sum
		call, err := ex.Bind(kernel(t, "r = sum(b*c)"), args)
		if err != nil {
			return err
		}
		return call.Run(ctx)
	}},
	{"scan", twoDevices, func(t *testing.T, l *fake.Library) (err error) {
		ex, err := openFake(l, "", "")
		if err != nil {
			return err
		}
		defer closing(&err, ex.Close)
		a, b := make([]float64, 5000), make([]float64, 5000)
		call, err := ex.Bind(kernel(t, "a = scan(sum, b)"), runtime.Args{"a": a, "b": b})
		if err != nil {
			return err
		}
		return call.Run(context.Background())
	}},
	{"steps", twoDevices, func(t *testing.T, l *fake.Library) (err error) {
		ctx := context.Background()
		ex, err := openFake(l, "", "")
		if err != nil {
			return err
		}
		defer closing(&err, ex.Close)
		args, free, err := buffers(ctx, ex, 500, "u", "v")
		if err != nil {
			return err
		}
		defer closing(&err, free)
		call, err := ex.Bind(kernel(t, "v = 0.5*u"), args)
		if err != nil {
			return err
		}
		steps, err := call.Steps(map[string]string{"v": "u"})
		if err != nil {
			return err
		}
		return steps.Run(ctx, 100)
	}},
	{"pinned", twoDevices, func(t *testing.T, l *fake.Library) (err error) {
		ctx := context.Background()
		ex, err := openFake(l, "0", "")
		if err != nil {
			return err
		}
		defer closing(&err, ex.Close)
		other, err := openFake(l, "1", "")
		if err != nil {
			return err
		}
		defer closing(&err, other.Close)
		p, err := NewPinned[float64](ex, 1000)
		if err != nil {
			return err
		}
		defer closing(&err, p.Close)
		a, err := runtime.NewBuffer[float64](ex, 1000)
		if err != nil {
			return err
		}
		defer closing(&err, a.Close)
		b, err := runtime.NewBuffer[float64](other, 1000)
		if err != nil {
			return err
		}
		defer closing(&err, b.Close)
		if err := Copy(ctx, a, p); err != nil {
			return err
		}
		if err := Copy(ctx, b, a); err != nil {
			return err
		}
		call, err := ex.Bind(kernel(t, "a = 2*b"), runtime.Args{"a": a, "b": p})
		if err != nil {
			return err
		}
		return call.Run(ctx)
	}},
}

var twoDevices = fake.Config{Devices: []fake.Device{{Memory: 64 << 20}, {Memory: 64 << 20}}, Loader: fake.Inert}

// matters tells the functions without which results would be wrong from those whose failure may pass.
func matters(call string) bool {
	for _, part := range []string{"Memcpy", "Memset", "Launch", "Alloc", "Synchronize", "EventRecord", "WaitEvent", "StreamCreate", "cuModule", "cuInit", "CtxRetain"} {
		if strings.Contains(call, part) {
			return call != "cuModuleUnload" // which gives back
		}
	}
	return false
}

// works tells the functions that get or do something from those that close.
func works(call string) bool { return matters(call) && !strings.Contains(call, "Synchronize") }

// Whatever call fails: the error says so in a type of its own, nothing stays behind, and nothing is done that must not be.
func TestEveryCallFails(t *testing.T) {
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			for _, r := range []driver.Result{driver.OutOfMemory, driver.NotPermitted} {
				if testing.Short() && r == driver.OutOfMemory {
					continue
				}
				fake.FailEach(t, s.config, r, s.run, func(t *testing.T, l *fake.Library, call string, rest []string, err error) {
					judge(t, l, call, rest, err, r)
				})
			}
		})
	}
}

func judge(t *testing.T, l *fake.Library, call string, rest []string, err error, r driver.Result) {
	t.Helper()
	if strings.HasSuffix(call, "Current") {
		l.Forgive() // a context that cannot be entered once more keeps what it has until it goes
	}
	var e *Error
	switch {
	case err == nil:
		again := r == driver.OutOfMemory && strings.Contains(call, "FromPool") ||
			call == "cuModuleLoadDataEx" && (r == driver.OutOfMemory || l.Count("cuLinkCreate_v2") > 0 && r != driver.LaunchFailed) // which are tried once more
		if matters(call) && !again && slices.ContainsFunc(rest, works) {
			t.Error("no error")
		}
	case !errors.As(err, &e):
		t.Errorf("%T: %v is no *Error", err, err)
	case e.Result != r:
		t.Errorf("%v: result %d, want %d", err, e.Result, r)
	}
}

// A device that is lost gives its error from then on, and everything can be closed.
func TestEveryCallLoses(t *testing.T) {
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			fake.LoseEach(t, s.config, driver.LaunchFailed, s.run, func(t *testing.T, l *fake.Library, call string, rest []string, err error) {
				judge(t, l, call, rest, err, driver.LaunchFailed)
			})
		})
	}
}

func TestLost(t *testing.T) {
	ctx := context.Background()
	l := fake.New(t, fake.Config{Loader: fake.Inert})
	ex, err := openFake(l, "", "")
	if err != nil {
		t.Fatal(err)
	}
	args, free, err := buffers(ctx, ex, 1000, "a", "b")
	if err != nil {
		t.Fatal(err)
	}
	call, err := ex.Bind(kernel(t, "a = 2*b"), args)
	if err != nil {
		t.Fatal(err)
	}
	if err := call.Run(ctx); err != nil {
		t.Fatal(err)
	}
	l.Lose(0, driver.IllegalAddress)
	lost := func(err error) {
		t.Helper()
		var e *LostError
		if !errors.As(err, &e) || e.Device != 0 {
			t.Errorf("%v is no *LostError of device 0", err)
		}
	}
	lost(call.Run(ctx))
	calls := len(l.Calls())
	lost(call.Run(ctx))
	_, err = runtime.NewBuffer[float64](ex, 8)
	lost(err)
	lost(args["a"].(*runtime.Buffer[float64]).CopyTo(ctx, make([]float64, 1000)))
	_, err = ex.Bind(kernel(t, "a = 3*b"), args)
	lost(err)
	if n := len(l.Calls()) - calls; n != 0 {
		t.Errorf("a lost device was asked %d times more", n)
	}
	if err := errors.Join(free(), ex.Close()); err != nil {
		t.Error(err)
	}
}

// A kernel that does not end: others can be canceled before they begin, and all goes on when it ends.
func TestHeld(t *testing.T) {
	l := fake.New(t, fake.Config{Loader: fake.Inert})
	ex, err := openFake(l, "", "")
	if err != nil {
		t.Fatal(err)
	}
	a := make([]float64, 1000)
	call, err := ex.Bind(kernel(t, "a = 2*b"), runtime.Args{"a": a, "b": a})
	if err != nil {
		t.Fatal(err)
	}
	l.Hold(0)
	done := make(chan error)
	go func() { done <- call.Run(context.Background()) }()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	second, err := ex.Bind(kernel(t, "a = 3*b"), runtime.Args{"a": make([]float64, 10), "b": make([]float64, 10)})
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	l.Release()
	if err := errors.Join(<-done, ex.Close()); err != nil {
		t.Error(err)
	}
}

// Executors, calls and buffers of many goroutines on two devices.
func TestConcurrentUse(t *testing.T) {
	l := fake.New(t, twoDevices)
	var shared [2]runtime.Executor
	for i, d := range []string{"0", "1"} {
		ex, err := openFake(l, d, "")
		if err != nil {
			t.Fatal(err)
		}
		shared[i] = ex
	}
	var all sync.WaitGroup
	for g := range 8 {
		all.Add(1)
		go func() {
			defer all.Done()
			if err := useMuch(t, l, shared[g%2], g%2); err != nil {
				t.Error(err)
			}
		}()
	}
	all.Wait()
	for _, ex := range shared {
		if err := ex.Close(); err != nil {
			t.Error(err)
		}
	}
	if v := l.Live(); v.Contexts != 0 {
		t.Errorf("%+v", v)
	}
}

func useMuch(t *testing.T, l *fake.Library, ex runtime.Executor, device int) (err error) {
	ctx := context.Background()
	own, err := openFake(l, []string{"0", "1"}[device], "")
	if err != nil {
		return err
	}
	defer closing(&err, own.Close)
	for _, ex := range []runtime.Executor{ex, own} {
		args, free, err := buffers(ctx, ex, 3000, "a", "b")
		if err != nil {
			return err
		}
		defer closing(&err, free)
		on, err := ex.Bind(kernel(t, "a = 2*b"), args)
		if err != nil {
			return err
		}
		host := make([]float64, 20000)
		off, err := ex.Bind(kernel(t, "a = 2*b"), runtime.Args{"a": host, "b": slices.Clone(host)})
		if err != nil {
			return err
		}
		for range 5 {
			if err := errors.Join(on.Run(ctx), off.Run(ctx)); err != nil {
				return err
			}
		}
	}
	return nil
}

// What a launch asks of the driver, when everything is there: no memory, no waits for what is done.
func TestCallsOfALaunch(t *testing.T) {
	ctx := context.Background()
	l := fake.New(t, fake.Config{Loader: fake.Inert})
	ex, err := openFake(l, "", "")
	if err != nil {
		t.Fatal(err)
	}
	defer ex.Close()
	args, free, err := buffers(ctx, ex, 1000, "a", "b")
	if err != nil {
		t.Fatal(err)
	}
	defer free()
	ints, err := runtime.NewBuffer[int64](ex, 1000)
	if err != nil {
		t.Fatal(err)
	}
	defer ints.Close()
	for _, c := range []struct {
		text  string
		args  runtime.Args
		typed kernels.Option
		back  int // copies to the host
	}{
		{"a = 2*b", args, kernels.Scalars(), 0},
		{"r = sum(b)", runtime.Args{"b": args["b"], "r": new(float64)}, kernels.Scalars(), 0},
		{"k = k/3", runtime.Args{"k": ints}, kernels.Typed(kernels.Int64, "k"), 0},
		{"k = 3/k", runtime.Args{"k": ints}, kernels.Typed(kernels.Int64, "k"), 1},
	} {
		call, err := ex.Bind(kernel(t, c.text, c.typed), c.args)
		if err != nil {
			t.Fatal(err)
		}
		if err := call.Run(ctx); err != nil {
			t.Fatal(err)
		}
		n, idle := len(l.Calls()), l.Stats().IdleSyncs
		if err := call.Run(ctx); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %q", c.text, l.Calls()[n:])
		if l.Stats().IdleSyncs != idle {
			t.Errorf("%s: %d waits for what is done", c.text, l.Stats().IdleSyncs-idle)
		}
		for _, name := range l.Calls()[n:] {
			if strings.Contains(name, "Alloc") || strings.Contains(name, "Create") || strings.Contains(name, "Module") {
				t.Errorf("%s: a launch calls %s", c.text, name)
			}
			if strings.Contains(name, "Memcpy") {
				if c.back--; name != "cuMemcpyDtoHAsync_v2" || c.back < 0 {
					t.Errorf("%s: a launch calls %s", c.text, name)
				}
			}
		}
	}
}

// What one launch faulted at, or found, is not the next one's.
func TestFaultsOfLaunches(t *testing.T) {
	ctx := context.Background()
	for _, unified := range []int{0, 1} {
		l := fake.New(t, fake.Config{Devices: []fake.Device{{Attributes: map[driver.Attribute]int{driver.UnifiedAddressing: unified}}}})
		ex, err := openFake(l, "", "")
		if err != nil {
			t.Fatal(err)
		}
		k, err := runtime.NewBuffer[int64](ex, 5000)
		if err != nil {
			t.Fatal(err)
		}
		r, sum := int64(0), int64(0)
		divide, err := ex.Bind(kernel(t, "r = sum(60/k)", kernels.Typed(kernels.Int64, "k")), runtime.Args{"k": k, "r": &r})
		if err != nil {
			t.Fatal(err)
		}
		add, err := ex.Bind(kernel(t, "r = sum(k)", kernels.Typed(kernels.Int64, "k")), runtime.Args{"k": k, "r": &sum})
		if err != nil {
			t.Fatal(err)
		}
		values := make([]int64, 5000)
		for _, zero := range []int{-1, -1, 4999, 17, -1, 4000, -1} {
			for i := range values {
				values[i] = 1 + int64(i%3)
			}
			if zero >= 0 {
				values[zero] = 0
			}
			want, wantSum := int64(0), int64(0)
			for _, v := range values {
				wantSum += v
				want += 60 / max(v, 1)
			}
			if err := k.CopyFrom(ctx, values); err != nil {
				t.Fatal(err)
			}
			var fault *runtime.DivideError
			switch err := divide.Run(ctx); {
			case zero < 0 && (err != nil || r != want):
				t.Errorf("%v, %d, want %d", err, r, want)
			case zero >= 0 && (!errors.As(err, &fault) || fault.Index != zero):
				t.Errorf("%v, want element %d", err, zero)
			}
			if err := add.Run(ctx); err != nil || sum != wantSum {
				t.Errorf("%v, %d, want %d", err, sum, wantSum)
			}
		}
		if err := errors.Join(k.Close(), ex.Close()); err != nil {
			t.Error(err)
		}
	}
}

// A call that is garbage gives back what it had, while its executor is open.
func TestGarbage(t *testing.T) {
	l := fake.New(t, fake.Config{Loader: fake.Inert})
	ex, err := openFake(l, "", "")
	if err != nil {
		t.Fatal(err)
	}
	defer ex.Close()
	var calls []*runtime.Call
	bind := func() {
		x := make([]float64, 1000)
		call, err := ex.Bind(kernel(t, "a = scan(sum, b)"), runtime.Args{"a": x, "b": make([]float64, 1000)})
		if err != nil {
			t.Fatal(err)
		}
		calls = append(calls, call)
	}
	bind()
	before := l.Live()
	for range 20 {
		bind()
	}
	if now := l.Live(); now.Events <= before.Events || now.Allocations <= before.Allocations {
		t.Fatalf("%+v after %+v", now, before)
	}
	goruntime.KeepAlive(calls)
	calls = nil
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		goruntime.GC()
		if now := l.Live(); now.Events <= before.Events && now.Allocations <= before.Allocations {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%+v after %+v", l.Live(), before)
		}
	}
}

// A driver that has no room for a kernel's code gets what the pool keeps, and one that takes no images gets the text.
func TestCodeAgain(t *testing.T) {
	for _, c := range []struct {
		dir, call string
		r         driver.Result
	}{
		{"", "cuModuleLoadDataEx", driver.OutOfMemory},
		{t.TempDir(), "cuModuleLoadDataEx", driver.NoBinaryForGPU},
		{t.TempDir(), "cuLinkCreate_v2", driver.NotPermitted},
		{t.TempDir(), "cuLinkComplete", driver.NotSupported},
	} {
		l := fake.New(t, fake.Config{Loader: fake.Inert})
		ex, err := openFake(l, "", c.dir)
		if err != nil {
			t.Fatal(err)
		}
		args, free, err := buffers(context.Background(), ex, 1000, "a", "b")
		if err != nil {
			t.Fatal(err)
		}
		trims := l.Count("cuMemPoolTrimTo")
		l.Fail(c.call, 1, c.r)
		call, err := ex.Bind(kernel(t, "a = 2*b"), args)
		if err != nil {
			t.Errorf("%s gives %d: %v", c.call, c.r, err)
		} else if err := call.Run(context.Background()); err != nil {
			t.Error(err)
		}
		if trimmed := l.Count("cuMemPoolTrimTo") > trims; trimmed != (c.r == driver.OutOfMemory) {
			t.Errorf("%s gives %d: trimmed %v", c.call, c.r, trimmed)
		}
		if err := errors.Join(free(), ex.Close()); err != nil {
			t.Error(err)
		}
	}
}

// Memory that is not there is a *MemoryError, after which the executor works on.
func TestNoMemory(t *testing.T) {
	ctx := context.Background()
	l := fake.New(t, fake.Config{Loader: fake.Inert, Devices: []fake.Device{{Memory: 8 << 20}}})
	ex, err := openFake(l, "", "")
	if err != nil {
		t.Fatal(err)
	}
	defer ex.Close()
	var m *MemoryError
	if _, err := runtime.NewBuffer[float64](ex, 2<<20); !errors.As(err, &m) || m.Bytes != 16<<20 || m.Free != 8<<20 {
		t.Errorf("%v", err)
	}
	a := make([]float64, 1<<20)
	if _, err := ex.Bind(kernel(t, "a = scan(sum, b)"), runtime.Args{"a": a, "b": make([]float64, 1<<20)}); !errors.As(err, &m) {
		t.Errorf("%v", err)
	}
	for range 10 { // what is closed is there again
		args, free, err := buffers(ctx, ex, 64<<10, "a", "b")
		if err != nil {
			t.Fatal(err)
		}
		call, err := ex.Bind(kernel(t, "a = 2*b"), args)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(call.Run(ctx), free()); err != nil {
			t.Fatal(err)
		}
	}
}
