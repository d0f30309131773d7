package vecmath

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/triad-go/triad/internal/ieee"
)

// scalar is Lanes as a list of operations that is run on one element at a time.
// Equal operations are there once.
type scalar struct {
	code   []step
	known  map[step]Value
	tables [][]uint64
	values []uint64
	result Value
}

type step struct {
	op   string
	t    Type // of the result
	args [3]Value
	n    int
	imm  uint64
}

const rarely = "rarely" // the op that is counted apart

func (s *scalar) add(st step) Value {
	if v, ok := s.known[st]; ok {
		return v
	}
	if s.known == nil {
		s.known = map[step]Value{}
	}
	v := Value(len(s.code))
	s.code = append(s.code, st)
	s.known[st] = v
	return v
}

func (s *scalar) typeOf(v Value) Type { return s.code[v].t }

func (t Type) float() bool { return t == Float64 || t == Float32 }
func (t Type) size() int {
	return [...]int{Float64: 8, Float32: 4, Int64: 8, Int32: 4, Uint64: 8, Uint32: 4, Bool: 0}[t]
}

// ops of each kind, by what they take.
const (
	number  = iota // floats and integers, one type
	floats         // floats only
	logical        // Bool and integers
	shift          // integers
	compare        // numbers to Bool
)

func (s *scalar) op(op string, kind int, args ...Value) Value {
	st := step{op: op, n: len(args)}
	t := s.typeOf(args[0])
	for i, a := range args {
		st.args[i] = a
		if s.typeOf(a) != t {
			panic(fmt.Sprintf("vecmath: %s of types %d and %d", op, t, s.typeOf(a)))
		}
	}
	switch kind {
	case number, compare:
		if t == Bool {
			panic("vecmath: " + op + " of Bool")
		}
	case floats:
		if !t.float() {
			panic("vecmath: " + op + " of integers")
		}
	case logical:
		if t.float() {
			panic("vecmath: " + op + " of floats")
		}
	case shift:
		if t.float() || t == Bool {
			panic(fmt.Sprintf("vecmath: %s of type %d", op, t))
		}
	}
	st.t = t
	if kind == compare {
		st.t = Bool
	}
	return s.add(st)
}

func (s *scalar) Const(t Type, bits uint64) Value {
	if t.size() == 4 && bits>>32 != 0 {
		panic(fmt.Sprintf("vecmath: a constant of 4 bytes with the bits %#x", bits))
	}
	return s.add(step{op: "const", t: t, imm: bits})
}

func (s *scalar) arg(t Type, i int) Value { return s.add(step{op: "arg", t: t, imm: uint64(i)}) }

func (s *scalar) Add(x, y Value) Value       { return s.op("add", number, x, y) }
func (s *scalar) Sub(x, y Value) Value       { return s.op("sub", number, x, y) }
func (s *scalar) Mul(x, y Value) Value       { return s.op("mul", number, x, y) }
func (s *scalar) Div(x, y Value) Value       { return s.op("div", floats, x, y) }
func (s *scalar) Neg(x Value) Value          { return s.op("neg", number, x) }
func (s *scalar) Abs(x Value) Value          { return s.op("abs", number, x) }
func (s *scalar) Min(x, y Value) Value       { return s.op("min", number, x, y) }
func (s *scalar) Max(x, y Value) Value       { return s.op("max", number, x, y) }
func (s *scalar) Sqrt(x Value) Value         { return s.op("sqrt", floats, x) }
func (s *scalar) FMA(x, y, z Value) Value    { return s.op("fma", floats, x, y, z) }
func (s *scalar) Floor(x Value) Value        { return s.op("floor", floats, x) }
func (s *scalar) Ceil(x Value) Value         { return s.op("ceil", floats, x) }
func (s *scalar) Trunc(x Value) Value        { return s.op("trunc", floats, x) }
func (s *scalar) RoundEven(x Value) Value    { return s.op("roundeven", floats, x) }
func (s *scalar) Lt(x, y Value) Value        { return s.op("lt", compare, x, y) }
func (s *scalar) Le(x, y Value) Value        { return s.op("le", compare, x, y) }
func (s *scalar) Eq(x, y Value) Value        { return s.op("eq", compare, x, y) }
func (s *scalar) Ne(x, y Value) Value        { return s.op("ne", compare, x, y) }
func (s *scalar) And(x, y Value) Value       { return s.op("and", logical, x, y) }
func (s *scalar) Or(x, y Value) Value        { return s.op("or", logical, x, y) }
func (s *scalar) Xor(x, y Value) Value       { return s.op("xor", logical, x, y) }
func (s *scalar) Not(x Value) Value          { return s.op("not", logical, x) }
func (s *scalar) Shl(x, by Value) Value      { return s.op("shl", shift, x, by) }
func (s *scalar) Shr(x, by Value) Value      { return s.op("shr", shift, x, by) }
func (s *scalar) Select(c, x, y Value) Value { return s.choose("select", c, x, y) }
func (s *scalar) Rarely(c, x, y Value) Value { return s.choose(rarely, c, x, y) }

