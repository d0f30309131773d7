// Package mathsuite is the mathematics with which engines for equality
// saturation are measured: calculus and arithmetic with associativity,
// commutativity and distribution, as rules and terms in text. Tests of package
// egraph and measurements of package bench share it.
package mathsuite

// Growth are the rules of egglog's math-microbenchmark (tests of
// github.com/egraphs-good/egglog), with which egg is measured too.
var Growth = []string{
	"(+ ?a ?b) => (+ ?b ?a)",
	"(* ?a ?b) => (* ?b ?a)",
	"(+ ?a (+ ?b ?c)) => (+ (+ ?a ?b) ?c)",
	"(* ?a (* ?b ?c)) => (* (* ?a ?b) ?c)",
	"(- ?a ?b) => (+ ?a (* -1 ?b))",
	"(+ ?a 0) => ?a",
	"(* ?a 0) => 0",
	"(* ?a 1) => ?a",
	"(- ?a ?a) => 0",
	"(* ?a (+ ?b ?c)) => (+ (* ?a ?b) (* ?a ?c))",
	"(+ (* ?a ?b) (* ?a ?c)) => (* ?a (+ ?b ?c))",
	"(* (pow ?a ?b) (pow ?a ?c)) => (pow ?a (+ ?b ?c))",
	"(pow ?x 1) => ?x",
	"(pow ?x 2) => (* ?x ?x)",
	"(d ?x (+ ?a ?b)) => (+ (d ?x ?a) (d ?x ?b))",
	"(d ?x (* ?a ?b)) => (+ (* ?a (d ?x ?b)) (* ?b (d ?x ?a)))",
	"(d ?x (sin ?x)) => (cos ?x)",
	"(d ?x (cos ?x)) => (* -1 (sin ?x))",
	"(i 1 ?x) => ?x",
	"(i (cos ?x) ?x) => (sin ?x)",
	"(i (sin ?x) ?x) => (* -1 (cos ?x))",
	"(i (+ ?f ?g) ?x) => (+ (i ?f ?x) (i ?g ?x))",
	"(i (- ?f ?g) ?x) => (- (i ?f ?x) (i ?g ?x))",
	"(i (* ?a ?b) ?x) => (- (* ?a (i ?b ?x)) (i (* (d ?x ?a) (i ?b ?x)) ?x))",
}

// GrowthTerms are what the rules of Growth begin with.
var GrowthTerms = []string{
	"(i (ln x) x)",
	"(i (+ x (cos x)) x)",
	"(i (* (cos x) x) x)",
	"(d x (+ 1 (* 2 x)))",
	"(d x (- (pow x 3) (* 7 (pow x 2))))",
	"(+ (* y (+ x y)) (- (+ x 2) (+ x x)))",
	"(/ 1 (- (/ (+ 1 (sqrt five)) 2) (/ (- 1 (sqrt five)) 2)))",
}

// GrowthNodes are the nodes after each iteration in which all matches of all
// rules are applied. Those after 10 and 11 are published for egg and egglog.
var GrowthNodes = []int{69, 118, 208, 389, 784, 1576, 3160, 8113, 28303, 136446, 1047896}

// Regroup are the laws with which a sum of k different terms saturates at a
// class for each set of them that is not empty, and a node for each way to part
// such a set in two.
var Regroup = []string{Growth[0], Growth[2]}

// Regrouped are the classes and nodes at which Regroup saturates on a sum of k
// different leaves: 2^k - 1 and 3^k - 2^(k+1) + 1 + k.
func Regrouped(k int) (classes, nodes int) {
	three := 1
	for range k {
		three *= 3
	}
	return 1<<k - 1, three - 1<<(k+1) + 1 + k
}

// Law is a rule that applies where two of its slots are not equal, if any are
// named.
type Law struct {
	Text   string
	Differ [2]string
}

