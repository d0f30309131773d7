package extract

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

const sample = `{
  "nodes": {
    "mul": {"op": "*", "children": ["a", "two"], "eclass": "2a", "cost": 4},
    "add": {"op": "+", "children": ["a", "a"], "eclass": "2a", "cost": 2.5, "subsumed": false},
    "a": {"op": "a", "children": [], "eclass": "a"},
    "two": {"op": "2", "eclass": "2", "cost": null}
  },
  "class_data": {"a": {"type": "f64"}},
  "root_eclasses": ["2a"]
}`

func TestReadJSON(t *testing.T) {
	p, err := ReadJSON(strings.NewReader(sample))
	if err != nil {
		t.Fatal(err)
	}
	want := &Problem{
		Classes: 3,
		Nodes: []Node{
			{Op: "*", Class: 0, Children: []int32{1, 2}, Cost: 4},
			{Op: "+", Class: 0, Children: []int32{1, 1}, Cost: 2.5},
			{Op: "a", Class: 1, Cost: 1},
			{Op: "2", Class: 2, Cost: 1},
		},
		Roots:      []int32{0},
		ClassNames: []string{"2a", "a", "2"},
		NodeNames:  []string{"mul", "add", "a", "two"},
	}
	if !reflect.DeepEqual(p, want) {
		t.Errorf("got %+v\nwant %+v", p, want)
	}
}

func TestReadJSONErrors(t *testing.T) {
	for _, tt := range []struct{ text, msg string }{
		{``, `extract: the text: not JSON: EOF`},
		{`[]`, `extract: the text does not begin with {`},
		{`{}`, `extract: there are no roots`},
		{`{"nodes": []}`, `extract: nodes does not begin with {`},
		{`{"nodes": null}`, `extract: nodes does not begin with {`},
		{`{"nodes": {"n": {"op": "x", "eclass": "c"}}}`, `extract: there are no roots`},
		{`{"nodes": {"n": {"op": "x", "eclass": "c"}}, "root_eclasses": []}`, `extract: there are no roots`},
		{`{"nodes": {"n": {"op": "x", "eclass": "c"}}, "root_eclasses": ["d"]}`, `extract: "d": is a root, and there is no node in this class`},
		{`{"nodes": {"n": {"op": "x", "eclass": "c"}}, "root_eclasses": "c"}`, `extract: "root_eclasses": is not a list of names: json: cannot unmarshal string into Go value of type []string`},
		{`{"nodes": {"n": {"op": "x", "eclass": "c"}}, "nodes": {}}`, `extract: "nodes": occurs twice`},
		{`{"nodes": {"n": {"op": "x", "eclass": "c"}}, "root_eclasses": ["c"]} {}`, `extract: something follows the problem`},
		{`{"nodes": {"n": {"op": "x", "eclass": "c"}, "n": {"op": "y", "eclass": "c"}}, "root_eclasses": ["c"]}`, `extract: "n": two nodes have this name`},
		{`{"nodes": {"n": {"op": "x"}}, "root_eclasses": ["c"]}`, `extract: "n": the node has no eclass`},
		{`{"nodes": {"n": null}, "root_eclasses": ["c"]}`, `extract: "n": the node has no eclass`},
		{`{"nodes": {"n": {"eclass": "c"}}, "root_eclasses": ["c"]}`, `extract: "n": the node has no op`},
		{`{"nodes": {"n": {"op": "x", "eclass": "c", "children": ["m"]}}, "root_eclasses": ["c"]}`, `extract: node 0 "n": there is no node "m", its child`},
		{`{"nodes": {"n": {"op": "x", "eclass": "c", "cost": -0.5}}, "root_eclasses": ["c"]}`, `extract: node 0 "n": its cost is negative: -0.5`},
		{`{"nodes": {"n": {"op": "x", "eclass": "c", "children": ["n"]}}, "root_eclasses": ["c"]}`, `extract: every term of root 0 is infinite: "c" -> "c"`},
		{`{"nodes": {"n": {"op": "x", "eclass": "c", "cost": 1e308}, "m": {"op": "x", "eclass": "c", "cost": 1e308}}, "root_eclasses": ["c"]}`,
			`extract: node 1 "m": the sum of all costs up to its own is infinite`},
	} {
		_, err := ReadJSON(strings.NewReader(tt.text))
		var e *Error
		var c *CycleError
		if err == nil || err.Error() != tt.msg || !errors.As(err, &e) && !errors.As(err, &c) {
			t.Errorf("%s\ngot  %v\nwant %s", tt.text, err, tt.msg)
		}
	}
	// What encoding/json says of these is its own affair, the name is ours.
	for _, text := range []string{
		`{"nodes": {"bad": {"op": "x", "eclass": "c", "cost": NaN}}, "root_eclasses": ["c"]}`,
		`{"nodes": {"bad": {"op": "x", "eclass": "c", "cost": "NaN"}}, "root_eclasses": ["c"]}`,
		`{"nodes": {"bad": {"op": "x", "eclass": "c", "cost": 1e999}}, "root_eclasses": ["c"]}`,
		`{"nodes": {"bad": {"op": 1, "eclass": "c"}}, "root_eclasses": ["c"]}`,
		`{"nodes": {"bad": {"op": "x", "eclass": "c", "children": [0]}}, "root_eclasses": ["c"]}`,
		`{"nodes": {"bad": 17}, "root_eclasses": ["c"]}`,
		`{"nodes": {"bad": {"op": "x"`,
	} {
		_, err := ReadJSON(strings.NewReader(text))
		var e *Error
		if !errors.As(err, &e) || e.Name != "bad" || e.Err == nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	// Truncated anywhere, the text is an error.
	for i := range len(sample) {
		_, err := ReadJSON(strings.NewReader(sample[:i]))
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%s: %v", sample[:i], err)
		}
	}
}

