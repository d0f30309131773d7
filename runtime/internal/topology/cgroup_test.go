package topology

import (
	"testing"
)

func TestQuota(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		want  float64
	}{
		{"v2, own group", map[string]string{
			"proc/self/cgroup":              "0::/a/b",
			"proc/self/mountinfo":           rootMount,
			"sys/fs/cgroup/a/b/cpu.max":     "150000 100000",
			"sys/fs/cgroup/a/cpu.max":       "max 100000",
			"sys/fs/cgroup/other/cpu.max":   "1000 100000",
			"sys/fs/cgroup/a/b/sub/cpu.max": "1000 100000",
		}, 1.5},
		{"v2, an ancestor is tighter", map[string]string{
			"proc/self/cgroup":          "0::/a/b",
			"proc/self/mountinfo":       rootMount,
			"sys/fs/cgroup/a/b/cpu.max": "800000 100000",
			"sys/fs/cgroup/a/cpu.max":   "50000 200000",
		}, 0.25},
		{"v2, the container's root", map[string]string{
			"proc/self/cgroup":      "0::/",
			"proc/self/mountinfo":   rootMount,
			"sys/fs/cgroup/cpu.max": "300000 100000",
		}, 3},
		{"v2, none set", map[string]string{
			"proc/self/cgroup":        "0::/a",
			"proc/self/mountinfo":     rootMount,
			"sys/fs/cgroup/a/cpu.max": "max 100000",
		}, 0},
		{"v2, mounted elsewhere under a name with a space", map[string]string{
			"proc/self/cgroup":    "0::/a",
			"proc/self/mountinfo": `30 1 0:27 / /my\040groups rw shared:4 - cgroup2 cgroup2 rw`,
			"my groups/a/cpu.max": "200000 100000",
		}, 2},
		{"v2, garbage", map[string]string{
			"proc/self/cgroup":          "0::/a/b",
			"proc/self/mountinfo":       rootMount,
			"sys/fs/cgroup/a/b/cpu.max": "much 100000",
			"sys/fs/cgroup/a/cpu.max":   "100000 0",
			"sys/fs/cgroup/cpu.max":     "-4 -2",
		}, 0},
		{"v1, nested", map[string]string{
			"proc/self/cgroup":                                "9:name=systemd:/x\n4:cpu,cpuacct:/a/b\n3:cpuset:/q",
			"proc/self/mountinfo":                             "33 32 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n34 32 0:29 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset",
			"sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_quota_us":  "-1",
			"sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_period_us": "100000",
			"sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us":    "250000",
			"sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us":   "100000",
			"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us":      "400000",
			"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us":     "100000",
		}, 2.5},
		{"v1, a container: its own group is the mount", map[string]string{
			"proc/self/cgroup":                    "4:cpu,cpuacct:/docker/f00d",
			"proc/self/mountinfo":                 "33 32 0:28 /docker/f00d /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu,cpuacct",
			"sys/fs/cgroup/cpu/cpu.cfs_quota_us":  "50000",
			"sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000",
		}, 0.5},
		{"v1, a group inside the container", map[string]string{
			"proc/self/cgroup":                        "4:cpu:/docker/f00d/job",
			"proc/self/mountinfo":                     "33 32 0:28 /docker/f00d /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu",
			"sys/fs/cgroup/cpu/job/cpu.cfs_quota_us":  "100000",
			"sys/fs/cgroup/cpu/job/cpu.cfs_period_us": "100000",
		}, 1},
		{"the group is beside the mount", map[string]string{
			"proc/self/cgroup":      "0::/docker/beef",
			"proc/self/mountinfo":   "30 1 0:27 /docker/be /sys/fs/cgroup rw - cgroup2 cgroup2 rw",
			"sys/fs/cgroup/cpu.max": "100000 100000",
		}, 0},
		{"the group is outside the namespace", map[string]string{
			"proc/self/cgroup":      "0::/../sibling",
			"proc/self/mountinfo":   rootMount,
			"sys/fs/cgroup/cpu.max": "100000 100000",
		}, 0},
		{"the mount is outside the namespace", map[string]string{
			"proc/self/cgroup":      "0::/",
			"proc/self/mountinfo":   "30 1 0:27 /../.. /sys/fs/cgroup rw - cgroup2 cgroup2 rw",
			"sys/fs/cgroup/cpu.max": "100000 100000",
		}, 0},
		{"own group not visible, its ancestor is", map[string]string{
			"proc/self/cgroup":      "0::/pods/p1",
			"proc/self/mountinfo":   rootMount,
			"sys/fs/cgroup/cpu.max": "100000 100000",
		}, 1},
		{"nothing mounted", map[string]string{
			"proc/self/cgroup":      "0::/",
			"sys/fs/cgroup/cpu.max": "100000 100000",
		}, 0},
		{"both versions, the smaller counts", map[string]string{
			"proc/self/cgroup":            "4:cpu:/\n0::/",
			"proc/self/mountinfo":         rootMount + "\n33 32 0:28 / /sys/fs/v1 rw - cgroup cgroup rw,cpu",
			"sys/fs/cgroup/cpu.max":       "400000 100000",
			"sys/fs/v1/cpu.cfs_quota_us":  "200000",
			"sys/fs/v1/cpu.cfs_period_us": "100000",
		}, 2},
	} {
		if got := Read(Source{FS: tree(c.files)}).Quota; got != c.want {
			t.Errorf("%s: quota %v, want %v", c.name, got, c.want)
		}
	}
}

