package publish

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"dateline/news"
)

// Pictures are shown through us, so that outlets do not learn who reads what,
// and a page asks nobody but its own site. Only pictures of stories that the
// reader may see are to be had, by a digest of their address: this is no way to
// any other address.

// picturesPath is where the pictures of stories stand.
const picturesPath = "/pictures/"

// picturePolicy keeps a picture that is opened by itself from doing anything,
// whatever it is.
const picturePolicy = "default-src 'none'; sandbox"

const (
	maxPictures    = 32 << 20         // bytes of pictures kept in memory
	picturesAtOnce = 8                // that are asked for
	pictureTime    = 20 * time.Second // to get one
	pictureAgain   = 10 * time.Minute // before one that failed is asked for again
)

// pictureDigest names a picture of a story.
func pictureDigest(src string) string {
	sum := sha256.Sum256([]byte(src))
	return hex.EncodeToString(sum[:10])
}

// picture is how the pages of a story name a picture of it.
func (p press) picture(st *news.Story, src string) string {
	if src = address(src); src == "" || !p.pictures {
		return src
	}
	return p.to(picturesPath + string(st.ID) + "/" + pictureDigest(src) + p.passFor(st))
}

// passFor is the query that opens what belongs to a story, where the reader
// showed a token in the address and it takes one.
func (p press) passFor(st *news.Story) string {
	if p.pass.inQuery && p.head.unlisted(st) {
		return "?" + p.pass.bear("")
	}
	return ""
}

// unlisted reports whether a story that was cleared stood in private topics
// only: none of its topics is left.
func (h *masthead) unlisted(st *news.Story) bool { return len(h.tokens) > 0 && len(st.Topics) == 0 }

// showPicture answers with a picture of a story.
func (s *Server) showPicture(w http.ResponseWriter, r *http.Request, head *masthead, path string) {
	shown, _ := takePass(r)
	p := s.press(head)
	p.token = shown.token
	id, digest, _ := strings.Cut(strings.TrimPrefix(path, picturesPath), "/")
	if !news.ValidID(id) {
		s.refuse(w, r, head, missing("That is not the id of a story."))
		return
	}
	e, err := p.readStory(r.Context(), news.StoryID(id))
	if err != nil {
		s.refuse(w, r, head, s.asFault(head, err))
		return
	}
	source, src := pictureOf(e.Story, digest)
	if src == "" {
		s.refuse(w, r, head, missing("This story shows no such picture."))
		return
	}
	doc, err := s.gotten(r.Context(), source, src)
	if err != nil {
		s.refuse(w, r, head, err)
		return
	}
	h := w.Header()
	h.Set("Content-Security-Policy", picturePolicy)
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	control := []string{"public, max-age=604800, immutable"}
	if head.unlisted(e.Story) {
		control = []string{"private, max-age=86400"}
	}
	serve(w, r, doc, control)
}

// asFault is an error of the archive as the reader is told of it.
func (s *Server) asFault(head *masthead, err error) error {
	_, err = s.lastGood(head, nil, err)
	return err
}

// pictureOf finds the picture of a digest among those of a story.
func pictureOf(st *news.Story, digest string) (news.SourceID, string) {
	for i := range st.Articles {
		for _, f := range st.Articles[i].Figures() {
			if src := address(f.Src); src != "" && pictureDigest(src) == digest {
				return st.Articles[i].Source, src
			}
		}
	}
	return "", ""
}

// gotten is a picture from memory or from its outlet. What failed is not asked
// for again for a while.
func (s *Server) gotten(ctx context.Context, source news.SourceID, src string) (*edited, error) {
	none := fault{http.StatusNotFound, "The outlet does not give this picture."}
	key := picturesPath + string(source) + " " + src // what one source may reach, another may not
	if held := s.pictures.get(key); held != nil {
		if held.mediaType == "" && time.Since(held.changed) < pictureAgain {
			return nil, none
		}
		if held.mediaType != "" {
			return held, nil
		}
	}
	got, err, _ := s.renders.Do(key, func() (any, error) {
		// Others may wait for it: it outlives the one who asked first.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), pictureTime)
		defer cancel()
		select {
		case s.getting <- struct{}{}:
			defer func() { <-s.getting }()
		case <-ctx.Done():
			return nil, fault{http.StatusServiceUnavailable, "Too many pictures are asked for at once."}
		}
		doc := document{key: key, changed: time.Now()}
		body, err := s.picture(ctx, source, src)
		if err == nil {
			if doc.mediaType = rasterType(body); doc.mediaType != "" {
				doc.body, doc.changed = body, time.Time{}
			}
		}
		return s.pictures.put(plain(doc)), nil
	})
	if err != nil {
		return nil, err
	}
	if doc := got.(*edited); doc.mediaType != "" {
		return doc, nil
	}
	return nil, none
}

// plain is a document as it is, without codings: pictures are packed already.
func plain(doc document) *edited {
	e := &edited{document: doc}
	e.codings[inIdentity] = code(doc.body)
	c := &e.codings[inIdentity]
	c.always, c.whole = heads(&e.document, *c, inIdentity)
	return e
}

// rasterType is the media type of a picture made of points, told by its first
// bytes; empty: it is none. What an outlet calls it does not count, and SVG,
// which can hold script, is none.
func rasterType(body []byte) string {
	if len(body) >= 12 && bytes.Equal(body[4:8], []byte("ftyp")) {
		if brand := string(body[8:12]); brand == "avif" || brand == "avis" {
			return "image/avif"
		}
	}
	switch t := http.DetectContentType(body); t {
	case "image/png", "image/jpeg", "image/gif", "image/webp":
		return t
	}
	return ""
}
