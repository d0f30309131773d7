package symbolic

import "github.com/triad-go/triad/symbolic/rewrite"

const (
	exact    = rewrite.Exact
	rounding = rewrite.Rounding
	domain   = rewrite.Domain
)

type ruleText struct {
	class rewrite.Class
	text  string
}

var arithmeticRules = []ruleText{
	{exact, "?x*1 => ?x"},
	{exact, "?x/1 => ?x"},
	{exact, "?x - 0 => ?x"},
	{exact, "-(-?x) => ?x"},
	{exact, "?x*(-1) <=> -?x"},
	{exact, "?x/(-1) => -?x"},
	{exact, "?x*2 <=> ?x + ?x"},
	{exact, "?a + (-?b) <=> ?a - ?b"},
	{exact, "?a - (-?b) => ?a + ?b"},
	{exact, "(-?a)*(-?b) => ?a*?b"},
	{exact, "(-?a)*?b <=> -(?a*?b)"},
	{exact, "(-?a)/(-?b) => ?a/?b"},
	{exact, "(-?a)/?b <=> -(?a/?b)"},
	{exact, "?a/(-?b) <=> -(?a/?b)"},
	{rounding, "?x + 0 => ?x"}, // -0 + 0 is 0
	{rounding, "0 - ?x => -?x"},
	{rounding, "-(?a - ?b) <=> ?b - ?a"},
	{rounding, "(-?a) - ?b <=> -(?a + ?b)"},
	{rounding, "?a*?b + ?a*?c <=> ?a*(?b + ?c)"},
	{rounding, "?a*?b - ?a*?c <=> ?a*(?b - ?c)"},
	{rounding, "?x + ?c:exact*?x => (?c + 1)*?x"},
	{domain, "?x*0 => 0"},
	{domain, "?x - ?x => 0"},
	{domain, "?x + (-?x) => 0"},
	{domain, "?x + ?y - ?y => ?x"},
}

var divisionRules = []ruleText{
	{exact, "?x/?c:pow2 => ?x*(1/?c)"},
	{rounding, "?x/?c:exact => ?x*(1/?c) if ?c != 0"},
	{rounding, "?a/?b <=> ?a*(1/?b)"},
	{rounding, "(?a*?b)/?c <=> ?a*(?b/?c)"},
	{rounding, "(?a/?b)/?c <=> ?a/(?b*?c)"},
	{rounding, "?a/?c + ?b/?c <=> (?a + ?b)/?c"},
	{rounding, "?a/?c - ?b/?c <=> (?a - ?b)/?c"},
	{rounding, "?a/?b + ?c/?d <=> (?a*?d + ?c*?b)/(?b*?d)"},
	{domain, "1/(1/?x) => ?x"},
	{domain, "1/(?a/?b) => ?b/?a"},
	{domain, "?a/(?b/?c) => ?a*?c/?b"},
	{domain, "?x/?x => 1"},
	{domain, "0/?x => 0"},
	{domain, "(?x*?y)/?x => ?y"},
	{domain, "?x*(?y/?x) => ?y"},
}

var fmaRules = []ruleText{
	{exact, "fma(1, ?b, ?c) => ?b + ?c"},
	{exact, "fma(?a, 1, ?c) => ?a + ?c"},
	{exact, "fma(-?a, -?b, ?c) => fma(?a, ?b, ?c)"},
	{rounding, "fma(?a, ?b, 0) => ?a*?b"},
	{rounding, "?a*?b + ?c <=> fma(?a, ?b, ?c)"},
	{rounding, "?a*?b - ?c <=> fma(?a, ?b, -?c)"},
	{rounding, "?c - ?a*?b <=> fma(-?a, ?b, ?c)"},
}

