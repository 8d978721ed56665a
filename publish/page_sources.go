package publish

import (
	"context"
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"

	"dateline/news"
)

type sourcesView struct {
	All                   []sourceLine
	Well, Ill, Gone, Idle int
	Told                  bool // requests are shown
}

// sourceLine is a source as the page shows it.
type sourceLine struct {
	health
	Mark, Word string
	Chart      template.HTML
	Lately     string // how many items came in the days of the chart
	Requests   []requestLine
}

// requestLine is one request of a source, for the editors.
type requestLine struct {
	At, Status, Address string
	Sent, Got           []string
	Facts, Fault        string
}

// When is a time of a source for print.
func (sourceLine) When(stamp string) string {
	t, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		return ""
	}
	return day(t)
}

// sources is the page on how every source is.
func (p press) sources(ctx context.Context) (document, error) {
	all, ledgers, err := p.healths(ctx)
	if err != nil {
		return document{}, err
	}
	v := p.view("Sources", "sources", "/sources")
	s := &sourcesView{Told: !p.static && p.head.forEditors()}
	for _, h := range all {
		l := sourceLine{health: h}
		switch h.State {
		case "ok":
			l.Mark, l.Word, s.Well = "✓", "Working", s.Well+1
		case "broken":
			l.Mark, l.Word, s.Ill = "!", "Failing", s.Ill+1
		case "gone":
			l.Mark, l.Word, s.Gone = "✕", "Gone", s.Gone+1
		default:
			l.Mark, l.Word, s.Idle = "…", "Not asked yet", s.Idle+1
		}
		if ledger := ledgers[news.SourceID(h.ID)]; ledger != nil {
			l.chart(ledger)
			if s.Told {
				l.Requests = requestLines(p.head.sources[ledger.Source], &ledger.Poll)
			}
		}
		s.All = append(s.All, l)
	}
	v.Page = s
	return p.page("sources.html", v, time.Time{})
}

// chart counts what a source brought on each of the days to its last poll.
func (l *sourceLine) chart(ledger *news.Ledger) {
	last := midnight(ledger.Poll.At)
	if ledger.Poll.At.IsZero() || len(ledger.Marks) == 0 {
		return
	}
	days := make([]int, tallyDays)
	total := 0
	for i := range ledger.Marks {
		age := int(last.Sub(midnight(ledger.Marks[i].Filed)) / (24 * time.Hour))
		if age >= 0 && age < tallyDays {
			days[tallyDays-1-age]++
			total++
		}
	}
	l.Chart = bars("Items a day", days, last)
	l.Lately = fmt.Sprintf("%s in %d days", plural(total, "item", "items"), tallyDays)
}

// requestLines are the last requests of a source, without its secrets.
func requestLines(src *news.Source, poll *news.Poll) []requestLine {
	var lines []requestLine
	for _, q := range poll.Requests {
		l := requestLine{
			At: when(q.At), Status: "no answer", Address: legal(masked(orElse(q.Address, src.Feed))), Fault: unsecret(line(q.Fault), src),
			Sent: unsecrets(q.Sent, src), Got: unsecrets(q.Got, src),
			Facts: fmt.Sprintf("%s, %s, %s", size(q.Length), plural(q.Items, "item", "items"), q.Took.Round(time.Millisecond)),
		}
		if q.Status != 0 {
			l.Status = strconv.Itoa(q.Status)
		}
		lines = append(lines, l)
	}
	return lines
}

func unsecrets(lines []string, src *news.Source) []string {
	var all []string
	for _, l := range lines {
		all = append(all, unsecret(line(l), src))
	}
	return all
}

// size is a number of bytes as people read it.
func size(n int) string {
	if n < 1024 {
		return plural(n, "byte", "bytes")
	}
	return strings.TrimSuffix(strconv.FormatFloat(float64(n)/1024, 'f', 1, 64), ".0") + " KiB"
}
