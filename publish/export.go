package publish

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"

	"dateline/news"
)

// ExportReport says what an export did.
type ExportReport struct {
	Written   int   // files written, new or changed
	Unchanged int   // files that were right already and not touched
	Removed   int   // withdrawn stories whose pages were taken away
	Bytes     int64 // written
}

// exportStories is how many of a topic's newest stories an export carries.
const exportStories = 200

// Export writes every feed, the OPML and the pages as files below dir, at the
// addresses a Server would give them; pages link to one another relatively, so
// that they work under any path and from a disk. All is rendered before
// anything is written, each file is replaced in one step, and one that is
// right already is not touched. The pages of withdrawn stories are taken away; all
// other files that it did not write it leaves alone.
func Export(ctx context.Context, archive news.Archive, m Masthead, dir string) (ExportReport, error) {
	head, err := newMasthead(m, 1)
	if err != nil {
		return ExportReport{}, err
	}
	pages, err := newPages()
	if err != nil {
		return ExportReport{}, err
	}
	files, withdrawn, err := exported(ctx, press{archive: archive, head: head, pages: pages, static: true})
	if err != nil {
		return ExportReport{}, fmt.Errorf("render export: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return ExportReport{}, fmt.Errorf("make export directory: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return ExportReport{}, fmt.Errorf("open export directory: %w", err)
	}
	defer root.Close()
	var report ExportReport
	for _, name := range sortedNames(files) {
		if err := ctx.Err(); err != nil {
			return report, err
		}
		if err := report.write(root, name, files[name]); err != nil {
			return report, fmt.Errorf("write %s: %w", name, err)
		}
	}
	for name := range withdrawn {
		if err := report.remove(root, name); err != nil {
			return report, fmt.Errorf("remove %s: %w", name, err)
		}
	}
	return report, nil
}

// remove takes the directory of a withdrawn story away, whatever slugs it has
// had.
func (r *ExportReport) remove(root *os.Root, name string) error {
	if _, err := root.Stat(name); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	r.Removed++
	return root.RemoveAll(name)
}

// sortedNames lists the files with the pages that link to others last, so that
// no link leads nowhere while the export goes on.
func sortedNames(files map[string][]byte) []string {
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if c := strings.Count(b, "/") - strings.Count(a, "/"); c != 0 {
			return c
		}
		return strings.Compare(a, b)
	})
	return names
}

// write puts body in the place of a file in one step.
func (r *ExportReport) write(root *os.Root, name string, body []byte) error {
	if held, err := root.ReadFile(name); err == nil && bytes.Equal(held, body) {
		r.Unchanged++
		return nil
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	temp := path.Join(path.Dir(name), ".part-"+rand.Text())
	if err := writeSynced(root, temp, body); err != nil {
		root.Remove(temp)
		return err
	}
	if err := root.Rename(temp, name); err != nil {
		root.Remove(temp)
		return err
	}
	r.Written++
	r.Bytes += int64(len(body))
	return nil
}

func writeSynced(root *os.Root, name string, body []byte) error {
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(body)
	return errors.Join(err, f.Sync(), f.Close())
}

// exported renders everything: file names below the export, with slashes.
func exported(ctx context.Context, p press) (files map[string][]byte, withdrawn map[string]bool, err error) {
	files, withdrawn = map[string][]byte{}, map[string]bool{}
	add := func(target string, render func(press) (document, error)) error {
		name := fileOf(target)
		if !fs.ValidPath(name) {
			return fmt.Errorf("%q cannot be a file", target)
		}
		p := p
		p.to = relativeTo(name)
		doc, err := render(p)
		files[name] = doc.body
		return err
	}
	var stories []news.Story
	seen := map[news.StoryID]bool{}
	for i := range p.head.Topics {
		topic := &p.head.Topics[i]
		listed, err := p.archive.Stories(ctx, news.Query{Topic: topic.ID, Limit: exportStories})
		if err != nil {
			return nil, nil, fmt.Errorf("list stories: %w", err)
		}
		ed := newEdition(p.head, topic, want{}, listed, "")
		if ed.before, err = p.newestArchive(ctx, topic.ID); err != nil {
			return nil, nil, err
		}
		for day := ed.before; !day.IsZero(); {
			if err := add(p.head.archivePath(topic.ID, day), func(p press) (document, error) { return p.archived(ctx, topic, day, want{}) }); err != nil {
				return nil, nil, err
			}
			if day, err = p.prevArchive(ctx, topic.ID, day); err != nil {
				return nil, nil, err
			}
		}
		for _, form := range []string{"", ".rss", ".atom", ".json"} {
			if err := add(p.head.topicPath(topic.ID)+form, func(p press) (document, error) { return p.write(ctx, ed, form) }); err != nil {
				return nil, nil, err
			}
		}
		for _, st := range listed {
			if !st.Withdrawn.IsZero() {
				withdrawn[path.Join("stories", string(st.ID))] = true
			} else if !seen[st.ID] && len(st.Articles) > 0 {
				seen[st.ID] = true
				stories = append(stories, st)
			}
		}
	}
	for _, st := range stories {
		e := newEntry(p.head, st, want{})
		if err := add(storyPath(&st), func(p press) (document, error) { return p.storyPage(&e) }); err != nil {
			return nil, nil, err
		}
	}
	err = errors.Join(
		add("/", func(p press) (document, error) { return p.front(ctx) }),
		add("/subscribe", func(p press) (document, error) { return p.subscribe() }),
		add("/opml", func(p press) (document, error) { return p.opml() }),
	)
	if len(p.head.admin) == 0 { // files are read by everybody
		err = errors.Join(err, add("/sources", func(p press) (document, error) { return p.sources(ctx) }))
	}
	for name, asset := range p.pages.assets {
		files[name] = asset.body
	}
	return files, withdrawn, err
}

// fileOf is the file that holds what a server has at target: of a page, the
// index of a directory of its name.
func fileOf(target string) string {
	target, _, _ = strings.Cut(target, "?")
	if plain, err := url.PathUnescape(target); err == nil {
		target = plain
	}
	name := strings.TrimPrefix(target, "/")
	switch {
	case name == "":
		return "index.html"
	case name == "opml":
		return "topics.opml"
	}
	switch path.Ext(name) {
	case ".css", ".js", ".png":
		return name
	case ".rss", ".atom", ".json":
		if strings.HasPrefix(name, "topics/") {
			return name
		}
	}
	return name + "/index.html"
}

// relativeTo is how a page in the file from links to others.
func relativeTo(from string) func(string) string {
	up := strings.Repeat("../", strings.Count(from, "/"))
	return func(target string) string {
		u := url.URL{Path: up + fileOf(target)}
		return u.String()
	}
}

// String is the report as a person reads it.
func (r ExportReport) String() string {
	s := fmt.Sprintf("%d files written (%d KiB), %d unchanged", r.Written, (r.Bytes+1023)/1024, r.Unchanged)
	if r.Removed > 0 {
		s += fmt.Sprintf(", %d withdrawn stories removed", r.Removed)
	}
	return s
}
