//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package mem

// adviseHuge does nothing: these systems choose the size of pages themselves.
func adviseHuge([]byte) {}
