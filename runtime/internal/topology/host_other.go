//go:build !linux

package topology

import "io/fs"

func hostFS() fs.FS { return noFS{} }

func affinity() []int { return nil }
