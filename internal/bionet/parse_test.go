package bionet

import (
	"errors"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/triad-go/triad/internal/bionet/bcr"
)

const small = `# a comment
substanceUnits("Number")
begin parameters
  1 k  2.5e-1 # Constant
  2 kk 2*k
  3 kd (k*kk)/-2^exp(k)
end parameters

begin species
 1 A(b) 100
 2 B(a) kk
 3 A(b!1).B(a!1) 0.0
 4 $Sink() 0
end species
begin reactions
 1 1,2 3 k #_R1
 2 3 1,2 0.5*kd
 3 1,1 0 k
 4 0 2 kk*k
end reactions
begin groups
 1 All  1,2,2*3
 2 None
end groups
`

func TestParse(t *testing.T) {
	net, err := Parse(small)
	if err != nil {
		t.Fatal(err)
	}
	name := func(n string) Expression { return Expression{n, true, "1", []string{n}} }
	number := func(n string) Expression { return Expression{n, true, n, nil} }
	want := &Network{
		Parameters: []Parameter{
			{"k", number("2.5e-1")},
			{"kk", Expression{"2*k", true, "2", []string{"k"}}},
			{"kd", Expression{Text: "(k*kk)/-2^exp(k)"}},
		},
		Species: []Species{
			{"A(b)", number("100"), false}, {"B(a)", name("kk"), false},
			{"A(b!1).B(a!1)", number("0.0"), false}, {"Sink()", number("0"), true},
		},
		Reactions: []Reaction{
			{[]int{0, 1}, []int{2}, 0}, {[]int{2}, []int{0, 1}, 1}, {[]int{0, 0}, nil, 0}, {nil, []int{1}, 2},
		},
		Rates: []Expression{name("k"), {"0.5*kd", true, "0.5", []string{"kd"}}, {"kk*k", true, "1", []string{"kk", "k"}}},
		Groups: []Group{
			{"All", []Weighted{{1, 0}, {1, 1}, {2, 2}}}, {"None", nil},
		},
	}
	if !reflect.DeepEqual(net, want) {
		t.Errorf("got\n%+v\nwant\n%+v", net, want)
	}
	if again, err := Parse(strings.ReplaceAll(small, "\n", "\r\n")); err != nil || !reflect.DeepEqual(again, want) {
		t.Errorf("with carriage returns: %v", err)
	}
	if empty, err := Parse(""); err != nil || !reflect.DeepEqual(empty, &Network{}) {
		t.Errorf("an empty text: %+v, %v", empty, err)
	}
}

func TestParseRefuses(t *testing.T) {
	const parameters, species = "begin parameters\n1 k 1\nend parameters\n", "begin species\n1 A 1\n2 B 1\nend species\n"
	for _, test := range []struct {
		text string
		line int
		says string
	}{
		{"1 k 1", 1, "begin of a block"},
		{"begin", 1, "to begin"},
		{"begin functions\nend functions", 1, "parameters, species, reactions or groups"},
		{"\n" + parameters + parameters, 5, "blocks come once"},
		{species + parameters, 5, "order"},
		{"begin species\n", 1, "end species"},
		{"begin species\nend groups\n", 2, "end species"},
		{"begin species\n2 A 1", 2, "entry number 1"},
		{"begin species\n1 A 1\n1 B 1", 3, "entry number 2"},
		{"begin species\n1", 2, "expected a species"},
		{"begin species\n1 $", 2, "expected a species"},
		{"begin species\n1 A", 2, "expected an expression"},
		{"begin species\n1 A k", 2, `"k"`},
		{"begin parameters\n1 2k 1", 2, "name of a parameter"},
		{"begin parameters\n1 k 1\n2 k 1", 3, "again"},
		{"begin parameters\n1 k k", 2, "defined before"},
		{"begin parameters\n1 k 1 2", 2, `expected an operator, found "2"`},
		{"begin parameters\n1 k 1+", 2, "at the end"},
		{"begin parameters\n1 k (1", 2, "closing parenthesis"},
		{"begin parameters\n1 k 1)", 2, `expected an operator, found ")"`},
		{"begin parameters\n1 k 1,2", 2, `found ","`},
		{"begin parameters\n1 k *2", 2, "expected a number"},
		{"begin parameters\n1 k .", 2, "expected a number"},
		{"begin parameters\n1 k é", 2, "expected a number"},
		{parameters + species + "begin reactions\n1 1 3 k", 9, "from 1 to 2"},
		{parameters + species + "begin reactions\n1 1,0 2 k", 9, "from 1 to 2"},
		{parameters + species + "begin reactions\n1 1, 2 k", 9, `found ""`},
		{parameters + species + "begin reactions\n1 1 2", 9, "expected an expression"},
		{parameters + species + "begin reactions\n1 1", 9, `found ""`},
		{parameters + species + "begin reactions\n1 1 2 MM k k", 9, `"MM"`},
		{parameters + species + "begin reactions\n1 99999999999999999999 2 k", 9, "from 1 to 2"},
		{species + "begin groups\n1 G a*1", 6, "weight"},
		{species + "begin groups\n1 G 1*3", 6, "from 1 to 2"},
		{species + "begin groups\n1 ?", 6, "name of a group"},
	} {
		net, err := Parse(test.text)
		var bad *Error
		if !errors.As(err, &bad) || bad.Line != test.line || !strings.Contains(bad.Msg, test.says) || net != nil {
			t.Errorf("%q: %v, want line %d and %q", test.text, err, test.line, test.says)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(small)
	f.Add(bcr.Text[:3000])
	f.Add("begin species\n1 A 1\nend species\nbegin groups\n1 G 2*1\n")
	f.Fuzz(func(t *testing.T, text string) {
		net, err := Parse(text)
		if err != nil {
			var bad *Error
			if !errors.As(err, &bad) || bad.Line < 1 {
				t.Fatalf("%v is no *Error with a line", err)
			}
			return
		}
		for _, r := range net.Reactions {
			for _, list := range [][]int{r.Reactants, r.Products} {
				for _, i := range list {
					_ = net.Species[i]
				}
			}
			if e := net.Rates[r.Rate]; e.Product {
				if _, err := strconv.ParseFloat(e.Factor, 64); errors.Is(err, strconv.ErrSyntax) {
					t.Fatalf("factor %q of %q: %v", e.Factor, e.Text, err)
				}
			}
		}
		for _, g := range net.Groups {
			for _, w := range g.Terms {
				_ = net.Species[w.Species]
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	b.SetBytes(int64(len(bcr.Text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(bcr.Text); err != nil {
			b.Fatal(err)
		}
	}
}
