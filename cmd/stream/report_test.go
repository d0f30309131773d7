package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/google/pprof/profile"

	"github.com/triad-go/triad/stream"
)

func TestCSV(t *testing.T) {
	var b bytes.Buffer
	if err := writeCSV(&b, sample(), newUnit(false)); err != nil {
		t.Fatal(err)
	}
	const want = `executor,function,type,num_times,n_elements,sizeof,max_mbytes_per_sec,median_mbytes_per_sec,min_runtime,max_runtime,avg_runtime,fraction_of_limit,tier,workers
simd,Copy,float64,4,1000000,8,16000.000,8000.000,0.001000000,0.003000000,0.002000000,0.4000,avx2,1
simd,Dot,float64,4,1000000,8,20000.000,10000.000,0.000800000,0.002400000,0.001600000,0.5000,avx2,1
pool,Copy,float64,4,1000000,8,32000.000,16000.000,0.000500000,0.001500000,0.001000000,0.8000,avx512,2
pool,Dot,float64,4,1000000,8,40000.000,20000.000,0.000400000,0.001200000,0.000800000,1.0000,avx512,2
`
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", &b, want)
	}
	b.Reset()
	if err := writeCSV(&b, sample(), newUnit(true)); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(b.String(), "\n")
	if !strings.Contains(lines[0], ",max_mibytes_per_sec,median_mibytes_per_sec,") {
		t.Errorf("header with -mibibytes: %s", lines[0])
	}
	if !strings.Contains(lines[1], ",15258.789,7629.395,") { // 16e9 / 2^20
		t.Errorf("row with -mibibytes: %s", lines[1])
	}
}

func TestTable(t *testing.T) {
	var b bytes.Buffer
	if err := writeTable(&b, sample(), newUnit(false)); err != nil {
		t.Fatal(err)
	}
	const want = `Target     cpu: Abacus 9000, 2 CPUs, 20 GiB available
Program    go1.26 linux/amd64
Arrays     1000000 elements of float64, 8 MB each: as asked
Order      Classic
Limit      cpu: 40.00 GB/s, reached by dot on pool; probes, best (median): sum 39.00 (38.00)
           the best rate that any launch reached in this run, probes included

simd on cpu: avx2, 1 worker, 24 MB of arrays, huge pages: all
  kernel  best GB/s  median GB/s  of limit   min (s)   avg (s)   max (s)  launches
    copy      16.00         8.00     40.0%  0.001000  0.002000  0.003000         4
     dot      20.00        10.00     50.0%  0.000800  0.001600  0.002400         4
  copy: non-temporal stores: larger than the cache
  dot: plain stores: no output

pool on cpu: avx512, 2 workers, 24 MB of arrays, huge pages: unknown
  kernel  best GB/s  median GB/s  of limit   min (s)   avg (s)   max (s)  launches
    copy      32.00        16.00     80.0%  0.000500  0.001000  0.001500         4
     dot      40.00        20.00    100.0%  0.000400  0.000800  0.001200         4
  stores: as on simd

Left out: sequential: too slow; -executor sequential asks for it.
Note: it rains
`
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", &b, want)
	}
	b.Reset()
	if err := writeTable(&b, sample(), newUnit(true)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"best MiB/s", "15259", "7.629 MiB each"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("with -mibibytes %q is missing from\n%s", want, &b)
		}
	}
}

// What is small or odd can be read too.
func TestTableOfLittle(t *testing.T) {
	r := sample()
	r.N = 1
	r.Executors[1].Workers, r.Executors[1].MaxWorkers, r.Executors[1].WorkersWhy = 98, 1000, "one for each"
	res := &r.Executors[0].Results[0]
	res.Best, res.Average, res.Max = 123e-9, 1234e-9, 12345e-9
	var b bytes.Buffer
	if err := writeTable(&b, r, newUnit(false)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Arrays     1 element of float64, 8 B each",
		"probes of 1000000 elements, best (median): sum",
		": avx512, 98 of 1000 workers (one for each), 24 MB",
		"0.000000123  0.000001234  0.000012345",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing from\n%s", want, &b)
		}
	}
	for best, want := range map[float64]int{2: 6, 0.0001: 6, 0.0000999: 7, 1e-9: 9, 0: 6} {
		one := &stream.Report{Executors: []stream.ExecutorReport{{Results: []stream.Result{{Stats: stream.Stats{Best: best}}}}}}
		if got := timeDigits(one); got != want {
			t.Errorf("%g s: %d decimals, want %d", best, got, want)
		}
	}
}