var powerRules = []ruleText{
	{exact, "?x^0 => 1"},
	{exact, "?x^1 => ?x"},
	{exact, "?x^2 <=> ?x*?x"},
	{exact, "?x^3 <=> ?x*?x*?x"},
	{exact, "?x^4 <=> (?x^2)^2"},
	{exact, "?x^(-1) <=> 1/?x"},
	{exact, "?x^(-2) <=> 1/?x^2"},
	{rounding, "?x^?m:integer*?x^?n:integer => ?x^(?m + ?n) if ?m > 0 && ?n > 0"},
	{rounding, "?x*?x^?n:integer => ?x^(?n + 1) if ?n > 0"},
	{rounding, "(?x^?m:integer)^?n:integer => ?x^(?m*?n) if ?n > 0 || ?m > 0 && ?n != 0"},
	{rounding, "(?x*?y)^?n:integer <=> ?x^?n:integer*?y^?n:integer"},
	{rounding, "(?x/?y)^?n:integer => ?x^?n/?y^?n if ?n > 0"},
	{rounding, "?x^(1/2) <=> sqrt(?x)"},
	{rounding, "sqrt(?x^2) => abs(?x)"},
	{rounding, "sqrt(?x*?x) => abs(?x)"},
	{domain, "?x^?m:integer*?x^?n:integer => ?x^(?m + ?n)"},
	{domain, "(?x^?m:integer)^?n:integer => ?x^(?m*?n) if ?n != 0"},
	{domain, "sqrt(?x)^2 => ?x"},
	{domain, "sqrt(?x)*sqrt(?x) => ?x"},
	{domain, "sqrt(?x^?n:even) => abs(?x)^(?n/2)"},
	{domain, "sqrt(?x^?n:odd) => ?x^(?n/2)"},
	{domain, "(?x^?n:even)^?m => abs(?x)^(?n*?m)"},
	{domain, "(?x^?n:odd)^?m => ?x^(?n*?m)"},
}

var expRules = []ruleText{
	{rounding, "1/exp(?a) <=> exp(-?a)"},
	{domain, "exp(log(?x)) => ?x"},
	{domain, "log(exp(?x)) => ?x"},
	{domain, "exp2(log2(?x)) => ?x"},
	{domain, "log2(exp2(?x)) => ?x"},
	{domain, "expm1(log1p(?x)) => ?x"},
	{domain, "log1p(expm1(?x)) => ?x"},
	{domain, "exp(?a)*exp(?b) <=> exp(?a + ?b)"},
	{domain, "exp(?a)/exp(?b) <=> exp(?a - ?b)"},
	{domain, "exp2(?a)*exp2(?b) <=> exp2(?a + ?b)"},
	{domain, "exp2(?a)/exp2(?b) <=> exp2(?a - ?b)"},
	{domain, "exp(?a)^?n => exp(?n*?a)"},
	{domain, "exp2(?a)^?n => exp2(?n*?a)"},
	{domain, "sqrt(exp(?a)) => exp(?a/2)"},
	{domain, "sqrt(exp2(?a)) => exp2(?a/2)"},
	{domain, "exp(?c*log(?x)) => ?x^?c"},
	{domain, "exp2(?c*log2(?x)) => ?x^?c"},
	{domain, "exp(?!c*log(?x) + ?y) => ?x^?c*exp(?y)"},
	{domain, "log(exp(?a)*?b) => ?a + log(?b)"},
	{domain, "log(?x^?n:exact) => ?n*log(?x) if !even(?n)"},
	{domain, "log(sqrt(?x)) => log(?x)/2"},
}