func (s *scalar) choose(op string, c, x, y Value) Value {
	if s.typeOf(c) != Bool || s.typeOf(x) != s.typeOf(y) {
		panic(fmt.Sprintf("vecmath: %s by type %d of types %d and %d", op, s.typeOf(c), s.typeOf(x), s.typeOf(y)))
	}
	return s.add(step{op: op, t: s.typeOf(x), n: 3, args: [3]Value{c, x, y}})
}

func (s *scalar) Bits(t Type, x Value) Value {
	if s.typeOf(x) == t {
		return x
	}
	if t.size() != s.typeOf(x).size() || t == Bool {
		panic(fmt.Sprintf("vecmath: bits of type %d as type %d", s.typeOf(x), t))
	}
	return s.add(step{op: "bits", t: t, n: 1, args: [3]Value{x}})
}

func (s *scalar) Convert(t Type, x Value) Value {
	if s.typeOf(x) == t {
		return x
	}
	if t == Bool || s.typeOf(x) == Bool {
		panic("vecmath: conversion of Bool")
	}
	return s.add(step{op: "convert", t: t, n: 1, args: [3]Value{x}})
}

func (s *scalar) Table(t Type, entries []uint64, index Value) Value {
	if n := len(entries); n == 0 || n > 1024 || n&(n-1) != 0 || s.typeOf(index).float() || s.typeOf(index) == Bool {
		panic(fmt.Sprintf("vecmath: a table of %d entries, indexed by type %d", len(entries), s.typeOf(index)))
	}
	n := 0
	for n < len(s.tables) && &s.tables[n][0] != &entries[0] {
		n++
	}
	if n == len(s.tables) {
		s.tables = append(s.tables, entries)
	}
	return s.add(step{op: "table", t: t, n: 1, args: [3]Value{index}, imm: uint64(n)})
}

// run is the result's bits for arguments of these bits.
func (s *scalar) run(args ...uint64) uint64 {
	if len(s.values) != len(s.code) {
		s.values = make([]uint64, len(s.code))
	}
	v := s.values
	for i := range s.code {
		st := &s.code[i]
		switch st.op {
		case "const":
			v[i] = st.imm
		case "arg":
			v[i] = args[st.imm]
		case "select", rarely:
			v[i] = v[st.args[2]]
			if v[st.args[0]] != 0 {
				v[i] = v[st.args[1]]
			}
		case "bits":
			v[i] = v[st.args[0]]
		case "convert":
			v[i] = convertBits(st.t, s.code[st.args[0]].t, v[st.args[0]])
		case "table":
			e := s.tables[st.imm]
			v[i] = e[v[st.args[0]]&uint64(len(e)-1)]
			if st.t.size() == 4 {
				v[i] &= math.MaxUint32
			}
		default:
			v[i] = apply(st.op, s.code[st.args[0]].t, v[st.args[0]], v[st.args[1]], v[st.args[2]])
		}
	}
	return v[s.result]
}

