package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/triad-go/triad/internal/fakedevice"
	"github.com/triad-go/triad/runtime"
)

// Package cuda's tests run the command with a driver (TestStreamTransfers there).
var someTransfers = []deviceTransfers{{Device: "cuda:0", Model: "Abacus X100", Driver: "12.4", Transfers: []transfer{
	{Bytes: 4, Memory: "pinned", ToDevice: 4e6, ToHost: 2e6, Both: 5e6, ToDeviceSingle: 5.14e-6, ToHostSingle: 7e-6},
	{Bytes: 64 << 20, Memory: "staged", ToDevice: 25e9, ToHost: 12.5e9, ToDeviceSingle: 3e-3, ToHostSingle: 6.25e-3},
}}, {Device: "cuda:1", Model: "Abacus X200", Driver: "12.4"}}

func TestTransferTable(t *testing.T) {
	var b bytes.Buffer
	if err := transferTable(&b, someTransfers, newUnit(false)); err != nil {
		t.Fatal(err)
	}
	const want = `Copies between the host and cuda:0: Abacus X100, driver API 12.4
   bytes  memory  to device GB/s  to host GB/s  both ways GB/s  one to device  one to host
     4 B  pinned            0.00          0.00            0.01          5.1µs          7µs
  64 MiB  staged           25.00         12.50               -            3ms       6.25ms

Copies between the host and cuda:1: Abacus X200, driver API 12.4
  bytes  memory  to device GB/s  to host GB/s  both ways GB/s  one to device  one to host
`
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

func TestTransferCSV(t *testing.T) {
	var b bytes.Buffer
	if err := transferCSV(&b, someTransfers, newUnit(false)); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(rows) != 3 {
		t.Fatalf("%v, %v", rows, err)
	}
	if got := strings.Join(rows[0], " "); !strings.HasPrefix(got, "device model bytes memory to_device_mbytes_per_sec ") {
		t.Error(got)
	}
	if got := strings.Join(rows[2], "|"); got != "cuda:0|Abacus X100|67108864|staged|25000.000|12500.000||0.003000000|0.006250000" {
		t.Error(got)
	}
}

// Only executors of package cuda have transfers, and only where there is a device.
func TestTransferTargets(t *testing.T) {
	defer devices.Set()
	devices.Set(fakedevice.Device{})
	ex, err := runtime.Open("cuda")
	if err == nil {
		ex.Close()
		if code, _, errs := command(t, "-transfers", "-executor", "device:0"); code != exitFailure || !strings.Contains(errs, "device:0: -transfers is of the GPUs") {
			t.Errorf("exit %d, %q", code, errs)
		}
		return
	}
	for _, args := range []string{"-transfers", "-transfers -csv -executor cuda", "-transfers -device 0"} {
		if code, out, errs := command(t, strings.Fields(args)...); code != exitFailure || out != "" || !strings.Contains(errs, "cuda") {
			t.Errorf("%s: exit %d, %q, %q", args, code, out, errs)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := transfers(ctx, options{}, new(bytes.Buffer)); err == nil {
		t.Error("no error")
	}
}
