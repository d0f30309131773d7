package mem

import (
	"os"
	"strconv"
	"strings"
	"testing"
)

func TestHugePages(t *testing.T) {
	text, err := os.ReadFile("/sys/kernel/mm/transparent_hugepage/enabled")
	if err != nil {
		t.Skip("the system has no transparent huge pages:", err)
	}
	setting := strings.TrimSpace(string(text))
	const size = 4*HugePage + 12345
	m, err := Map(size)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	neighbour, err := Map(size) // likely adjacent; its pages must not count
	if err != nil {
		t.Fatal(err)
	}
	defer neighbour.Close()

	if got, known := m.HugePages(); got != 0 || !known && !missingSmaps() {
		t.Errorf("untouched: %d huge bytes, known %v", got, known)
	}
	for i := 0; i < size; i += pageSize {
		neighbour.Bytes()[i] = 1
	}
	if got, _ := m.HugePages(); got != 0 {
		t.Errorf("only its neighbour is touched: %d huge bytes", got)
	}
	for i := 0; i < size; i += pageSize {
		m.Bytes()[i] = 1
	}
	got, known := m.HugePages()
	t.Logf("enabled: %s; %d of %d bytes on huge pages", setting, got, size)
	if !known {
		if missingSmaps() {
			t.Skip("the system does not tell huge pages")
		}
		t.Fatal("unknown, though the system tells")
	}
	if got < 0 || got%HugePage != 0 || got > size {
		t.Errorf("%d huge bytes of %d", got, size)
	}
	if strings.Contains(setting, "[never]") {
		t.Skip("huge pages are switched off: enabled is", setting)
	}
	if got == 0 && disabled() {
		t.Skip("huge pages are switched off for this process")
	}
	if got == 0 && scarce() {
		t.Skip("few huge pages are free")
	}
	if got == 0 {
		t.Errorf("no huge page was granted, though enabled is %s", setting)
	}
}

// missingSmaps reports whether the system leaves AnonHugePages out.
func missingSmaps() bool {
	b, err := os.ReadFile("/proc/self/smaps")
	return err != nil || !strings.Contains(string(b), "AnonHugePages:")
}

// disabled reports whether huge pages are switched off for this process alone.
func disabled() bool {
	b, err := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(b)) {
		if value, ok := strings.CutPrefix(line, "THP_enabled:"); ok {
			return strings.TrimSpace(value) == "0"
		}
	}
	return err != nil
}

// scarce reports whether the system may be out of free blocks of a huge page's size or more: the last columns of
// buddyinfo, orders 9 and up, of zones that programs get memory from first.
func scarce() bool {
	b, err := os.ReadFile("/proc/buddyinfo")
	if err != nil {
		return true
	}
	free := 0
	for line := range strings.Lines(string(b)) {
		_, counts, ok := strings.Cut(line, "zone")
		fields := strings.Fields(counts) // the zone's name, then a count an order
		if !ok || len(fields) < 11 || strings.HasPrefix(fields[0], "DMA") {
			continue
		}
		for _, f := range fields[10:] {
			n, err := strconv.Atoi(f)
			if err != nil {
				return true
			}
			free += n
		}
	}
	return free < 64
}

const smaps = `00400000-00500000 r-xp 00000000 fe:00 12 /bin/a-b c
Size:               1024 kB
AnonHugePages:       777 kB
VmFlags: rd ex
7f0000000000-7f0000200000 rw-p 00000000 00:00 0
Size:               2048 kB
AnonHugePages:      2048 kB
VmFlags: rd wr
7f0000200000-7f0000600000 rw-p 00000000 00:00 0 [anon:x]
AnonHugePages:         0 kB
7f0000600000-7f0000a00000 ---p 00000000 00:00 0
Size:               4096 kB
7f0000a00000-7f0000c00000 rw-p 00000000 00:00 0
AnonHugePages:     lots kB
`

func TestAnonHuge(t *testing.T) {
	for _, c := range []struct {
		name   string
		lo, hi uint64
		total  int64
		known  bool
	}{
		{"one mapping", 0x7f0000000000, 0x7f0000200000, 2 << 20, true},
		{"none huge", 0x7f0000200000, 0x7f0000600000, 0, true},
		{"two mappings", 0x7f0000000000, 0x7f0000600000, 2 << 20, true},
		{"the end of a mapping", 0x7f0000100000, 0x7f0000200000, 0, false},
		{"the beginning of a mapping", 0x7f0000000000, 0x7f0000100000, 0, false},
		{"a mapping and a hole", 0x600000, 0x700000, 0, false},
		{"the field is missing", 0x7f0000600000, 0x7f0000a00000, 0, false},
		{"the field is garbage", 0x7f0000a00000, 0x7f0000c00000, 0, false},
		{"beyond the file", 0x7fff00000000, 0x7fff00200000, 0, false},
	} {
		total, known := anonHuge(strings.NewReader(smaps), c.lo, c.hi)
		if known != c.known || known && total != c.total {
			t.Errorf("%s: %d, %v; want %d, %v", c.name, total, known, c.total, c.known)
		}
	}
	for _, text := range []string{"", "\n", "7f00", "-", "7f00-", "7f0000000000-7f0000200000 rw-p\nAnonHugePages:"} {
		if _, known := anonHuge(strings.NewReader(text), 0x7f0000000000, 0x7f0000200000); known {
			t.Errorf("known from %q", text)
		}
	}
}
