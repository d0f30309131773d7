package cuda

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// Many copies at once, of all sizes: each byte goes where it belongs, and none elsewhere.
func TestCopier(t *testing.T) {
	var c copier
	c.start()
	defer c.stop()
	r := rand.New(rand.NewPCG(3, 4))
	src, dst, want := make([]byte, 4<<20), make([]byte, 4<<20), make([]byte, 4<<20)
	for i := range src {
		src[i] = byte(r.Uint32())
	}
	for range 200 {
		clear(dst)
		clear(want)
		for at := r.IntN(5000); at < len(src); at += r.IntN(5000) {
			n := min(r.IntN(3*copyBytes), len(src)-at)
			if r.IntN(2) == 0 {
				n = min(n, 100)
			}
			from := r.IntN(len(src) - n + 1)
			c.add(dst[at:at+n], src[from:from+n])
			copy(want[at:], src[from:from+n])
			at += n
		}
		c.flush()
		if !bytes.Equal(dst, want) {
			t.Fatal("bytes differ")
		}
		c.flush() // of nothing
	}
	if len(c.have) > 50 {
		t.Errorf("%d lists of copies are kept", len(c.have))
	}
}

func BenchmarkCopier(b *testing.B) {
	var c copier
	c.start()
	defer c.stop()
	src, dst := make([]byte, 8<<20), make([]byte, 8<<20)
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		c.copy(dst, src)
	}
}
