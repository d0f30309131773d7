package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/triad-go/triad/stream"
)

// outputs are the files of a run. They are opened before it, so that a name
// that cannot be written is known at once, and appear under their names only
// when they are complete.
type outputs []*output

type output struct {
	path  string
	file  *os.File // nil once it is done with
	temp  string   // where the file is until it is complete; empty if it is the path itself
	write func(io.Writer, *stream.Report) error
}

// open prepares a file; no name is no file.
func (o *outputs) open(path string, write func(io.Writer, *stream.Report) error) error {
	if path == "" {
		return nil
	}
	out, err := create(path)
	if err != nil {
		return err
	}
	out.write = write
	*o = append(*o, out)
	return nil
}

// commit writes the report into each file.
func (o outputs) commit(report *stream.Report) error {
	for _, out := range o {
		if err := out.commit(report); err != nil {
			return fmt.Errorf("%s: %w", out.path, err)
		}
	}
	return nil
}

// discard removes what has not been committed.
func (o outputs) discard() error {
	var errs []error
	for _, out := range o {
		errs = append(errs, out.discard())
	}
	return errors.Join(errs...)
}

func create(path string) (*output, error) {
	mode := fs.FileMode(0o666)
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return nil, &fs.PathError{Op: "create", Path: path, Err: errors.New("is a directory")}
	case err == nil && !info.Mode().IsRegular():
		// A device or a pipe: nothing to replace.
		file, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return nil, err
		}
		return &output{path: path, file: file}, nil
	case err == nil:
		// Renaming over a file asks the folder alone; the file may refuse too.
		file, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return nil, err
		}
		if err := file.Close(); err != nil {
			return nil, err
		}
		// A link stays a link: its file is what is replaced.
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return nil, err
		}
		mode = info.Mode().Perm()
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	for {
		temp := filepath.Join(filepath.Dir(path), fmt.Sprintf(".%s.%08x", filepath.Base(path), rand.Uint32()))
		file, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			// The user knows of one file only.
			var p *fs.PathError
			if errors.As(err, &p) {
				err = &fs.PathError{Op: "create", Path: path, Err: p.Err}
			}
			return nil, err
		}
		return &output{path: path, file: file, temp: temp}, nil
	}
}

func (o *output) commit(report *stream.Report) error {
	w := bufio.NewWriter(o.file)
	if err := o.write(w, report); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	file := o.file
	if o.temp != "" {
		if err := file.Sync(); err != nil {
			return err
		}
	}
	o.file = nil
	if err := file.Close(); err != nil {
		return errors.Join(err, o.remove())
	}
	if o.temp == "" {
		return nil
	}
	if err := os.Rename(o.temp, o.path); err != nil {
		return errors.Join(err, o.remove())
	}
	return nil
}

func (o *output) discard() error {
	if o.file == nil {
		return nil
	}
	err := o.file.Close()
	o.file = nil
	return errors.Join(err, o.remove())
}

func (o *output) remove() error {
	if o.temp == "" {
		return nil
	}
	return os.Remove(o.temp)
}
