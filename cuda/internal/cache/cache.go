// Package cache keeps compiled modules on disk, for the next process that asks for the same. An entry
// may vanish at any time and is never half there: what cannot be kept or is not found is compiled
// again, and no more than that.
package cache

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Variable names the environment variable that says where the cache is: a directory, or "off" or "0"
// for none.
const Variable = "TRIAD_CUDA_CACHE"

// Dir is the directory of $TRIAD_CUDA_CACHE, or triad/cuda in the user's directory for caches. It is false
// if there is to be no cache, or no such directory is known.
func Dir() (string, bool) {
	dir := os.Getenv(Variable)
	switch strings.ToLower(dir) {
	case "off", "0":
		return "", false
	case "":
		user, err := os.UserCacheDir()
		if err != nil {
			return "", false
		}
		return filepath.Join(user, "triad", "cuda"), true
	}
	dir, err := filepath.Abs(dir)
	return dir, err == nil
}

// Cache is a directory of entries. All methods may be called concurrently, and other processes may use the same
// directory. A nil Cache has nothing and keeps nothing.
type Cache struct {
	dir  string
	most int64
}

// mostEntries bounds the entries, so that a look at all of them takes little beside a compilation.
const mostEntries = 2048

// Open returns the cache of a directory, which Put makes if it is not there. Its entries take that many bytes at the
// most. Open itself does nothing yet.
func Open(dir string, most int64) *Cache { return &Cache{dir, most} }

// A file is a header and the image. The header is magic, which counts the versions of this format, the length of the
// image in 8 bytes, low end first, and the SHA-256 of the key and the image.
const (
	magic      = "triadcu\x01"
	headerSize = len(magic) + 8 + sha256.Size
)

const (
	suffix    = ".cubin"
	temporary = ".tmp"

	// touchAfter is how long an entry's time of last use stays as it is, so that a program that asks often
	// does not write as often.
	touchAfter = time.Minute

	// abandonedAfter is when a temporary file is taken for one whose writer has died.
	abandonedAfter = time.Hour
)

// ErrTooLarge is what Put returns for an image that the cache may not hold.
var ErrTooLarge = errors.New("cache: larger than all entries together may be")

// Get returns the image that was put under the key, a SHA-256 in lower-case hexadecimal digits. What is there but is not
// what Put wrote is removed.
func (c *Cache) Get(key string) ([]byte, bool) {
	if c == nil || !isKey(key) {
		return nil, false
	}
	root, err := c.root()
	if err != nil {
		return nil, false
	}
	defer root.Close()
	name := key + suffix
	info, err := root.Lstat(name)
	if err != nil {
		return nil, false
	}
	if !info.Mode().IsRegular() {
		if info.Mode().Type() == fs.ModeSymlink {
			_ = root.Remove(name) // the link, not what it leads to
		}
		return nil, false
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, false
	}
	image, err := c.read(f, key)
	f.Close() // before Remove, as some systems want it
	switch {
	case errors.Is(err, errDamaged):
		_ = root.Remove(name)
		return nil, false
	case err != nil:
		return nil, false
	}
	now := time.Now()
	if age := now.Sub(info.ModTime()); age > touchAfter || age < -touchAfter {
		_ = root.Chtimes(name, now, now)
	}
	return image, true
}

var errDamaged = errors.New("cache: damaged")

// read returns the image of an entry's file.
func (c *Cache) read(f *os.File, key string) ([]byte, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	size := info.Size()
	if !info.Mode().IsRegular() || size < int64(headerSize) || size > c.most {
		return nil, errDamaged
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(f, data); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = errDamaged
		}
		return nil, err
	}
	image := data[headerSize:]
	if !bytes.Equal(data[:headerSize], header(key, image)) {
		return nil, errDamaged
	}
	return image, nil
}

