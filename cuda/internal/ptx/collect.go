package ptx

import (
	"fmt"
	"math"
	"math/big"
	"strings"

	"github.com/triad-go/triad/kernels"
)

// CollectSpec says which collective output a module is for. Types are those of the arrays of the
// program: of the column of values, of what By is, of the caller's segments and of the output.
type CollectSpec struct {
	Name    string             // the beginning of the entries' names: a PTX identifier, "" for that of the collective
	Kind    kernels.Collective // kernels.Elementwise is a reduction of integers
	Reduce  kernels.Reduction  // of those that fold
	Value   kernels.Type       // of the column
	By      kernels.Type       // of the truth values of a Keep: Float64 or Float32, as the program writes them; positions are Int64
	Rows    kernels.Type       // of the bounds of segments
	Out     kernels.Type       // of the counts of a Histogram
	Last    bool               // an Along goes along the last of the three axes of CollectArgs
	Op      *kernels.Operation // folds in the place of Reduce
	SM      int                // 0 is 70
	Version string             // "" is that of SM
}

// CollectArgs is what one launch works on. Addresses are those of device memory, of arrays whose elements follow each other and
// are aligned to their size. What a collective has no use for may be 0: all have N and Values, those with a second expression By,
// those of segments Rows and RowsLen, those with an array Out, and OutLen if it has a length of its own.
type CollectArgs struct {
	N       int    // elements of the column
	Values  uint64 // the column of values
	By      uint64 // that of truth values or of positions
	Rows    uint64 // the bounds of segments
	RowsLen int    // how many there are: one more than segments
	Out     uint64 // the output, where it is an array
	OutLen  int    // elements of it, of Keep, Scatter, ScatterAdd, Histogram and Segments
	Result  uint64 // of Results() words of 8 bytes
	Scratch uint64 // of ScratchBytes bytes, a multiple of 16

	// Of Along. The column is dense: element (z, y, x) is at (z*Shape[1] + y)*Shape[2] + x. The axis that goes is Axis, of
	// three; leading axes of shorter spaces have the extent 1. Strides are of the output in elements, 0 for Axis.
	Axis    int
	Shape   [3]int
	Strides [3]int
}

// Pass is one kernel to launch. Its grid has one axis, and its only parameter is the block of arguments.
type Pass struct {
	Entry string
	Grid  int // CTAs
	Block int // threads of each
}

// Collective is a module whose entries make a collective output of its column. What a launch takes:
//
//	block := make([]uint64, c.Words())
//	c.Arguments(block, &args)        // the same block for all passes
//	for _, p := range c.Passes(nil, &args) { launch p with block, one after the other on one stream }
//	copy Result back: words := make([]uint64, c.Results())
//	outcome := c.Outcome(words)
//
// No pass needs anything of the host but that, no memory needs to be cleared before, and what comes out depends on
// nothing but the arguments: not on the device, nor on what else runs there. The passes are a function of the sizes in the arguments
// (N, OutLen, RowsLen, Shape), and none of an N of 0 is left out: results of no elements are written, too.
//
// The output and the column may be the same memory where InPlace says so, and never overlap in part.
type Collective struct {
	Text    string // the module
	InPlace bool   // the output may be the column itself
	Most    int64  // the greatest N and OutLen that there may be, where that is not 0

	spec    CollectSpec
	results int
	passes  func(dst []Pass, a *CollectArgs) []Pass
	scratch func(a *CollectArgs) []int // bytes of arrays
	outcome func(words []uint64) Outcome
}

// Outcome is what passes leave for the host.
type Outcome struct {
	// Of Variance, ExactSum, CompensatedSum and Folded: the result, as it goes to a float64 or, rounded, to a float32.
	Float float64

	// Of a reduction of integers: the bits, in the low end, of a value of the column's type. Of ArgMin and ArgMax the index as an
	// int64. Of Keep the number of values kept, those included for which there was no room.
	Integer uint64

	// Of Scatter and ScatterAdd: FaultAt is the least element whose position the output has not, and Fault the position.
	// Of segments: FaultAt is the least bound that is wrong, Fault what it is, and Before the bound before it, 0 if
	// there is none. FaultAt is -1 if nothing was wrong.
	FaultAt       int64
	Fault, Before int64
}

