package publish

import (
	"runtime"
	"testing"
	"time"
)

// An edition keeps no room that its bytes only grew into.
func TestEditionKeepsItsBytesOnly(t *testing.T) {
	s, _ := desk(t, wordyStories(50)...)
	for _, path := range []string{rssPath, atomPath, jsonPath} {
		get(t, s, path)
		e := s.shelf.get(path + "?")
		if e == nil {
			t.Fatalf("%s is not held", path)
		}
		room, held := 0, 0
		for _, c := range e.codings {
			room, held = room+cap(c.body), held+len(c.body)
		}
		if &e.body[0] != &e.codings[inIdentity].body[0] || float64(room) > 1.2*float64(held) {
			t.Errorf("%s takes %d bytes for %d", path, room, held)
		}
	}
}

// BenchmarkEditionMemory reports how much memory an edition takes for each byte
// that it has in all codings together.
func BenchmarkEditionMemory(b *testing.B) {
	s, _ := desk(b, stories50()...)
	doc := document{key: atomPath, body: []byte(get(b, s, atomPath)), mediaType: typeAtom, changed: time.Unix(0, 0)}
	const n = 100
	var bytes int64
	for b.Loop() {
		heap := heapInUse()
		held := make([]*edited, n)
		bytes = 0
		for i := range held {
			held[i] = edit(doc)
			for _, c := range held[i].codings {
				bytes += int64(len(c.body))
			}
		}
		b.ReportMetric(float64(heapInUse()-heap)/float64(bytes), "B/byte")
		runtime.KeepAlive(held)
	}
}

func heapInUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
