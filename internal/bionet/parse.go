package bionet

import (
	"fmt"
	"strconv"
	"strings"
)

// Error says where a text is not a network.
type Error struct {
	Line int    // from 1
	Msg  string // what was expected there, and what was found
}

func (e *Error) Error() string { return fmt.Sprintf("bionet: line %d: %s", e.Line, e.Msg) }

// Parse reads the text of a .net file: the blocks parameters, species, reactions
// and groups, in that order. Any of them may be missing. Rates that depend on
// amounts (blocks of functions; the laws Sat, MM and Hill) are not mass action
// and are refused. Any error is an *[Error].
//
// The network keeps parts of the text alive.
func Parse(text string) (*Network, error) {
	p := parser{
		net:        &Network{},
		parameters: map[string]bool{},
		rates:      map[string]int{},
	}
	for text != "" {
		line := text
		if end := strings.IndexByte(text, '\n'); end >= 0 {
			line, text = text[:end], text[end+1:]
		} else {
			text = ""
		}
		p.line++
		if comment := strings.IndexByte(line, '#'); comment >= 0 {
			line = line[:comment]
		}
		if line = strings.Trim(line, " \t\r"); line == "" {
			continue
		}
		if err := p.read(line, text); err != nil {
			return nil, &Error{p.line, err.Error()}
		}
	}
	if p.block != nil {
		return nil, &Error{p.line, "expected end " + p.block.name + ", found the end of the text"}
	}
	return p.net, nil
}

type parser struct {
	net        *Network
	line       int
	block      *block // nil between blocks
	done       int    // blocks before this one are over
	entries    int    // of the block so far
	parameters map[string]bool
	rates      map[string]int
	indices    []int // what lists of species are cut from
}

// A block reads its entries, which begin with their number.
type block struct {
	name  string
	entry func(p *parser, rest string) error
}

var blocks = []*block{
	{"parameters", (*parser).parameter},
	{"species", (*parser).species},
	{"reactions", (*parser).reaction},
	{"groups", (*parser).group},
}

// read takes a line without its comment, which is not empty. after is the text
// that follows.
func (p *parser) read(line, after string) error {
	first, rest := word(line)
	if p.block != nil {
		if first == "end" && rest == p.block.name {
			p.block = nil
			return nil
		}
		p.entries++
		if n, err := strconv.Atoi(first); err != nil || n != p.entries {
			return fmt.Errorf("expected entry number %d or end %s, found %s", p.entries, p.block.name, quote(line))
		}
		return p.block.entry(p, rest)
	}
	if first != "begin" {
		// Newer versions of BioNetGen write settings, as in substanceUnits("Number").
		if name := token(line); isName(name) && strings.HasPrefix(line[len(name):], "(") {
			return nil
		}
		return fmt.Errorf("expected the begin of a block, found %s", quote(line))
	}
	for i, b := range blocks {
		if b.name != rest {
			continue
		}
		if i < p.done {
			return fmt.Errorf("expected no %s here: blocks come once, in the order of parameters, species, reactions, groups", b.name)
		}
		p.block, p.done, p.entries = b, i+1, 0
		if b.name == "reactions" { // by far the most entries
			list, _, _ := strings.Cut(after, "\nend")
			p.net.Reactions = make([]Reaction, 0, strings.Count(list, "\n")+1)
		}
		return nil
	}
	return fmt.Errorf("expected parameters, species, reactions or groups to begin, found %s", quote(rest))
}

// word cuts the first word off a line.
func word(line string) (first, rest string) {
	for i := 0; i < len(line); i++ {
		if line[i] == ' ' || line[i] == '\t' {
			return line[:i], strings.TrimLeft(line[i:], " \t")
		}
	}
	return line, ""
}

func (p *parser) parameter(rest string) error {
	name, value := word(rest)
	if !isName(name) {
		return fmt.Errorf("expected the name of a parameter, found %s", quote(name))
	}
	if p.parameters[name] {
		return fmt.Errorf("expected a new name, found %s again", quote(name))
	}
	e, err := p.expression(value)
	if err != nil {
		return err
	}
	p.parameters[name] = true
	p.net.Parameters = append(p.net.Parameters, Parameter{name, e})
	return nil
}

func (p *parser) expression(text string) (Expression, error) {
	return parseExpression(text, func(name string) bool { return p.parameters[name] })
}

func (p *parser) species(rest string) error {
	name, initial := word(rest)
	name, fixed := strings.CutPrefix(name, "$")
	if name == "" {
		return fmt.Errorf("expected a species, found %s", quote(rest))
	}
	e, err := p.expression(initial)
	if err != nil {
		return err
	}
	p.net.Species = append(p.net.Species, Species{name, e, fixed})
	return nil
}

func (p *parser) reaction(rest string) error {
	reactants, rest := word(rest)
	products, rate := word(rest)
	var r Reaction
	var err error
	if r.Reactants, err = p.list(reactants); err != nil {
		return err
	}
	if r.Products, err = p.list(products); err != nil {
		return err
	}
	var ok bool
	if r.Rate, ok = p.rates[rate]; !ok {
		e, err := p.expression(rate)
		if err != nil {
			return err
		}
		r.Rate = len(p.net.Rates)
		p.rates[rate] = r.Rate
		p.net.Rates = append(p.net.Rates, e)
	}
	p.net.Reactions = append(p.net.Reactions, r)
	return nil
}

// list reads numbers of species with commas between them; 0 alone is none.
func (p *parser) list(text string) ([]int, error) {
	if text == "0" {
		return nil, nil
	}
	if cap(p.indices)-len(p.indices) < (len(text)+1)/2 { // a list is never cut in two
		p.indices = make([]int, 0, max(4096, len(text)))
	}
	from := len(p.indices)
	for more := true; more; {
		var number string
		number, text, more = strings.Cut(text, ",")
		i, err := p.index(number)
		if err != nil {
			return nil, err
		}
		p.indices = append(p.indices, i)
	}
	return p.indices[from:len(p.indices):len(p.indices)], nil
}

// index reads the number of a species.
func (p *parser) index(number string) (int, error) {
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > len(p.net.Species) {
		return 0, fmt.Errorf("expected the number of a species, from 1 to %d, found %s", len(p.net.Species), quote(number))
	}
	return n - 1, nil
}

func (p *parser) group(rest string) error {
	name, list := word(rest)
	if !isName(name) {
		return fmt.Errorf("expected the name of a group, found %s", quote(name))
	}
	g := Group{Name: name}
	for more := list != ""; more; { // a group may be empty
		var term string
		term, list, more = strings.Cut(list, ",")
		w := Weighted{Weight: 1}
		if weight, number, ok := strings.Cut(term, "*"); ok {
			n, err := strconv.Atoi(weight)
			if err != nil {
				return fmt.Errorf("expected an integer as weight, found %s", quote(weight))
			}
			w.Weight, term = n, number
		}
		var err error
		if w.Species, err = p.index(term); err != nil {
			return err
		}
		g.Terms = append(g.Terms, w)
	}
	p.net.Groups = append(p.net.Groups, g)
	return nil
}
