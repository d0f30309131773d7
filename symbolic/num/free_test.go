package num_test

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// TestFree compares the machine code of functions over Num[float64] and
// Num[float32] with that of the same functions over floats: no calls but to the
// Go runtime, and no more instructions but for a register move or two.
func TestFree(t *testing.T) {
	if testing.Short() || runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64" {
		t.Skip("reads amd64 and arm64 machine code; not in short runs")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command")
	}
	exe := filepath.Join(t.TempDir(), "free.exe")
	if out, err := exec.Command("go", "build", "-o", exe, "./testdata/free").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	dump, err := exec.Command("go", "tool", "objdump", "-s", `^main\..*go\.shape`, exe).Output()
	if err != nil {
		t.Skip("go tool objdump: ", err)
	}
	count := map[string]int{}
	for _, text := range bytes.Split(dump, []byte("TEXT "))[1:] {
		name, code, _ := strings.Cut(string(text), "\n")
		name = strings.TrimPrefix(strings.Fields(name)[0], "main.")
		for line := range strings.Lines(code) {
			f := strings.Fields(line)
			if len(f) < 4 || strings.HasPrefix(f[3], "NO") || f[3] == "?" || f[3] == "INT" {
				continue
			}
			count[name]++
			if call.MatchString(line) && !strings.HasPrefix(name, "plain") {
				t.Errorf("%s calls: %s", name, line)
			}
		}
	}
	for _, name := range []string{"lorenz", "dot", "norm", "huber"} {
		for _, size := range []int{32, 64} {
			shape := fmt.Sprintf("[go.shape.float%d](SB)", size)
			n, plain := count[name+shape], count["plain"+strings.ToUpper(name[:1])+name[1:]+shape]
			if n == 0 || plain == 0 || n > plain+2 {
				t.Errorf("%s: %d instructions, plain %d\n%s", name+shape, n, plain, dump)
			}
		}
	}
}

var call = regexp.MustCompile(`\s(CALL|BL) (github|math|main|runtime\.(newobject|mallocgc))|\sCALL [A-Z]`)
