package mem

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// adviseHuge asks for huge pages. Systems whose kernel has none refuse, and small pages serve.
func adviseHuge(b []byte) { _ = unix.Madvise(b, unix.MADV_HUGEPAGE) }

func (r region) hugePages() (bytes int64, known bool) {
	f, err := os.Open("/proc/self/smaps")
	if err != nil {
		return 0, false
	}
	defer f.Close()
	lo := uint64(uintptr(unsafe.Pointer(&r.data[0])))
	return anonHuge(f, lo, lo+uint64(len(r.data)))
}

// anonHuge reads an smaps file up to address hi and adds up AnonHugePages of the mappings in [lo,hi). It is known only
// if those mappings are the whole range and nothing beside it, and each of them has the field.
func anonHuge(smaps io.Reader, lo, hi uint64) (total int64, known bool) {
	r := bufio.NewReaderSize(smaps, 16<<10)
	next := lo       // the range is covered up to here
	missing := false // the mapping under way has not told its huge pages yet
	inside := false  // the mapping under way is in the range
	for next < hi || missing {
		line, err := r.ReadSlice('\n')
		if err != nil { // the file's end, or a line longer than any that the system writes
			return 0, false
		}
		if start, end, ok := header(line); ok {
			if missing {
				return 0, false
			}
			inside = end > lo && start < hi
			if inside {
				if start != next || end > hi {
					return 0, false
				}
				next, missing = end, true
			} else if start >= hi {
				return 0, false
			}
			continue
		}
		if !inside || !missing {
			continue
		}
		if value, ok := bytes.CutPrefix(line, []byte("AnonHugePages:")); ok {
			value = bytes.TrimSuffix(bytes.TrimSpace(value), []byte(" kB"))
			kb, err := strconv.ParseInt(string(value), 10, 64)
			if err != nil {
				return 0, false
			}
			total += kb << 10
			missing = false
		}
	}
	return total, true
}

// header parses the first line of a mapping, "7f00-7fff rw-p …"; false for the lines of its fields.
func header(line []byte) (start, end uint64, ok bool) {
	start, rest, ok := hex(line)
	if !ok || len(rest) == 0 || rest[0] != '-' {
		return 0, 0, false
	}
	end, rest, ok = hex(rest[1:])
	return start, end, ok && len(rest) > 0 && rest[0] == ' '
}

// hex parses the hexadecimal number that b begins with; false if there is none.
func hex(b []byte) (v uint64, rest []byte, ok bool) {
	for i, c := range b {
		switch {
		case '0' <= c && c <= '9':
			v = v<<4 | uint64(c-'0')
		case 'a' <= c && c <= 'f':
			v = v<<4 | uint64(c-'a'+10)
		default:
			return v, b[i:], i > 0
		}
	}
	return v, nil, len(b) > 0
}
