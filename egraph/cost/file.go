package cost

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// maxFile bounds what Read takes in: a table has some sixty lines.
const maxFile = 1 << 20

// file is a table as it lies in a file.
type file struct {
	Name   string `json:"name"`
	Source string `json:"source"`
	Elem   string `json:"elem"`
	Lanes  int    `json:"lanes"`
	Cycles prices `json:"cycles"`
}

// prices are read with more care than a map would be: a name twice and a null
// are errors.
type prices map[string]float64

func (p *prices) UnmarshalJSON(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return &Error{Reason: "cycles is no object", Err: err}
	}
	*p = prices{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return err
		}
		op := t.(string) // the decoder allows nothing else as a key
		if _, twice := (*p)[op]; twice {
			return &Error{Op: op, Reason: "two prices"}
		}
		t, err = d.Token()
		if err != nil {
			return err
		}
		n, ok := t.(json.Number)
		if !ok {
			return &Error{Op: op, Reason: fmt.Sprintf("a price that is no number: %v", t)}
		}
		c, err := strconv.ParseFloat(string(n), 64)
		if err != nil {
			return &Error{Op: op, Reason: fmt.Sprintf("a price of %s cycles is not finite", n)}
		}
		(*p)[op] = c
	}
	return nil
}

// Read reads a table as Write writes it: a JSON object with name, source, elem
// (float64 or float32), lanes and cycles, an object of operations and their
// prices. Errors are of type *Error: those of [NewTable], a text that is no such
// object, an unknown field, an operation twice, something after the object,
// more than a mebibyte; one of the reader is wrapped.
func Read(r io.Reader) (*Table, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, &Error{Reason: "cannot read", Err: err}
	}
	if len(text) > maxFile {
		return nil, &Error{Reason: fmt.Sprintf("more than %d bytes", maxFile)}
	}
	var f file
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		var own *Error
		if errors.As(err, &own) {
			own.Table = f.Name
			return nil, own
		}
		return nil, &Error{Table: f.Name, Reason: "not a table", Err: err}
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, &Error{Table: f.Name, Reason: "something follows the table"}
	}
	s := Spec{Name: f.Name, Source: f.Source, Lanes: f.Lanes, Cycles: f.Cycles}
	for _, e := range []Elem{Float64, Float32} {
		if e.String() == f.Elem {
			s.Elem = e
		}
	}
	if s.Elem == 0 {
		return nil, &Error{Table: f.Name, Reason: fmt.Sprintf("unknown element type %q; there are float64 and float32", f.Elem)}
	}
	return NewTable(s)
}

// Write writes the table as Read reads it, indented, operations by name. The
// error is of type *Error and wraps that of the writer.
func (t *Table) Write(w io.Writer) error {
	s := t.spec
	text, err := json.MarshalIndent(file{s.Name, s.Source, s.Elem.String(), s.Lanes, s.Cycles}, "", "  ")
	if err == nil {
		_, err = w.Write(append(text, '\n'))
	}
	if err != nil {
		return &Error{Table: s.Name, Reason: "cannot write", Err: err}
	}
	return nil
}
