package simd

import (
	"slices"

	"github.com/triad-go/triad/kernels"
	x "github.com/triad-go/triad/simd/internal/amd64"
)

// branch is what the allocator knew where a guard's range begins. Where it ends,
// the code that skipped the range must find each value where it was, so that the
// code of the range puts back what it moved. Values of the range that are used
// later lie somewhere after it, and are anything where it was skipped.
type branch struct {
	begin x.Label
	end   x.Label
	from  int   // place of the range's code, where it is generated
	step  int32 // the first one
	busy  uint64
	holds [registers]kernels.Value
	owner []kernels.Value // by spill slot; noValue: it is free
}

// noValue stands for a spill slot's owner where it has none.
const noValue = ^kernels.Value(0)

// enter generates the test of a guard, or of those of several vectors: the code up
// to leave runs only where one of the elements has the condition. It lies behind all
// other code, so that the common case jumps nowhere.
func (a *allocator) enter(s *step) {
	g := a.g
	var in [4]x.Vec
	conds := s.args[:s.nargs]
	for i, v := range conds {
		in[i] = a.fetch(v)
	}
	if len(conds) == 1 {
		a.anyOf(conds[0], in[0])
	} else {
		a.anyOfAll(conds, in[:len(conds)])
	}
	for _, v := range conds {
		a.used(v)
	}
	b := &a.branch
	begin := g.asm.NewLabel()
	b.end, b.step = g.asm.NewLabel(), a.now
	g.asm.Jcc(x.NE, begin)
	b.from = g.asm.Len()
	b.begin = begin
	b.busy, b.holds = a.busy, a.holds
	b.owner = append(b.owner[:0], a.owner...)
	for _, s := range a.freeSlots {
		b.owner[s] = noValue
	}
}

// anyOfAll sets the flags to E if none of several truth values holds for any
// element. They are in the given registers.
func (a *allocator) anyOfAll(vs []kernels.Value, in []x.Vec) {
	g := a.g
	if g.wide {
		or, test := g.asm.KOrW, g.asm.KOrTestW
		if g.lanes == 8 {
			or, test = g.asm.KOrB, g.asm.KOrTestB
		}
		k := x.Mask(in[0])
		for _, r := range in[1 : len(in)-1] {
			or(maskTemp, k, x.Mask(r))
			k = maskTemp
		}
		test(k, x.Mask(in[len(in)-1]))
		return
	}
	size := g.size(vs[0])
	t := a.scrap()
	r := in[0]
	for _, q := range in[1:] {
		g.asm.V(pick(size, x.VORPD, x.VORPS), g.width(size), t, r, x.R(q), x.Mods{})
		r = t
	}
	g.asm.V(pick(size, x.VTESTPD, x.VTESTPS), g.width(size), t, 0, x.R(t), x.Mods{})
	a.drop(t)
}

// adopt gives a value the place of the argument, or a copy if that is used again.
func (a *allocator) adopt(s *step) {
	r := a.fetch(s.args[0])
	a.used(s.args[0])
	if a.isFree(r) {
		a.hold(r, s.value)
		return
	}
	a.g.move(s.from.Size(), a.take(s.value), x.R(r))
}

// merge generates value = cond ? y : value, where that is.
func (a *allocator) merge(s *step) {
	g := a.g
	size := s.from.Size()
	w := g.width(size)
	c, y, r := a.fetch(s.args[0]), a.fetch(s.args[1]), a.fetch(s.value)
	if g.wide {
		g.asm.V(pick(size, x.VMOVAPD, x.VMOVAPS), w, r, 0, x.R(y), x.Mods{K: x.Mask(c)})
	} else {
		c = a.truth(s.args[0], c, size)
		g.asm.VBlendV(pick(size, x.VBLENDVPD, x.VBLENDVPS), w, r, r, x.R(y), c)
	}
	if slot := a.slot[s.value]; slot != none {
		g.keep(size, g.spillSlot(slot, a.slotBytes), r)
	}
	for _, v := range s.args[:3] {
		a.used(v)
	}
}

