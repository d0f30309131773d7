package main

import "fmt"

// unit is what bytes are counted in.
type unit struct {
	table      float64 // bytes of the table's unit of rates
	tableName  string
	csv        float64 // bytes of the unit of -csv
	csvName    string  // in column names, as BabelStream's
	binary     bool
	tableDigit int
}

func newUnit(mibibytes bool) unit {
	if mibibytes {
		return unit{table: 1 << 20, tableName: "MiB/s", csv: 1 << 20, csvName: "mibytes", binary: true}
	}
	return unit{table: 1e9, tableName: "GB/s", csv: 1e6, csvName: "mbytes", tableDigit: 2}
}

// rate writes bytes a second for the table.
func (u unit) rate(v float64) string { return fmt.Sprintf("%.*f", u.tableDigit, v/u.table) }

// size writes a number of bytes.
func (u unit) size(bytes int64) string {
	if u.binary {
		return binarySize(bytes)
	}
	v := float64(bytes)
	for _, s := range []struct {
		bytes float64
		name  string
	}{{1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}} {
		if v >= s.bytes {
			return fmt.Sprintf("%.4g %s", v/s.bytes, s.name)
		}
	}
	return fmt.Sprintf("%d B", bytes)
}

// binarySize is for memory and caches, which come in powers of two.
func binarySize(bytes int64) string {
	v := float64(bytes)
	for _, s := range []struct {
		bytes float64
		name  string
	}{{1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}} {
		if v >= s.bytes {
			return fmt.Sprintf("%.4g %s", v/s.bytes, s.name)
		}
	}
	return fmt.Sprintf("%d B", bytes)
}
