package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// deed is one thing that a hostile outlet does, and what the program must have
// made of it when its control source was asked several times.
type deed struct {
	name  string
	reply func(n int, w http.ResponseWriter, r *http.Request) // n counts the deed's requests from 1
	more  string                                              // keys of its source beside id and feed
	feed  string                                              // the address in the config, where it is not the deed's own
	judge func(e evidence) string                             // what is wrong; empty: nothing
}

// evidence is what can be seen of a deed from outside.
type evidence struct {
	id     string
	asked  []request
	health struct {
		State    string
		Fault    string
		Failures int
		Status   int
		Items    int
		Repairs  []string
		Dropped  []string
		MovedTo  string `json:"moved_to"`
	}
	items []farmItem
	polls int // of the control source
}

type request struct {
	path   string
	header http.Header
	at     time.Time
}

// farmItem is an item of the topic that bears all that the sources send.
type farmItem struct {
	ID        string `json:"id"`
	URL       string `json:"url"`
	Title     string `json:"title"`
	HTML      string `json:"content_html"`
	Summary   string `json:"summary"`
	Published string `json:"date_published"`
	whole     string
}

// titles are the headlines, sorted.
func (e evidence) titles() string {
	var list []string
	for _, it := range e.items {
		list = append(list, it.Title)
	}
	slices.Sort(list)
	return strings.Join(list, " | ")
}

// farm is the outlets: one server for each group, so that no group waits for
// another.
type farm struct {
	mu      sync.Mutex // guards asked
	asked   map[string][]request
	servers map[string]*httptest.Server
}

// controlPolls is how often each control source is asked before the judgement.
const controlPolls = 5

// farmCmd: "farm open FILE" serves every deed and writes the config of the
// program that is to read them; "farm judge URL" waits until the program has
// had its chances, and prints pass or fail for each.
func farmCmd(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) == 2, "farm open FILE, or farm judge URL")
	switch args[0] {
	case "open":
		f := &farm{asked: map[string][]request{}, servers: map[string]*httptest.Server{}}
		benchOf(ts).farm = f
		ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(f.open(ts)), 0o600))
	case "judge":
		benchOf(ts).farm.judge(ts, args[1])
	default:
		ts.Fatalf("farm %s?", args[0])
	}
}

// open starts the servers and gives the config.
func (f *farm) open(ts *testscript.TestScript) string {
	var b strings.Builder
	fmt.Fprintf(&b, "network: {allow: [127.0.0.1], timeout: 3s}\nlisten: 127.0.0.1:%s\ndefaults: {schedule: \"@every 1s\"}\n", ts.Getenv("port"))
	b.WriteString("topics:\n  - {id: all, all: [{term: unheardof}]}\nsources:\n")
	for _, g := range farmGroups() {
		server := httptest.NewServer(f.serve(g))
		f.servers[g.name] = server
		ts.Defer(server.Close)
		for i := range g.deeds {
			d, id := &g.deeds[i], deedID(g.name, i)
			feed := server.URL + "/" + id
			if d.feed != "" {
				_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
				feed = strings.NewReplacer("SERVER", server.URL, "PORT", port).Replace(d.feed)
			}
			fmt.Fprintf(&b, "  - {id: %s, feed: %q, topics: [all]", id, feed)
			if d.more != "" {
				b.WriteString(", " + strings.ReplaceAll(d.more, "SERVER", server.URL))
			}
			b.WriteString("}\n")
		}
	}
	return b.String()
}

func deedID(group string, i int) string { return fmt.Sprintf("%s-%02d", group, i) }

// serve answers for a group: the first part of a path is the deed's id.
func (f *farm) serve(g deedGroup) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		f.mu.Lock()
		f.asked[id] = append(f.asked[id], request{r.URL.RequestURI(), r.Header.Clone(), time.Now()})
		n := len(f.asked[id])
		f.mu.Unlock()
		for i := range g.deeds {
			if deedID(g.name, i) == id {
				g.deeds[i].reply(n, w, r)
				return
			}
		}
		http.NotFound(w, r)
	}
}

// judge waits for the control sources and holds what is seen then against the
// deeds. What still has to happen is given time; what must not, had its chances.
func (f *farm) judge(ts *testscript.TestScript, site string) {
	groups := farmGroups()
	awaitThat(ts, "the control sources to be asked", func() (string, bool) {
		for _, g := range groups {
			if n := f.count(deedID(g.name, 0)); n < controlPolls && g.name != "slow" {
				return fmt.Sprintf("%s: %d times", g.name, n), false
			}
		}
		return "", true
	})
	wrong := map[string]string{}
	for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		ts.Check(f.look(groups, site, wrong))
		if len(wrong) == 0 || time.Now().After(end) {
			break
		}
	}
	passed := 0
	for _, g := range groups {
		for i := range g.deeds {
			if why, failed := wrong[deedID(g.name, i)]; failed {
				ts.Logf("FAIL  %s: %s: %s", g.name, g.deeds[i].name, why)
				continue
			}
			passed++
			ts.Logf("pass  %s: %s", g.name, g.deeds[i].name)
		}
	}
	ts.Logf("%d behaviours passed, %d failed", passed, len(wrong))
	if len(wrong) > 0 || passed == 0 {
		ts.Fatalf("%d of %d behaviours failed", len(wrong), passed+len(wrong))
	}
}

// look judges the deeds that wrong holds, or all at the first time, and leaves
// in it those that are not as they should be.
func (f *farm) look(groups []deedGroup, site string, wrong map[string]string) error {
	health, err := healthOf(site)
	if err != nil {
		return err
	}
	first := len(wrong) == 0
	for _, g := range groups {
		for i := range g.deeds {
			id := deedID(g.name, i)
			if _, failed := wrong[id]; !failed && !first {
				continue
			}
			e := evidence{id: id, polls: f.count(deedID(g.name, 0))}
			if err := json.Unmarshal(health[id], &e.health); err != nil {
				return err
			}
			if err := e.read(site + "/topics/all.json?source=" + id); err != nil {
				return err
			}
			f.mu.Lock()
			e.asked = slices.Clone(f.asked[id])
			f.mu.Unlock()
			delete(wrong, id)
			if why := g.deeds[i].judge(e); why != "" {
				wrong[id] = fmt.Sprintf("%s (%d requests, fault %q, headlines %q)", why, len(e.asked), e.health.Fault, e.titles())
			}
		}
	}
	return nil
}

// healthOf is what the program says of each source.
func healthOf(site string) (map[string]json.RawMessage, error) {
	var all struct{ Sources []json.RawMessage }
	if err := getJSON(site+"/api/sources", &all); err != nil {
		return nil, err
	}
	health := map[string]json.RawMessage{}
	for _, raw := range all.Sources {
		var s struct{ ID string }
		if err := json.Unmarshal(raw, &s); err != nil {
			return nil, err
		}
		health[s.ID] = raw
	}
	return health, nil
}

func (f *farm) count(id string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.asked[id])
}

// read fills in the items that a source brought into the topic.
func (e *evidence) read(address string) error {
	var feed struct{ Items []json.RawMessage }
	if err := getJSON(address, &feed); err != nil {
		return err
	}
	for _, raw := range feed.Items {
		it := farmItem{whole: string(raw)}
		if err := json.Unmarshal(raw, &it); err != nil {
			return err
		}
		e.items = append(e.items, it)
	}
	return nil
}

func getJSON(address string, into any) error {
	answer, err := http.Get(address)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %d %.200s", address, answer.StatusCode, body)
	}
	return json.Unmarshal(body, into)
}