func TestMemoryLimits(t *testing.T) {
	const meminfo = "MemTotal: 1000 kB\nMemAvailable: 600 kB"
	for _, c := range []struct {
		name  string
		files map[string]string
		want  Memory
	}{
		{"no limit", map[string]string{
			"proc/meminfo":                   meminfo,
			"proc/self/cgroup":               "0::/a",
			"proc/self/mountinfo":            rootMount,
			"sys/fs/cgroup/a/memory.max":     "max",
			"sys/fs/cgroup/a/memory.current": "4096",
		}, Memory{1000 << 10, 600 << 10}},
		{"v2, ancestors count, stale file pages do not", map[string]string{
			"proc/meminfo":                     meminfo,
			"proc/self/cgroup":                 "0::/a/b",
			"proc/self/mountinfo":              rootMount,
			"sys/fs/cgroup/a/b/memory.max":     "512000",
			"sys/fs/cgroup/a/b/memory.current": "102400",
			"sys/fs/cgroup/a/memory.max":       "409600",
			"sys/fs/cgroup/a/memory.current":   "307200",
			"sys/fs/cgroup/a/memory.stat":      "anon 204800\ninactive_file 102400\nactive_file 9",
		}, Memory{409600, 204800}},
		{"v2, usage unknown", map[string]string{
			"proc/meminfo":             meminfo,
			"proc/self/cgroup":         "0::/",
			"proc/self/mountinfo":      rootMount,
			"sys/fs/cgroup/memory.max": "409600",
		}, Memory{409600, 409600}},
		{"v2, used up", map[string]string{
			"proc/meminfo":                 meminfo,
			"proc/self/cgroup":             "0::/",
			"proc/self/mountinfo":          rootMount,
			"sys/fs/cgroup/memory.max":     "409600",
			"sys/fs/cgroup/memory.current": "409700",
		}, Memory{409600, 1}},
		{"v1, limit", map[string]string{
			"proc/meminfo":                        meminfo,
			"proc/self/cgroup":                    "4:memory:/job",
			"proc/self/mountinfo":                 "33 32 0:28 / /cg/memory rw - cgroup cgroup rw,memory",
			"cg/memory/job/memory.limit_in_bytes": "204800",
			"cg/memory/job/memory.usage_in_bytes": "102400",
			"cg/memory/job/memory.stat":           "inactive_file 1\ntotal_inactive_file 2400",
		}, Memory{204800, 104800}},
		{"v1, none is a huge number", map[string]string{
			"proc/self/cgroup":                "4:memory:/",
			"proc/self/mountinfo":             "33 32 0:28 / /cg/memory rw - cgroup cgroup rw,memory",
			"cg/memory/memory.limit_in_bytes": "9223372036854771712",
			"cg/memory/memory.usage_in_bytes": "102400",
		}, Memory{}},
		{"only the cgroup tells", map[string]string{
			"proc/self/cgroup":             "0::/",
			"proc/self/mountinfo":          rootMount,
			"sys/fs/cgroup/memory.max":     "409600",
			"sys/fs/cgroup/memory.current": "9600",
		}, Memory{409600, 400000}},
		{"garbage", map[string]string{
			"proc/meminfo":             "MemTotal: 99999999999999999999 kB\nMemAvailable: 12",
			"proc/self/cgroup":         "0::/",
			"proc/self/mountinfo":      rootMount,
			"sys/fs/cgroup/memory.max": "plenty",
		}, Memory{}},
	} {
		if got := Read(Source{FS: tree(c.files)}).Memory; got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}
