package stories

import "slices"

// postings tells which articles have a shingle. Most shingles are of one
// article only, so that its number stands in the map itself; the others have a
// list, named in the map by a negative number.
type postings struct {
	of    map[uint64]int32
	lists [][]int32
	free  []int32
}

func newPostings() postings { return postings{of: map[uint64]int32{}} }

// listed returns the list of a shingle, or nil where one article or none has it.
func (p *postings) listed(at int32) []int32 { return p.lists[-at-1] }

// add notes that an article has a shingle. Of a shingle that is house text the
// articles of the newest few stories suffice: they show that it is.
func (p *postings) add(shingle uint64, no int32, entries []*entry) {
	at, known := p.of[shingle]
	switch {
	case !known:
		p.of[shingle] = no
	case at >= 0:
		p.of[shingle] = -p.list(at, no) - 1
	default:
		list := p.listed(at)
		if len(list) >= houseStories && isHouse(list, entries) {
			list = slices.Delete(list, 0, 1)
		}
		p.lists[-at-1] = append(list, no)
	}
}

func (p *postings) list(first, second int32) int32 {
	list := []int32{first, second}
	if n := len(p.free); n > 0 {
		i := p.free[n-1]
		p.free = p.free[:n-1]
		p.lists[i] = list
		return i
	}
	p.lists = append(p.lists, list)
	return int32(len(p.lists) - 1)
}

func (p *postings) remove(shingle uint64, no int32) {
	at, known := p.of[shingle]
	switch {
	case !known:
	case at == no:
		delete(p.of, shingle)
	case at < 0:
		list := p.listed(at)
		if i := slices.Index(list, no); i >= 0 {
			list = slices.Delete(list, i, i+1)
		}
		p.lists[-at-1] = list
		if len(list) == 1 {
			p.of[shingle] = list[0]
			p.lists[-at-1] = nil
			p.free = append(p.free, -at-1)
		}
	}
}

// each calls visit with every article that has a shingle, unless it is house
// text.
func (p *postings) each(shingle uint64, entries []*entry, visit func(no int32)) {
	at, known := p.of[shingle]
	switch {
	case !known:
	case at >= 0:
		visit(at)
	default:
		list := p.listed(at)
		if isHouse(list, entries) {
			return
		}
		for _, no := range list {
			visit(no)
		}
	}
}

// house reports whether a shingle is house text.
func (p *postings) house(shingle uint64, entries []*entry) bool {
	at, known := p.of[shingle]
	return known && at < 0 && isHouse(p.listed(at), entries)
}

// isHouse reports whether articles are of so many stories that what they share
// is the house's text and not news.
func isHouse(list []int32, entries []*entry) bool {
	if len(list) < houseStories {
		return false
	}
	var seen [houseStories]*held
	n := 0
	for _, no := range list {
		story := entries[no].story
		if slices.Contains(seen[:n], story) {
			continue
		}
		seen[n] = story
		if n++; n == houseStories {
			return true
		}
	}
	return false
}
