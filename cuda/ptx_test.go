package cuda

import (
	"errors"
	"strings"
	"testing"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

func TestPTX(t *testing.T) {
	x, y := make([]float64, 20), make([]float64, 20)
	triad := kernels.Must(kernels.Parse("triad", "y = x + 3*x", kernels.Unoptimized()))
	for capability, want := range map[string]string{"": ".version 7.0\n.target sm_80\n", "7.0": ".version 6.0\n.target sm_70\n", "9.0": ".target sm_"} {
		texts, err := PTX(triad, runtime.Args{"x": x, "y": y}, capability)
		if err != nil || len(texts) != 1 || !strings.Contains(texts[0], want) || !strings.Contains(texts[0], ".entry triad_triad_") || !strings.Contains(texts[0], "3*x") {
			t.Errorf("%q: %v\n%s", capability, err, texts)
		}
	}
	streamed, err := PTX(triad, runtime.Args{"x": x, "y": y}, "", runtime.NonTemporal(runtime.NTOn))
	plain, err2 := PTX(triad, runtime.Args{"x": x, "y": y}, "", runtime.NonTemporal(runtime.NTOff))
	if err != nil || err2 != nil || strings.Contains(plain[0], ".cs") || !strings.Contains(streamed[0], ".cs") {
		t.Errorf("streaming hints: %v, %v\n%s\n%s", err, err2, streamed, plain)
	}

	scans := kernels.Must(kernels.Parse("scans", "y = scan(sum, x); h = histogram(int64(x))"))
	texts, err := PTX(scans, runtime.Args{"x": x, "y": y, "h": make([]float64, 5)}, "")
	if err != nil || len(texts) != 3 || !strings.Contains(texts[1], ".entry triad_scan_sum_float64") || !strings.Contains(texts[2], ".entry triad_histogram") {
		t.Errorf("%v\n%s", err, texts)
	}
	heat := kernels.Must(kernels.Parse("heat", "y = at(x,-1,0) + at(x,1,0)", kernels.Edges(kernels.Edge{Kind: kernels.Clamp}, "x")))
	field := func(s []float64) runtime.Grid[float64] { return runtime.Grid[float64]{Data: s, Shape: []int{4, 5}} }
	if texts, err := PTX(heat, runtime.Args{"x": field(x), "y": field(y)}, ""); err != nil || len(texts) != 1 {
		t.Errorf("%v\n%s", err, texts)
	}

	var value *runtime.ValueError
	for _, capability := range []string{"6.1", "9", "9.x", "9.10", "sm_90", "-8.0", "1000.0"} {
		if texts, err := PTX(triad, runtime.Args{"x": x, "y": y}, capability); !errors.As(err, &value) || value.Value != capability || texts != nil {
			t.Errorf("%q: %v", capability, err)
		}
	}
	var arg *runtime.ArgError
	if _, err := PTX(triad, runtime.Args{"x": x, "y": y[1:]}, ""); !errors.As(err, &arg) {
		t.Errorf("lengths: %v", err)
	}
	if _, err := PTX(nil, nil, ""); !errors.As(err, &value) {
		t.Errorf("no kernel: %v", err)
	}
}
