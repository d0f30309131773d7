package topology

import (
	"reflect"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// tree makes a file tree from "path: text" pairs; the text gets the newline that the kernel writes.
func tree(files map[string]string) fstest.MapFS {
	m := fstest.MapFS{}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text + "\n")}
	}
	return m
}

// addCache describes one cache of a CPU.
func addCache(m fstest.MapFS, cpu, index, level int, typ, size, shared string) {
	dir := "sys/devices/system/cpu/cpu" + strconv.Itoa(cpu) + "/cache/index" + strconv.Itoa(index) + "/"
	for name, text := range map[string]string{
		"level": strconv.Itoa(level), "type": typ, "size": size, "shared_cpu_list": shared,
	} {
		if text != "" {
			m[dir+name] = &fstest.MapFile{Data: []byte(text + "\n")}
		}
	}
}

func upTo(n int) []int {
	var s []int
	for i := range n {
		s = append(s, i)
	}
	return s
}

const rootMount = "30 1 0:27 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw"

func TestTwoNodeServer(t *testing.T) {
	m := tree(map[string]string{
		"proc/meminfo":                          "MemTotal:       2000 kB\nMemFree:         900 kB\nMemAvailable:   1500 kB",
		"proc/cpuinfo":                          "processor\t: 0\nmodel name\t: Example 9000\n",
		"sys/devices/system/cpu/online":         "0-7",
		"sys/devices/system/node/online":        "0-1",
		"sys/devices/system/node/node0/cpulist": "0-1,4-5",
		"sys/devices/system/node/node0/meminfo": "Node 0 MemTotal:       1200 kB\nNode 0 MemFree:  1 kB",
		"sys/devices/system/node/node1/cpulist": "2-3,6-7",
		"sys/devices/system/node/node1/meminfo": "Node 1 MemTotal:        800 kB",
	})
	for cpu := range 8 {
		core, socket := cpu%4, cpu%4/2
		pair := strconv.Itoa(core) + "," + strconv.Itoa(core+4)
		addCache(m, cpu, 0, 1, "Data", "32K", pair)
		addCache(m, cpu, 1, 1, "Instruction", "32K", pair)
		addCache(m, cpu, 2, 2, "Unified", "1M", pair)
		addCache(m, cpu, 3, 3, "Unified", "33792K", []string{"0-1,4-5", "2-3,6-7"}[socket])
	}

	got := Read(Source{FS: m, Affinity: upTo(8)})
	if got.Model != "Example 9000" || !reflect.DeepEqual(got.CPUs, upTo(8)) || got.Quota != 0 {
		t.Errorf("model %q, CPUs %v, quota %v", got.Model, got.CPUs, got.Quota)
	}
	if want := (Memory{Total: 2000 << 10, Available: 1500 << 10}); got.Memory != want {
		t.Errorf("memory %+v, want %+v", got.Memory, want)
	}
	wantNodes := []Node{{0, []int{0, 1, 4, 5}, 1200 << 10}, {1, []int{2, 3, 6, 7}, 800 << 10}}
	if !reflect.DeepEqual(got.Nodes, wantNodes) {
		t.Errorf("nodes %+v, want %+v", got.Nodes, wantNodes)
	}
	var want []Cache
	for _, c := range []Cache{{1, Data, 32 << 10, nil}, {1, Instruction, 32 << 10, nil}, {2, Unified, 1 << 20, nil}} {
		for core := range 4 {
			c.SharedBy = []int{core, core + 4}
			want = append(want, c)
		}
	}
	want = append(want, Cache{3, Unified, 33 << 20, []int{0, 1, 4, 5}}, Cache{3, Unified, 33 << 20, []int{2, 3, 6, 7}})
	if !reflect.DeepEqual(got.Caches, want) {
		t.Errorf("caches\n%+v, want\n%+v", got.Caches, want)
	}

	// A process confined to one socket sees its caches; the other node remains, with memory that it may use.
	got = Read(Source{FS: m, Affinity: []int{3, 2, 2}})
	if !reflect.DeepEqual(got.CPUs, []int{2, 3}) {
		t.Errorf("confined: CPUs %v", got.CPUs)
	}
	wantNodes = []Node{{0, nil, 1200 << 10}, {1, []int{2, 3}, 800 << 10}}
	if !reflect.DeepEqual(got.Nodes, wantNodes) {
		t.Errorf("confined: nodes %+v, want %+v", got.Nodes, wantNodes)
	}
	last := got.Caches[len(got.Caches)-1]
	if len(got.Caches) != 7 || !reflect.DeepEqual(last.SharedBy, []int{2, 3, 6, 7}) {
		t.Errorf("confined: caches %+v", got.Caches)
	}
}

