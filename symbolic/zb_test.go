package symbolic
import ("testing";"fmt";"time";"runtime")
func TestZB(t *testing.T) {
	x, y := Var("x"), Var("y")
	for i, level := range []func(e Expr) Expr{func(e Expr) Expr { return y.Sub(e) }, func(e Expr) Expr { return e.Sub(y) }, func(e Expr) Expr { return e.Neg() }, func(e Expr) Expr { return Plus(y, Sin(e)) } } {
		e := x
		for range 1000000 { e = level(e) }
		var a, b runtime.MemStats
		runtime.ReadMemStats(&a)
		st := time.Now()
		s := Brief(e, 100)
		d := time.Since(st)
		runtime.ReadMemStats(&b)
		fmt.Println(i, s, d, (b.TotalAlloc-a.TotalAlloc)>>20, "MB")
	}
}