var trigRules = []ruleText{
	{rounding, "sin(-?x) <=> -sin(?x)"},
	{rounding, "cos(-?x) => cos(?x)"},
	{rounding, "tan(-?x) <=> -tan(?x)"},
	{rounding, "cos(abs(?x)) => cos(?x)"},
	{rounding, "1 - sin(?x)^2 <=> cos(?x)^2"},
	{rounding, "1 - cos(?x)^2 <=> sin(?x)^2"},
	{rounding, "1 + tan(?x)^2 <=> 1/cos(?x)^2"},
	{rounding, "sin(?x)/cos(?x) <=> tan(?x)"},
	{domain, "sin(?x)^?n*cos(?x)^?m => tan(?x)^?n if ?n > 0 && ?n + ?m == 0"},
	{domain, "tan(?x)*cos(?x) => sin(?x)"},
	{domain, "tan(?x)^?!n:integer*cos(?x)^?!m:integer => sin(?x)^?n*cos(?x)^(?m - ?n) if ?n > 0 && ?m >= ?n"},
	{rounding, "sin(?x)*cos(?x) <=> sin(2*?x)/2"},
	{rounding, "cos(?x)^2 - sin(?x)^2 <=> cos(2*?x)"},
	{rounding, "2*cos(?x)^2 - 1 <=> cos(2*?x)"},
	{rounding, "1 - 2*sin(?x)^2 <=> cos(2*?x)"},
	{rounding, "tan(atan(?x)) => ?x"},
	{domain, "sin(?x)^2 + cos(?x)^2 => 1"},
	{domain, "sin(asin(?x)) => ?x"},
	{domain, "cos(acos(?x)) => ?x"},
}

var hyperbolicRules = []ruleText{
	{rounding, "sinh(-?x) <=> -sinh(?x)"},
	{rounding, "cosh(-?x) => cosh(?x)"},
	{rounding, "tanh(-?x) <=> -tanh(?x)"},
	{rounding, "cosh(abs(?x)) => cosh(?x)"},
	{rounding, "1 + sinh(?x)^2 <=> cosh(?x)^2"},
	{rounding, "cosh(?x)^2 - 1 <=> sinh(?x)^2"},
	{rounding, "1 - tanh(?x)^2 <=> 1/cosh(?x)^2"},
	{rounding, "tanh(?x)*cosh(?x) => sinh(?x)"},
	{rounding, "tanh(?x)^?!n:integer*cosh(?x)^?!m:integer => sinh(?x)^?n*cosh(?x)^(?m - ?n) if ?n > 0 && ?m >= ?n"},
	{rounding, "sinh(?x)*cosh(?x) <=> sinh(2*?x)/2"},
	{rounding, "cosh(?x)^2 + sinh(?x)^2 <=> cosh(2*?x)"},
	{rounding, "2*cosh(?x)^2 - 1 <=> cosh(2*?x)"},
	{rounding, "1 + 2*sinh(?x)^2 <=> cosh(2*?x)"},
	{rounding, "exp(?x) + exp(-?x) <=> 2*cosh(?x)"},
	{rounding, "exp(?x) - exp(-?x) <=> 2*sinh(?x)"},
	{rounding, "sinh(asinh(?x)) => ?x"},
	{domain, "cosh(?x)^2 - sinh(?x)^2 => 1"},
	{domain, "cosh(?x) + sinh(?x) => exp(?x)"},
	{domain, "cosh(?x) - sinh(?x) => exp(-?x)"},
	{domain, "sinh(?x)/cosh(?x) <=> tanh(?x)"},
	{domain, "sinh(?x)^?n*cosh(?x)^?m => tanh(?x)^?n if ?n != 0 && ?n + ?m == 0"},
	{domain, "cosh(acosh(?x)) => ?x"},
	{domain, "tanh(atanh(?x)) => ?x"},
	{domain, "asinh(sinh(?x)) => ?x"},
	{domain, "acosh(cosh(?x)) => abs(?x)"},
	{domain, "atanh(tanh(?x)) => ?x"},
}

