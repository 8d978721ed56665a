package publish

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"dateline/news"
)

var onePixel = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00")

// gallery is a server that gets pictures by a function.
func gallery(t testing.TB, m *memory, head Masthead, get func(src string) ([]byte, error)) *Server {
	t.Helper()
	s, err := New(m, head, Options{Picture: func(_ context.Context, _ news.SourceID, src string) ([]byte, error) { return get(src) }})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestPicturesComeThroughUs(t *testing.T) {
	st := richStory()
	var asked []string
	s := gallery(t, &memory{stories: []news.Story{st}, revision: 1}, testMasthead(), func(src string) ([]byte, error) {
		asked = append(asked, src)
		return onePixel, nil
	})
	path := "/pictures/" + string(st.ID) + "/" + pictureDigest(st.Articles[0].Lead.Src)
	for _, page := range []string{"/", "/topics/grain", "/stories/" + string(st.ID)} {
		doc := get(t, s, page)
		contains(t, doc, `src="`+path+`"`)
		lacks(t, doc, "img.pelabuhan.example")
	}
	for _, feed := range []string{rssPath, atomPath, jsonPath} {
		contains(t, get(t, s, feed), "img.pelabuhan.example") // a reader of feeds is no page of ours
		lacks(t, get(t, s, feed), "/pictures/")
	}
	w := ask(s, "GET", path)
	h := w.Header()
	if w.Code != 200 || h.Get("Content-Type") != "image/png" || w.Body.String() != string(onePixel) || !strings.Contains(h.Get("Cache-Control"), "immutable") {
		t.Errorf("got %d %v", w.Code, h)
	}
	if h.Get("Content-Security-Policy") != picturePolicy || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cross-Origin-Resource-Policy") != "same-origin" {
		t.Errorf("a picture may do too much: %v", h)
	}
	if again := ask(s, "GET", path, "If-None-Match", h.Get("ETag")); again.Code != 304 {
		t.Errorf("held already: got %d", again.Code)
	}
	if len(asked) != 1 || asked[0] != st.Articles[0].Lead.Src {
		t.Errorf("asked for %q, want the picture once", asked)
	}
	if policy := ask(s, "GET", "/").Header().Get("Content-Security-Policy"); !strings.Contains(policy, "img-src 'self';") {
		t.Errorf("pages may ask elsewhere: %s", policy)
	}
}

// The way to pictures leads to nothing but the pictures of stories that the
// reader may see.
func TestPicturesAreNoWayElsewhere(t *testing.T) {
	st, withdrawn, headline, hidden := richStory(), richStory(), richStory(), richStory()
	withdrawn.ID, withdrawn.Withdrawn = storyID(1), noon
	headline.ID, headline.Articles[0].Source = storyID(2), "mean"
	hidden.ID, hidden.Topics = storyID(3), []news.TopicID{"closed"}
	head := testMasthead()
	head.Sources = append(head.Sources, news.Source{ID: "mean", Rights: news.RightsHeadline})
	head.Topics = append(head.Topics, news.Topic{ID: "closed"})
	head.Tokens = map[news.TopicID][]string{"closed": {openSesame}}
	s := gallery(t, &memory{stories: []news.Story{st, withdrawn, headline, hidden}, revision: 1}, head, func(string) ([]byte, error) { return onePixel, nil })
	lead := pictureDigest(st.Articles[0].Lead.Src)
	for path, want := range map[string]int{
		string(st.ID) + "/" + pictureDigest("http://169.254.169.254/x.png"): 404,
		string(st.ID) + "/":                                     404,
		string(st.ID):                                           404,
		"short/" + lead:                                         404,
		string(storyID(77)) + "/" + lead:                        404,
		string(withdrawn.ID) + "/" + lead:                       410,
		string(headline.ID) + "/" + lead:                        404,
		string(hidden.ID) + "/" + lead:                          404,
		string(hidden.ID) + "/" + lead + "?token=" + openSesame: 200,
		string(st.ID) + "/" + lead:                              200,
	} {
		if w := ask(s, "GET", "/pictures/"+path); w.Code != want {
			t.Errorf("%s: got %d, want %d", path, w.Code, want)
		}
	}
	contains(t, get(t, s, "/stories/"+string(hidden.ID)+"?token="+openSesame), "/pictures/"+string(hidden.ID)+"/"+lead+"?token="+openSesame)
	if cached := ask(s, "GET", "/pictures/"+string(hidden.ID)+"/"+lead+"?token="+openSesame).Header().Get("Cache-Control"); !strings.HasPrefix(cached, "private") {
		t.Errorf("a private picture: %s", cached)
	}
}