func TestJSON(t *testing.T) {
	var b bytes.Buffer
	r := sample()
	r.Failures = []stream.Failure{{Executor: "pool", What: "a", Got: stream.Float(nan()), Want: 1}}
	if err := writeJSON(&b, r); err != nil {
		t.Fatal(err)
	}
	var back stream.Report
	if err := json.Unmarshal(b.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if got := float64(back.Failures[0].Got); got == got {
		t.Errorf("NaN reads back as %v", got)
	}
	back.Failures, r.Failures = nil, nil
	if !back.Time.Equal(r.Time) {
		t.Errorf("%v reads back as %v", r.Time, back.Time)
	}
	back.Time = r.Time // the zone's name is lost
	if !reflect.DeepEqual(&back, r) {
		t.Errorf("reads back as\n%+v\nwant\n%+v", &back, r)
	}
	var raw map[string]any
	if err := json.Unmarshal(b.Bytes(), &raw); err != nil {
		t.Fatal(err)
	}
	if raw["order"] != "Classic" || raw["n_elements"] != 1e6 {
		t.Errorf("order %v, n_elements %v", raw["order"], raw["n_elements"])
	}
}

func nan() float64 { zero := 0.0; return zero / zero }

func TestPlot(t *testing.T) {
	draw := func(name string) []byte {
		var b bytes.Buffer
		if err := writePlot(&b, sample(), name, newUnit(false)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return b.Bytes()
	}
	svg := draw("out.SVG")
	d := xml.NewDecoder(bytes.NewReader(svg))
	var text strings.Builder
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("svg: %v", err)
		}
		if chars, ok := token.(xml.CharData); ok {
			text.Write(chars)
		}
	}
	for _, want := range []string{"Copy", "Dot", "simd (avx2)", "pool (avx512)", "limit of cpu: 40.00 GB/s",
		"STREAM, best rates, float64, arrays of 8 MB, Abacus 9000"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the svg does not say %q", want)
		}
	}
	img, err := png.Decode(bytes.NewReader(draw("out.png")))
	if err != nil {
		t.Fatalf("png: %v", err)
	}
	// Every executor's colour and the limit's are there.
	seen := map[[3]uint32]bool{}
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			r, g, b, _ := img.At(x, y).RGBA()
			seen[[3]uint32{r >> 8, g >> 8, b >> 8}] = true
		}
	}
	for _, c := range append(barColors[:2:2], limitColor) {
		if !seen[[3]uint32{uint32(c.R), uint32(c.G), uint32(c.B)}] {
			t.Errorf("no pixel of colour %v", c)
		}
	}
}

// One bar leaves most of the picture empty.
func TestPlotOfOneBar(t *testing.T) {
	r := sample()
	r.Executors = r.Executors[:1]
	r.Executors[0].Results = r.Executors[0].Results[:1]
	r.Machine.Targets[0].Model = strings.Repeat("Abacus ", 20)
	var b bytes.Buffer
	if err := writePlot(&b, r, "out.png", newUnit(false)); err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	blue, all := 0, img.Bounds().Dx()*img.Bounds().Dy()
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			r, g, b, _ := img.At(x, y).RGBA()
			if c := barColors[0]; uint8(r>>8) == c.R && uint8(g>>8) == c.G && uint8(b>>8) == c.B {
				blue++
			}
		}
	}
	if blue == 0 || blue > all/10 {
		t.Errorf("the bar has %d of %d pixels", blue, all)
	}
}

func TestProfile(t *testing.T) {
	var b bytes.Buffer
	if err := writeProfile(&b, sample()); err != nil {
		t.Fatal(err)
	}
	p, err := profile.Parse(&b)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.CheckValid(); err != nil {
		t.Fatal(err)
	}
	var types []string
	for _, v := range p.SampleType {
		types = append(types, v.Type+"/"+v.Unit)
	}
	if got := strings.Join(types, " "); got != "launches/count time/nanoseconds bytes/bytes flops/count" {
		t.Errorf("sample types %s", got)
	}
	got := map[string][]int64{}
	for _, s := range p.Sample {
		var stack []string
		for _, l := range s.Location {
			stack = append(stack, l.Line[0].Function.Name)
		}
		got[strings.Join(stack, " < ")] = s.Value
		if s.Label["kernel"][0] != stack[0] || s.Label["executor"][0] != stack[1] {
			t.Errorf("stack %v has labels %v", stack, s.Label)
		}
	}
	want := map[string][]int64{
		"copy < simd < stream": {3, 6e6, 48e6, 0},
		"dot < simd < stream":  {3, 4.8e6, 48e6, 6e6},
		"copy < pool < stream": {3, 3e6, 48e6, 0},
		"dot < pool < stream":  {3, 2.4e6, 48e6, 6e6},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
