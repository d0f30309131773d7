package main

import "testing"

func TestPTX(t *testing.T) {
	for _, c := range []struct {
		args  []string
		words []string
	}{
		{[]string{"-scalars", "s", "a = b + s*c"}, []string{".target sm_80", ".entry triad_kernel_", "fma.rn.f64"}},
		{[]string{"-capability", "7.0", "-type", "float32", "-nt", "on", "a = b + c"}, []string{".target sm_70", "add.rn.f32", "ld.global.cs"}},
		{[]string{"m = argmin(x); c = count(x < 3); v = variance(x); b = any(x > 1); s = sum(x); p = max(x)"}, []string{".entry triad_argmin", ".entry triad_variance_float64"}},
		{[]string{"r = along(sum, x, 0)"}, []string{".entry triad_along_sum_float64"}},
		{[]string{"-types", "rows=int32,col=int64", "y = segments(sum, a*gather(x, col), rows)"}, []string{".entry triad_segments_sum"}},
		{[]string{"-types", "h=uint64,x=uint64,n=int32,i=int64,k=int64", "-scalars", "n", "h = bxor(x, shr(x, 33)); k = i + int64(n)"}, []string{"xor.b64"}},
		{[]string{"-types", "i=uint32", "s = sum(i)"}, []string{"add.u32"}},
		{[]string{"y = scan(sum, x); k = keep(x, x > 1); h = histogram(int64(x))"}, []string{".entry triad_scan_sum_float64", ".entry triad_keep", ".entry triad_histogram"}},
		{[]string{"s = sum(uniform(1, index(0) + index(1)))"}, []string{".entry triad_kernel_"}},
	} {
		code, out, errs := triad(t, append([]string{"ptx"}, c.args...)...)
		if code != exitOK || errs != "" {
			t.Errorf("%v: exit %d, stderr %q", c.args, code, errs)
		}
		says(t, "ptx", out, c.words...)
	}
	for _, args := range [][]string{{}, {"a = "}, {"-capability", "6.1", "a = b"}, {"-capability", "new", "a = b"}, {"-nt", "auto", "a = b"}} {
		if code, out, errs := triad(t, append([]string{"ptx"}, args...)...); code == exitOK || out != "" || errs == "" {
			t.Errorf("%v: exit %d, %q, stderr %q", args, code, out, errs)
		}
	}
}
