package desk

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"dateline/news"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// copyOf is some text of an item, long enough to be told from another's.
func copyOf(subject string) string {
	return "<p>" + strings.Repeat("The harbour of "+subject+" was closed on Monday. ", 4) + "</p>"
}

func item(guid, link, subject string) news.Item {
	return news.Item{GUID: guid, Link: link, Title: "On " + subject, Summary: copyOf(subject)}
}

func siftAll(t *testing.T, docs ...[]news.Item) (fresh []sifted, marks []news.Mark, dropped news.Dropped) {
	t.Helper()
	for i, doc := range docs {
		fresh, marks, dropped = sift(news.Source{ID: "outlet"}, doc, marks, noon.Add(time.Duration(i)*time.Hour))
		for j := range marks {
			if marks[j].Filed.IsZero() {
				marks[j].Filed = noon
			}
		}
	}
	return fresh, marks, dropped
}

func TestSiftKnowsWhatItHasSeen(t *testing.T) {
	a, b := item("1", "https://o.example/a", "Accra"), item("2", "https://o.example/b", "Bergen")
	change := func(it news.Item, f func(*news.Item)) news.Item { f(&it); return it }
	for _, c := range []struct {
		name           string
		first, second  []news.Item
		fresh, changed int
		marks          int
	}{
		{"the same again", []news.Item{a, b}, []news.Item{a, b}, 0, 0, 2},
		{"one more", []news.Item{a}, []news.Item{b, a}, 1, 0, 2},
		{"another order", []news.Item{a, b}, []news.Item{b, a}, 0, 0, 2},
		{"one falls off and is remembered", []news.Item{a, b}, []news.Item{a}, 0, 0, 2},
		{"changed text", []news.Item{a}, []news.Item{change(a, func(it *news.Item) { it.Summary = copyOf("Cairo") })}, 1, 1, 1},
		{"changed title", []news.Item{a}, []news.Item{change(a, func(it *news.Item) { it.Title = "Anew" })}, 1, 1, 1},
		{"changed markup only", []news.Item{a}, []news.Item{change(a, func(it *news.Item) { it.Summary = "<div class=x>" + it.Summary + "<img src=ad?2></div>" })}, 0, 0, 1},
		{"another guid, same link and text", []news.Item{a}, []news.Item{change(a, func(it *news.Item) { it.GUID = "1b" })}, 0, 0, 1},
		{"another guid and title, same link", []news.Item{a}, []news.Item{change(a, func(it *news.Item) { it.GUID, it.Title = "1b", "Anew" })}, 1, 1, 1},
		{"another guid, title, text and path, same number in it", []news.Item{item("1", "https://o.example/a-7712345", "Accra")}, []news.Item{item("1b", "https://o.example/b-7712345", "Bergen")}, 1, 1, 1},
		{"another guid, link and text, another number", []news.Item{item("1", "https://o.example/a-7712345", "Accra")}, []news.Item{item("2", "https://o.example/a-7712346", "Bergen")}, 1, 0, 2},
		{"another guid and link, same text", []news.Item{a}, []news.Item{change(a, func(it *news.Item) { it.GUID, it.Link = "1b", "https://o.example/z" })}, 0, 0, 1},
		{"tracking on the link", []news.Item{change(a, func(it *news.Item) { it.GUID = "" })},
			[]news.Item{change(a, func(it *news.Item) { it.GUID, it.Link = "", "http://www.o.example/a/?utm_source=x" })}, 0, 0, 1},
	} {
		fresh, marks, _ := siftAll(t, c.first, c.second)
		changed := 0
		for _, f := range fresh {
			if f.changed {
				changed++
			}
		}
		if len(fresh) != c.fresh || changed != c.changed || len(marks) != c.marks {
			t.Errorf("%s: got %d fresh, %d of them changed, %d marks; want %d, %d, %d", c.name, len(fresh), changed, len(marks), c.fresh, c.changed, c.marks)
		}
	}
}