var absRules = []ruleText{
	{exact, "abs(abs(?x)) => abs(?x)"},
	{exact, "abs(-?x) => abs(?x)"},
	{exact, "abs(?x:exact) => ?x if ?x >= 0"},
	{exact, "abs(?x:exact) => -?x if ?x < 0"},
	{exact, "abs(?c:number*?x) => ?c*abs(?x) if ?c > 0"},
	{exact, "abs(?c:number*?x) => (-?c)*abs(?x) if ?c < 0"},
	{exact, "abs(?x)*abs(?y) <=> abs(?x*?y)"},
	{exact, "abs(?x)/abs(?y) <=> abs(?x/?y)"},
	{exact, "abs(?x)^?n:even => ?x^?n"},
	{exact, "abs(?x^?n:even) => ?x^?n"},
	{rounding, "?x^?n:even*abs(?x) => abs(?x)^(?n + 1) if ?n > 0"},
	{exact, "sign(?x)*abs(?x) => ?x"},
	{exact, "?x*sign(?x) => abs(?x)"},
	{exact, "sign(sign(?x)) => sign(?x)"},
	{rounding, "sign(-?x) <=> -sign(?x)"},
	{rounding, "sign(?x:exact) => 1 if ?x > 0"},
	{rounding, "sign(?x:exact) => -1 if ?x < 0"},
	{rounding, "abs(sqrt(?x)) => sqrt(?x)"}, // sqrt(-0) is -0
	{rounding, "abs(exp(?x)) => exp(?x)"},
	{rounding, "abs(exp2(?x)) => exp2(?x)"},
	{rounding, "abs(cosh(?x)) => cosh(?x)"},
	{rounding, "max(?x, -?x) => abs(?x)"},
	{rounding, "max(-?x, ?x) => abs(?x)"},
}

// min(a, b) is b where they do not compare: so these are exact as they are
// written, and not with their arguments exchanged.
var minMaxRules = []ruleText{
	{exact, "min(?x, ?x) => ?x"},
	{exact, "max(?x, ?x) => ?x"},
	{exact, "min(?a:number, ?b:number) => ?a if ?a < ?b"},
	{exact, "min(?a:number, ?b:number) => ?b if ?a >= ?b"},
	{exact, "max(?a:number, ?b:number) => ?a if ?a > ?b"},
	{exact, "max(?a:number, ?b:number) => ?b if ?a <= ?b"},
	{exact, "min(?x, min(?x, ?y)) => min(?x, ?y)"},
	{exact, "min(?y, min(?x, ?y)) => min(?x, ?y)"},
	{exact, "min(min(?x, ?y), ?x) => min(?y, ?x)"},
	{exact, "min(min(?x, ?y), ?y) => min(?x, ?y)"},
	{exact, "max(?x, max(?x, ?y)) => max(?x, ?y)"},
	{exact, "max(?y, max(?x, ?y)) => max(?x, ?y)"},
	{exact, "max(max(?x, ?y), ?x) => max(?y, ?x)"},
	{exact, "max(max(?x, ?y), ?y) => max(?x, ?y)"},
	{exact, "min(min(?x, ?a:number), ?b:number) => min(?x, ?a) if ?a < ?b"},
	{exact, "min(min(?x, ?a:number), ?b:number) => min(?x, ?b) if ?a >= ?b"},
	{exact, "max(max(?x, ?a:number), ?b:number) => max(?x, ?a) if ?a > ?b"},
	{exact, "max(max(?x, ?a:number), ?b:number) => max(?x, ?b) if ?a <= ?b"},
	{exact, "min(?a:number, min(?b:number, ?x)) => min(?a, ?x) if ?a < ?b"},
	{exact, "min(?a:number, min(?b:number, ?x)) => min(?b, ?x) if ?a > ?b"},
	{exact, "max(?a:number, max(?b:number, ?x)) => max(?a, ?x) if ?a > ?b"},
	{exact, "max(?a:number, max(?b:number, ?x)) => max(?b, ?x) if ?a < ?b"},
	{exact, "-min(-?x, -?y) <=> max(?x, ?y)"},
	{exact, "-max(-?x, -?y) <=> min(?x, ?y)"},
	{domain, "min(min(?a:number, ?x), ?b:number) => min(?a, ?x) if ?a < ?b"},
	{domain, "min(min(?a:number, ?x), ?b:number) => min(?b, ?x) if ?a >= ?b"},
	{domain, "max(max(?a:number, ?x), ?b:number) => max(?a, ?x) if ?a > ?b"},
	{domain, "max(max(?a:number, ?x), ?b:number) => max(?b, ?x) if ?a <= ?b"},
	{domain, "min(?a:number, min(?x, ?b:number)) => min(?x, ?a) if ?a < ?b"},
	{domain, "min(?a:number, min(?x, ?b:number)) => min(?x, ?b) if ?a >= ?b"},
	{domain, "max(?a:number, max(?x, ?b:number)) => max(?x, ?a) if ?a > ?b"},
	{domain, "max(?a:number, max(?x, ?b:number)) => max(?x, ?b) if ?a <= ?b"},
	{domain, "min(?x, max(?x, ?y)) => ?x"},
	{domain, "min(?x, max(?y, ?x)) => ?x"},
	{domain, "max(?x, min(?x, ?y)) => ?x"},
	{domain, "max(?x, min(?y, ?x)) => ?x"},
}