func TestOnlyRasterPicturesArePassedOn(t *testing.T) {
	for name, body := range map[string]string{
		"svg": `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`, "html": "<!doctype html><script>alert(1)</script>",
		"empty": "", "text": "GIF", "pdf": "%PDF-1.7", "xml": `<?xml version="1.0"?><svg/>`,
	} {
		if got := rasterType([]byte(body)); got != "" {
			t.Errorf("%s is taken for %s", name, got)
		}
	}
	for want, body := range map[string]string{
		"image/png": string(onePixel), "image/gif": "GIF89a\x01\x00", "image/jpeg": "\xff\xd8\xff\xe0", "image/webp": "RIFF\x00\x00\x00\x00WEBPVP8 ", "image/avif": "\x00\x00\x00\x1cftypavif\x00\x00",
	} {
		if got := rasterType([]byte(body)); got != want {
			t.Errorf("got %q, want %s", got, want)
		}
	}
}

// A picture that its outlet does not give is not asked for by every reader
// anew.
func TestAMissingPictureIsAskedForSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := richStory()
		asked := 0
		s := gallery(t, &memory{stories: []news.Story{st}, revision: 1}, testMasthead(), func(string) ([]byte, error) {
			asked++
			return nil, errors.New("gone")
		})
		path := "/pictures/" + string(st.ID) + "/" + pictureDigest(st.Articles[0].Lead.Src)
		for range 5 {
			if w := ask(s, "GET", path); w.Code != 404 {
				t.Errorf("got %d, want 404", w.Code)
			}
		}
		if asked != 1 {
			t.Errorf("asked %d times, want once", asked)
		}
		time.Sleep(pictureAgain)
		ask(s, "GET", path)
		if asked != 2 {
			t.Errorf("after a while: asked %d times, want twice", asked)
		}
	})
}

func TestExportsNameTheOutletsPictures(t *testing.T) {
	_, m := desk(t, richStory())
	files := exportedFiles(t, m, testMasthead(), t.TempDir())
	contains(t, string(files["topics/grain/index.html"]), "img.pelabuhan.example")
}

// How an outlet may be asked is its own: what one may not have, another may.
func TestPicturesOfOneSourceAreNotThoseOfAnother(t *testing.T) {
	inside, outside := richStory(), richStory()
	outside.ID, outside.Articles[0].Source = storyID(1), "mean"
	s, err := New(&memory{stories: []news.Story{inside, outside}, revision: 1}, testMasthead(), Options{
		Picture: func(_ context.Context, source news.SourceID, _ string) ([]byte, error) {
			if source == "mean" {
				return nil, errors.New("a private address")
			}
			return onePixel, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	digest := pictureDigest(inside.Articles[0].Lead.Src)
	for range 2 {
		if w := ask(s, "GET", "/pictures/"+string(outside.ID)+"/"+digest); w.Code != 404 {
			t.Errorf("a source that may not reach it: got %d, want 404", w.Code)
		}
		if w := ask(s, "GET", "/pictures/"+string(inside.ID)+"/"+digest); w.Code != 200 {
			t.Errorf("a source that may: got %d, want 200", w.Code)
		}
	}
}

// Whether links bear the token follows from how this reader showed it, not from
// how the one before did.
func TestPicturesBearTheTokenOfThoseWhoShowItInTheAddress(t *testing.T) {
	st := richStory()
	st.Topics = []news.TopicID{"closed"}
	head := testMasthead()
	head.Topics = append(head.Topics, news.Topic{ID: "closed"})
	head.Tokens = map[news.TopicID][]string{"closed": {openSesame}}
	s := gallery(t, &memory{stories: []news.Story{st}, revision: 1}, head, func(string) ([]byte, error) { return onePixel, nil })
	page, bearer := "/stories/"+string(st.ID), "Bearer "+openSesame
	lacks(t, ask(s, "GET", page, "Authorization", bearer).Body.String(), openSesame)
	contains(t, get(t, s, page+"?token="+openSesame), "?token="+openSesame)
	lacks(t, ask(s, "GET", page, "Authorization", bearer).Body.String(), openSesame)
}
