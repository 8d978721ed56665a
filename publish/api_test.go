package publish

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"dateline/news"
)

// apiDesk is a server whose answers have everything that the API can say. Its
// admin token is openSesame.
func apiDesk(t testing.TB) *Server {
	t.Helper()
	rich := richStory()
	a := &rich.Articles[0]
	a.Kind, a.Pages, a.Truncated, a.Note, a.Updated = news.KindBrief, 2, true, "the page is a consent wall", a.Published
	rich.Articles[1].ID = news.ArticleID(storyID(9001))
	gone := plainStory(3)
	gone.Withdrawn = noon
	s, m := desk(t, rich, plainStory(1), plainStory(2), gone)
	unmatched := plainStory(50).Articles[0]
	unmatched.Topics = nil
	m.archived = []news.Article{rich.Articles[0], unmatched}
	m.ledgers["harbour"] = news.Ledger{Poll: news.Poll{At: noon, Success: noon, Fresh: noon, Due: noon, Since: noon, Failures: 2, Status: 503, Fault: "busy", Format: "rss 2.0", Items: 3,
		Repairs: []string{"a stray ampersand"}, Dropped: news.Dropped{Empty: 2}, Address: "https://harbour.example/new.xml"}}
	mast := testMasthead()
	mast.Access.Admin = []string{openSesame}
	mast.Sources[0].Lang = "en"
	mast.Why = func(topic news.TopicID, a *news.Article) (Explanation, error) {
		m := news.Match{Topic: topic, Concept: "concept:grain", Alias: "gandum", Sense: "alias", Field: news.InBody, Quote: "RAHASIA kapal gandum", Score: 1.5}
		if len(a.Topics) == 0 {
			return Explanation{Guard: "near", Near: "in one sentence", Needed: 2, Matches: []news.Match{}, Clauses: []ClauseVerdict{
				{Clause: "all[0] concept:grain", Nearest: []news.Match{m}, Guard: "fields"}, {Clause: "all[1] country:UA", Like: []Likeness{{"Ukrane", "Ukraine"}}}}}, nil
		}
		return Explanation{Takes: true, Score: 1.5, Matches: []news.Match{m}, Clauses: []ClauseVerdict{{Clause: "all[0] concept:grain", Met: true}}}, nil
	}
	s.Reload(mast)
	return s
}

// described is openapi.json as the test reads it.
type described struct {
	OpenAPI string
	Servers []struct{ URL string }
	Paths   map[string]map[string]struct {
		Parameters []struct {
			Ref  string `json:"$ref"`
			Name string
			In   string
		}
		Responses map[string]struct {
			Content map[string]struct{ Schema map[string]any }
		}
	}
	Components struct {
		Parameters map[string]struct{ Name, In string }
		Schemas    map[string]struct{ Properties map[string]any }
	}
}

func readDescription(t *testing.T, s *Server) (doc described, compiler *jsonschema.Compiler) {
	t.Helper()
	text := get(t, s, "/api/openapi.json")
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	tree, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler = jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("https://desk.example/openapi.json", tree); err != nil {
		t.Fatal(err)
	}
	return doc, compiler
}

// Every address of the API is described, and everything described is one.
func TestDescriptionNamesEveryRoute(t *testing.T) {
	doc, _ := readDescription(t, apiDesk(t))
	if doc.OpenAPI != "3.1.0" || len(doc.Servers) != 1 || doc.Servers[0].URL != "https://news.example.org/api" {
		t.Errorf("OpenAPI %s at %v", doc.OpenAPI, doc.Servers)
	}
	for _, r := range apiRoutes {
		path, ok := doc.Paths[r.pattern]
		if !ok {
			t.Errorf("%s is not described", r.pattern)
			continue
		}
		if len(path) != 1 {
			t.Errorf("%s has methods beside get", r.pattern)
		}
		var inPath, queried []string
		for _, p := range path["get"].Parameters {
			if name, ok := strings.CutPrefix(p.Ref, "#/components/parameters/"); ok {
				p.Name, p.In = doc.Components.Parameters[name].Name, doc.Components.Parameters[name].In
			}
			if p.In == "path" {
				inPath = append(inPath, "{"+p.Name+"}")
			} else {
				queried = append(queried, p.Name)
			}
		}
		for _, part := range strings.Split(r.pattern, "/") {
			if strings.HasPrefix(part, "{") && !slices.Contains(inPath, part) {
				t.Errorf("%s: %s is not described", r.pattern, part)
			}
		}
		if r.queried != slices.Equal(queried, []string{"topic", "lang", "source", "limit", "after", "full"}) {
			t.Errorf("%s: parameters %v", r.pattern, queried)
		}
		delete(doc.Paths, r.pattern)
	}
	for path := range doc.Paths {
		t.Errorf("%s is described and answers nothing", path)
	}
}

