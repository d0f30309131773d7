package rewrite

import "testing"

func TestPortable(t *testing.T) {
	yes := func(*Tree) bool { return true }
	even := Predicate("even", yes)
	left := MustPattern("f(?x)")
	fn, err := NewFunc(Trees, left, func(b *Bindings[*Tree]) (*Tree, bool) { return b.Get("x"), true })
	if err != nil {
		t.Fatal(err)
	}
	guarded, err := New(Trees, left, MustPattern("g(?x)"), When(func(*Bindings[*Tree]) bool { return true }))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := New(Trees, left, MustPattern("g(?x)"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		rule *Rule[*Tree]
		want bool
	}{
		{"patterns", plain, true},
		{"built-in predicate", MustParse(Trees, "f(?x:even) => g(?x)"), true},
		{"condition", MustParse(Trees, "f(?x) => g(?x) if even(?x) && ?x > 2"), true},
		{"a predicate that is not asked for", MustParse(Trees, "f(?x) => g(?x) if odd(?x)", even), true},
		{"predicate on a slot", MustParse(Trees, "f(?x:even) => g(?x)", even), false},
		{"predicate inside", MustParse(Trees, "f(h(a, ?x:even)) => g(?x)", even), false},
		{"predicate on a segment", MustParse(Trees, "f(??x:even) => g(??x)", even), false},
		{"predicate in the condition", MustParse(Trees, "f(?x) => g(?x) if !(even(?x) || ?x > 2)", even), false},
		{"predicate of one's own", MustParse(Trees, "f(?x:mine) => g(?x)", Predicate("mine", yes)), false},
		{"function", fn, false},
		{"guard", guarded, false},
	} {
		if got := tt.rule.Portable(); got != tt.want {
			t.Errorf("%s: %v is portable: %v, expected %v", tt.name, tt.rule, got, tt.want)
		}
	}

	// A condition is that of both directions; a slot's predicate is not.
	r := MustParse(Trees, "f(?x) <=> g(?x) if even(?x)", even)
	if r.Portable() || r.Reverse().Portable() {
		t.Errorf("%v is portable: %v, reversed %v", r, r.Portable(), r.Reverse().Portable())
	}
}
