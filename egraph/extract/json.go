package extract

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// jsonNode is a node in JSON. Members that it does not name are passed over.
type jsonNode struct {
	Op       *string  `json:"op"`
	Children []string `json:"children"`
	Class    *string  `json:"eclass"`
	Cost     *float64 `json:"cost"`
}

// ReadJSON reads a problem in the form of extraction-gym:
//
//	{
//	  "nodes": {
//	    "n1": {"op": "+", "children": ["n2", "n2"], "eclass": "c1", "cost": 4.0},
//	    "n2": {"op": "a", "children": [], "eclass": "c2", "cost": 1.0}
//	  },
//	  "root_eclasses": ["c1"]
//	}
//
// A child names any node of the class that is meant. A node without a cost costs
// 1, one without children is a leaf. Nodes keep the order of the text; classes
// are numbered in the order in which nodes name them. Other members, such as
// class_data, are passed over.
//
// The error is an *[Error] with the name of the node or class at fault, where
// there is one, or that of [Problem.Check].
func ReadJSON(r io.Reader) (*Problem, error) {
	in := &jsonReader{
		dec:     json.NewDecoder(r),
		p:       &Problem{ClassNames: []string{}, NodeNames: []string{}},
		nodes:   map[string]int32{},
		classes: map[string]int32{},
	}
	if err := in.read(); err != nil {
		return nil, err
	}
	if err := in.p.Check(); err != nil {
		return nil, err
	}
	return in.p, nil
}

type jsonReader struct {
	dec      *json.Decoder
	p        *Problem
	nodes    map[string]int32
	classes  map[string]int32
	children [][]string // by node, as the text has them
	roots    []string
}

func jsonError(name string, err error, format string, args ...any) *Error {
	return &Error{Node: -1, Class: -1, Name: name, Msg: fmt.Sprintf(format, args...), Err: err}
}

func (in *jsonReader) read() error {
	if err := in.expect('{', "the text"); err != nil {
		return err
	}
	seen := map[string]bool{}
	for in.dec.More() {
		key, err := in.key()
		if err != nil {
			return err
		}
		known := key == "nodes" || key == "root_eclasses"
		if known && seen[key] {
			return jsonError(key, nil, "occurs twice")
		}
		switch key {
		case "nodes":
			err = in.readNodes()
		case "root_eclasses":
			if err = in.dec.Decode(&in.roots); err != nil {
				err = jsonError(key, err, "is not a list of names")
			}
		default:
			var other json.RawMessage
			if err = in.dec.Decode(&other); err != nil {
				err = jsonError(key, err, "not JSON")
			}
		}
		if err != nil {
			return err
		}
		if known {
			seen[key] = true
		}
	}
	if _, err := in.dec.Token(); err != nil { // }
		return jsonError("", err, "not JSON")
	}
	if _, err := in.dec.Token(); err != io.EOF {
		return jsonError("", nil, "something follows the problem")
	}
	return in.resolve()
}

func (in *jsonReader) readNodes() error {
	if err := in.expect('{', "nodes"); err != nil {
		return err
	}
	for in.dec.More() {
		name, err := in.key()
		if err != nil {
			return err
		}
		if _, ok := in.nodes[name]; ok {
			return jsonError(name, nil, "two nodes have this name")
		}
		var n jsonNode
		if err := in.dec.Decode(&n); err != nil {
			return jsonError(name, err, "not a node")
		}
		if n.Class == nil {
			return jsonError(name, nil, "the node has no eclass")
		}
		if n.Op == nil {
			return jsonError(name, nil, "the node has no op")
		}
		if len(in.nodes) == math.MaxInt32 {
			return jsonError(name, nil, "more than %d nodes", math.MaxInt32)
		}
		class, ok := in.classes[*n.Class]
		if !ok {
			class = int32(len(in.classes))
			in.classes[*n.Class] = class
			in.p.ClassNames = append(in.p.ClassNames, *n.Class)
		}
		cost := 1.0
		if n.Cost != nil {
			cost = *n.Cost
		}
		in.nodes[name] = int32(len(in.nodes))
		in.p.NodeNames = append(in.p.NodeNames, name)
		in.p.Nodes = append(in.p.Nodes, Node{Op: *n.Op, Class: class, Cost: cost})
		in.children = append(in.children, n.Children)
	}
	if _, err := in.dec.Token(); err != nil { // }
		return jsonError("nodes", err, "not JSON")
	}
	return nil
}

