package symbolic

// Case is a piece of a function: its value where the truth value Cond holds.
type Case struct{ Cond, Value Expr }

// Piecewise is the value of the first case whose condition holds, and otherwise
// where none does. It is made of [Select].
func Piecewise(otherwise Expr, cases ...Case) Expr {
	for i := len(cases) - 1; i >= 0; i-- {
		otherwise = Select(cases[i].Cond, cases[i].Value, otherwise)
	}
	return otherwise
}