func TestWriteJSON(t *testing.T) {
	p, err := ReadJSON(strings.NewReader(sample))
	if err != nil {
		t.Fatal(err)
	}
	p.NodeNames, p.ClassNames = nil, nil
	var b strings.Builder
	if err := p.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	const want = `{
  "nodes": {
    "0.0": {"op": "*", "children": ["1.0", "2.0"], "eclass": "0", "cost": 4},
    "0.1": {"op": "+", "children": ["1.0", "1.0"], "eclass": "0", "cost": 2.5},
    "1.0": {"op": "a", "children": [], "eclass": "1", "cost": 1},
    "2.0": {"op": "2", "children": [], "eclass": "2", "cost": 1}
  },
  "root_eclasses": ["0"]
}
`
	if b.String() != want {
		t.Errorf("got %s\nwant %s", b.String(), want)
	}
	for _, change := range []func(*Problem){
		func(p *Problem) { p.Roots = nil },
		func(p *Problem) { p.NodeNames = []string{"a", "b", "a", "c"} },
		func(p *Problem) { p.NodeNames = []string{"a", "b", "c", "\xff"} },
		func(p *Problem) { p.ClassNames = []string{"a", "a", "b"} },
		func(p *Problem) { p.Nodes[3].Op = "\xff" },
	} {
		q := *p
		q.Nodes = append([]Node(nil), p.Nodes...)
		change(&q)
		var e *Error
		if err := q.WriteJSON(&b); !errors.As(err, &e) {
			t.Errorf("%+v: %v", q, err)
		}
	}
	full := errors.New("full")
	if err := p.WriteJSON(failing{full}); err != full {
		t.Errorf("a writer that fails: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for i := range 100 {
		p := random(r, shapes[i%len(shapes)])
		for j := range p.Nodes {
			p.Nodes[j].Cost *= r.Float64()
		}
		roundTrip(t, p)
	}
}

// roundTrip writes and reads a problem, which must stay what it is.
func roundTrip(t *testing.T, p *Problem) {
	t.Helper()
	var one, two bytes.Buffer
	if err := p.WriteJSON(&one); err != nil {
		t.Fatal(err)
	}
	q, err := ReadJSON(bytes.NewReader(one.Bytes()))
	if err != nil {
		t.Fatalf("%v: %s", err, one.Bytes())
	}
	if err := q.WriteJSON(&two); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Fatalf("%s\nbecame %s", one.Bytes(), two.Bytes())
	}
	a, err := Exact(context.Background(), p, Options{Steps: 20_000})
	if err != nil {
		t.Fatal(err)
	}
	b, err := Exact(context.Background(), q, Options{Steps: 20_000})
	if err != nil {
		t.Fatal(err)
	}
	checkSolution(t, q, b)
	if a.Optimal && b.Optimal && a.Cost-b.Cost > 1e-9*a.Cost+1e-300 {
		t.Fatalf("cost %v became %v", a.Cost, b.Cost)
	}
}

func FuzzReadJSON(f *testing.F) {
	f.Add(sample)
	f.Add(`{"nodes": {"n": {"op": "x", "eclass": "c", "children": ["n", "m"]}, "m": {"op": "", "eclass": "c", "cost": 0}}, "root_eclasses": ["c", "c"]}`)
	r := rand.New(rand.NewPCG(11, 12))
	for _, s := range shapes {
		var b strings.Builder
		if err := random(r, s).WriteJSON(&b); err != nil {
			f.Fatal(err)
		}
		f.Add(b.String())
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ReadJSON(strings.NewReader(text))
		if err != nil {
			var e *Error
			var c *CycleError
			if !errors.As(err, &e) && !errors.As(err, &c) {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		roundTrip(t, p)
		tree, err := Tree(p)
		if err != nil {
			t.Fatal(err)
		}
		checkSolution(t, p, tree)
		greedy, err := Greedy(context.Background(), p, Options{Steps: 20_000})
		if err != nil {
			t.Fatal(err)
		}
		checkSolution(t, p, greedy)
		exact, err := Exact(context.Background(), p, Options{Steps: 20_000})
		if err != nil {
			t.Fatal(err)
		}
		if greedy.Cost > tree.Cost || exact.Cost > greedy.Cost {
			t.Fatalf("Tree %v, Greedy %v, Exact %v", tree.Cost, greedy.Cost, exact.Cost)
		}
	})
}

func BenchmarkJSON(b *testing.B) {
	p := deep(rand.New(rand.NewPCG(1, 2)), 40_000, 3, 1000, 10, 0.2)
	var buf bytes.Buffer
	b.Run("write", func(b *testing.B) {
		for b.Loop() {
			buf.Reset()
			if err := p.WriteJSON(&buf); err != nil {
				b.Fatal(err)
			}
		}
		b.SetBytes(int64(buf.Len()))
	})
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			if _, err := ReadJSON(bytes.NewReader(buf.Bytes())); err != nil {
				b.Fatal(err)
			}
		}
		b.SetBytes(int64(buf.Len()))
	})
}
