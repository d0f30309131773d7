package topology

import (
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// cgroup is one visible control group directory that this process is in, or an ancestor of it: a limit counts
// whichever level sets it.
type cgroup struct {
	dir     string // as a path in the fs.FS
	unified bool   // version 2
}

// cgroups holds the control groups whose limits apply to this process.
type cgroups struct {
	cpu, memory []cgroup
}

// cgroupMount is a line of mountinfo: the group root is mounted at dir.
type cgroupMount struct {
	root, dir   string
	unified     bool
	controllers []string // version 1
}

// readCgroups finds the control groups of this process. Groups above the mount (outside a container) cannot be seen,
// and a process whose group lies beside the mount sees none of its own: what they limit stays unknown.
func readCgroups(fsys fs.FS) cgroups {
	var groups cgroups
	mounts := readMounts(fsys)
	for line := range strings.Lines(readText(fsys, "proc/self/cgroup")) {
		// hierarchy-ID:controller,controller:/path, and 0::/path for version 2.
		fields := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		if len(fields) != 3 || !strings.HasPrefix(fields[2], "/") {
			continue
		}
		if fields[0] == "0" && fields[1] == "" {
			dirs := visible(mounts, fields[2], func(m cgroupMount) bool { return m.unified })
			groups.cpu = append(groups.cpu, dirs...)
			groups.memory = append(groups.memory, dirs...)
			continue
		}
		for controller := range strings.SplitSeq(fields[1], ",") {
			dirs := visible(mounts, fields[2], func(m cgroupMount) bool { return slices.Contains(m.controllers, controller) })
			switch controller {
			case "cpu":
				groups.cpu = append(groups.cpu, dirs...)
			case "memory":
				groups.memory = append(groups.memory, dirs...)
			}
		}
	}
	return groups
}

// visible returns the directories of group and of its ancestors up to the root of each mount that match accepts.
func visible(mounts []cgroupMount, group string, match func(cgroupMount) bool) []cgroup {
	var dirs []cgroup
	for _, m := range mounts {
		if !match(m) {
			continue
		}
		rel, ok := below(group, m.root)
		if !ok {
			continue
		}
		for {
			dirs = append(dirs, cgroup{dir: path.Join(m.dir, rel), unified: m.unified})
			if rel == "." {
				break
			}
			rel = path.Dir(rel)
		}
	}
	return dirs
}

// below returns where group lies below root, "." for root itself. A path that begins with ".." is the kernel's way to
// name a group outside this process's cgroup namespace.
func below(group, root string) (rel string, ok bool) {
	if slices.Contains(strings.Split(group, "/"), "..") || slices.Contains(strings.Split(root, "/"), "..") {
		return "", false
	}
	group, root = path.Clean(group), path.Clean(root)
	if root != "/" {
		rest, ok := strings.CutPrefix(group, root)
		if !ok || (rest != "" && rest[0] != '/') {
			return "", false
		}
		group = rest
	}
	return path.Clean("." + path.Clean("/"+group)), true
}

// readMounts returns the mounted cgroup hierarchies.
func readMounts(fsys fs.FS) []cgroupMount {
	var mounts []cgroupMount
	for line := range strings.Lines(readText(fsys, "proc/self/mountinfo")) {
		// ID parent major:minor root mountpoint options [tags…] - type source superoptions
		before, after, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " - ")
		if !ok {
			continue
		}
		left, right := strings.Fields(before), strings.Fields(after)
		if len(left) < 6 || len(right) < 3 {
			continue
		}
		m := cgroupMount{root: unescape(left[3]), dir: strings.TrimPrefix(unescape(left[4]), "/")}
		switch right[0] {
		case "cgroup2":
			m.unified = true
		case "cgroup":
			m.controllers = strings.Split(right[2], ",")
		default:
			continue
		}
		mounts = append(mounts, m)
	}
	return mounts
}

// unescape undoes mountinfo's \040 for space and its like.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) {
			if v, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(v))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// quota returns the smallest CPU quota; 0 if none is set or seen.
func (g cgroups) quota(fsys fs.FS) float64 {
	least := 0.0
	for _, c := range g.cpu {
		if q := c.quota(fsys); q > 0 && (least == 0 || q < least) {
			least = q
		}
	}
	return least
}

// quota returns the group's own CPU quota; 0 if it has none.
func (c cgroup) quota(fsys fs.FS) float64 {
	var quota, period string
	if c.unified {
		quota, period, _ = strings.Cut(readText(fsys, path.Join(c.dir, "cpu.max")), " ") // "150000 100000" or "max 100000"
	} else {
		quota = readText(fsys, path.Join(c.dir, "cpu.cfs_quota_us")) // -1 for none
		period = readText(fsys, path.Join(c.dir, "cpu.cfs_period_us"))
	}
	q, err := strconv.ParseInt(quota, 10, 64)
	if err != nil || q <= 0 {
		return 0
	}
	p, err := strconv.ParseInt(period, 10, 64)
	if err != nil || p <= 0 {
		return 0
	}
	return float64(q) / float64(p)
}

// memory returns the group's own memory limit, 0 if it has none, and what of it is in use and could not be reclaimed
// at once, -1 if that is unknown.
func (c cgroup) memory(fsys fs.FS) (limit, used int64) {
	limitFile, usedFile, reclaimable := "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"
	if c.unified {
		limitFile, usedFile, reclaimable = "memory.max", "memory.current", "inactive_file"
	}
	limit, err := strconv.ParseInt(readText(fsys, path.Join(c.dir, limitFile)), 10, 64) // "max" for none
	if err != nil || limit < 0 {
		return 0, -1
	}
	// Version 1 writes "none" as the largest multiple of a page; no machine has a quarter of that, and Memory takes
	// the smaller of limit and machine anyhow.
	if limit >= 1<<61 {
		return 0, -1
	}
	limit = max(limit, 1) // a limit of 0 is a limit; 0 would say that there is none
	used, err = strconv.ParseInt(readText(fsys, path.Join(c.dir, usedFile)), 10, 64)
	if err != nil || used < 0 {
		return limit, -1
	}
	for line := range strings.Lines(readText(fsys, path.Join(c.dir, "memory.stat"))) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), reclaimable+" "); ok {
			if v, err := strconv.ParseInt(value, 10, 64); err == nil && v > 0 {
				used = max(used-v, 0) // pages of files that nothing has touched for long: dropped on demand
			}
		}
	}
	return limit, used
}