// CollectError says that there is no module for a collective.
type CollectError struct {
	Spec   CollectSpec
	Reason string
}

func (e *CollectError) Error() string {
	return fmt.Sprintf("ptx: %v of %v: %s", e.Spec.Kind, e.Spec.Value, e.Reason)
}

// The words of the arguments.
const (
	wordN = iota
	wordValues
	wordBy
	wordRows
	wordRowsLen
	wordOut
	wordOutLen
	wordResult
	wordShape                            // 3
	wordStrides        = wordShape + 3   // 3
	wordPitches        = wordStrides + 3 // 3, of the column
	wordScratch        = wordPitches + 3
	collectScratchMost = 8
	collectWords       = wordScratch + collectScratchMost
)

// Words is the number of words of the arguments.
func (c *Collective) Words() int { return collectWords }

// Results is the number of words that passes leave at CollectArgs.Result, which may be none.
func (c *Collective) Results() int { return c.results }

// Passes appends the passes of a launch to dst, in their order.
func (c *Collective) Passes(dst []Pass, a *CollectArgs) []Pass { return c.passes(dst, a) }

// ScratchBytes is the size of the scratch memory that a launch needs, which nothing is kept in from launch to launch.
func (c *Collective) ScratchBytes(a *CollectArgs) int {
	sum := 0
	if c.scratch != nil {
		for _, n := range c.scratch(a) {
			sum += (n + 15) &^ 15
		}
	}
	return sum
}

// Arguments writes the arguments of all passes to block, of Words words.
func (c *Collective) Arguments(block []uint64, a *CollectArgs) {
	clear(block[:collectWords])
	block[wordN], block[wordValues], block[wordBy] = uint64(a.N), a.Values, a.By
	block[wordRows], block[wordRowsLen] = a.Rows, uint64(a.RowsLen)
	block[wordOut], block[wordOutLen], block[wordResult] = a.Out, uint64(a.OutLen), a.Result
	if c.spec.Kind == kernels.Along {
		alongArguments(block, a)
	}
	if c.scratch != nil {
		at := a.Scratch
		for i, n := range c.scratch(a) {
			block[wordScratch+i] = at
			at += uint64(n+15) &^ 15
		}
	}
}

// Outcome reads the words at CollectArgs.Result after the passes.
func (c *Collective) Outcome(words []uint64) Outcome {
	o := Outcome{FaultAt: -1}
	if c.outcome != nil {
		o = c.outcome(words)
	}
	return o
}

// noFault is what the word of a fault holds where nothing was wrong.
const noFault int64 = math.MaxInt64

func faultOutcome(words []uint64) Outcome {
	o := Outcome{FaultAt: -1}
	if int64(words[0]) != noFault {
		o.FaultAt, o.Fault, o.Before = int64(words[0]), int64(words[1]), int64(words[2])
	}
	return o
}

func integerOutcome(words []uint64) Outcome { return Outcome{Integer: words[0], FaultAt: -1} }

func floatOutcome(words []uint64) Outcome {
	return Outcome{Float: math.Float64frombits(words[0]), FaultAt: -1}
}

// entries is what names of entries begin with: what they do. All kernels have the same code for the same collective.
func (s CollectSpec) entries() string {
	name := s.Kind.String()
	switch {
	case s.Op != nil:
		name += "_" + s.Op.Name()
	case s.Reduce != kernels.None:
		name += "_" + s.Reduce.String()
	}
	return "triad_" + identifier(name+"_"+s.Value.String())
}

