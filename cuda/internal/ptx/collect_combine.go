package ptx

import (
	"fmt"

	"github.com/triad-go/triad/kernels"
)

// combining writes the code of an operation of a user's own, with the program that executors run it by.
type combining struct {
	g        *generator
	uniforms []uint64 // which are all constants
	a, b     int      // array slots
}

func newCombining(op *kernels.Operation, t kernels.Type) *combining {
	k := op.Kernel()
	p := k.Program(t)
	c := &combining{g: &generator{p: p, m: &Module{}}}
	for v := range len(p.Uniform) + len(p.Body) {
		in := p.Instr(kernels.Value(v))
		from := in.Type
		if in.Op.NumArgs() > 0 && in.Op != kernels.OpSelect {
			from = p.TypeOf(in.Args[0])
		}
		c.g.from = append(c.g.from, from)
	}
	f := p.NewFrame(1)
	p.EvalUniforms(f)
	c.uniforms = f.Uniforms
	for _, param := range k.Params() {
		switch param.Name {
		case "a":
			c.a = param.Slot
		case "b":
			c.b = param.Slot
		}
	}
	return c
}

// combine is a and b combined.
func (m *maker) combine(a, b string) string {
	c := m.combining
	g := c.g
	env := &environment{w: &m.writer, uniforms: make([]string, len(g.p.Uniform))}
	for v, used := range g.used()[:len(g.p.Uniform)] {
		if used {
			env.uniforms[v] = m.constant(g.p.Uniform[v].Type, c.uniforms[v])
		}
	}
	for i := range g.p.Tables {
		env.tables = append(env.tables, m.tableAddress(i))
	}
	at := &combined{c: c, x: a, y: b}
	body := g.newBody(env, at)
	body.compute()
	body.stores()
	return at.z
}

// tableAddress is where a table of the program is.
func (m *maker) tableAddress(i int) string {
	r := m.do(b64, "mov.u64", fmt.Sprintf("table%d", i))
	m.op("cvta.global.u64 %s, %s", r, r)
	m.op("cvta.to.global.u64 %s, %s", r, r)
	return r
}

// combined is access to the operands, and to what comes out. There is no place among elements.
type combined struct {
	c       *combining
	x, y, z string
}

func (c *combined) load(slot int) string {
	if slot == c.c.a {
		return c.x
	}
	return c.y
}

func (c *combined) store(_ int, value string) { c.z = value }
func (c *combined) index(int) string          { return "" }
func (c *combined) number() string            { return "" }
func (c *combined) base(int) string           { return "" }