func TestItemsThatShareALinkAreNotOne(t *testing.T) {
	home := "https://o.example/"
	first := []news.Item{item("1", home, "Accra"), item("2", home, "Bergen")}
	second := append([]news.Item{item("3", home, "Cairo")}, first...)
	fresh, marks, _ := siftAll(t, first, second)
	if len(fresh) != 1 || fresh[0].changed || len(marks) != 3 {
		t.Errorf("got %d fresh and %d marks, want one new item and 3 marks", len(fresh), len(marks))
	}
}

func TestItemsThatShareAGuidAreToldApart(t *testing.T) {
	doc := []news.Item{item("all", "https://o.example/a", "Accra"), item("all", "https://o.example/b", "Bergen")}
	fresh, marks, _ := siftAll(t, doc)
	if len(fresh) != 2 || marks[0].Article == marks[1].Article {
		t.Fatalf("got %d fresh with articles %v, want two articles", len(fresh), marks)
	}
	if fresh, _, _ := siftAll(t, doc, doc); len(fresh) != 0 {
		t.Errorf("the same document again brings %d fresh items", len(fresh))
	}
}

func TestChangedGuidKeepsTheArticle(t *testing.T) {
	a := item("1", "https://o.example/a", "Accra")
	_, before, _ := siftAll(t, []news.Item{a})
	a.GUID, a.Title = "1-v2", "On Accra, updated"
	_, after, _ := siftAll(t, []news.Item{item("1", "https://o.example/a", "Accra")}, []news.Item{a})
	if before[0].Article != after[0].Article {
		t.Errorf("article %s became %s", before[0].Article, after[0].Article)
	}
}

func TestTheSameItemTwiceInOneDocumentIsOne(t *testing.T) {
	a := item("1", "https://o.example/a", "Accra")
	fresh, marks, dropped := siftAll(t, []news.Item{a, a, a})
	if len(fresh) != 1 || len(marks) != 1 || dropped.Twice != 2 {
		t.Errorf("got %d fresh, %d marks, %d repetitions; want 1, 1, 2", len(fresh), len(marks), dropped.Twice)
	}
}

func TestFlappingItemIsCountedAndNotPublishedForEver(t *testing.T) {
	a, b := item("1", "https://o.example/a", "Accra"), item("1", "https://o.example/a", "Bergen")
	var docs [][]news.Item
	published, flapped := 0, 0
	for i := range 40 {
		doc := []news.Item{a}
		if i%2 == 1 {
			doc = []news.Item{b}
		}
		docs = append(docs, doc)
		fresh, _, dropped := siftAll(t, docs...)
		published += len(fresh)
		flapped += dropped.Flapped
	}
	if published > 2+flapsAllowed {
		t.Errorf("published %d versions of an item that flaps", published)
	}
	if flapped == 0 {
		t.Error("what was left out is not counted")
	}
}

func TestMarksAreBoundedButNeverThoseOfListedItems(t *testing.T) {
	var docs [][]news.Item
	for d := range 5 {
		var doc []news.Item
		for i := range 1000 {
			id := fmt.Sprint(d, "-", i)
			doc = append(doc, item(id, "https://o.example/"+id, "place "+id))
		}
		docs = append(docs, doc)
	}
	_, marks, _ := siftAll(t, docs...)
	if len(marks) != 1000+maxUnlisted {
		t.Errorf("got %d marks, want %d", len(marks), 1000+maxUnlisted)
	}
	if fresh, _, _ := sift(news.Source{ID: "outlet"}, docs[4], marks, noon.Add(1000*24*time.Hour)); len(fresh) != 0 {
		t.Errorf("what is still listed after years brings %d fresh items", len(fresh))
	}
}