// Collect writes the module for a collective. Errors are of type *CollectError: of types that are none for it, and
// of the collectives that are reductions of the program itself.
func Collect(s CollectSpec) (*Collective, error) {
	fail := func(reason string) (*Collective, error) { return nil, &CollectError{s, reason} }
	if s.Value < kernels.Float64 || s.Value > kernels.Uint32 {
		return fail("values of no type that arrays have")
	}
	if s.SM == 0 {
		s.SM = 70
	}
	if s.Version == "" {
		s.Version = version(s.SM)
	}
	if s.Name == "" {
		s.Name = s.entries()
	}
	folds := s.Reduce >= kernels.Sum && s.Reduce <= kernels.Prod
	operates := s.Op != nil && s.Reduce == kernels.None && s.Value.IsFloat()
	c := &Collective{spec: s}
	b := &collector{spec: s, c: c}
	var ok bool
	switch s.Kind {
	case kernels.Scan, kernels.ScanBefore:
		if ok = folds && s.Op == nil; ok {
			b.scan()
		} else if ok = operates; ok {
			b.operation()
		}
	case kernels.Folded:
		if ok = operates; ok {
			b.operation()
		}
	case kernels.Elementwise:
		if ok = folds && s.Value.IsInt(); ok {
			b.integral()
		}
	case kernels.ArgMin, kernels.ArgMax:
		ok = true
		b.extreme()
	case kernels.Variance:
		if ok = s.Value.IsFloat(); ok {
			b.variance()
		}
	case kernels.ExactSum:
		if ok = s.Value.IsFloat(); ok {
			b.exact()
		}
	case kernels.Keep:
		if ok = s.By.IsFloat(); ok {
			b.keep()
		}
	case kernels.Histogram:
		if ok = histogramOf(s.Value, s.Out); ok {
			b.histogram()
		}
	case kernels.Scatter, kernels.ScatterAdd:
		ok = true
		b.scatterOf()
	case kernels.Segments, kernels.SegmentScan, kernels.SegmentScanBefore:
		switch ok = folds && s.Op == nil && s.Rows.IsInt(); {
		case ok && s.Kind == kernels.Segments:
			b.segments()
		case ok:
			b.segmentScan()
		default:
			if ok = operates && s.Rows.IsInt(); ok {
				b.operation()
			}
		}
	case kernels.Along:
		if ok = folds; ok {
			b.along()
		}
	case kernels.CompensatedSum:
		if ok = s.Value.IsFloat(); ok {
			b.compensated()
		}
	}
	if !ok {
		return fail("there is none on a device")
	}
	c.Text = header(s.Version, target(s.SM)) + b.text.String()
	return c, nil
}

// collector writes the entries of one collective.
type collector struct {
	spec CollectSpec
	c    *Collective
	text strings.Builder

	combining *combining // of a user's own operation
}

// entry writes an entry and returns its name.
func (b *collector) entry(suffix string, threads int, body func(m *maker)) string {
	m := &maker{value: valueTypeOf(b.spec.Value), by: b.spec.By, rows: b.spec.Rows, threads: threads, combining: b.combining}
	body(m)
	m.op("ret")
	name := b.spec.Name + "_" + suffix
	b.text.WriteString(m.entry(name, collectWords, fmt.Sprintf("\n.maxntid %d, 1, 1", threads)))
	b.text.WriteByte('\n')
	return name
}

// pieces is how many pieces of a size n elements make, the last of which may be shorter.
func pieces(n, size int) int { return n/size + (n%size+size-1)/size }

// exactFloat is the sum that words of 32 bits with carries are, of which word k is worth 2^(32k - 1074), rounded once.
func exactFloat(words []uint64, t kernels.Type) float64 {
	sum := new(big.Int)
	for k := len(words) - 1; k >= 0; k-- {
		sum.Lsh(sum, 32)
		sum.Add(sum, big.NewInt(int64(words[k])))
	}
	if sum.Sign() == 0 {
		return 0
	}
	f := new(big.Float).SetInt(sum) // of as many bits as it needs
	f.SetMantExp(f, -1074)
	if t == kernels.Float32 {
		v, _ := f.Float32()
		return float64(v)
	}
	v, _ := f.Float64()
	return v
}
