package publish

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"dateline/news"
)

// ExportReport says what an export did.
type ExportReport struct {
	Written   int   // files written, new or changed
	Unchanged int   // files that were right already and not touched
	Removed   int   // files and folders taken away: of stories that were withdrawn, of what became private
	Bytes     int64 // written
}

// pageStories is how many of a topic's newest stories its page lists in an
// export, where no server can answer for the next page.
const pageStories = 200

// Export writes every feed, archive and page and the OPML as files below dir,
// at the addresses a Server would give them; pages link to one another
// relatively, so that they work under any path and from a disk. Feeds and
// archives are the bytes that a Server sends, but for what only a server can
// answer: our own hub and links to further pages. In their place a feed lists
// at least all of its newest day, so that with the archives of the days before
// every story is reached.
//
// Each file is replaced in one step, after those that it links to, and one that
// is right already is not touched. What an export that was killed left
// unfinished is taken away, unless another is under way. The pages of withdrawn stories are taken
// away, and so is what became private, before all else; all other files that it
// did not write it leaves alone. What is written
// is not held, so that a long history takes no more memory than a short one.
func Export(ctx context.Context, archive news.Archive, m Masthead, dir string) (ExportReport, error) {
	head, err := newMasthead(m, 1)
	if err != nil {
		return ExportReport{}, err
	}
	pages, err := newPages()
	if err != nil {
		return ExportReport{}, err
	}
	if _, err := archive.Revision(ctx, ""); err != nil {
		return ExportReport{}, fmt.Errorf("read revision: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return ExportReport{}, fmt.Errorf("make export directory: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return ExportReport{}, fmt.Errorf("open export directory: %w", err)
	}
	defer root.Close()
	alone, release := claim(root)
	defer release()
	if alone {
		if err := tidy(root); err != nil {
			return ExportReport{}, fmt.Errorf("take away what an export left unfinished: %w", err)
		}
	}
	x := &export{press: press{archive: archive, head: head, pages: pages, static: true}, root: root, told: map[news.StoryID]bool{}}
	err = x.run(ctx)
	return x.report, err
}

// export is one under way.
type export struct {
	press  press
	root   *os.Root
	report ExportReport
	told   map[news.StoryID]bool // stories whose pages are written, or taken away
}

// run writes everything, what is linked to before what links to it.
func (x *export) run(ctx context.Context) error {
	if err := x.withhold(ctx); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(x.press.pages.assets)) {
		if err := x.report.write(x.root, name, x.press.pages.assets[name].body); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	for i := range x.press.head.Topics {
		if err := x.topic(ctx, &x.press.head.Topics[i]); err != nil {
			return err
		}
	}
	err := errors.Join(
		x.write("/opml", func(p press) (document, error) { return p.opml() }),
		x.write("/subscribe", func(p press) (document, error) { return p.subscribe() }),
	)
	if len(x.press.head.admin) == 0 { // files are read by everybody
		err = errors.Join(err, x.write("/sources", func(p press) (document, error) { return p.sources(ctx) }))
	}
	return errors.Join(err, x.write("/", func(p press) (document, error) { return p.front(ctx) }))
}

// withhold takes away what an export before may have written, and is for some
// readers only by now.
func (x *export) withhold(ctx context.Context) error {
	head := x.press.head
	if len(head.admin) > 0 {
		if err := x.report.remove(x.root, path.Dir(fileOf("/sources"))); err != nil {
			return fmt.Errorf("remove the page of sources: %w", err)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(head.tokens)) {
		names := []string{path.Dir(fileOf(head.topicPath(id)))} // the page, and its archives
		for _, f := range forms {
			names = append(names, fileOf(head.topicPath(id)+f.ext))
		}
		for _, name := range names {
			if err := x.report.remove(x.root, name); err != nil {
				return fmt.Errorf("remove %s: %w", name, err)
			}
		}
		if err := x.withholdStories(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// withholdStories takes away the pages of stories that stand in private topics
// only, of those in one.
func (x *export) withholdStories(ctx context.Context, topic news.TopicID) error {
	q := news.Query{Topic: topic, Limit: pageStories}
	for {
		listed, err := x.press.archive.Stories(ctx, q)
		if err != nil {
			return fmt.Errorf("list stories: %w", err)
		}
		for i := range listed {
			if st := &listed[i]; x.press.head.hidden(st) {
				if err := x.report.remove(x.root, storyHome(st.ID)); err != nil {
					return fmt.Errorf("remove the pages of a story: %w", err)
				}
			}
		}
		if len(listed) < q.Limit {
			return nil
		}
		q.After = place(&listed[len(listed)-1])
	}
}

// storyHome is the folder of a story's pages, whatever slugs it has had.
func storyHome(id news.StoryID) string { return path.Join("stories", string(id)) }

// write renders what a server has at target into its file.
func (x *export) write(target string, render func(press) (document, error)) error {
	name := fileOf(target)
	if !fs.ValidPath(name) {
		return fmt.Errorf("export: %q cannot be a file", target)
	}
	p := x.press
	p.to = relativeTo(name)
	doc, err := render(p)
	if err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	if err := x.report.write(x.root, name, doc.body); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// topic writes a topic: the pages of its stories, its archives, its feeds and
// its page.
func (x *export) topic(ctx context.Context, topic *news.Topic) error {
	newest, err := x.newest(ctx, topic.ID)
	if err != nil {
		return err
	}
	feed := newEdition(x.press.head, topic, want{}, newest, "")
	page := newEdition(x.press.head, topic, want{}, newest[:min(len(newest), pageStories)], "")
	if feed.before, err = x.press.newestArchive(ctx, topic.ID); err != nil {
		return err
	}
	if err := x.stories(ctx, topic.ID, newest); err != nil {
		return err
	}
	if err := x.archives(ctx, topic, feed.before); err != nil {
		return err
	}
	for _, f := range forms {
		if err := x.write(x.press.head.topicPath(topic.ID)+f.ext, func(p press) (document, error) { return p.write(ctx, feed, f.ext) }); err != nil {
			return err
		}
	}
	return x.write(x.press.head.topicPath(topic.ID), func(p press) (document, error) { return p.write(ctx, page, "") })
}

// archives writes the archives of a topic up to a day, the oldest first.
func (x *export) archives(ctx context.Context, topic *news.Topic, last time.Time) (err error) {
	var over []time.Time
	for day := last; !day.IsZero(); {
		over = append(over, day)
		if day, err = x.press.prevArchive(ctx, topic.ID, day); err != nil {
			return err
		}
	}
	for _, day := range slices.Backward(over) {
		if err := x.write(x.press.head.archivePath(topic.ID, day), func(p press) (document, error) { return p.archived(ctx, topic, day, want{}) }); err != nil {
			return err
		}
	}
	return nil
}

// newest lists all stories of a topic's newest day, and as many as a feed has
// by default where those are fewer.
func (x *export) newest(ctx context.Context, topic news.TopicID) (all []news.Story, err error) {
	q := news.Query{Topic: topic, Limit: news.DefaultLimit}
	for range mostArchived {
		listed, err := x.press.archive.Stories(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("list stories: %w", err)
		}
		all = append(all, listed...)
		if len(listed) == 0 || dayOf(listed[len(listed)-1].Filed).Before(dayOf(all[0].Filed)) {
			break
		}
		q.After, q.Limit = place(&all[len(all)-1]), news.MaxLimit
	}
	for len(all) > news.DefaultLimit && dayOf(all[len(all)-1].Filed).Before(dayOf(all[0].Filed)) {
		all = all[:len(all)-1]
	}
	return all, nil
}

// stories writes the pages of newest and of all stories that are listed after.
func (x *export) stories(ctx context.Context, topic news.TopicID, listed []news.Story) error {
	for len(listed) > 0 {
		for i := range listed {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := x.story(&listed[i]); err != nil {
				return err
			}
		}
		var err error
		q := news.Query{Topic: topic, After: place(&listed[len(listed)-1]), Limit: pageStories}
		if listed, err = x.press.archive.Stories(ctx, q); err != nil {
			return fmt.Errorf("list stories: %w", err)
		}
	}
	return nil
}

// story writes a story's page, or takes away that of one that was withdrawn. A
// story whose headline changed has a page under each slug that it has had, and
// all tell the same.
func (x *export) story(st *news.Story) error {
	if x.told[st.ID] || len(st.Articles) == 0 {
		return nil
	}
	x.told[st.ID] = true
	home := storyHome(st.ID)
	if !st.Withdrawn.IsZero() {
		if err := x.report.remove(x.root, home); err != nil {
			return fmt.Errorf("remove %s: %w", home, err)
		}
		return nil
	}
	e := newEntry(x.press.head, *st, want{})
	targets := []string{storyPath(st)}
	slugs, err := fs.ReadDir(x.root.FS(), home)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read %s: %w", home, err)
	}
	for _, slug := range slugs {
		if former := "/" + path.Join(home, url.PathEscape(slug.Name())); slug.IsDir() && former != targets[0] {
			targets = append(targets, former)
		}
	}
	for _, target := range targets {
		if err := x.write(target, func(p press) (document, error) { return p.storyPage(&e) }); err != nil {
			return err
		}
	}
	return nil
}

// remove takes a file away, or a folder with all that is in it.
func (r *ExportReport) remove(root *os.Root, name string) error {
	if _, err := root.Stat(name); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	r.Removed++
	return root.RemoveAll(name)
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
	temp := path.Join(path.Dir(name), partPrefix+rand.Text())
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

// partPrefix begins the names of files that are being written.
const partPrefix = ".part-"

// tidy takes away the files that were being written when an export was killed:
// those of our making, where we write.
func tidy(root *os.Root) error {
	ours := []string{"topics", "stories", "sources", "subscribe"}
	return fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case d.IsDir() && path.Dir(name) == "." && name != "." && !slices.Contains(ours, name):
			return fs.SkipDir
		case d.Type().IsRegular() && strings.HasPrefix(d.Name(), partPrefix) && len(d.Name()) == len(partPrefix)+len(rand.Text()):
			return root.Remove(name)
		}
		return nil
	})
}

func writeSynced(root *os.Root, name string, body []byte) error {
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(body)
	return errors.Join(err, f.Sync(), f.Close())
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
		s += fmt.Sprintf(", %d withdrawn or private removed", r.Removed)
	}
	return s
}