// Every answer is as the description says, of every kind there is, and every
// property that it names is seen in one.
func TestAnswersAreAsDescribed(t *testing.T) {
	s := apiDesk(t)
	doc, compiler := readDescription(t, s)
	rich, plain, archived, gone := string(storyID(9000)), string(storyID(1)), string(storyID(50)), string(storyID(3))
	seen := map[string]bool{}
	for _, c := range []struct {
		pattern, target, token string
		want                   int
	}{
		{"/openapi.json", "/openapi.json", "", 200}, {"/openapi.json", "/openapi.json?x=1", "", 400},
		{"/topics", "/topics", "", 200}, {"/topics", "/topics?limit=1", "", 400},
		{"/stories", "/stories", "", 200}, {"/stories", "/stories?topic=grain&limit=1&full=1", "", 200}, {"/stories", "/stories?lang=id,en&source=harbour", "", 200},
		{"/stories", "/stories?topic=quiet", "", 200}, {"/stories", "/stories?topic=none", "", 400}, {"/stories", "/stories?topic=grain&topic=grain", "", 400},
		{"/stories", "/stories?limit=0", "", 400}, {"/stories", "/stories?per=article", "", 400}, {"/stories", "/stories?colour=red", "", 400}, {"/stories", "/stories?after=x", "", 400},
		{"/articles", "/articles?full=1", "", 200}, {"/articles", "/articles?topic=grain&limit=2&lang=en", "", 200}, {"/articles", "/articles?source=nobody", "", 400},
		{"/stories/{story}", "/stories/" + rich, "", 200}, {"/stories/{story}", "/stories/" + plain, "", 200}, {"/stories/{story}", "/stories/" + gone, "", 410},
		{"/stories/{story}", "/stories/" + archived, "", 404}, {"/stories/{story}", "/stories/x", "", 404}, {"/stories/{story}", "/stories/" + rich + "?full=1", "", 400},
		{"/articles/{article}", "/articles/" + rich, "", 200}, {"/articles/{article}", "/articles/" + plain, "", 200}, {"/articles/{article}", "/articles/" + gone, "", 410},
		{"/articles/{article}", "/articles/" + archived, "", 404}, {"/articles/{article}", "/articles/" + archived, openSesame, 200}, {"/articles/{article}", "/articles/UPPER", "", 404},
		{"/topics/{topic}/why/{article}", "/topics/grain/why/" + rich, "", 200}, {"/topics/{topic}/why/{article}", "/topics/grain/why/" + archived, "", 404},
		{"/topics/{topic}/why/{article}", "/topics/quiet/why/" + archived, openSesame, 200}, {"/topics/{topic}/why/{article}", "/topics/none/why/" + rich, "", 404},
		{"/topics/{topic}/why/{article}", "/topics/grain/why/x", "", 404}, {"/topics/{topic}/why/{article}", "/topics/grain/why/" + gone, "", 410},
		{"/sources", "/sources", "", 401}, {"/sources", "/sources", openSesame, 200},
		{"", "/nothing", "", 404}, {"", "/topics/grain", "", 404}, {"", "/", "", 404},
	} {
		w := askAs(s, "/api"+c.target, c.token)
		if w.Code != c.want {
			t.Errorf("%s: got %d, want %d: %s", c.target, w.Code, c.want, w.Body)
			continue
		}
		where := "https://desk.example/openapi.json#/components/schemas/Problem"
		wantType := "application/problem+json"
		if c.want == 200 {
			wantType = "application/json"
		}
		if c.pattern != "" {
			status := fmt.Sprint(c.want)
			if _, ok := doc.Paths[c.pattern]["get"].Responses[status]; !ok {
				t.Errorf("%s: %s is not described", c.pattern, status)
				continue
			}
			where = "https://desk.example/openapi.json#/paths/" + strings.NewReplacer("/", "~1", "{", "%7B", "}", "%7D").Replace(c.pattern) +
				"/get/responses/" + status + "/content/" + strings.ReplaceAll(wantType, "/", "~1") + "/schema"
		}
		if got := w.Header().Get("Content-Type"); got != wantType {
			t.Errorf("%s: type %q, want %q", c.target, got, wantType)
		}
		schema, err := compiler.Compile(where)
		if err != nil {
			t.Fatal(err)
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(w.Body.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(value); err != nil {
			t.Errorf("%s: %v", c.target, err)
		}
		mark(schema, value, seen)
	}
	for name, schema := range doc.Components.Schemas {
		for property := range schema.Properties {
			if !seen[name+"."+property] {
				t.Errorf("%s.%s is described and never said", name, property)
			}
		}
	}
}

// mark notes which properties of the named schemas a value has.
func mark(s *jsonschema.Schema, value any, seen map[string]bool) {
	for s.Ref != nil {
		s = s.Ref
	}
	name := s.Location[strings.LastIndex(s.Location, "/")+1:]
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			seen[name+"."+key] = true
			if p := s.Properties[key]; p != nil {
				mark(p, inner, seen)
			}
		}
	case []any:
		for _, inner := range v {
			if s.Items2020 != nil {
				mark(s.Items2020, inner, seen)
			}
		}
	}
}

