package cache

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("TRIAD_TEST_CACHE_WRITER"); dir != "" {
		if err := write(Open(dir, 64<<10)); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func keyOf(i int) string {
	sum := sha256.Sum256(fmt.Append(nil, i))
	return hex.EncodeToString(sum[:])
}

// imageOf is what is put under key i, of a length of its own.
func imageOf(i int) []byte { return bytes.Repeat(fmt.Append(nil, "image ", i), 100+i) }

// write puts and gets some entries many times, and says whether an image was ever another's or broken.
func write(c *Cache) error {
	for round := range 8 {
		for i := range 40 {
			if image, ok := c.Get(keyOf(i)); ok && !bytes.Equal(image, imageOf(i)) {
				return fmt.Errorf("round %d: entry %d is not what was put", round, i)
			}
			if err := c.Put(keyOf(i), imageOf(i)); err != nil && goruntime.GOOS != "windows" {
				return fmt.Errorf("round %d: entry %d: %w", round, i, err) // Windows may refuse to replace a file that is read
			}
		}
	}
	return nil
}

// files lists what lies in a directory, and its bytes.
func files(t *testing.T, dir string) (names []string, total int64) {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		names, total = append(names, e.Name()), total+info.Size()
	}
	return names, total
}

func mustPut(t *testing.T, c *Cache, i int) {
	t.Helper()
	if err := c.Put(keyOf(i), imageOf(i)); err != nil {
		t.Fatal(err)
	}
}

func TestPutAndGet(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	c := Open(dir, 1<<20)
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open made the directory: %v", err)
	}
	if _, ok := c.Get(keyOf(1)); ok {
		t.Error("an entry before any was put")
	}
	for i := range 3 {
		mustPut(t, c, i)
	}
	if err := c.Put(keyOf(3), nil); err != nil {
		t.Fatal(err)
	}
	again := Open(dir, 1<<20)
	for i := range 3 {
		if image, ok := again.Get(keyOf(i)); !ok || !bytes.Equal(image, imageOf(i)) {
			t.Errorf("entry %d: %v, %d bytes", i, ok, len(image))
		}
	}
	if image, ok := again.Get(keyOf(3)); !ok || len(image) != 0 {
		t.Errorf("an empty image: %v, %d bytes", ok, len(image))
	}
	if err := c.Put(keyOf(0), imageOf(7)); err != nil {
		t.Fatal(err)
	}
	if image, ok := c.Get(keyOf(0)); !ok || !bytes.Equal(image, imageOf(7)) {
		t.Error("a second Put does not replace the image")
	}
	if goruntime.GOOS == "windows" {
		return // modes say nothing there
	}
	for name, want := range map[string]fs.FileMode{dir: 0o700, filepath.Dir(dir): 0o700, filepath.Join(dir, keyOf(0)+suffix): 0o600} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: mode %v, %v; want %v", name, info.Mode(), err, want)
		}
	}
}

func TestNone(t *testing.T) {
	for _, c := range []*Cache{nil, Open("", 1<<20)} {
		if _, ok := c.Get(keyOf(0)); ok {
			t.Errorf("%v has an entry", c)
		}
		if err := c.Put(keyOf(0), imageOf(0)); (err == nil) != (c == nil) {
			t.Errorf("%v: Put: %v", c, err)
		}
	}
}

func TestKeys(t *testing.T) {
	dir := t.TempDir()
	c := Open(filepath.Join(dir, "cache"), 1<<20)
	for _, key := range []string{"", "x", "../" + keyOf(0), keyOf(0)[1:], keyOf(0) + "0", strings.ToUpper(keyOf(0)), strings.Repeat("/", 64), strings.Repeat(".", 64)} {
		if err := c.Put(key, nil); err == nil {
			t.Errorf("Put takes the key %q", key)
		}
		if _, ok := c.Get(key); ok {
			t.Errorf("Get has an entry for %q", key)
		}
	}
	if names, _ := files(t, dir); len(names) != 0 {
		t.Errorf("keys that are none left %q", names)
	}
}

