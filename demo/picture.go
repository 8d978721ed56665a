package demo

import (
	"bytes"
	"hash/fnv"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
)

const (
	pictureWidth  = 480
	pictureHeight = 270
)

// picture is a drawn press photograph.
type picture struct {
	data []byte
	kind string // media type
}

// picture draws an article's picture, once.
func (w *World) picture(o *outlet, c *piece) picture {
	key := o.id + "/" + c.slug
	w.mu.Lock()
	defer w.mu.Unlock()
	p, drawn := w.pictures[key]
	if !drawn {
		p = draw(key, c.jpeg)
		w.pictures[key] = p
	}
	return p
}

// draw makes a landscape whose colours and hills depend on the name alone.
func draw(name string, asJPEG bool) picture {
	h := fnv.New32a()
	h.Write([]byte(name))
	seed := h.Sum32()
	img := image.NewPaletted(image.Rect(0, 0, pictureWidth, pictureHeight), palette(seed))
	for x := range pictureWidth {
		far := 110 + hill(x+int(seed%97), 90, 40)
		close := 170 + hill(x+int(seed%61), 130, 50)
		for y := range pictureHeight {
			i := y * 5 / pictureHeight
			switch {
			case y > close:
				i = 6
			case y > far:
				i = 5
			}
			img.Pix[y*img.Stride+x] = uint8(i)
		}
	}
	var b bytes.Buffer
	if asJPEG {
		jpeg.Encode(&b, img, &jpeg.Options{Quality: 70}) // a bytes.Buffer takes everything
		return picture{b.Bytes(), "image/jpeg"}
	}
	(&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, img)
	return picture{b.Bytes(), "image/png"}
}

// hill is a triangular wave.
func hill(x, length, height int) int {
	x %= length
	if x > length/2 {
		x = length - x
	}
	return x * 2 * height / length
}

func palette(seed uint32) color.Palette {
	r, g, b := uint8(seed), uint8(seed>>8), uint8(seed>>16)
	var p color.Palette
	for i := range uint8(5) {
		p = append(p, color.RGBA{r/4 + 150 + 8*i, g/4 + 140 + 8*i, b/4 + 160 + 6*i, 255})
	}
	return append(p, color.RGBA{r/2 + 40, g/2 + 50, b/2 + 40, 255}, color.RGBA{r / 4, g/4 + 20, b / 4, 255})
}
