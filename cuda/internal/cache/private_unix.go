//go:build unix

package cache

import (
	"io/fs"
	"os"
	"syscall"
)

// private reports whether the directory is this user's or the system's own, and nobody else but its group can write to it:
// groups of one user are common, and a larger one is meant where it can write.
func private(dir fs.FileInfo) bool {
	if dir.Mode().Perm()&0o002 != 0 {
		return false
	}
	stat, ok := dir.Sys().(*syscall.Stat_t)
	return ok && (int(stat.Uid) == os.Geteuid() || stat.Uid == 0)
}