// anyOf sets the flags to E if a truth value holds for none of the elements that
// there are. It is in the given register.
func (a *allocator) anyOf(v kernels.Value, r x.Vec) {
	g := a.g
	if g.wide {
		with := x.Mask(r)
		test := g.asm.KOrTestW
		if g.lanes == 8 {
			test = g.asm.KOrTestB
		}
		if a.part == masked {
			with = maskTail
			test = g.asm.KTestW
			if g.lanes == 8 {
				test = g.asm.KTestB
			}
		}
		test(x.Mask(r), with)
		return
	}
	size := g.size(v)
	with := r
	if a.part == masked && (size == g.lane || g.halves) {
		with = g.mask[size/8]
	}
	g.asm.V(pick(size, x.VTESTPD, x.VTESTPS), g.width(size), r, 0, x.R(with), x.Mods{})
}

// leave generates the end of a guard's range.
func (a *allocator) leave() {
	g, b := a.g, &a.branch
	a.pinned = 0
	before := func(r int) (v kernels.Value, alive bool) {
		if b.busy>>r&1 == 0 {
			return noValue, false
		}
		return b.holds[r], a.left(b.holds[r]) > 0
	}
	// Which registers must get back what they held? Not those whose value lay in a
	// slot, too, or can be read again.
	var lost uint64
	for r := range registers {
		v, alive := before(r)
		if alive && !(a.busy>>r&1 != 0 && a.holds[r] == v) && !slices.Contains(b.owner, v) && !a.rereadable(v) {
			lost |= 1 << r
		}
	}
	// Values that lie in other registers than before leave them, and so do values of
	// the range where they are in the way.
	for r := range registers {
		if a.busy>>r&1 == 0 {
			continue
		}
		v := a.holds[r]
		if w, _ := before(r); w == v || a.isNew(v) && lost>>r&1 == 0 {
			continue
		}
		if a.isNew(v) && a.slot[v] == none && !a.rereadable(v) {
			a.spill(v)
		}
		a.reg[v] = none
		a.busy &^= 1 << r
	}
	for r := range registers {
		if lost>>r&1 != 0 {
			v := b.holds[r]
			a.read(v, r, g.spillSlot(a.slot[v], a.slotBytes))
			a.put(r, v)
		}
	}
	// The slots are as they were, but for those of the range's values.
	now := slices.Clone(a.owner)
	for _, s := range a.freeSlots {
		now[s] = noValue
	}
	a.freeSlots = a.freeSlots[:0]
	for s, v := range now {
		old := noValue
		if s < len(b.owner) {
			old = b.owner[s]
		}
		switch {
		case old != noValue && a.left(old) > 0:
		case v != noValue && a.isNew(v):
		default:
			if v != noValue {
				a.slot[v] = none
			}
			a.freeSlots = append(a.freeSlots, int32(s))
		}
	}
	g.asm.Jmp(b.end)
	g.asideFrom(b.from, b.begin)
	g.asm.Bind(b.end)
}

// aside is code that lies behind all other code.
type aside struct {
	begin x.Label
	code  x.Piece
	notes []note // at places in it
}

// asideFrom puts the code from a place on aside, to begin at the label.
func (g *gen) asideFrom(from int, begin x.Label) {
	s := aside{begin: begin, code: g.asm.Cut(from)}
	if g.notes != nil {
		n := *g.notes
		for len(n) > 0 && n[len(n)-1].at >= from {
			n = n[:len(n)-1]
		}
		for _, m := range (*g.notes)[len(n):] {
			s.notes = append(s.notes, note{m.at - from, m.value})
		}
		*g.notes = n
	}
	g.asides = append(g.asides, s)
}

// layAsides appends what lies aside.
func (g *gen) layAsides() {
	for _, s := range g.asides {
		g.asm.Bind(s.begin)
		at := g.asm.Len()
		g.asm.Paste(s.code)
		for _, m := range s.notes {
			*g.notes = append(*g.notes, note{at + m.at, m.value})
		}
	}
}

// isNew reports whether a value is made in the range.
func (a *allocator) isNew(v kernels.Value) bool {
	return !a.g.p.IsUniform(v) && a.pl.made[v] > a.branch.step
}
