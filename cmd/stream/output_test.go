package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	goruntime "runtime"
	"testing"

	"github.com/triad-go/triad/stream"
)

func hello(w io.Writer, _ *stream.Report) error {
	_, err := io.WriteString(w, "hello")
	return err
}

// entries are the names in a folder.
func entries(t *testing.T, dir string) (names []string) {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}

func TestOutputCommit(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.svg")
	var files outputs
	if err := files.open("", hello); err != nil || files != nil {
		t.Fatalf("no name: %v, %v", files, err)
	}
	if err := files.open(path, hello); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file is there before it is complete: %v", err)
	}
	if err := files.commit(nil); err != nil {
		t.Fatal(err)
	}
	if err := files.discard(); err != nil {
		t.Errorf("discard after commit: %v", err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "hello" {
		t.Errorf("the file holds %q, %v", got, err)
	}
	if names := entries(t, dir); len(names) != 1 {
		t.Errorf("left behind: %v", names)
	}
}

func TestOutputReplaces(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.svg")
	if err := os.WriteFile(path, []byte("a longer old text"), 0o640); err != nil {
		t.Fatal(err)
	}
	name := path
	if goruntime.GOOS != "windows" { // links need a privilege there
		name = filepath.Join(dir, "link.svg")
		if err := os.Symlink(path, name); err != nil {
			t.Fatal(err)
		}
	}
	before := len(entries(t, dir))
	for _, commit := range []bool{false, true} {
		var files outputs
		if err := files.open(name, hello); err != nil {
			t.Fatal(err)
		}
		want := "a longer old text"
		if commit {
			want = "hello"
			if err := files.commit(nil); err != nil {
				t.Fatal(err)
			}
		}
		if err := files.discard(); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("commit %v: the file holds %q, %v", commit, got, err)
		}
		if names := entries(t, dir); len(names) != before {
			t.Errorf("commit %v: left behind: %v", commit, names)
		}
	}
	if info, err := os.Stat(path); err != nil || goruntime.GOOS != "windows" && info.Mode().Perm() != 0o640 {
		t.Errorf("the file's mode is %v, %v", info.Mode(), err)
	}
}

func TestOutputUnwritable(t *testing.T) {
	dir := t.TempDir()
	for name, path := range map[string]string{
		"no folder":  filepath.Join(dir, "none", "out.svg"),
		"is folder":  dir,
		"under file": filepath.Join(dir, "file", "out.svg"),
	} {
		if name == "under file" {
			if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		before := len(entries(t, dir))
		var p *fs.PathError
		if _, err := create(path); !errors.As(err, &p) || p.Path != path {
			t.Errorf("%s: %v", name, err)
		}
		if after := len(entries(t, dir)); after != before {
			t.Errorf("%s: left something behind", name)
		}
	}
}

func TestOutputReadOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.svg")
	if err := os.WriteFile(path, []byte("kept"), 0o444); err != nil {
		t.Fatal(err)
	}
	if f, err := os.OpenFile(path, os.O_WRONLY, 0); err == nil {
		f.Close()
		t.Skip("this user may write to read-only files")
	}
	if _, err := create(path); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("a read-only file: %v", err)
	}
}

func TestOutputWriteFails(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.svg")
	broken := errors.New("broken")
	var files outputs
	if err := files.open(path, func(w io.Writer, _ *stream.Report) error {
		io.WriteString(w, "half of ")
		return broken
	}); err != nil {
		t.Fatal(err)
	}
	if err := files.commit(nil); !errors.Is(err, broken) {
		t.Errorf("commit: %v", err)
	}
	if err := files.discard(); err != nil {
		t.Errorf("discard: %v", err)
	}
	if names := entries(t, dir); len(names) != 0 {
		t.Errorf("left behind: %v", names)
	}
}
