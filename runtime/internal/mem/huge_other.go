//go:build !linux

package mem

func (r region) hugePages() (bytes int64, known bool) { return 0, false }
