package symbolic

import "slices"

// Jacobian is the derivatives of the terms by the variables: row i holds those
// of es[i], column j those by vars[j], each as by [Diff]. Terms that the es share
// are differentiated once.
func Jacobian(es, vars []Expr) ([][]Expr, error) {
	m, err := SparseJacobian(es, vars)
	if err != nil {
		return nil, err
	}
	return m.Dense(), nil
}

// SparseJacobian is [Jacobian] without the elements that are 0. The time is that
// of the elements: for each variable, only the terms that depend on it are
// visited.
func SparseJacobian(es, vars []Expr) (*Sparse, error) {
	if err := checkDiff(es, vars); err != nil {
		return nil, err
	}
	s := newSlopes(es)
	places := s.rootPlaces()
	var c columns
	for _, x := range vars {
		c.next()
		if err := s.direction(len(es), seed{x, Expr{one}}); err != nil {
			return nil, err
		}
		for _, i := range s.dependent(places) {
			if d := s.root(i); d.n != nil {
				c.add(i, d)
			}
		}
	}
	return c.sparse(len(es)), nil
}

// Hessian is the second derivatives of e by the variables. It is symmetric: the
// element in row i and column j is the derivative by vars[min(i, j)] and then by
// vars[max(i, j)].
func Hessian(e Expr, vars []Expr) ([][]Expr, error) {
	m, err := SparseHessian(e, vars)
	if err != nil {
		return nil, err
	}
	return m.Dense(), nil
}

// SparseHessian is [Hessian] without the elements that are 0.
func SparseHessian(e Expr, vars []Expr) (*Sparse, error) {
	gradient, err := Gradient(e, vars)
	if err != nil {
		return nil, err
	}
	s := newSlopes(gradient)
	places := s.rootPlaces()
	n := len(vars)
	rows := make([]columns, n) // of the part below the diagonal, one column each
	for j, x := range vars {
		if err := s.direction(j+1, seed{x, Expr{one}}); err != nil {
			return nil, err
		}
		for _, i := range s.dependent(places) {
			if i > j {
				break
			}
			d := s.root(i)
			if d.n == nil {
				continue
			}
			rows[j].add(i, d)
			if i != j {
				rows[i].add(j, d)
			}
		}
	}
	m := &Sparse{Pattern: Pattern{Rows: n, Cols: n, RowStart: make([]int, 1, n+1)}}
	for _, r := range rows {
		m.Col = append(m.Col, r.row...)
		m.Value = append(m.Value, r.value...)
		m.RowStart = append(m.RowStart, len(m.Col))
	}
	return m, nil
}

// rootPlaces is which roots each vertex is.
func (g *dependence) rootPlaces() map[int32][]int {
	places := make(map[int32][]int, len(g.roots))
	for i, v := range g.roots {
		if v != none {
			places[v] = append(places[v], i)
		}
	}
	return places
}

// dependent is the roots that depend on the direction, in ascending order.
func (s *slopes) dependent(places map[int32][]int) []int {
	var roots []int
	for _, v := range s.list {
		roots = append(roots, places[v]...)
	}
	slices.Sort(roots)
	return roots
}