func TestListingsOfTheAPIReachEveryStoryOnce(t *testing.T) {
	var stories []news.Story
	for n := range 23 {
		stories = append(stories, plainStory(n))
	}
	s, _ := desk(t, stories...)
	for _, start := range []string{"/api/stories?limit=4", "/api/stories?topic=grain&limit=5", "/api/articles?limit=5", "/api/articles?lang=en&topic=grain&limit=23"} {
		found := map[string]int{}
		for target, pages := start, 0; target != "" && pages < 10; pages++ {
			var page struct {
				Stories  []struct{ ID string }
				Articles []struct{ ID string }
				Next     string `json:"next_url"`
			}
			if err := json.Unmarshal([]byte(get(t, s, target)), &page); err != nil {
				t.Fatal(err)
			}
			for _, it := range append(page.Stories, page.Articles...) {
				found[it.ID]++
			}
			target = strings.TrimPrefix(page.Next, "https://news.example.org")
		}
		for n := range 23 {
			if found[string(storyID(n))] != 1 {
				t.Errorf("%s: story %d came %d times", start, n, found[string(storyID(n))])
			}
		}
	}
}

// What a token opens is told to its bearer alone, by every address.
func TestPrivateStoriesAreNotInTheAPI(t *testing.T) {
	s := secretPress(t)
	for target, want := range map[string][2]int{
		"/api/stories": {200, 200}, "/api/articles": {200, 200}, "/api/stories?topic=closed": {400, 200}, "/api/articles?topic=closed": {400, 200},
		"/api/articles/bbbbbbbbbbbbbbbb": {404, 200}, "/api/topics/closed/why/bbbbbbbbbbbbbbbb": {404, 200}, "/api/topics/open/why/bbbbbbbbbbbbbbbb": {404, 200},
	} {
		stranger, bearer, liar := askAs(s, target, ""), askAs(s, target, openSesame), askAs(s, target, "made-up-by-a-stranger")
		if stranger.Code != want[0] || bearer.Code != want[1] || liar.Code != want[0] {
			t.Errorf("%s: got %d, with the token %d, with another %d; want %v", target, stranger.Code, bearer.Code, liar.Code, want)
		}
		if bytes.Contains(stranger.Body.Bytes(), []byte("bbbbbbbb")) || bytes.Contains(stranger.Body.Bytes(), []byte("concept closed")) {
			t.Errorf("%s tells a stranger: %s", target, stranger.Body)
		}
		if want[1] == 200 && !bytes.Contains(bearer.Body.Bytes(), []byte("bbbbbbbbbbbbbbbb")) {
			t.Errorf("%s: the bearer does not find the story", target)
		}
		if bearer.Code == 200 && bearer.Header().Get("Cache-Control") != "private, no-cache" {
			t.Errorf("%s: a cache may keep it: %s", target, bearer.Header().Get("Cache-Control"))
		}
	}
}

