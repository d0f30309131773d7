package bench

// formula is a kernel as people write it.
type formula struct {
	name    string
	text    string // of kernels.Parse
	scalars []string
}

// formulas are elementwise kernels in the form that a text book or a first draft
// has.
var formulas = []formula{
	{"triad", "a = b + s*c", []string{"s"}},
	{"polynomial, degree 4", "y = 1 + 2*x + 3*x^2 + 4*x^3 + 5*x^4", nil},
	{"polynomial, degree 8", "y = 1 + 2*x + 3*x^2 + 4*x^3 + 5*x^4 + 6*x^5 + 7*x^6 + 8*x^7 + 9*x^8", nil},
	{"polynomial, degree 12", "y = 1 + x/2 + x^2/3 + x^3/4 + x^4/5 + x^5/6 + x^6/7 + x^7/8 + x^8/9 + x^9/10 + x^10/11 + x^11/12 + x^12/13", nil},
	{"even polynomial", "y = 1 - x^2/2 + x^4/24 - x^6/720 + x^8/40320", nil},
	{"polynomial in two variables", "f = a*x^2 + b*x*y + c*y^2 + d*x + e*y + g", []string{"a", "b", "c", "d", "e", "g"}},
	{"Chebyshev series", "f = c0 + c1*x + c2*(2*x^2 - 1) + c3*(4*x^3 - 3*x) + c4*(8*x^4 - 8*x^2 + 1)", []string{"c0", "c1", "c2", "c3", "c4"}},
	{"Padé approximant of exp", "y = (1 + x/2 + x^2/10 + x^3/120)/(1 - x/2 + x^2/10 - x^3/120)", nil},
	{"seventh power", "y = x*x*x*x*x*x*x", nil},
	{"inverse cube", "y = 1/(x*x*x)", nil},
	{"repeated division", "y = x/a/b/c", nil},
	{"common denominator", "y = a/c + b/c + x/c", nil},
	{"sum of fractions", "y = a/b + c/d", nil},
	{"continued fraction", "y = 1/(1 + 1/(1 + x))", nil},
	{"parallel resistors", "r = 1/(1/a + 1/b + 1/c)", nil},
	{"mean of three", "m = a/3 + b/3 + c/3", nil},
	{"variance of three", "v = (a - m)*(a - m)/3 + (b - m)*(b - m)/3 + (c - m)*(c - m)/3", nil},
	{"Lennard-Jones energy", "u = 4*e*((s/r)^12 - (s/r)^6)", []string{"e", "s"}},
	{"Lennard-Jones force", "f = 24*e*(2*s^12/r^13 - s^6/r^7)", []string{"e", "s"}},
	{"Coulomb force", "f = k*q*p/(x*x + y*y + z*z)", []string{"k"}},
	{"gravity, three components", "r = sqrt(x*x + y*y + z*z); fx = g*m*x/(sqrt(x*x + y*y + z*z)^3); fy = g*m*y/(sqrt(x*x + y*y + z*z)^3); fz = g*m*z/(sqrt(x*x + y*y + z*z)^3)", []string{"g"}},
	{"distance in the plane", "d = sqrt((x - u)*(x - u) + (y - v)*(y - v))", nil},
	{"distance in space", "d = sqrt((x - u)^2 + (y - v)^2 + (z - w)^2)", nil},
	{"normalise a vector", "u = x/sqrt(x*x + y*y + z*z); v = y/sqrt(x*x + y*y + z*z); w = z/sqrt(x*x + y*y + z*z)", nil},
	{"Runge-Kutta step", "y = u + h*k1/6 + h*k2/3 + h*k3/3 + h*k4/6", []string{"h"}},
	{"Lorenz system", "dx = s*(y - x); dy = x*(r - z) - y; dz = x*y - b*z", []string{"s", "r", "b"}},
	{"Lotka-Volterra", "dx = a*x - b*x*y; dy = d*x*y - c*y", []string{"a", "b", "c", "d"}},
	{"Van der Pol", "dx = y; dy = m*y - m*x*x*y - x", []string{"m"}},
	{"Michaelis-Menten", "v = vmax*s/(km + s) - vback*p/(kp + p)", []string{"vmax", "km", "vback", "kp"}},
	{"quadratic formula", "x1 = (-b + sqrt(b^2 - 4*a*c))/(2*a); x2 = (-b - sqrt(b^2 - 4*a*c))/(2*a)", nil},
	{"complex product", "re = a*c - b*d; im = a*d + b*c", nil},
	{"complex quotient", "re = (a*c + b*d)/(c*c + d*d); im = (b*c - a*d)/(c*c + d*d)", nil},
	{"determinant 3×3", "d = a*e*i - a*f*h - b*d1*i + b*f*g + c*d1*h - c*e*g", nil},
	{"inverse 2×2", "p = d/(a*d - b*c); q = -b/(a*d - b*c); r = -c/(a*d - b*c); s = a/(a*d - b*c)", nil},
	{"bilinear interpolation", "f = a*(1 - x)*(1 - y) + b*x*(1 - y) + c*(1 - x)*y + d*x*y", nil},
	{"smoothstep", "y = 3*min(max((x - a)/(b - a), 0), 1)^2 - 2*min(max((x - a)/(b - a), 0), 1)^3", []string{"a", "b"}},
	{"luminance", "y = 0.299*r + 0.587*g + 0.114*b; u = 0.492*(b - (0.299*r + 0.587*g + 0.114*b)); v = 0.877*(r - (0.299*r + 0.587*g + 0.114*b))", nil},
	{"relativistic energy", "e = m*c^2/sqrt(1 - v^2/c^2)", []string{"c"}},
	{"kinetic energy", "e = m*vx^2/2 + m*vy^2/2 + m*vz^2/2", nil},
	{"second difference", "d = (a - 2*b + c)/h^2 + (e - 2*b + f)/h^2", []string{"h"}},
	{"Gaussian", "y = exp(-(x - m)^2/(2*s^2))/(s*sqrt(2*pi()))", []string{"m", "s"}},
	{"softplus", "y = log(1 + exp(x))", nil},
	{"logistic", "y = 1/(1 + exp(-x))", nil},
	{"hyperbolic tangent from exponentials", "y = (exp(x) - exp(-x))/(exp(x) + exp(-x))", nil},
	{"product of exponentials", "y = exp(a*x)*exp(b*x)*exp(c)", []string{"a", "b", "c"}},
	{"damped oscillation", "y = exp(-k*t)*sin(w*t) + exp(-k*t)*cos(w*t)", []string{"k", "w"}},
	{"Black-Scholes d1", "d = (log(s/k) + (r + v^2/2)*t)/(v*sqrt(t))", []string{"r"}},
	{"Black-Scholes call", "c = s*erfc(-((log(s/k) + (r + v^2/2)*t)/(v*sqrt(t)))/sqrt(2))/2 - k*exp(-r*t)*erfc(-((log(s/k) + (r + v^2/2)*t)/(v*sqrt(t)) - v*sqrt(t))/sqrt(2))/2", []string{"r"}},
}