// There are no constants for truth values: 0 == 0 and 0 != 0 stand for them.
var logicRules = []ruleText{
	{rounding, "?a:number < ?b:number => 0 == 0 if ?a < ?b"}, // what differs may round to the same float
	{rounding, "?a:number < ?b:number => 0 != 0 if ?a >= ?b"},
	{rounding, "?a:number <= ?b:number => 0 == 0 if ?a <= ?b"},
	{rounding, "?a:number <= ?b:number => 0 != 0 if ?a > ?b"},
	{rounding, "?a:number > ?b:number => 0 == 0 if ?a > ?b"},
	{rounding, "?a:number > ?b:number => 0 != 0 if ?a <= ?b"},
	{rounding, "?a:number >= ?b:number => 0 == 0 if ?a >= ?b"},
	{rounding, "?a:number >= ?b:number => 0 != 0 if ?a < ?b"},
	{rounding, "?a:number == ?b:number => 0 == 0 if ?a <= ?b && ?a >= ?b"},
	{rounding, "?a:number == ?b:number => 0 != 0 if ?a < ?b || ?a > ?b"},
	{rounding, "?a:number != ?b:number => 0 == 0 if ?a < ?b || ?a > ?b"},
	{rounding, "?a:number != ?b:number => 0 != 0 if ?a <= ?b && ?a >= ?b"},
	{exact, "?x < ?x => 0 != 0"},
	{exact, "?x > ?x => 0 != 0"},
	{domain, "?x <= ?x => 0 == 0"}, // but not of NaN
	{domain, "?x >= ?x => 0 == 0"},
	{domain, "?x == ?x => 0 == 0"},
	{domain, "?x != ?x => 0 != 0"},
	{exact, "!(!?c) => ?c"},
	{exact, "!(?a == ?b) <=> ?a != ?b"},
	{exact, "!(?a != ?b) <=> ?a == ?b"},
	{domain, "!(?a < ?b) => ?a >= ?b"},
	{domain, "!(?a <= ?b) => ?a > ?b"},
	{domain, "!(?a > ?b) => ?a <= ?b"},
	{domain, "!(?a >= ?b) => ?a < ?b"},
	{exact, "?c && ?c => ?c"},
	{exact, "?c || ?c => ?c"},
	{exact, "?c && !?c => 0 != 0"},
	{exact, "!?c && ?c => 0 != 0"},
	{exact, "?c || !?c => 0 == 0"},
	{exact, "!?c || ?c => 0 == 0"},
	{exact, "0 == 0 && ?c => ?c"},
	{exact, "?c && 0 == 0 => ?c"},
	{exact, "0 != 0 && ?c => 0 != 0"},
	{exact, "?c && 0 != 0 => 0 != 0"},
	{exact, "0 == 0 || ?c => 0 == 0"},
	{exact, "?c || 0 == 0 => 0 == 0"},
	{exact, "0 != 0 || ?c => ?c"},
	{exact, "?c || 0 != 0 => ?c"},
	{exact, "?c && (?c || ?d) => ?c"},
	{exact, "?c && (?d || ?c) => ?c"},
	{exact, "?c || ?c && ?d => ?c"},
	{exact, "?c || ?d && ?c => ?c"},
	{exact, "!?c && !?d => !(?c || ?d)"},
	{exact, "!?c || !?d => !(?c && ?d)"},
	{exact, "select(0 == 0, ?x, ?y) => ?x"},
	{exact, "select(0 != 0, ?x, ?y) => ?y"},
	{exact, "select(?c, ?x, ?x) => ?x"},
	{exact, "select(!?c, ?x, ?y) => select(?c, ?y, ?x)"},
	{exact, "select(?c, select(?c, ?x, ?y), ?z) => select(?c, ?x, ?z)"},
	{exact, "select(?c, ?x, select(?c, ?y, ?z)) => select(?c, ?x, ?z)"},
	{exact, "select(?a < ?b, ?a, ?b) <=> min(?a, ?b)"},
	{exact, "select(?a > ?b, ?a, ?b) <=> max(?a, ?b)"},
	{exact, "select(?a > ?b, ?b, ?a) => min(?b, ?a)"},
	{exact, "select(?a < ?b, ?b, ?a) => max(?b, ?a)"},
	{rounding, "select(?a <= ?b, ?a, ?b) => min(?a, ?b)"}, // 0 and -0
	{rounding, "select(?a >= ?b, ?a, ?b) => max(?a, ?b)"},
	{rounding, "select(?x >= 0, ?x, -?x) => abs(?x)"},
	{rounding, "select(?x > 0, ?x, -?x) => abs(?x)"},
	{rounding, "select(?x < 0, -?x, ?x) => abs(?x)"},
	{rounding, "select(?x <= 0, -?x, ?x) => abs(?x)"},
}