func TestLeaveForLaterForgetsAsIfUnseen(t *testing.T) {
	a, b, c := item("1", "https://o.example/a", "Accra"), item("2", "https://o.example/b", "Bergen"), item("3", "https://o.example/c", "Cairo")
	_, marks, _ := siftAll(t, []news.Item{a})
	a.Title = "On Accra, corrected"
	doc := []news.Item{c, b, a}
	fresh, marks, _ := sift(news.Source{ID: "outlet"}, doc, marks, noon)
	ledger := news.Ledger{Marks: marks, Poll: news.Poll{ETag: `"x"`, LastModified: "y", Sum: 7}}
	leaveForLater(&ledger, fresh[1:], false) // Cairo was edited in time
	if ledger.Poll.ETag != "" || ledger.Poll.LastModified != "" || ledger.Poll.Sum != 0 {
		t.Error("the validators stayed, and the outlet will say that nothing is new")
	}
	again, _, _ := sift(news.Source{ID: "outlet"}, doc, ledger.Marks, noon)
	if len(again) != 2 || again[0].item.GUID != "2" || again[0].changed || again[1].item.GUID != "1" || !again[1].changed {
		t.Errorf("the next poll brings %+v, want Bergen new and Accra changed", again)
	}
}

func BenchmarkSift(b *testing.B) {
	var doc []news.Item
	for i := range 100 {
		id := fmt.Sprint(i)
		doc = append(doc, item(id, "https://o.example/"+id, "place "+id))
	}
	_, marks, _ := sift(news.Source{ID: "outlet"}, doc, nil, noon)
	for b.Loop() {
		sift(news.Source{ID: "outlet"}, doc, marks, noon)
	}
}

func TestMovedDateIsAChangeWherePagesAreRead(t *testing.T) {
	it := news.Item{GUID: "a", Title: "Trains return", Summary: "Trains have begun to cross the bridge.", Published: noon, Updated: noon}
	reads, takes := news.Source{ID: "outlet", FullText: true}, news.Source{ID: "outlet"}
	_, marks, _ := sift(reads, []news.Item{it}, nil, noon)
	if fresh, _, _ := sift(reads, []news.Item{it}, marks, noon); len(fresh) != 0 {
		t.Errorf("the same date: got %d fresh, want none", len(fresh))
	}
	it.Updated = noon.Add(time.Hour)
	if fresh, _, _ := sift(reads, []news.Item{it}, marks, noon); len(fresh) != 1 || !fresh[0].changed {
		t.Errorf("a moved date: got %v, want one change", fresh)
	}
	if fresh, _, _ := sift(takes, []news.Item{it}, marks, noon); len(fresh) != 0 {
		t.Errorf("a moved date where the feed is all we read: got %d fresh, want none", len(fresh))
	}
	changes := 0
	for range 3 * rereads { // an outlet whose date is always the present
		it.Updated = it.Updated.Add(time.Minute)
		var fresh []sifted
		fresh, marks, _ = sift(reads, []news.Item{it}, marks, noon)
		changes += len(fresh)
	}
	if changes > rereads+1 {
		t.Errorf("got %d changes, want at most %d", changes, rereads+1)
	}
	it.Summary = "Trains have stopped again."
	if fresh, _, _ := sift(reads, []news.Item{it}, marks, noon); len(fresh) != 1 {
		t.Error("other words are a change, however often the date moved")
	}
}

func TestWordsOfASCIIAreThoseOfAnyText(t *testing.T) {
	for _, html := range []string{
		"", "Rain", "<p>Rain &amp; HAIL in 3 towns.</p><p>More</p>", "a<br>b", "a < b > c", "a<b", "x<y<z", "one<two <em>three</em", "<<a>>b", ">a<", "<", "a'b-c",
	} {
		want := appendWordsAny(nil, html)
		if got, ok := appendWordsASCII(nil, html); !ok || !bytes.Equal(got, want) {
			t.Errorf("words of %q are %q, want %q", html, got, want)
		}
	}
	if _, ok := appendWordsASCII(nil, "a ж"); ok {
		t.Error("a text with other letters took the short way")
	}
}
