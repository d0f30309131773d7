package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/triad-go/triad/cuda"
	"github.com/triad-go/triad/internal/fakedevice"
	"github.com/triad-go/triad/runtime"
	"github.com/triad-go/triad/stream"
)

// devices are none but in tests of this file.
var devices = fakedevice.Register("device")

func TestRunDevices(t *testing.T) {
	defer devices.Set()
	devices.Set(fakedevice.Device{Cache: 50 << 20, Memory: 80 << 30, BytesPerSecond: 3e12}, fakedevice.Device{Memory: 80 << 30})
	small := []string{"-s", "1000", "-n", "2", "-only", "copy,dot", "-executor", "simd,device"}

	code, out, errs := command(t, small...)
	if code != exitOK || errs != "" {
		t.Fatalf("exit %d, stderr %q", code, errs)
	}
	for _, want := range []string{
		"\nTarget     device:0: Abacus X100, compute capability 9.0, 132 multiprocessors, L2 50 MiB, 3000 GB/s, 80 GiB of memory, 80 GiB available\n",
		"\nLimit      device:0: 3000.00 GB/s, reached by the driver's copy; probes, best (median): copy ", "; the driver's copy: 3000.00\n",
		"\nsimd on cpu: ", ", huge pages: ",
		"\ndevice:0 on device:0: ptx sm_90, 132 multiprocessors, 24 kB of arrays\n", "\ndevice:1 on device:1: ptx sm_90, ",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing from\n%s", want, out)
		}
	}

	dir := t.TempDir()
	plot := filepath.Join(dir, "out.svg")
	code, out, errs = command(t, append(small, "-csv", "-plot", plot)...)
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if code != exitOK || err != nil || len(rows) != 7 {
		t.Fatalf("exit %d, %d rows, %v, stderr %q", code, len(rows), err, errs)
	}
	if last := strings.Join(rows[6], " "); !strings.HasPrefix(last, "device:1 Dot float64 2 1000 8 ") || !strings.HasSuffix(last, " ptx sm_90 132") {
		t.Errorf("row %s", last)
	}
	svg, err := os.ReadFile(plot)
	if err != nil || !bytes.Contains(svg, []byte("device:1 (ptx sm_90)")) || !bytes.Contains(svg, []byte("limit of device:0: 3000.00 GB/s")) {
		t.Errorf("svg: %v", err)
	}

	code, out, errs = command(t, append(small[:6:6], "-json", "-device", "2")...)
	var r stream.Report
	if err := json.Unmarshal([]byte(out), &r); code != exitOK || err != nil {
		t.Fatalf("exit %d, %v, stderr %q", code, err, errs)
	}
	if len(r.Executors) != 1 || r.Executors[0].Name != "device:1" || r.Executors[0].Tier != fakedevice.Code || r.Machine.Targets[1].Device.BytesPerSecond != 3e12 {
		t.Errorf("%+v", r)
	}

	if code, out, errs := command(t, "-list"); code != exitOK || errs != "" ||
		!strings.HasPrefix(out, "0: cpu: ") || !strings.Contains(out, "\n1: device:0: Abacus X100, ") || !strings.Contains(out, "\n2: device:1: ") {
		t.Errorf("-list: exit %d, %q, %q", code, out, errs)
	}
	for _, args := range []string{"-executor device:2 -s 9 -n 2", "-executor device:x -s 9 -n 2"} {
		if code, _, errs := command(t, strings.Fields(args)...); code != exitFailure || !strings.Contains(errs, "no device") {
			t.Errorf("%s: exit %d, %q", args, code, errs)
		}
	}
	if code, _, errs := command(t, "-executor", "pool:1"); code != exitUsage || !strings.Contains(errs, "accepted are all, sequential") {
		t.Errorf("exit %d, %q", code, errs)
	}
}

// A target that cannot be described keeps nobody from the others.
func TestRunUnlisted(t *testing.T) {
	defer devices.Set()
	devices.Fail(errors.New("the device is upside down"))
	code, out, errs := command(t, "-list")
	if code != exitFailure || !strings.HasPrefix(out, "0: cpu: ") || !strings.Contains(out, "\nExecutors: ") || !strings.Contains(errs, "upside down") {
		t.Errorf("-list: exit %d, %q, %q", code, out, errs)
	}
	small := []string{"-s", "1000", "-n", "2", "-only", "copy"}
	if code, out, errs := command(t, append(small, "-device", "0")...); code != exitFailure || !strings.Contains(out, "simd on cpu") {
		// A run of all has the executor that is broken.
		t.Errorf("-device 0: exit %d, %q, %q", code, out, errs)
	}
	if code, _, errs := command(t, "-device", "99"); code != exitUsage || !strings.Contains(errs, "as -list shows; ") || !strings.Contains(errs, "upside down") {
		t.Errorf("-device 99: exit %d, %q", code, errs)
	}
}

// Where there is no driver the package cuda is not noticed, unless it is asked for.
func TestRunWithoutDriver(t *testing.T) {
	ex, err := runtime.Open("cuda")
	if err == nil {
		ex.Close()
	}
	var load *cuda.LoadError
	if !errors.As(err, &load) {
		t.Skipf("there is a driver here: %v", err)
	}
	if _, out, errs := command(t, "-s", "1000", "-n", "2", "-only", "dot"); strings.Contains(out+errs, "cuda") || !strings.Contains(out, "simd on cpu") {
		t.Errorf("stdout %q, stderr %q", out, errs)
	}
	if opts, err := parseFlags([]string{"-executor", "all"}); err != nil || strings.Contains(strings.Join(opts.config.Executors, " "), "cuda") {
		t.Errorf("all: %v, %v", opts.config.Executors, err)
	}
	for _, name := range []string{"cuda", "CUDA:1", "simd,cuda"} {
		if code, out, errs := command(t, "-s", "1000", "-n", "2", "-executor", name); code != exitFailure || out != "" || !strings.HasPrefix(errs, "stream: cuda driver: ") {
			t.Errorf("%s: exit %d, stdout %q, stderr %q", name, code, out, errs)
		}
	}
}
