package runtime

import (
	"errors"
	"fmt"
	goruntime "runtime"
	"slices"
	"strings"
	"testing"

	"github.com/triad-go/triad/runtime/internal/topology"
)

func TestLastLevelCache(t *testing.T) {
	l1 := func(cpus ...int) Cache { return Cache{1, DataCache, 32 << 10, cpus} }
	l3 := func(bytes int64, cpus ...int) Cache { return Cache{3, UnifiedCache, bytes, cpus} }
	for _, c := range []struct {
		name   string
		cpus   []int
		caches []Cache
		bytes  int64
		known  bool
	}{
		{"nothing told", []int{0, 1}, nil, 0, false},
		{"one for all", []int{0, 1}, []Cache{l1(0), l1(1), l3(8<<20, 0, 1)}, 8 << 20, true},
		{"two sockets", []int{0, 1}, []Cache{l1(0), l1(1), l3(8<<20, 0), l3(8<<20, 1)}, 16 << 20, true},
		{"a core beside the last level", []int{0, 1, 2}, []Cache{l1(0), l1(1), l1(2), l3(8<<20, 0, 1)}, 8 << 20, true},
		{"instructions do not count", []int{0}, []Cache{l1(0), {2, InstructionCache, 1 << 20, []int{0}}}, 32 << 10, true},
		{"only instructions", []int{0}, []Cache{{1, InstructionCache, 1 << 20, []int{0}}}, 0, false},
		{"a size is missing", []int{0, 1}, []Cache{l3(8<<20, 0), l3(0, 1)}, 8 << 20, false},
		{"a type is missing", []int{0}, []Cache{{3, "", 8 << 20, []int{0}}}, 8 << 20, false},
		{"a core is silent", []int{0, 1}, []Cache{l1(0), l3(8<<20, 0)}, 8 << 20, false},
		{"sharers unknown", []int{0, 1}, []Cache{l3(8 << 20)}, 8 << 20, false},
		{"sharers unknown, one CPU", []int{0}, []Cache{l3(8 << 20)}, 8 << 20, true},
	} {
		bytes, known := Target{CPUs: c.cpus, Caches: c.caches}.LastLevelCache()
		if bytes != c.bytes || known != c.known {
			t.Errorf("%s: %d, %v; want %d, %v", c.name, bytes, known, c.bytes, c.known)
		}
	}
}

func TestTargetWorkers(t *testing.T) {
	defer goruntime.GOMAXPROCS(goruntime.GOMAXPROCS(4))
	for _, c := range []struct {
		cpus  int
		quota float64
		want  int
	}{{0, 0, 1}, {1, 0, 1}, {3, 0, 3}, {8, 0, 4}, {8, 0.1, 1}, {8, 2, 2}, {8, 2.5, 3}, {2, 7, 2}, {8, 1e300, 4}} {
		want := min(c.want, goruntime.GOMAXPROCS(0)) // some systems have one processor whatever is asked
		if got := (Target{CPUs: make([]int, c.cpus), Quota: c.quota}).Workers(); got != want {
			t.Errorf("%d CPUs, quota %v: %d workers, want %d", c.cpus, c.quota, got, want)
		}
	}
}

