//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package bench

import (
	"syscall"
	"time"
)

// cpuTime returns the processor time that this process has used, and whether
// the system tells.
func cpuTime() (time.Duration, bool) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, false
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), true
}
