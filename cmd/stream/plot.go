package main

import (
	"fmt"
	"image/color"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"github.com/triad-go/triad/stream"
)

// Colours that people with any colour vision tell apart (Okabe and Ito).
var barColors = []color.RGBA{
	{0x00, 0x72, 0xb2, 0xff}, {0xe6, 0x9f, 0x00, 0xff}, {0x00, 0x9e, 0x73, 0xff},
	{0xcc, 0x79, 0xa7, 0xff}, {0x56, 0xb4, 0xe9, 0xff}, {0xf0, 0xe4, 0x42, 0xff},
}

var limitColor = color.RGBA{0xd5, 0x5e, 0x00, 0xff}

// longestModel is the longest name of a machine that the title has room for.
const longestModel = 40

// writePlot draws a group of bars for each kernel, a bar for each executor, and
// a line for the limit of each target. The file's name says the format.
func writePlot(w io.Writer, r *stream.Report, path string, u unit) error {
	p := plot.New()
	p.Title.Text = fmt.Sprintf("STREAM, best rates, %s, arrays of %s", r.Type, u.size(r.ArrayBytes()))
	if model := model(r); model != "" && len(model) <= longestModel {
		p.Title.Text += ", " + model
	}
	p.Y.Label.Text = u.tableName
	p.Y.Min = 0
	p.Legend.Top = true
	p.Legend.Padding = vg.Millimeter
	p.Legend.XOffs = -2 * vg.Millimeter

	var names []string
	if len(r.Executors) > 0 {
		for _, res := range r.Executors[0].Results {
			names = append(names, label(res.Kernel))
		}
	}
	const width, height, margin = 24 * vg.Centimeter, 12 * vg.Centimeter, 3 * vg.Centimeter
	const widest = 2 * vg.Centimeter // so that one bar does not fill the picture
	bar := (width - margin) / vg.Length(max(len(names), 1)) * 0.8 / vg.Length(max(len(r.Executors), 1))
	bar = min(bar, widest)
	top := 0.0
	for i, ex := range r.Executors {
		var values plotter.Values
		for _, res := range ex.Results {
			values = append(values, res.BestRate/u.table)
		}
		bars, err := plotter.NewBarChart(values, bar)
		if err != nil {
			return err
		}
		bars.LineStyle.Width = 0
		bars.Color = barColors[i%len(barColors)]
		bars.Offset = bar * vg.Length(float64(i)-float64(len(r.Executors)-1)/2)
		p.Add(bars)
		p.Legend.Add(fmt.Sprintf("%s (%s)", ex.Name, ex.Tier), bars)
	}
	for i, l := range r.Limits {
		y := l.Rate / u.table
		top = max(top, y)
		line, err := plotter.NewLine(plotter.XYs{{X: -0.5, Y: y}, {X: float64(len(names)) - 0.5, Y: y}})
		if err != nil {
			return err
		}
		line.Color = limitColor
		line.Width = vg.Points(1.5)
		line.Dashes = []vg.Length{vg.Points(6), vg.Points(3)}
		for range i { // dots, to tell limits apart by
			line.Dashes = append(line.Dashes, vg.Points(1), vg.Points(3))
		}
		p.Add(line)
		p.Legend.Add(fmt.Sprintf("limit of %s: %s %s", l.Target, u.rate(l.Rate), u.tableName), line)
	}
	p.NominalX(names...)
	p.X.Min, p.X.Max = -0.5, float64(len(names))-0.5
	// Room for the legend above the bars.
	p.Y.Max = top * (1.15 + 0.06*float64(len(r.Executors)+len(r.Limits)))

	out, err := p.WriterTo(width, height, strings.ToLower(strings.TrimPrefix(filepath.Ext(path), ".")))
	if err != nil {
		return err
	}
	_, err = out.WriteTo(w)
	return err
}

// model is what ran: the models of all targets that executors ran on.
func model(r *stream.Report) string {
	var models []string
	for _, t := range r.Machine.Targets {
		ran := slices.ContainsFunc(r.Executors, func(ex stream.ExecutorReport) bool { return ex.Target == t.Name })
		if ran && t.Model != "" && !slices.Contains(models, t.Model) {
			models = append(models, t.Model)
		}
	}
	return strings.Join(models, ", ")
}
