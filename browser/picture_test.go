package browser

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
)

// checkered is a picture of a size.
func checkered(width, height int) []byte {
	m := image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{color.RGBA{0x8c, 0x23, 0x18, 0xff}, color.RGBA{0xf2, 0xef, 0xe6, 0xff}})
	for y := range height {
		for x := range width {
			m.SetColorIndex(x, y, uint8((x/50+y/50)%2))
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err) // a buffer takes everything
	}
	return b.Bytes()
}