// resolve turns names into numbers.
func (in *jsonReader) resolve() error {
	p := in.p
	p.Classes = len(p.ClassNames)
	for i, names := range in.children {
		if len(names) == 0 {
			continue
		}
		kids := make([]int32, len(names))
		for j, name := range names {
			n, ok := in.nodes[name]
			if !ok {
				return p.nodeError(i, "there is no node %.100q, its child", name)
			}
			kids[j] = p.Nodes[n].Class
		}
		p.Nodes[i].Children = kids
	}
	for _, name := range in.roots {
		c, ok := in.classes[name]
		if !ok {
			return jsonError(name, nil, "is a root, and there is no node in this class")
		}
		p.Roots = append(p.Roots, c)
	}
	return nil
}

func (in *jsonReader) expect(d json.Delim, what string) error {
	t, err := in.dec.Token()
	if err != nil {
		return jsonError("", err, "%s: not JSON", what)
	}
	if t != d {
		return jsonError("", nil, "%s does not begin with %v", what, d)
	}
	return nil
}

// key reads the name of a member of an object.
func (in *jsonReader) key() (string, error) {
	t, err := in.dec.Token()
	if err != nil {
		return "", jsonError("", err, "not JSON")
	}
	name, ok := t.(string)
	if !ok {
		return "", jsonError("", nil, "%v where a name was expected", t)
	}
	return name, nil
}

// WriteJSON writes the problem in the form that [ReadJSON] reads, one node a
// line, in order. Names that the problem does not give are made from numbers:
// class 3 is "3", its first node "3.0". The same problem gives the same text,
// and so does what ReadJSON makes of that text.
//
// The error is that of [Problem.Check], or an *[Error] if two nodes or classes
// have one name or a name is not UTF-8, or that of w.
func (p *Problem) WriteJSON(w io.Writer) error {
	if err := p.Check(); err != nil {
		return err
	}
	// Of each class the first node, for whoever has it as a child.
	name := make([]string, len(p.Nodes))
	head := make([]string, p.Classes)
	count := make([]int, p.Classes)
	for i := range p.Nodes {
		c := p.Nodes[i].Class
		if p.NodeNames != nil {
			name[i] = p.NodeNames[i]
		} else {
			name[i] = fmt.Sprintf("%d.%d", c, count[c])
		}
		if count[c]++; count[c] == 1 {
			head[c] = name[i]
		}
	}
	class := slices.Clone(p.ClassNames)
	if class == nil {
		class = make([]string, p.Classes)
		for c := range class {
			class[c] = fmt.Sprint(c)
		}
	}
	if i := notUnique(name); i >= 0 {
		return p.nodeError(i, "the name is not UTF-8, or that of another node")
	}
	if c := notUnique(class); c >= 0 {
		return p.classError(int32(c), "the name is not UTF-8, or that of another class")
	}
	for i := range p.Nodes {
		if !utf8.ValidString(p.Nodes[i].Op) {
			return p.nodeError(i, "its operator is not UTF-8: %.100q", p.Nodes[i].Op)
		}
	}

	quote(head)
	quote(class)
	out := bufio.NewWriter(w)
	line := []byte("{\n  \"nodes\": {")
	for i := range p.Nodes {
		n := &p.Nodes[i]
		if i > 0 {
			line = append(line, ',')
		}
		line = append(line, "\n    "...)
		line = append(line, quoted(name[i])...)
		line = append(line, `: {"op": `...)
		line = append(line, quoted(n.Op)...)
		line = append(line, `, "children": [`...)
		for j, k := range n.Children {
			if j > 0 {
				line = append(line, ", "...)
			}
			line = append(line, head[k]...)
		}
		line = append(line, `], "eclass": `...)
		line = append(line, class[n.Class]...)
		line = append(line, `, "cost": `...)
		line = strconv.AppendFloat(line, n.Cost, 'g', -1, 64)
		line = append(line, '}')
		if _, err := out.Write(line); err != nil {
			return err
		}
		line = line[:0]
	}
	line = append(line, "\n  },\n  \"root_eclasses\": ["...)
	for i, c := range p.Roots {
		if i > 0 {
			line = append(line, ", "...)
		}
		line = append(line, class[c]...)
	}
	line = append(line, "]\n}\n"...)
	if _, err := out.Write(line); err != nil {
		return err
	}
	return out.Flush()
}

// quoted returns a string as JSON.
func quoted(s string) []byte {
	b, err := json.Marshal(s)
	if err != nil {
		panic("extract: " + err.Error()) // strings always have a form in JSON
	}
	return b
}

// quote makes JSON of strings in place.
func quote(list []string) {
	for i, s := range list {
		list[i] = string(quoted(s))
	}
}

// notUnique returns the first element that is not UTF-8 or occurred before, or -1.
func notUnique(names []string) int {
	seen := make(map[string]struct{}, len(names))
	for i, s := range names {
		if _, ok := seen[s]; ok || !utf8.ValidString(s) {
			return i
		}
		seen[s] = struct{}{}
	}
	return -1
}
