package poly

import "slices"

// dense is a plan to accumulate a product in an array with one place for each monomial of a bounding box. Terms are
// taken degree by degree where that makes the box smaller: all products of one total degree differ in all variables but
// the last, which the degree determines.
type dense struct {
	*product
	dims   []dim // from the slowest index to the fastest
	size   int
	ai, bi []int32
	ar, br []degreeRun
	base   uint64 // monomial of index 0, without its degree where the plan goes by degree
	byDeg  bool
}

// dim is one dimension of the box: a field of the layout.
type dim struct {
	field  field
	lo     [2]int // least values in a and in b
	size   int
	stride int
}

// degreeRun is a stretch of terms of one total degree.
type degreeRun struct{ degree, from, to int }

const (
	denseCells    = 1 << 22 // largest array
	cellsPerScan  = 8       // cells that may be scanned for each product
	shortRun      = 6
	smallFullBox  = 1 << 16
	cellsPerTotal = 2
)

// planDense returns a dense plan if it looks cheaper than other methods.
func (x *product) planDense(products uint64) (*dense, bool) {
	d := &dense{product: x}
	box := func(fields []field) (size float64) {
		d.dims = d.dims[:0]
		size = 1
		for _, f := range fields {
			alo, ahi := span(x.a.exps, f)
			blo, bhi := span(x.b.exps, f)
			n := ahi - alo + bhi - blo + 1
			d.dims = append(d.dims, dim{field: f, lo: [2]int{alo, blo}, size: n})
			size *= float64(n)
		}
		return size
	}
	deg := x.lay.fields[0]
	d.ar, d.br = degreeRuns(x.a.exps, deg), degreeRuns(x.b.exps, deg)
	size := box(x.lay.fields[1:])
	degrees := float64(d.ar[0].degree - d.ar[len(d.ar)-1].degree + d.br[0].degree - d.br[len(d.br)-1].degree + 1)
	d.byDeg = true
	full := size * degrees
	runs := float64(len(d.ar)) * float64(len(d.br))
	if full <= smallFullBox && full <= cellsPerTotal*float64(products) || float64(products) < shortRun*shortRun*runs {
		d.byDeg = false
		d.ar = []degreeRun{{0, 0, len(x.a.exps)}}
		d.br = []degreeRun{{0, 0, len(x.b.exps)}}
		size = box(x.lay.fields)
	}
	scanned := size
	if d.byDeg {
		scanned *= min(degrees, runs)
	}
	if size > denseCells || scanned > cellsPerScan*float64(products) {
		return nil, false
	}
	d.base = d.place(int(size))
	d.ai, d.bi = d.index(x.a.exps, 0), d.index(x.b.exps, 1)
	return d, true
}

// place lays out the dimensions of a box and returns the monomial of index 0.
func (d *dense) place(size int) (base uint64) {
	d.size = size
	stride := 1
	for i := len(d.dims) - 1; i >= 0; i-- {
		x := &d.dims[i]
		x.stride = stride
		stride *= x.size
		base += uint64(x.lo[0]+x.lo[1]) << x.field.shift
	}
	return base
}

// span returns the least and the largest value of a field.
func span(exps []uint64, f field) (lo, hi int) {
	least, most := f.mask, uint64(0)
	for _, m := range exps {
		e := m >> f.shift & f.mask
		least, most = min(least, e), max(most, e)
	}
	return int(least), int(most)
}

func degreeRuns(exps []uint64, deg field) []degreeRun {
	var runs []degreeRun
	for i, m := range exps {
		d := int(m >> deg.shift & deg.mask)
		if len(runs) == 0 || runs[len(runs)-1].degree != d {
			runs = append(runs, degreeRun{d, i, i})
		}
		runs[len(runs)-1].to = i + 1
	}
	return runs
}

// index returns the place of each monomial of operand o in the box.
func (d *dense) index(exps []uint64, o int) []int32 {
	out := make([]int32, len(exps))
	for i, m := range exps {
		at := 0
		for _, x := range d.dims {
			at += (int(m>>x.field.shift&x.field.mask) - x.lo[o]) * x.stride
		}
		out[i] = int32(at)
	}
	return out
}

func (d *dense) run() ([]uint64, coefs, error) {
	work := meter{limit: d.limit}
	sums := d.newSums()
	for _, degree := range d.outDegrees() {
		lo, hi := d.size, -1
		j := 0
		for i := len(d.ar) - 1; i >= 0; i-- { // b's degree falls as a's rises
			a := d.ar[i]
			for j < len(d.br) && a.degree+d.br[j].degree > degree {
				j++
			}
			if j == len(d.br) {
				break
			}
			b := d.br[j]
			if a.degree+b.degree != degree {
				continue
			}
			hi = max(hi, int(d.ai[a.from]+d.bi[b.from]))
			lo = min(lo, int(d.ai[a.to-1]+d.bi[b.to-1]))
			for k := a.from; k < a.to; k++ {
				sums.add(k, b.from, b.to)
				if err := work.spend(b.to - b.from); err != nil {
					return nil, coefs{}, err
				}
			}
		}
		base := d.base
		if d.byDeg {
			base += uint64(degree) << d.lay.fields[0].shift
		}
		if terms := sums.drain(lo, hi, base); terms > d.limit.maxTerms() {
			return nil, coefs{}, d.limit.allow("mul", uint64(terms), 1)
		}
		if err := work.spend(max(hi-lo, 0)); err != nil {
			return nil, coefs{}, err
		}
	}
	exps, num := sums.result()
	return exps, num, nil
}

// outDegrees returns the degrees of the product, descending; a single 0 if the plan does not go by degree.
func (d *dense) outDegrees() []int {
	if len(d.ar) == 1 || len(d.br) == 1 {
		var out []int
		for _, a := range d.ar {
			for _, b := range d.br {
				out = append(out, a.degree+b.degree)
			}
		}
		return out
	}
	top := d.ar[0].degree + d.br[0].degree
	low := d.ar[len(d.ar)-1].degree + d.br[len(d.br)-1].degree
	if float64(top-low) < float64(len(d.ar))*float64(len(d.br)) {
		out := make([]int, 0, top-low+1)
		for x := top; x >= low; x-- {
			out = append(out, x)
		}
		return out
	}
	var out []int
	for _, a := range d.ar {
		for _, b := range d.br {
			out = append(out, a.degree+b.degree)
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	slices.Reverse(out)
	return out
}

// rows calls f for each row of the box that meets lo..hi, from high to low: a row is a stretch of the fastest index,
// from..to, whose monomial at from is key and grows by unit.
func (d *dense) rows(lo, hi int, base uint64, f func(from, to int, key, unit uint64)) {
	if hi < lo {
		return
	}
	if len(d.dims) == 0 {
		f(0, 0, base, 0)
		return
	}
	last := d.dims[len(d.dims)-1]
	unit := uint64(1) << last.field.shift
	for row := hi / last.size; row >= lo/last.size; row-- {
		key, rest := base, row*last.size
		for _, x := range d.dims[:len(d.dims)-1] {
			key += uint64(rest/x.stride) << x.field.shift
			rest %= x.stride
		}
		f(row*last.size, row*last.size+last.size-1, key, unit)
	}
}