func TestHybridMachine(t *testing.T) {
	m := tree(map[string]string{"sys/devices/system/cpu/online": "0-5"})
	for cpu := range 2 { // two fast cores with caches of their own
		addCache(m, cpu, 0, 1, "Data", "48K", strconv.Itoa(cpu))
		addCache(m, cpu, 2, 2, "Unified", "2048K", strconv.Itoa(cpu))
		addCache(m, cpu, 3, 3, "Unified", "12288K", "0-5")
	}
	for cpu := 2; cpu < 6; cpu++ { // four small ones around one second level
		addCache(m, cpu, 0, 1, "Data", "32K", strconv.Itoa(cpu))
		addCache(m, cpu, 2, 2, "Unified", "4096K", "2-5")
		addCache(m, cpu, 3, 3, "Unified", "12288K", "0-5")
	}
	got := Read(Source{FS: m, Affinity: upTo(6)})
	var l2, l3 []int64
	for _, c := range got.Caches {
		switch c.Level {
		case 2:
			l2 = append(l2, c.Bytes)
		case 3:
			l3 = append(l3, c.Bytes)
		}
	}
	if !reflect.DeepEqual(l2, []int64{2 << 20, 2 << 20, 4 << 20}) || !reflect.DeepEqual(l3, []int64{12 << 20}) {
		t.Errorf("L2 %v, L3 %v", l2, l3)
	}
	if got.Nodes != nil || got.Memory != (Memory{}) || got.Model != "" {
		t.Errorf("told of nothing else, yet %+v", got)
	}
}

