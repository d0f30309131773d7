package main

import (
	"encoding/json"
	"io"

	"github.com/triad-go/triad/stream"
)

// writeJSON prints the report as stream.Report documents it.
func writeJSON(w io.Writer, r *stream.Report) error {
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	return out.Encode(r)
}
