package simd

import (
	"slices"

	x "github.com/triad-go/triad/simd/internal/amd64"
)

// constants are the data behind the code: each once, whatever needs it.
type constants struct {
	g      *gen
	labels map[string]x.Label // by content
	order  []string           // contents as they were first wanted
}

func (c *constants) init(g *gen) {
	c.g, c.labels = g, map[string]x.Label{}
}

// at is the place of some bytes.
func (c *constants) at(content []byte) x.Label {
	l, ok := c.labels[string(content)]
	if !ok {
		l = c.g.asm.NewLabel()
		c.labels[string(content)] = l
		c.order = append(c.order, string(content))
	}
	return l
}

// entries are numbers of that many bytes each.
func entries(numbers []uint64, size int) []byte {
	b := make([]byte, 0, size*len(numbers))
	for _, n := range numbers {
		for range size {
			b = append(b, byte(n))
			n >>= 8
		}
	}
	return b
}

// repeated is a vector of the register's length, of copies of one element.
func (c *constants) repeated(bits uint64, size int) x.Label {
	return c.at(entries(slices.Repeat([]uint64{bits}, int(c.g.vl)/size), size))
}

// word is an operand that is the same number on every lane of that many bytes.
func (g *gen) word(bits uint64, size int) x.Operand {
	if size == 4 {
		bits &= 1<<32 - 1
	}
	if g.wide {
		return x.M(x.AtLabel(g.consts.at(entries([]uint64{bits}, size)), 0).Broadcast())
	}
	return x.M(x.AtLabel(g.consts.repeated(bits, size), 0))
}

// tail is the place of a vector of ones and one of zeros.
func (c *constants) tail(size int) x.Label {
	n := c.g.width(size).Bytes()
	return c.at(append(slices.Repeat([]byte{0xff}, n), make([]byte, n)...))
}

// lay writes the data, the largest first, so that each lies at a multiple of its
// size, or of a vector's.
func (c *constants) lay() {
	if len(c.order) == 0 {
		return
	}
	order := slices.Clone(c.order)
	slices.SortStableFunc(order, func(a, b string) int { return len(b) - len(a) })
	c.g.asm.Align(64)
	for _, content := range order {
		c.g.asm.Bind(c.labels[content])
		c.g.asm.Data([]byte(content))
	}
}