// A stranger learns from a listing neither that there is something private nor
// where.
func TestListingsReadOnPastWhatIsPrivate(t *testing.T) {
	s := secretPress(t)
	var page struct {
		Stories []struct{ ID string }
		Next    string `json:"next_url"`
	}
	var found []string
	for target, pages := "/api/stories?limit=1", 0; target != "" && pages < 5; pages++ {
		body := askAs(s, target, "").Body.String()
		lacks(t, body, "bbbbbbbb")
		page.Stories, page.Next = nil, ""
		if err := json.Unmarshal([]byte(body), &page); err != nil {
			t.Fatal(err)
		}
		if len(page.Stories) != 1 && page.Next != "" {
			t.Errorf("%s: got %d stories, want 1", target, len(page.Stories))
		}
		for _, st := range page.Stories {
			found = append(found, st.ID)
		}
		target = strings.TrimPrefix(page.Next, "https://desk.example")
	}
	if want := []string{"aaaaaaaaaaaaaaaa", "cccccccccccccccc"}; !slices.Equal(found, want) {
		t.Errorf("got %q, want %q", found, want)
	}
}

// A cache that holds what strangers get is not to give it to a bearer.
func TestAnswersOfTheAPIVaryByTokenWhereThereIsOne(t *testing.T) {
	open, _ := desk(t, plainStory(1))
	if vary := ask(open, "GET", "/api/stories").Header().Get("Vary"); vary != "Accept-Encoding" {
		t.Errorf("without tokens: got Vary %q", vary)
	}
	for _, token := range []string{"", openSesame} {
		if vary := askAs(secretPress(t), "/api/stories", token).Header().Get("Vary"); vary != "Accept-Encoding, Authorization" {
			t.Errorf("token %q: got Vary %q", token, vary)
		}
	}
}

// A reader that shows the token in the address keeps it on the next page.
func TestListingsOfTheAPIBearTheToken(t *testing.T) {
	s := secretPress(t)
	for _, target := range []string{"/api/stories?topic=closed&limit=1", "/api/articles?limit=1"} {
		lacks(t, askAs(s, target, openSesame).Body.String(), openSesame)
		var page struct {
			Next string `json:"next_url"`
		}
		body := askAs(s, target+"&token="+openSesame, "").Body.Bytes()
		if err := json.Unmarshal(body, &page); err != nil || page.Next == "" {
			t.Fatalf("%s: no next page in %s (%v)", target, body, err)
		}
		if w := askAs(s, strings.TrimPrefix(page.Next, "https://desk.example"), ""); w.Code != 200 || w.Header().Get("Cache-Control") != "private, no-cache" {
			t.Errorf("%s: got %d %s", page.Next, w.Code, w.Header().Get("Cache-Control"))
		}
		lacks(t, askAs(s, target, openSesame).Body.String(), openSesame)
	}
}

func TestExplanationsQuoteWhatRightsAllow(t *testing.T) {
	s := apiDesk(t)
	target := "/api/topics/grain/why/" + string(storyID(9000))
	contains(t, get(t, s, target), "RAHASIA", `"rule": "concept:grain"`, `"takes": true`)
	m := s.head.Load().Masthead
	m.Sources = slices.Clone(m.Sources)
	m.Sources[1].Rights = news.RightsSummary
	s.Reload(m)
	lacks(t, get(t, s, target), "RAHASIA")
}

