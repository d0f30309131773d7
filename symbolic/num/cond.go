package num

import (
	"unsafe"

	"github.com/triad-go/triad/symbolic"
)

// Cond is the truth value of a comparison: a bool, or an expression. The zero
// Cond is false.
type Cond[T Real] struct {
	ok bool
	e  symbolic.Expr // the zero Expr if the Cond is the zero Cond
}

// Lt is a < b: false if either is NaN.
func Lt[T Real](a, b Num[T]) (c Cond[T]) {
	if unsafe.Sizeof(a) == 8 {
		c.ok = lt[float64](unsafe.Pointer(&a.v), unsafe.Pointer(&b.v))
	} else if unsafe.Sizeof(a) == 4 {
		c.ok = lt[float32](unsafe.Pointer(&a.v), unsafe.Pointer(&b.v))
	} else {
		c.e = viaCompare(compare, symbolic.Lt, unsafe.Pointer(&a.v), unsafe.Pointer(&b.v))
	}
	return c
}

// Le is a <= b: false if either is NaN.
func Le[T Real](a, b Num[T]) (c Cond[T]) {
	if unsafe.Sizeof(a) == 8 {
		c.ok = le[float64](unsafe.Pointer(&a.v), unsafe.Pointer(&b.v))
	} else if unsafe.Sizeof(a) == 4 {
		c.ok = le[float32](unsafe.Pointer(&a.v), unsafe.Pointer(&b.v))
	} else {
		c.e = viaCompare(compare, symbolic.Le, unsafe.Pointer(&a.v), unsafe.Pointer(&b.v))
	}
	return c
}

// Gt is a > b: false if either is NaN.
func Gt[T Real](a, b Num[T]) (c Cond[T]) {
	if unsafe.Sizeof(a) == 8 {
		c.ok = lt[float64](unsafe.Pointer(&b.v), unsafe.Pointer(&a.v))
	} else if unsafe.Sizeof(a) == 4 {
		c.ok = lt[float32](unsafe.Pointer(&b.v), unsafe.Pointer(&a.v))
	} else {
		c.e = viaCompare(compare, symbolic.Gt, unsafe.Pointer(&a.v), unsafe.Pointer(&b.v))
	}
	return c
}

// Ge is a >= b: false if either is NaN.
func Ge[T Real](a, b Num[T]) (c Cond[T]) {
	if unsafe.Sizeof(a) == 8 {
		c.ok = le[float64](unsafe.Pointer(&b.v), unsafe.Pointer(&a.v))
	} else if unsafe.Sizeof(a) == 4 {
		c.ok = le[float32](unsafe.Pointer(&b.v), unsafe.Pointer(&a.v))
	} else {
		c.e = viaCompare(compare, symbolic.Ge, unsafe.Pointer(&a.v), unsafe.Pointer(&b.v))
	}
	return c
}

// Eq is a == b: false if either is NaN, true for 0.0 and -0.0.
func Eq[T Real](a, b Num[T]) (c Cond[T]) {
	if unsafe.Sizeof(a) == 8 {
		c.ok = eq[float64](unsafe.Pointer(&a.v), unsafe.Pointer(&b.v))
	} else if unsafe.Sizeof(a) == 4 {
		c.ok = eq[float32](unsafe.Pointer(&a.v), unsafe.Pointer(&b.v))
	} else {
		c.e = viaCompare(compare, symbolic.Eq, unsafe.Pointer(&a.v), unsafe.Pointer(&b.v))
	}
	return c
}

// Ne is a != b: true if either is NaN.
func Ne[T Real](a, b Num[T]) (c Cond[T]) {
	if unsafe.Sizeof(a) == 8 {
		c.ok = !eq[float64](unsafe.Pointer(&a.v), unsafe.Pointer(&b.v))
	} else if unsafe.Sizeof(a) == 4 {
		c.ok = !eq[float32](unsafe.Pointer(&a.v), unsafe.Pointer(&b.v))
	} else {
		c.e = viaCompare(compare, symbolic.Ne, unsafe.Pointer(&a.v), unsafe.Pointer(&b.v))
	}
	return c
}

// And is a && b.
func And[T Real](a, b Cond[T]) (c Cond[T]) {
	var x Num[T]
	if unsafe.Sizeof(x) <= 8 {
		c.ok = a.ok && b.ok
	} else {
		c.e = viaLogic(logic, symbolic.And, a.e, b.e)
	}
	return c
}

// Or is a || b.
func Or[T Real](a, b Cond[T]) (c Cond[T]) {
	var x Num[T]
	if unsafe.Sizeof(x) <= 8 {
		c.ok = a.ok || b.ok
	} else {
		c.e = viaLogic(logic, symbolic.Or, a.e, b.e)
	}
	return c
}

// Not is !a.
func Not[T Real](a Cond[T]) (c Cond[T]) {
	var x Num[T]
	if unsafe.Sizeof(x) <= 8 {
		c.ok = !a.ok
	} else {
		c.e = viaLogic(logic, not, a.e, a.e)
	}
	return c
}

// Select is a if c holds, and b otherwise. Both are computed.
func Select[T Real](c Cond[T], a, b Num[T]) Num[T] {
	if unsafe.Sizeof(a) > 8 {
		viaSelect(choose, c.e, unsafe.Pointer(&a.v), unsafe.Pointer(&b.v))
		return a
	}
	if c.ok {
		return a
	}
	return b
}

// The conditions of terms.

func compare(f expr2, a, b unsafe.Pointer) symbolic.Expr {
	return f((*Term)(a).Expr(), (*Term)(b).Expr())
}

func logic(f expr2, a, b symbolic.Expr) symbolic.Expr {
	return f(condition(a), condition(b))
}

func not(a, _ symbolic.Expr) symbolic.Expr { return symbolic.Not(a) }

func choose(c symbolic.Expr, a, b unsafe.Pointer) {
	t := (*Term)(a)
	*t = termOf(symbolic.Select(condition(c), t.Expr(), (*Term)(b).Expr()))
}

// condition is e, or a condition that does not hold for the e of the zero Cond.
func condition(e symbolic.Expr) symbolic.Expr {
	if e == (symbolic.Expr{}) {
		zero := symbolic.Const(0)
		return symbolic.Lt(zero, zero)
	}
	return e
}
