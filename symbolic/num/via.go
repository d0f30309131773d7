package num

import (
	"unsafe"

	"github.com/triad-go/triad/symbolic"
)

// Calls of what is not worth inlining, or cannot be, go through these: via(f, x)
// is f(x). Go inlines a function whose cost is at most 80, and counts a call as
// 57, but one of a parameter as 17 (Go 1.26). The detour so leaves room for what
// floats need, and is gone once inlined. TestFree fails should it cease to work.

type (
	expr1 = func(a symbolic.Expr) symbolic.Expr
	expr2 = func(a, b symbolic.Expr) symbolic.Expr
	real1 = func(x float64) float64
	real2 = func(x, y float64) float64
)

func viaConst(f func(unsafe.Pointer, float64), a unsafe.Pointer, c float64) { f(a, c) }

func via1(f func(expr1, unsafe.Pointer), g expr1, a unsafe.Pointer) { f(g, a) }

func via2(f func(expr2, unsafe.Pointer, unsafe.Pointer), g expr2, a, b unsafe.Pointer) { f(g, a, b) }

func viaFMA(f func(a, b, c unsafe.Pointer, size uintptr), a, b, c unsafe.Pointer, size uintptr) {
	f(a, b, c, size)
}

func viaOther1(f func(real1, expr1, unsafe.Pointer, uintptr), r real1, g expr1, a unsafe.Pointer, size uintptr) {
	f(r, g, a, size)
}

func viaOther2(f func(real2, expr2, unsafe.Pointer, unsafe.Pointer, uintptr), r real2, g expr2, a, b unsafe.Pointer, size uintptr) {
	f(r, g, a, b, size)
}

func viaCompare(f func(expr2, unsafe.Pointer, unsafe.Pointer) symbolic.Expr, g expr2, a, b unsafe.Pointer) symbolic.Expr {
	return f(g, a, b)
}

func viaLogic(f func(expr2, symbolic.Expr, symbolic.Expr) symbolic.Expr, g expr2, a, b symbolic.Expr) symbolic.Expr {
	return f(g, a, b)
}

func viaSelect(f func(c symbolic.Expr, a, b unsafe.Pointer), c symbolic.Expr, a, b unsafe.Pointer) {
	f(c, a, b)
}