var roundRules = func() []ruleText {
	rules := []ruleText{
		{exact, "floor(-?x) <=> -ceil(?x)"},
		{exact, "ceil(-?x) <=> -floor(?x)"},
		{exact, "trunc(-?x) <=> -trunc(?x)"},
		{exact, "round(-?x) <=> -round(?x)"},
	}
	names := []string{"floor", "ceil", "trunc", "round"}
	for _, f := range names {
		rules = append(rules, ruleText{exact, f + "(?x:integer) => ?x"})
		for _, g := range names {
			rules = append(rules, ruleText{exact, f + "(" + g + "(?x)) => " + g + "(?x)"})
		}
	}
	return rules
}()

var accurateRules = []ruleText{
	{rounding, "exp(?x) - 1 <=> expm1(?x)"},
	{rounding, "log(1 + ?x) <=> log1p(?x)"},
	{rounding, "log(1 - ?x) <=> log1p(-?x)"},
	{rounding, "sqrt(?x^2 + ?y^2) <=> hypot(?x, ?y)"},
	{rounding, "1 - erf(?x) <=> erfc(?x)"},
	{rounding, "log(?x)/log(2) <=> log2(?x)"},
	{rounding, "log(?x)/log(10) <=> log10(?x)"},
	{rounding, "exp(?x*log(2)) <=> exp2(?x)"},
}

var mergeRules = []ruleText{
	{domain, "log(?a) + log(?b) => log(?a*?b)"},
	{domain, "log(?a) - log(?b) => log(?a/?b)"},
	{domain, "sqrt(?a)*sqrt(?b) => sqrt(?a*?b)"},
	{domain, "sqrt(?a)/sqrt(?b) => sqrt(?a/?b)"},
	{domain, "?x/sqrt(?x) => sqrt(?x)"},
	{domain, "min(?a, ?b) + max(?a, ?b) => ?a + ?b"},
	{domain, "min(?a, ?b)*max(?a, ?b) => ?a*?b"},
}