func TestDamage(t *testing.T) {
	for _, d := range []struct {
		name   string
		damage func([]byte) []byte
	}{
		{"empty", func(b []byte) []byte { return nil }},
		{"header alone", func(b []byte) []byte { return b[:headerSize] }},
		{"half a header", func(b []byte) []byte { return b[:headerSize/2] }},
		{"short", func(b []byte) []byte { return b[:len(b)-1] }},
		{"long", func(b []byte) []byte { return append(b, 0) }},
		{"magic", func(b []byte) []byte { b[7]++; return b }},
		{"length", func(b []byte) []byte { b[8]++; return b }},
		{"sum", func(b []byte) []byte { b[headerSize-1] ^= 1; return b }},
		{"image", func(b []byte) []byte { b[headerSize] ^= 1; return b }},
		{"zeros", func(b []byte) []byte { clear(b); return b }},
		{"another key's", func(b []byte) []byte { return append(header(keyOf(9), imageOf(1)), imageOf(1)...) }},
		{"larger than the cache", func(b []byte) []byte { return make([]byte, 1<<20+1) }},
	} {
		t.Run(d.name, func(t *testing.T) {
			dir := t.TempDir()
			c := Open(dir, 1<<20)
			mustPut(t, c, 1)
			file := filepath.Join(dir, keyOf(1)+suffix)
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, d.damage(data), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, ok := c.Get(keyOf(1)); ok {
				t.Error("Get takes it")
			}
			if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("it is still there: %v", err)
			}
			mustPut(t, c, 1)
			if _, ok := c.Get(keyOf(1)); !ok {
				t.Error("a new one is not found")
			}
		})
	}
}

// age sets the time of last use of an entry.
func age(t *testing.T, dir, name string, by time.Duration) {
	t.Helper()
	at := time.Now().Add(-by)
	if err := os.Chtimes(filepath.Join(dir, name), at, at); err != nil {
		t.Fatal(err)
	}
}

func TestEviction(t *testing.T) {
	dir := t.TempDir()
	image := make([]byte, 1000)
	size := int64(headerSize + len(image))
	c := Open(dir, 4*size)
	put := func(i int) {
		t.Helper()
		if err := c.Put(keyOf(i), image); err != nil {
			t.Fatal(err)
		}
	}
	has := func(i int) bool {
		_, err := os.Lstat(filepath.Join(dir, keyOf(i)+suffix))
		return err == nil
	}
	stranger := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(stranger, make([]byte, 10*size), 0o600); err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		put(i)
		age(t, dir, keyOf(i)+suffix, time.Duration(4-i)*time.Hour)
	}
	if _, ok := c.Get(keyOf(0)); !ok { // the oldest, but used now
		t.Fatal("entry 0 is gone")
	}
	age(t, dir, keyOf(3)+suffix, -24*time.Hour) // a clock was wrong
	put(4)
	if has(3) || !has(0) || !has(1) || !has(2) || !has(4) {
		t.Errorf("an entry of the future should have gone: %v %v %v %v %v", has(0), has(1), has(2), has(3), has(4))
	}
	put(5)
	if has(1) || !has(0) || !has(2) {
		t.Error("the least recently used should have gone")
	}
	age(t, dir, keyOf(5)+suffix, 5*time.Hour)
	put(5) // replaces, so that nothing has to go
	if !has(0) || !has(2) || !has(4) || !has(5) {
		t.Error("an entry that replaces one made others go")
	}
	if err := c.Put(keyOf(6), make([]byte, 4*size)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("an image that is too large: %v", err)
	}
	if err := c.Put(keyOf(6), make([]byte, 4*size-int64(headerSize))); err != nil {
		t.Errorf("an image that just fits: %v", err)
	}
	if names, total := files(t, dir); len(names) != 2 || total != 14*size {
		t.Errorf("%q of %d bytes are left", names, total)
	}
	if _, err := os.Stat(stranger); err != nil {
		t.Errorf("a file that is none of the cache's: %v", err)
	}
}

