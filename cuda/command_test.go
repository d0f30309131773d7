//go:build linux && (amd64 || arm64) && !cu

package cuda

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/triad-go/triad/cuda/internal/driver"
	"github.com/triad-go/triad/cuda/internal/fake"
)

// The command stream finds the devices of a driver, and copies.
func TestStreamTransfers(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a command")
	}
	library := fake.Path(t)
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip(err)
	}
	command := filepath.Join(t.TempDir(), "stream")
	if out, err := exec.Command("go", "build", "-o", command, "../cmd/stream").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	stream := func(args string, visible ...string) (string, error) {
		cmd := exec.Command(command, strings.Fields(args)...)
		cmd.Env = append(append(os.Environ(), driver.LibraryVariable+"="+library, "TRIAD_FAKE_DEVICES=2"), visible...)
		var errs strings.Builder
		cmd.Stderr = &errs
		out, err := cmd.Output()
		return string(out) + errs.String(), err
	}
	out, err := stream("-transfers -csv -executor cuda:1")
	rows, _ := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil || len(rows) != 1+3*len(TransferSizes()) || rows[1][0] != "cuda:1" {
		t.Errorf("%v\n%s", err, out)
	}
	var list []struct {
		Device    string
		Transfers []struct {
			Rate float64 `json:"to_host_bytes_per_sec"`
		}
	}
	out, err = stream("-transfers -json -device 1", "CUDA_VISIBLE_DEVICES=1")
	if err2 := json.Unmarshal([]byte(out), &list); err != nil || err2 != nil || len(list) != 1 || list[0].Device != "cuda:0" ||
		len(list[0].Transfers) != 3*len(TransferSizes()) || !(list[0].Transfers[0].Rate > 0) {
		t.Errorf("%v, %v\n%s", err, err2, out)
	}
	if out, err = stream("-list"); err != nil || !strings.Contains(out, "1: cuda:0: Fake GPU 0, ") || !strings.Contains(out, "2: cuda:1: Fake GPU 1, ") {
		t.Errorf("-list: %v\n%s", err, out)
	}
	if out, err = stream("-transfers -executor pool"); err == nil || !strings.Contains(out, "pool: -transfers is of the GPUs") {
		t.Errorf("-executor pool: %v\n%s", err, out)
	}
	if out, err = stream("-transfers", "CUDA_VISIBLE_DEVICES="); err == nil || !strings.Contains(out, "GPU") {
		t.Errorf("no device: %v\n%s", err, out)
	}
}
