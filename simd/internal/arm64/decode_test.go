package arm64

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

// Every instruction reads back as the text that the GNU assembler was given for
// it, but for numbers, which it may have in hexadecimal.
func TestDecode(t *testing.T) {
	number := regexp.MustCompile(`#0x[0-9a-f]+`)
	same := regexp.MustCompile(`orr (v\d+)\.16b, (v\d+)\.16b, (v\d+)\.16b`)
	plain := func(text string) string {
		// Some instructions have two names.
		if m := same.FindStringSubmatch(text); m != nil && m[2] == m[3] {
			text = fmt.Sprintf("mov %s.16b, %s.16b", m[1], m[2])
		}
		if strings.HasSuffix(text, ", #0") {
			text = strings.Replace(text, "lsr ", "lsl ", 1)
		}
		text = strings.TrimSuffix(text, ", lsl #0")
		return number.ReplaceAllStringFunc(text, func(s string) string {
			var n uint64
			fmt.Sscanf(s, "#0x%x", &n)
			return fmt.Sprintf("#%d", n)
		})
	}
	bad := 0
	for _, s := range corpus() {
		code := encode(t, s)
		var texts []string
		for at := 0; at < len(code); at += 4 {
			in, err := Decode(code, at)
			if err != nil {
				t.Fatalf("%s: %v", s.gnu, err)
			}
			texts = append(texts, in.Text(func(to int) string { return fmt.Sprintf(".%+d", to-at) }))
		}
		if got, want := strings.Join(texts, "; "), s.gnu; plain(got) != plain(want) {
			if bad++; bad < 30 {
				t.Errorf("got %s, want %s", got, want)
			}
		}
	}
	if bad > 0 {
		t.Errorf("%d differ", bad)
	}
}

func TestDecodeErrors(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 100000 {
		w := r.Uint32()
		code := []byte{byte(w), byte(w >> 8), byte(w >> 16), byte(w >> 24)}
		in, err := Decode(code, 0)
		var de *DecodeError
		switch {
		case err == nil && in.Text(func(int) string { return "x" }) == "":
			t.Fatalf("%#08x has no text", w)
		case err != nil && (!errors.As(err, &de) || de.Word != w):
			t.Fatalf("%#08x: %v", w, err)
		}
	}
	for _, at := range []int{-4, 0, 4} {
		if _, err := Decode(nil, at); err == nil {
			t.Errorf("nothing at %d was an instruction", at)
		}
	}
}
