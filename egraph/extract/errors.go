package extract

import (
	"fmt"
	"strings"
)

// Error says what is wrong with a problem, its JSON, a choice or options.
type Error struct {
	Node  int32  // the node at fault, or -1
	Class int32  // the class at fault, or -1
	Name  string // of the node or class, if it has one
	Msg   string
	Err   error // the reason, if that is another error
}

func (e *Error) Error() string {
	s := "extract: "
	switch {
	case e.Node >= 0:
		s += fmt.Sprintf("node %d", e.Node)
	case e.Class >= 0:
		s += fmt.Sprintf("class %d", e.Class)
	}
	if e.Name != "" {
		if e.Node >= 0 || e.Class >= 0 {
			s += " "
		}
		s += fmt.Sprintf("%.100q", e.Name)
	}
	if e.Node >= 0 || e.Class >= 0 || e.Name != "" {
		s += ": "
	}
	s += e.Msg
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

func problemError(format string, args ...any) *Error {
	return &Error{Node: -1, Class: -1, Msg: fmt.Sprintf(format, args...)}
}

func (p *Problem) nodeError(i int, format string, args ...any) *Error {
	e := &Error{Node: int32(i), Class: -1, Msg: fmt.Sprintf(format, args...)}
	if i < len(p.NodeNames) {
		e.Name = p.NodeNames[i]
	}
	return e
}

func (p *Problem) classError(c int32, format string, args ...any) *Error {
	e := &Error{Node: -1, Class: c, Msg: fmt.Sprintf(format, args...)}
	if c >= 0 && int(c) < len(p.ClassNames) {
		e.Name = p.ClassNames[c]
	}
	return e
}

// CycleError says that a choice is cyclic, or that all choices for a root are.
type CycleError struct {
	Root    int32    // the root from which the cycle was reached
	Classes []int32  // each needs the next, the last one the first
	Names   []string // of Classes, if they have names
	All     bool     // every choice for Root is cyclic: it stands for no finite term
}

func (e *CycleError) Error() string {
	var b strings.Builder
	if e.All {
		fmt.Fprintf(&b, "extract: every term of root %d is infinite: ", e.Root)
	} else {
		fmt.Fprintf(&b, "extract: the choice for root %d is cyclic: ", e.Root)
	}
	for i := range len(e.Classes) + 1 {
		if i == 20 {
			b.WriteString("…")
			break
		}
		if i > 0 {
			b.WriteString(" -> ")
		}
		j := i % len(e.Classes)
		if e.Names != nil {
			fmt.Fprintf(&b, "%.40q", e.Names[j])
		} else {
			fmt.Fprint(&b, e.Classes[j])
		}
	}
	return b.String()
}

func (p *Problem) cycleError(root int32, classes []int32, all bool) *CycleError {
	e := &CycleError{Root: root, Classes: classes, All: all}
	if p.ClassNames != nil {
		for _, c := range classes {
			e.Names = append(e.Names, p.ClassNames[c])
		}
	}
	return e
}