func TestAMissIsToldWithWhatCameNearest(t *testing.T) {
	s := apiDesk(t)
	target := "/api/topics/grain/why/" + string(storyID(50))
	doc := askAs(s, target, openSesame).Body.String()
	contains(t, doc, `"takes": false`, `"needed": 2`, `"guard": "near"`, `"near": "in one sentence"`, `"sense": "alias"`, `"word": "Ukrane"`, `"alias": "Ukraine"`)
	m := s.head.Load().Masthead
	m.Sources = slices.Clone(m.Sources)
	m.Sources[0].Rights = news.RightsSummary
	s.Reload(m)
	lacks(t, askAs(s, target, openSesame).Body.String(), "Ukrane") // a word of the text
}

func TestReasonsSayByWhat(t *testing.T) {
	for want, r := range map[string]reason{
		"by its capital in the title": {Sense: "capital", Field: "title"}, "by another name in the body": {Sense: "alias", Field: "body"},
		"in the lede": {Sense: "term", Field: "lede"}, "": {Sense: "source"},
	} {
		if got := where(r); got != want {
			t.Errorf("%+v: got %q, want %q", r, got, want)
		}
	}
	s, _ := desk(t, richStory())
	for _, page := range []string{"/topics/grain", "/stories/" + string(storyID(9000))} {
		contains(t, get(t, s, page), `<b>grain</b> <span class="where">by another name in the body</span>`)
	}
	contains(t, get(t, s, jsonPath), `"sense": "alias"`)
}

// An article that no topic took is for editors: those with the token, or where
// there is none, whoever sits at the machine.
func TestUnpublishedArticlesAreForEditors(t *testing.T) {
	s := apiDesk(t)
	target := "/api/articles/" + string(storyID(50))
	for _, c := range []struct {
		access Access
		token  string
		want   int
	}{
		{Access{}, "", 404}, {Access{}, openSesame, 404}, {Access{Local: true}, "", 200},
		{Access{Admin: []string{openSesame}}, "", 404}, {Access{Admin: []string{openSesame}}, openSesame, 200}, {Access{Admin: []string{openSesame}, Local: true}, "", 404},
	} {
		m := s.head.Load().Masthead
		m.Access = c.access
		s.Reload(m)
		if w := askAs(s, target, c.token); w.Code != c.want {
			t.Errorf("%+v, token %q: got %d, want %d", c.access, c.token, w.Code, c.want)
		}
	}
}

func FuzzAPI(f *testing.F) {
	for _, seed := range []string{"stories?topic=grain&limit=5", "topics/grain/why/aaaaaaaaaaaaaaaa", "articles/\x00", "stories?topic=&after=", "topics/../../x", "stories?token=%zz&full=1"} {
		f.Add(seed)
	}
	s := apiDesk(f)
	f.Fuzz(func(t *testing.T, rest string) {
		r := httptest.NewRequest(http.MethodGet, "/api/x", nil)
		path, query, _ := strings.Cut(rest, "?")
		r.URL.Path, r.URL.RawQuery = "/api/"+path, query
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if !slices.Contains([]int{200, 400, 401, 404, 410}, w.Code) || !json.Valid(w.Body.Bytes()) {
			t.Errorf("%q: %d %.200s", rest, w.Code, w.Body)
		}
	})
}

// The story that tells an article is found, however many the source told since.
func TestArticleIsFoundBehindManyStories(t *testing.T) {
	var stories []news.Story
	for n := range 3 * soughtAtOnce {
		stories = append(stories, plainStory(n))
	}
	told := plainStory(-1).Articles[0] // the newest
	told.ID, told.Headline = news.ArticleID(storyID(7777)), "A later telling"
	last := &stories[len(stories)-1]
	last.Articles = append(last.Articles, told)
	s, m := desk(t, stories...)
	m.archived = append(m.archived, told)
	contains(t, get(t, s, "/api/articles/"+string(told.ID)), "A later telling", string(last.ID))
}