// apply is an operation on values of type t.
func apply(op string, t Type, x, y, z uint64) uint64 {
	switch t {
	case Float64:
		return applyFloat(op, math.Float64frombits(x), math.Float64frombits(y), math.Float64frombits(z))
	case Float32:
		return applyFloat(op, math.Float32frombits(uint32(x)), math.Float32frombits(uint32(y)), math.Float32frombits(uint32(z)))
	case Int64:
		return uint64(applyInt(op, int64(x), int64(y), y))
	case Int32:
		return narrow(op, uint64(applyInt(op, int32(x), int32(y), y)))
	case Uint64:
		return applyInt(op, x, y, y)
	case Uint32:
		return uint64(applyInt(op, uint32(x), uint32(y), y))
	}
	if op == "not" {
		return x ^ 1
	}
	return applyInt(op, x, y, y)
}

func narrow(op string, x uint64) uint64 { return x & math.MaxUint32 }

func truth(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

func applyFloat[T ieee.Float](op string, x, y, z T) uint64 {
	var r T
	switch op {
	case "lt":
		return truth(x < y)
	case "le":
		return truth(x <= y)
	case "eq":
		return truth(x == y)
	case "ne":
		return truth(x != y)
	case "add":
		r = x + y
	case "sub":
		r = x - y
	case "mul":
		r = x * y
	case "div":
		r = x / y
	case "neg":
		r = -x
	case "abs":
		r = ieee.Abs(x)
	case "min":
		if r = y; x < y {
			r = x
		}
	case "max":
		if r = y; x > y {
			r = x
		}
	case "sqrt":
		r = ieee.Sqrt(x)
	case "fma":
		r = ieee.FMA(x, y, z)
	case "floor":
		r = T(math.Floor(float64(x)))
	case "ceil":
		r = T(math.Ceil(float64(x)))
	case "trunc":
		r = T(math.Trunc(float64(x)))
	case "roundeven":
		r = T(math.RoundToEven(float64(x)))
	default:
		panic(op)
	}
	return ieee.Bits(r)
}

func applyInt[T int64 | int32 | uint64 | uint32](op string, x, y T, count uint64) T {
	switch op {
	case "lt":
		return T(truth(x < y))
	case "le":
		return T(truth(x <= y))
	case "eq":
		return T(truth(x == y))
	case "ne":
		return T(truth(x != y))
	case "add":
		return x + y
	case "sub":
		return x - y
	case "mul":
		return x * y
	case "neg":
		return -x
	case "abs":
		return max(x, -x)
	case "min":
		return min(x, y)
	case "max":
		return max(x, y)
	case "and":
		return x & y
	case "or":
		return x | y
	case "xor":
		return x ^ y
	case "not":
		return ^x
	case "shl":
		return x << count
	case "shr":
		return x >> count
	}
	panic(op)
}

func convertBits(t, from Type, x uint64) uint64 {
	switch from {
	case Float32, Float64:
		f := math.Float64frombits(x)
		if from == Float32 {
			f = float64(math.Float32frombits(uint32(x)))
		}
		limit := map[Type][2]float64{Int64: {-0x1p63, 0x1p63}, Int32: {-0x1p31, 0x1p31}, Uint64: {0, 0x1p64}, Uint32: {0, 0x1p32}}
		switch {
		case t == Float64:
			return math.Float64bits(f)
		case t == Float32:
			return uint64(math.Float32bits(float32(f)))
		case f != f:
			return 0
		}
		l := limit[t]
		if f < l[0] {
			return map[Type]uint64{Int64: 1 << 63, Int32: 1 << 31}[t]
		}
		if f >= l[1] {
			return map[Type]uint64{Int64: 1<<63 - 1, Int32: 1<<31 - 1, Uint64: math.MaxUint64, Uint32: math.MaxUint32}[t]
		}
		if f >= 0x1p63 {
			return uint64(f-0x1p63) + 1<<63
		}
		if t == Int64 || t == Uint64 {
			return uint64(int64(f))
		}
		return uint64(uint32(int64(f)))
	case Int32:
		x = uint64(int64(int32(x)))
	}
	signed := from == Int32 || from == Int64
	switch {
	case t == Float64 && signed:
		return math.Float64bits(float64(int64(x)))
	case t == Float64:
		return math.Float64bits(float64(x))
	case t == Float32 && signed:
		return uint64(math.Float32bits(float32(int64(x))))
	case t == Float32:
		return uint64(math.Float32bits(float32(x)))
	case t == Int32 || t == Uint32:
		return uint64(uint32(x))
	}
	return x
}

// written is the functions that were written so far, by function and type.
var written = map[*Func]map[Type]*scalar{}

// program is f's operations for type t. It is not safe for concurrent use.
func program(f *Func, t Type) *scalar {
	if s := written[f][t]; s != nil {
		return s
	}
	s := new(scalar)
	args := make([]Value, f.Arity)
	for i := range args {
		args[i] = s.arg(t, i)
	}
	s.result = f.Write(s, t, args)
	if s.typeOf(s.result) != t {
		panic(fmt.Sprintf("vecmath: %s of type %d has type %d", f.Name, t, s.typeOf(s.result)))
	}
	s.prune()
	if written[f] == nil {
		written[f] = map[Type]*scalar{}
	}
	written[f][t] = s
	return s
}

// prune turns what nothing needs into constants, which cost nothing.
func (s *scalar) prune() {
	needed := make([]bool, len(s.code))
	needed[s.result] = true
	for i := len(s.code) - 1; i >= 0; i-- {
		if !needed[i] {
			s.code[i] = step{op: "const", t: s.code[i].t}
			continue
		}
		for _, a := range s.code[i].args[:s.code[i].n] {
			needed[a] = true
		}
	}
}

// eval is f in type t of one or two arguments.
func eval(f *Func, t Type, args ...float64) float64 {
	bits := make([]uint64, 0, 2)
	for _, x := range args {
		if t == Float32 {
			bits = append(bits, uint64(math.Float32bits(float32(x))))
		} else {
			bits = append(bits, math.Float64bits(x))
		}
	}
	r := program(f, t).run(bits...)
	if t == Float32 {
		return float64(math.Float32frombits(uint32(r)))
	}
	return math.Float64frombits(r)
}

// eval1 is f in type t of x.
func eval1(f *Func, t Type, x float64) float64 { return eval(f, t, x) }

// kinds groups operations by what they cost.
var kinds = []struct{ name, ops string }{
	{"fma", " fma "}, {"add", " add sub "}, {"mul", " mul "}, {"min", " min max "}, {"bit", " and or xor not shl shr neg abs "},
	{"cmp", " lt le eq ne "}, {"sel", " select rarely "}, {"round", " floor ceil trunc roundeven "},
	{"convert", " convert "}, {"table", " table "}, {"div", " div "}, {"sqrt", " sqrt "},
}

// count is how many operations of each kind there are on the common path, with their
// sum, and how many only where a Rarely's condition holds.
func (s *scalar) count() (common map[string]int, total, rare int) {
	often := make([]bool, len(s.code))
	often[s.result] = true
	common = map[string]int{}
	for i := len(s.code) - 1; i >= 0; i-- {
		st := &s.code[i]
		if st.n == 0 || st.op == "bits" {
			if often[i] && st.n > 0 {
				often[st.args[0]] = true
			}
			continue
		}
		if !often[i] {
			rare++
			continue
		}
		total++
		for _, k := range kinds {
			if strings.Contains(k.ops, " "+st.op+" ") {
				common[k.name]++
			}
		}
		for j, a := range st.args[:st.n] {
			if st.op != rarely || j != 1 {
				often[a] = true
			}
		}
	}
	return common, total, rare
}

// What functions cost, to be read (go test -v -run TestOperations).
func TestOperations(t *testing.T) {
	for _, f := range sortedFunctions() {
		for _, typ := range []Type{Float64, Float32} {
			common, total, rare := program(f, typ).count()
			var b strings.Builder
			for _, k := range kinds {
				if n := common[k.name]; n > 0 {
					fmt.Fprintf(&b, " %s %d", k.name, n)
				}
			}
			t.Logf("%-10s %s %3d common, %3d rare:%s", f.Name, typeName(typ), total, rare, b.String())
		}
	}
}

func typeName(t Type) string { return map[Type]string{Float64: "float64", Float32: "float32"}[t] }