func TestUsableCPUs(t *testing.T) {
	for _, c := range []struct {
		name     string
		online   string
		affinity []int
		want     []int
	}{
		{"both", "0-3", []int{1, 2}, []int{1, 2}},
		{"offline in the mask", "0,2-3", []int{0, 1, 2}, []int{0, 2}},
		{"mask unknown", "0,2-3", nil, []int{0, 2, 3}},
		{"online unknown", "", []int{5, 4}, []int{4, 5}},
		{"online garbage", "zero to three", []int{4}, []int{4}},
		{"contradiction", "0-3", []int{8}, []int{8}},
		{"nothing known", "", nil, nil},
	} {
		m := fstest.MapFS{}
		if c.online != "" {
			m["sys/devices/system/cpu/online"] = &fstest.MapFile{Data: []byte(c.online + "\n")}
		}
		if got := Read(Source{FS: m, Affinity: c.affinity}).CPUs; !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestNothingTold(t *testing.T) {
	for name, src := range map[string]Source{
		"empty tree": {FS: fstest.MapFS{}},
		"no tree":    {FS: noFS{}},
	} {
		if got := Read(src); !reflect.DeepEqual(got, Machine{}) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestGarbage(t *testing.T) {
	m := tree(map[string]string{
		"proc/meminfo":                          "MemTotal: lots kB\nMemAvailable: -5 kB\nMemTotal",
		"proc/cpuinfo":                          "model name\nmodel name :   \n",
		"proc/self/cgroup":                      "::\n0:\nx\n0::relative\n7:cpu\n",
		"proc/self/mountinfo":                   "1 2 3\n - cgroup2\n30 1 0:27 / /c rw - cgroup2\n",
		"sys/devices/system/cpu/online":         "0-999999999999",
		"sys/devices/system/node/node0/cpulist": "3-1",
		"sys/devices/system/node/node0/meminfo": "Node 0 MemTotal: 12 pages",
		"sys/devices/system/node/nodeX/cpulist": "0",
	})
	addCache(m, 0, 0, 1, "Holographic", "-3K", "5-9") // a list that leaves out its own CPU
	addCache(m, 0, 1, 77, "Data", "32K", "0")
	addCache(m, 0, 2, 3, "Unified", "9223372036854775807G", "0-")
	m["sys/devices/system/cpu/cpu0/cache/uevent"] = &fstest.MapFile{}
	got := Read(Source{FS: m, Affinity: []int{0}})
	want := Machine{
		CPUs:   []int{0},
		Nodes:  []Node{{ID: 0}},
		Caches: []Cache{{Level: 1}, {Level: 3, Type: Unified}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("\n%+v, want\n%+v", got, want)
	}
}

func TestCPUIDStandsIn(t *testing.T) {
	id := CPUID{Brand: " Example 1 ", L1DBytes: 48 << 10, L1IBytes: 0, L2Bytes: 1 << 20, L3Bytes: -1}
	got := Read(Source{FS: noFS{}, CPUID: id})
	want := Machine{Model: "Example 1", Caches: []Cache{{Level: 1, Type: Data, Bytes: 48 << 10}, {Level: 2, Type: Unified, Bytes: 1 << 20}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}

	// Where the system lists caches, it alone is believed: it knows who shares them.
	m := fstest.MapFS{}
	addCache(m, 0, 0, 2, "Unified", "512K", "0")
	got = Read(Source{FS: m, Affinity: []int{0}, CPUID: id})
	if want := []Cache{{2, Unified, 512 << 10, []int{0}}}; !reflect.DeepEqual(got.Caches, want) {
		t.Errorf("%+v, want %+v", got.Caches, want)
	}
}

func TestCachesWithoutSharers(t *testing.T) {
	m := fstest.MapFS{}
	for cpu := range 4 {
		addCache(m, cpu, 0, 2, "Unified", "512K", "")
	}
	got := Read(Source{FS: m, Affinity: upTo(4)}).Caches
	if want := []Cache{{2, Unified, 512 << 10, nil}}; !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestHost(t *testing.T) {
	m := Host()
	if len(m.CPUs) == 0 {
		t.Fatal("no CPUs")
	}
	for i, c := range m.CPUs {
		if c < 0 || i > 0 && c <= m.CPUs[i-1] {
			t.Fatalf("CPUs %v are not ascending", m.CPUs)
		}
	}
	if m.Quota < 0 || m.Memory.Total < 0 || m.Memory.Available < 0 {
		t.Errorf("negative: %+v", m)
	}
	if m.Memory.Total > 0 && m.Memory.Available > m.Memory.Total {
		t.Errorf("more available than there is: %+v", m.Memory)
	}
	for _, c := range m.Caches {
		if c.Level < 1 || c.Bytes < 0 {
			t.Errorf("cache %+v", c)
		}
	}
	t.Logf("%+v", m)

	// The caller owns the result: spoiling it must not reach the next caller.
	m.CPUs[0] = -1
	for i := range m.Caches {
		m.Caches[i].Bytes = -1
		if len(m.Caches[i].SharedBy) > 0 {
			m.Caches[i].SharedBy[0] = -1
		}
	}
	again := Host()
	if again.CPUs[0] == -1 {
		t.Error("results share their CPUs")
	}
	for _, c := range again.Caches {
		if c.Bytes == -1 || len(c.SharedBy) > 0 && c.SharedBy[0] == -1 {
			t.Error("results share their caches")
		}
	}
}

func TestList(t *testing.T) {
	for text, want := range map[string][]int{
		"":              nil,
		"\n":            nil,
		"0":             {0},
		"0-3,8\n":       {0, 1, 2, 3, 8},
		"8,0-3":         {0, 1, 2, 3, 8},
		"1-2,2-3":       {1, 2, 3},
		"65535":         {65535},
		"0,2-3,5,7-9\n": {0, 2, 3, 5, 7, 8, 9},
	} {
		got, err := ParseList(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("ParseList(%q) = %v, %v; want %v", text, got, err, want)
		}
		back, err := ParseList(FormatList(got))
		if err != nil || !reflect.DeepEqual(back, got) {
			t.Errorf("FormatList(%v) = %q reads back as %v, %v", got, FormatList(got), back, err)
		}
	}
	if got := FormatList([]int{0, 1, 2, 4, 6, 7}); got != "0-2,4,6-7" {
		t.Errorf("FormatList: %q", got)
	}
	for _, text := range []string{"-", "-1", "1-", "a", "0,,1", "3-2", "0 1", "65536", "+1", strings.Repeat("0-65535,", 6) + "0"} {
		if got, err := ParseList(text); err == nil {
			t.Errorf("ParseList(%.20q) = %d CPUs, want an error", text, len(got))
		}
	}
}
