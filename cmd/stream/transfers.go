package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/triad-go/triad/cuda"
	"github.com/triad-go/triad/runtime"
)

// deviceTransfers are the copies between the host and one device. It is what -json prints, in a list.
type deviceTransfers struct {
	Device    string     `json:"device"` // the executor's name
	Model     string     `json:"model"`
	Driver    string     `json:"driver"` // the version of its API
	Transfers []transfer `json:"transfers"`
}

// transfer is a cuda.Transfer.
type transfer struct {
	Bytes          int     `json:"bytes"`
	Memory         string  `json:"memory"`
	ToDevice       float64 `json:"to_device_bytes_per_sec"`
	ToHost         float64 `json:"to_host_bytes_per_sec"`
	Both           float64 `json:"both_bytes_per_sec,omitempty"`
	ToDeviceSingle float64 `json:"to_device_single_sec"`
	ToHostSingle   float64 `json:"to_host_single_sec"`
}

// transfers measures copies between the host and the GPUs that the options choose, and prints them.
func transfers(ctx context.Context, opts options, w io.Writer) error {
	devices, err := gpus(opts.config.Target, opts.config.Executors)
	if err != nil {
		return err
	}
	var list []deviceTransfers
	for _, t := range devices {
		measured, err := cuda.Transfers(ctx, t.Device.Index, nil)
		if err != nil {
			return fmt.Errorf("%s: %w", t.Name, err)
		}
		d := deviceTransfers{Device: t.Name, Model: t.Model, Driver: t.Device.Driver}
		for _, m := range measured {
			d.Transfers = append(d.Transfers, transfer{m.Bytes, m.Memory.String(), m.ToDevice, m.ToHost, m.Both, m.ToDeviceTime.Seconds(), m.ToHostTime.Seconds()})
		}
		list = append(list, d)
	}
	switch {
	case opts.csv:
		return transferCSV(w, list, opts.unit)
	case opts.json:
		out := json.NewEncoder(w)
		out.SetIndent("", "  ")
		return out.Encode(list)
	}
	return transferTable(w, list, opts.unit)
}

// gpus are the targets of package cuda: the one of that name, or those of these executors, or all.
func gpus(target string, executors []string) (list []runtime.Target, err error) {
	all, err := runtime.Targets()
	if err != nil {
		return nil, err
	}
	for _, t := range all {
		if t.Device == nil || t.Name != "cuda:"+strconv.Itoa(t.Device.Index) {
			continue
		}
		if target != "" && t.Name != target {
			continue
		}
		if executors != nil && !slices.ContainsFunc(executors, func(name string) bool { return name == "cuda" || name == "cuda:all" || name == t.Name }) {
			continue
		}
		list = append(list, t)
	}
	if len(list) > 0 {
		return list, nil
	}
	if err := open("cuda"); err != nil { // no driver, or no device
		return nil, err
	}
	asked := slices.Clone(executors)
	if target != "" {
		asked = append(asked, target)
	}
	return nil, fmt.Errorf("%s: -transfers is of the GPUs that -list shows as cuda", strings.Join(asked, ", "))
}

// open opens an executor and closes it.
func open(name string) error {
	ex, err := runtime.Open(name)
	if err != nil {
		return err
	}
	return ex.Close()
}

func transferTable(w io.Writer, list []deviceTransfers, u unit) error {
	var b strings.Builder
	for i, d := range list {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "Copies between the host and %s: %s, driver API %s\n", d.Device, d.Model, d.Driver)
		t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintf(t, "bytes\tmemory\tto device %[1]s\tto host %[1]s\tboth ways %[1]s\tone to device\tone to host\t\n", u.tableName)
		for _, c := range d.Transfers {
			both := "-"
			if c.Both > 0 {
				both = u.rate(c.Both)
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", binarySize(int64(c.Bytes)), c.Memory, u.rate(c.ToDevice), u.rate(c.ToHost), both,
				duration(c.ToDeviceSingle), duration(c.ToHostSingle))
		}
		t.Flush()
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// duration writes seconds to a tenth of a microsecond.
func duration(seconds float64) string {
	return time.Duration(seconds * 1e9).Round(100 * time.Nanosecond).String()
}

func transferCSV(w io.Writer, list []deviceTransfers, u unit) error {
	out := csv.NewWriter(w)
	out.Write([]string{"device", "model", "bytes", "memory", "to_device_" + u.csvName + "_per_sec", "to_host_" + u.csvName + "_per_sec",
		"both_" + u.csvName + "_per_sec", "to_device_single", "to_host_single"})
	float := func(v float64, digits int) string { return strconv.FormatFloat(v, 'f', digits, 64) }
	for _, d := range list {
		for _, c := range d.Transfers {
			both := ""
			if c.Both > 0 {
				both = float(c.Both/u.csv, 3)
			}
			out.Write([]string{d.Device, d.Model, strconv.Itoa(c.Bytes), c.Memory, float(c.ToDevice/u.csv, 3), float(c.ToHost/u.csv, 3), both,
				float(c.ToDeviceSingle, 9), float(c.ToHostSingle, 9)})
		}
	}
	out.Flush()
	return out.Error()
}