func TestTouch(t *testing.T) {
	dir := t.TempDir()
	c := Open(dir, 1<<20)
	mustPut(t, c, 0)
	name := keyOf(0) + suffix
	for _, by := range []time.Duration{30 * time.Second, 2 * time.Minute, -time.Hour} {
		age(t, dir, name, by)
		before, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := c.Get(keyOf(0)); !ok {
			t.Fatal("not found")
		}
		after, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		touched := !after.ModTime().Equal(before.ModTime())
		if want := by.Abs() > touchAfter; touched != want {
			t.Errorf("used %v ago: touched %v, want %v", by, touched, want)
		}
	}
}

func TestManyEntries(t *testing.T) {
	if testing.Short() {
		t.Skip("writes thousands of files")
	}
	dir := t.TempDir()
	c := Open(dir, 1<<30)
	for i := range mostEntries + 2 {
		name := keyOf(i) + suffix
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	mustPut(t, c, 0)
	if names, _ := files(t, dir); len(names) != mostEntries {
		t.Errorf("%d entries are left", len(names))
	}
}

func TestTemporaries(t *testing.T) {
	dir := t.TempDir()
	c := Open(dir, 1<<20)
	old, fresh, other := keyOf(1)+".A"+temporary, keyOf(1)+".B"+temporary, "x.tmp"
	for _, name := range []string{old, fresh, other} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	age(t, dir, old, 2*abandonedAfter)
	age(t, dir, other, 2*abandonedAfter)
	mustPut(t, c, 0)
	for name, want := range map[string]bool{old: false, fresh: true, other: true} {
		if _, err := os.Lstat(filepath.Join(dir, name)); (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLinks(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	c := Open(dir, 1<<20)
	mustPut(t, Open(outside, 1<<20), 1)
	target := filepath.Join(outside, keyOf(1)+suffix)
	link := filepath.Join(dir, keyOf(1)+suffix)
	if err := os.Symlink(target, link); err != nil {
		t.Skip("no symbolic links: ", err)
	}
	if _, ok := c.Get(keyOf(1)); ok {
		t.Error("Get follows a link")
	}
	if _, err := os.Lstat(link); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the link is still there: %v", err)
	}
	before, err := os.ReadFile(target)
	if err != nil {
		t.Fatal("the link's target is gone: ", err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	if err := c.Put(keyOf(1), []byte("new")); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(target); err != nil || !bytes.Equal(before, after) {
		t.Errorf("Put wrote through a link: %v", err)
	}
	if image, ok := c.Get(keyOf(1)); !ok || string(image) != "new" {
		t.Errorf("Put does not replace a link: %q", image)
	}

	// A link to a directory is a way of the user's to put it elsewhere.
	elsewhere := filepath.Join(t.TempDir(), "cache")
	if err := os.Symlink(dir, elsewhere); err != nil {
		t.Fatal(err)
	}
	if _, ok := Open(elsewhere, 1<<20).Get(keyOf(1)); !ok {
		t.Error("a directory that is a link is not used")
	}
}

func TestDirectoryInPlaceOfAnEntry(t *testing.T) {
	dir := t.TempDir()
	c := Open(dir, 1<<20)
	if err := os.Mkdir(filepath.Join(dir, keyOf(1)+suffix), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, ok := c.Get(keyOf(1)); ok {
		t.Error("a directory is an entry")
	}
	if err := c.Put(keyOf(1), imageOf(1)); err == nil {
		t.Error("Put replaces a directory")
	}
	if names, _ := files(t, dir); len(names) != 1 {
		t.Errorf("a failed Put left %q", names)
	}
}

func TestReadOnly(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c := Open(filepath.Join(file, "cache"), 1<<20) // a directory that nobody can make
	if err := c.Put(keyOf(0), imageOf(0)); err == nil {
		t.Error("Put into a directory that cannot be says nothing")
	}
	if _, ok := c.Get(keyOf(0)); ok {
		t.Error("an entry in a directory that cannot be")
	}

	if goruntime.GOOS == "windows" || os.Geteuid() == 0 {
		t.Skip("modes keep nobody out here")
	}
	c = Open(dir, 1<<20)
	mustPut(t, c, 0)
	age(t, dir, keyOf(0)+suffix, time.Hour)
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(dir, 0o700)
	if err := c.Put(keyOf(1), imageOf(1)); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("Put into a read-only directory: %v", err)
	}
	if image, ok := c.Get(keyOf(0)); !ok || !bytes.Equal(image, imageOf(0)) {
		t.Error("an entry of a read-only directory is not found")
	}
}

func TestNotPrivate(t *testing.T) {
	if goruntime.GOOS == "windows" {
		t.Skip("modes say nothing there")
	}
	dir := t.TempDir()
	c := Open(dir, 1<<20)
	mustPut(t, c, 0)
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := c.Put(keyOf(1), imageOf(1)); !errors.Is(err, ErrNotPrivate) {
		t.Errorf("Put into a directory of all: %v", err)
	}
	if _, ok := c.Get(keyOf(0)); ok {
		t.Error("Get takes what all could have written")
	}
}

func TestConcurrent(t *testing.T) {
	dir := t.TempDir()
	c := Open(dir, 64<<10)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if err := write(c); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	checkBound(t, dir)
}

func TestProcesses(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Skip("the test's own program is not known: ", err)
	}
	dir := t.TempDir()
	var wg sync.WaitGroup
	for range 3 {
		cmd := exec.Command(self)
		cmd.Env = append(os.Environ(), "TRIAD_TEST_CACHE_WRITER="+dir)
		wg.Go(func() {
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
	if err := write(Open(dir, 64<<10)); err != nil {
		t.Error(err)
	}
	wg.Wait()
	checkBound(t, dir)
}

// checkBound puts one more entry, when no other does, and looks at what is left.
func checkBound(t *testing.T, dir string) {
	t.Helper()
	mustPut(t, Open(dir, 64<<10), 1)
	names, total := files(t, dir)
	if total > 64<<10 || len(names) < 10 {
		t.Errorf("%d files of %d bytes are left", len(names), total)
	}
	for _, name := range names {
		if strings.HasSuffix(name, temporary) {
			t.Errorf("%s is left", name)
		}
	}
}

func TestDir(t *testing.T) {
	for _, off := range []string{"off", "OFF", "0"} {
		t.Setenv(Variable, off)
		if dir, ok := Dir(); ok {
			t.Errorf("%s=%s: %s", Variable, off, dir)
		}
	}
	want := t.TempDir()
	t.Setenv(Variable, want)
	if dir, ok := Dir(); !ok || dir != want {
		t.Errorf("%s=%s: %s, %v", Variable, want, dir, ok)
	}
	t.Setenv(Variable, "some/where")
	if dir, ok := Dir(); !ok || !filepath.IsAbs(dir) {
		t.Errorf("a relative directory: %s, %v", dir, ok)
	}
	t.Setenv(Variable, "")
	user, err := os.UserCacheDir()
	if dir, ok := Dir(); ok != (err == nil) || ok && dir != filepath.Join(user, "triad", "cuda") {
		t.Errorf("by default: %s, %v", dir, ok)
	}
}

func BenchmarkPutFull(b *testing.B) {
	c := Open(b.TempDir(), 1<<20)
	image := make([]byte, 6<<10)
	for i := range 200 {
		if err := c.Put(keyOf(i), image); err != nil {
			b.Fatal(err)
		}
	}
	b.ResetTimer()
	for i := range b.N {
		_ = c.Put(keyOf(200+i), image)
	}
}

func BenchmarkGet(b *testing.B) {
	c := Open(b.TempDir(), 8<<20)
	if err := c.Put(keyOf(0), make([]byte, 6<<10)); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, ok := c.Get(keyOf(0)); !ok {
			b.Fatal("not found")
		}
	}
}
