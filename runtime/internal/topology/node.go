package topology

import (
	"cmp"
	"io/fs"
	"path"
	"slices"
)

const nodeRoot = "sys/devices/system/node"

// readNodes returns the NUMA nodes by ID, each with its usable CPUs; nil where the system lists none.
func readNodes(fsys fs.FS, usable []int) []Node {
	entries, err := fs.ReadDir(fsys, nodeRoot)
	if err != nil {
		return nil
	}
	var nodes []Node
	for _, e := range entries {
		id, ok := number(e.Name(), "node")
		if !ok {
			continue
		}
		dir := path.Join(nodeRoot, e.Name())
		n := Node{ID: id, MemoryBytes: memField(readText(fsys, dir+"/meminfo"), "MemTotal")}
		if cpus, err := ParseList(readText(fsys, dir+"/cpulist")); err == nil {
			n.CPUs = intersect(usable, cpus)
		}
		nodes = append(nodes, n)
	}
	slices.SortFunc(nodes, func(a, b Node) int { return cmp.Compare(a.ID, b.ID) })
	return nodes
}
