package amd64_test

import (
	"fmt"

	"github.com/triad-go/triad/simd/internal/amd64"
)

// The loop a[i] = b[i] + s*c[i] over whole vectors of 8 float64, from i = n-8 down to 0, with s in a constant behind the
// code.
func Example() {
	const a, b, c, i = amd64.RDI, amd64.RSI, amd64.RDX, amd64.RCX
	const s, v amd64.Vec = 0, 1

	var asm amd64.Asm
	loop, three := asm.NewLabel(), asm.NewLabel()
	asm.V(amd64.VBROADCASTSD, amd64.Z, s, 0, amd64.M(amd64.AtLabel(three, 0)), amd64.Mods{})
	asm.Align(16)
	asm.Bind(loop)
	asm.V(amd64.VMOVUPD, amd64.Z, v, 0, amd64.M(amd64.AtIndex(c, i, 8, 0)), amd64.Mods{})
	asm.V(amd64.VFMADD213PD, amd64.Z, v, s, amd64.M(amd64.AtIndex(b, i, 8, 0)), amd64.Mods{})
	asm.VStore(amd64.VMOVUPD, amd64.Z, amd64.AtIndex(a, i, 8, 0), v, amd64.Mods{})
	asm.SubRI(i, 8)
	asm.Jcc(amd64.NS, loop)
	asm.Vzeroupper()
	asm.Ret()
	asm.Align(8)
	asm.Bind(three)
	asm.Data64(0x4008000000000000) // 3.0

	if err := asm.Link(); err != nil {
		fmt.Println(err)
		return
	}
	for code := asm.Bytes(); len(code) > 0; code = code[min(16, len(code)):] {
		fmt.Printf("% x\n", code[:min(16, len(code))])
	}
	// Output:
	// 62 f2 fd 48 19 05 26 00 00 00 66 0f 1f 44 00 00
	// 62 f1 fd 48 10 0c ca 62 f2 fd 48 a8 0c ce 62 f1
	// fd 48 11 0c cf 48 83 e9 08 79 e5 c5 f8 77 c3 90
	// 00 00 00 00 00 00 08 40
}

// A request that has no encoding is reported once, at the end.
func ExampleAsm_Err() {
	var asm amd64.Asm
	asm.V(amd64.VPXOR, amd64.Y, 16, 16, amd64.R(16), amd64.Mods{}) // VPXORQ would be right
	asm.Ret()
	fmt.Println(asm.Link())
	// Output: amd64: VPXOR at offset 0: vector registers past 15 asked for, but it has a VEX form only
}