// Laws are the rules of egg's tests of mathematics (tests/math.rs of
// github.com/egraphs-good/egg). As there, calls of numbers are computed besides.
var Laws = []Law{
	{Text: Growth[0]},
	{Text: Growth[1]},
	{Text: Growth[2]},
	{Text: Growth[3]},
	{Text: Growth[4]},
	{Text: "(/ ?a ?b) => (* ?a (pow ?b -1)) if !number(?b) || nonzero(?b)"},
	{Text: "(+ ?a 0) => ?a"},
	{Text: "(* ?a 0) => 0"},
	{Text: "(* ?a 1) => ?a"},
	{Text: "?a => (+ ?a 0)"},
	{Text: "?a => (* ?a 1)"},
	{Text: "(- ?a ?a) => 0"},
	{Text: "(/ ?a ?a) => 1 if !number(?a) || nonzero(?a)"},
	{Text: "(* ?a (+ ?b ?c)) => (+ (* ?a ?b) (* ?a ?c))"},
	{Text: "(+ (* ?a ?b) (* ?a ?c)) => (* ?a (+ ?b ?c))"},
	{Text: "(* (pow ?a ?b) (pow ?a ?c)) => (pow ?a (+ ?b ?c))"},
	{Text: "(pow ?x 0) => 1 if !number(?x) || nonzero(?x)"},
	{Text: "(pow ?x 1) => ?x"},
	{Text: "(pow ?x 2) => (* ?x ?x)"},
	{Text: "(pow ?x -1) => (/ 1 ?x) if !number(?x) || nonzero(?x)"},
	{Text: "(* ?x (/ 1 ?x)) => 1 if !number(?x) || nonzero(?x)"},
	{Text: "(d ?x ?x) => 1 if symbol(?x)"},
	{Text: "(d ?x ?c) => 0 if symbol(?x) && (number(?c) || symbol(?c))", Differ: [2]string{"x", "c"}},
	{Text: "(d ?x (+ ?a ?b)) => (+ (d ?x ?a) (d ?x ?b))"},
	{Text: "(d ?x (* ?a ?b)) => (+ (* ?a (d ?x ?b)) (* ?b (d ?x ?a)))"},
	{Text: "(d ?x (sin ?x)) => (cos ?x)"},
	{Text: "(d ?x (cos ?x)) => (* -1 (sin ?x))"},
	{Text: "(d ?x (ln ?x)) => (/ 1 ?x) if !number(?x) || nonzero(?x)"},
	{Text: "(d ?x (pow ?f ?g)) => (* (pow ?f ?g) (+ (* (d ?x ?f) (/ ?g ?f)) (* (d ?x ?g) (ln ?f)))) if (!number(?f) || nonzero(?f)) && (!number(?g) || nonzero(?g))"},
	{Text: "(i 1 ?x) => ?x"},
	{Text: "(i (pow ?x ?c) ?x) => (/ (pow ?x (+ ?c 1)) (+ ?c 1)) if number(?c)"},
	{Text: "(i (cos ?x) ?x) => (sin ?x)"},
	{Text: "(i (sin ?x) ?x) => (* -1 (cos ?x))"},
	{Text: "(i (+ ?f ?g) ?x) => (+ (i ?f ?x) (i ?g ?x))"},
	{Text: "(i (- ?f ?g) ?x) => (- (i ?f ?x) (i ?g ?x))"},
	{Text: "(i (* ?a ?b) ?x) => (- (* ?a (i ?b ?x)) (i (* (d ?x ?a) (i ?b ?x)) ?x))"},
}

// Proof is two terms that Laws make equal.
type Proof struct{ Name, From, To string }

// Proofs are egg's tests of mathematics. Those that egg finds because it drops
// the other nodes of a class with a number are not among them.
var Proofs = []Proof{
	{"simplify_add", "(+ x (+ x (+ x x)))", "(* 4 x)"},
	{"simplify_const", "(+ 1 (- a (* (- 2 1) a)))", "1"},
	{"simplify_factor", "(* (+ x 3) (+ x 1))", "(+ (+ (* x x) (* 4 x)) 3)"},
	{"powers", "(* (pow 2 x) (pow 2 y))", "(pow 2 (+ x y))"},
	{"diff_same", "(d x x)", "1"},
	{"diff_different", "(d x y)", "0"},
	{"diff_simple1", "(d x (+ 1 (* 2 x)))", "2"},
	{"diff_simple2", "(d x (+ 1 (* y x)))", "y"},
	{"diff_ln", "(d x (ln x))", "(/ 1 x)"},
	{"diff_power_simple", "(d x (pow x 3))", "(* 3 (pow x 2))"},
	{"integ_one", "(i 1 x)", "x"},
	{"integ_sin", "(i (cos x) x)", "(sin x)"},
	{"integ_x", "(i (pow x 1) x)", "(/ (pow x 2) 2)"},
	{"integ_part1", "(i (* x (cos x)) x)", "(+ (* x (sin x)) (cos x))"},
	{"integ_part3", "(i (ln x) x)", "(- (* x (ln x)) x)"},
}