// Put keeps an image under a key, a SHA-256 in lower-case hexadecimal digits, in the place of an image that is there. Then
// the entries that were not asked for the longest go, until the others are within the bounds. The error
// says why the image was not kept, to whom that matters.
func (c *Cache) Put(key string, image []byte) error {
	switch {
	case c == nil:
		return nil
	case !isKey(key):
		return fmt.Errorf("cache: %q is no key", key)
	case int64(headerSize)+int64(len(image)) > c.most:
		return ErrTooLarge
	}
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return err
	}
	root, err := c.root()
	if err != nil {
		return err
	}
	defer root.Close()
	temp := key + "." + rand.Text() + temporary
	f, err := root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(header(key, image))
	if err == nil {
		_, err = f.Write(image)
	}
	// Without a Sync: a file that a crash of the system leaves short or empty counts as damaged.
	if e := f.Close(); err == nil {
		err = e
	}
	name := key + suffix
	if err == nil {
		err = root.Rename(temp, name)
	}
	if err != nil {
		_ = root.Remove(temp)
		return err
	}
	return c.evict(root, name)
}

// evict removes what is too much, but not the entry of that name, and what died writers left.
func (c *Cache) evict(root *os.Root, keep string) error {
	dir, err := root.Open(".")
	if err != nil {
		return err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return err
	}
	type entry struct {
		name string
		size int64
		used time.Time
	}
	var entries []entry
	total, now := int64(0), time.Now()
	for _, name := range names {
		key, isEntry := strings.CutSuffix(name, suffix)
		isEntry = isEntry && isKey(key)
		if !isEntry && !isTemporary(name) {
			continue // none of ours
		}
		info, err := root.Lstat(name)
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		used := info.ModTime()
		switch {
		case !isEntry:
			if now.Sub(used) > abandonedAfter {
				_ = root.Remove(name)
			}
			continue
		case used.After(now.Add(touchAfter)):
			used = time.Time{} // a clock that was wrong: not to be kept until that time comes
		}
		total += info.Size()
		if name != keep {
			entries = append(entries, entry{name, info.Size(), used})
		}
	}
	left := len(entries) + 1
	if total <= c.most && left <= mostEntries {
		return nil
	}
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(a.used.Compare(b.used), strings.Compare(a.name, b.name))
	})
	for _, e := range entries {
		if total <= c.most && left <= mostEntries {
			break
		}
		if err := root.Remove(e.name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			continue // a reader holds it, on some systems: the next one then
		}
		total -= e.size
		left--
	}
	return nil
}

// ErrNotPrivate is what Put returns for a directory that others can write to: what they put there would run
// on the device.
var ErrNotPrivate = errors.New("cache: others can write to the directory")

// root opens the directory, which may be a link; links that lie in it lead nowhere else.
func (c *Cache) root() (*os.Root, error) {
	if c.dir == "" {
		return nil, fs.ErrNotExist
	}
	root, err := os.OpenRoot(c.dir)
	if err != nil {
		return nil, err
	}
	info, err := root.Stat(".")
	if err == nil && !private(info) {
		err = ErrNotPrivate
	}
	if err != nil {
		root.Close()
		return nil, err
	}
	return root, nil
}

// isKey reports whether a string has the form of a key: no other becomes part of a file's name.
func isKey(s string) bool {
	if len(s) != 2*sha256.Size {
		return false
	}
	for _, r := range []byte(s) {
		if (r < '0' || r > '9') && (r < 'a' || r > 'f') {
			return false
		}
	}
	return true
}

// isTemporary reports whether a file's name is one that Put gives to what it writes.
func isTemporary(name string) bool {
	name, ok := strings.CutSuffix(name, temporary)
	key, _, found := strings.Cut(name, ".")
	return ok && found && isKey(key)
}

func header(key string, image []byte) []byte {
	h := make([]byte, 0, headerSize)
	h = append(h, magic...)
	h = binary.LittleEndian.AppendUint64(h, uint64(len(image)))
	sum := sha256.New()
	sum.Write([]byte(key))
	sum.Write(image)
	return sum.Sum(h)
}