func TestTargetString(t *testing.T) {
	for _, c := range []struct {
		target Target
		want   string
	}{
		{cpuTarget(topology.Machine{CPUs: []int{0}}),
			"cpu: model unknown, 1 CPU (0), NUMA nodes unknown, caches unknown, memory unknown"},
		{cpuTarget(topology.Machine{
			Model: "Example 9000", CPUs: []int{0, 1, 2, 6}, Quota: 2.5,
			Nodes: []topology.Node{{ID: 0}, {ID: 1}},
			Caches: []topology.Cache{
				{Level: 1, Type: topology.Data, Bytes: 48 << 10}, {Level: 1, Type: topology.Data, Bytes: 48 << 10},
				{Level: 1, Type: topology.Instruction, Bytes: 32 << 10}, {Level: 2, Type: topology.Unified, Bytes: 1 << 20},
				{Level: 2, Type: topology.Unified, Bytes: 2 << 20}, {Level: 3},
			},
			Memory: topology.Memory{Total: 24<<30 + 512<<20},
		}), "cpu: Example 9000, 4 CPUs (0-2,6), quota 2.5, 2 NUMA nodes, L1d 2 × 48 KiB, L1i 32 KiB, L2 1 MiB, L2 2 MiB, L3 of unknown size, 24.5 GiB of memory"},
		{Target{Name: "cuda:0", Kind: GPU, Model: "Example G", MemoryBytes: 1000}, "cuda:0: Example G, 1000 bytes of memory"},
	} {
		if got := c.target.String(); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
	if got := fmt.Sprint(CPU, GPU, Kind(9)); got != "CPU GPU Kind(9)" {
		t.Errorf("kinds: %s", got)
	}
}

func TestCPUTarget(t *testing.T) {
	m := topology.Machine{
		Model: "m", CPUs: []int{1, 2}, Quota: 1.5,
		Nodes:  []topology.Node{{ID: 3, CPUs: []int{1}, MemoryBytes: 7}},
		Caches: []topology.Cache{{Level: 2, Type: topology.Unified, Bytes: 9, SharedBy: []int{1, 2}}},
		Memory: topology.Memory{Total: 11, Available: 5},
	}
	want := Target{
		Name: "cpu", Kind: CPU, Model: "m", CPUs: []int{1, 2}, Quota: 1.5,
		Nodes:       []Node{{ID: 3, CPUs: []int{1}, MemoryBytes: 7}},
		Caches:      []Cache{{Level: 2, Type: UnifiedCache, Bytes: 9, SharedBy: []int{1, 2}}},
		MemoryBytes: 11, AvailableBytes: 5,
	}
	if got := cpuTarget(m); fmt.Sprintf("%#v", got) != fmt.Sprintf("%#v", want) {
		t.Errorf("got\n%#v, want\n%#v", got, want)
	}
}

func TestTargetsOfSources(t *testing.T) {
	saved := targetSources.list
	targetSources.list = map[string]func() ([]Target, error){}
	defer func() { targetSources.list = saved }()

	names := func(targets []Target) string {
		var s []string
		for _, t := range targets {
			s = append(s, t.Name)
		}
		return strings.Join(s, " ")
	}
	targets, err := Targets()
	if err != nil || names(targets) != "cpu" || targets[0].Kind != CPU || len(targets[0].CPUs) == 0 {
		t.Fatalf("the processor alone: %v, %v", targets, err)
	}

	failure := errors.New("the driver refuses")
	RegisterTargets("zeta", func() ([]Target, error) { return []Target{{Name: "zeta:0"}}, nil })
	RegisterTargets("none", func() ([]Target, error) { return nil, nil })
	RegisterTargets("beta", func() ([]Target, error) { return []Target{{Name: "beta:0"}, {Name: "beta:1"}}, failure })
	targets, err = Targets()
	if got := names(targets); got != "cpu beta:0 beta:1 zeta:0" {
		t.Errorf("targets %s", got)
	}
	e, ok := errors.AsType[*TargetError](err)
	if !ok || e.Source != "beta" || !errors.Is(err, failure) || !strings.Contains(err.Error(), "beta") {
		t.Errorf("error %v", err)
	}

	for name, register := range map[string]func(){
		"a second time": func() { RegisterTargets("beta", func() ([]Target, error) { return nil, nil }) },
		"nil":           func() { RegisterTargets("gamma", nil) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("registering %s does not panic", name)
				}
			}()
			register()
		}()
	}
	if len(targetSources.list) != 3 {
		t.Error("what was refused is registered all the same")
	}
}

func TestTargetsAreTheCallers(t *testing.T) {
	a, _ := Targets()
	cpus := slices.Clone(a[0].CPUs)
	for i := range a[0].CPUs {
		a[0].CPUs[i] = -7
	}
	if b, _ := Targets(); !slices.Equal(b[0].CPUs, cpus) {
		t.Errorf("changing a target changed the next: %v, want %v", b[0].CPUs, cpus)
	}
}
