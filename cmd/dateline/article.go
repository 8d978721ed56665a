package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"time"

	"dateline/desk"
	"dateline/fetcher"
	"dateline/news"
	"dateline/normalize"
)

// ArticleCmd fetches an article and edits it.
type ArticleCmd struct {
	sitesFlag
	URL       string   `arg:"" help:"The article's address."`
	JSON      bool     `name:"json" help:"Print as JSON."`
	Allow     []string `help:"Address ranges that may be reached although they are not public, such as 127.0.0.0/8." placeholder:"CIDR"`
	UserAgent string   `help:"How to introduce ourselves."`
}

// Help is shown under the flags.
func (ArticleCmd) Help() string {
	return "Example: dateline article https://news.example.org/2026/story"
}

// Run reads every page of the article and prints what is made of it.
func (a *ArticleCmd) Run(ctx context.Context, std stdio) error {
	var allow []netip.Prefix
	for _, s := range a.Allow {
		var p prefix
		if err := p.UnmarshalText([]byte(s)); err != nil {
			return err
		}
		allow = append(allow, p.Prefix)
	}
	sites, err := a.sites()
	if err != nil {
		return err
	}
	f, err := fetcher.New(fetcher.Options{UserAgent: firstOf(a.UserAgent, "Dateline/"+version()+" (+https://dateline.invalid/)"), Allow: allow, AnyRobots: true})
	if err != nil {
		return err
	}
	defer f.Close()
	pages, err := desk.ReadArticle(ctx, f, sites, news.Source{ID: "article"}, a.URL)
	if err != nil && len(pages) == 0 {
		return err
	}
	if err != nil {
		fmt.Fprintf(std.Err, "only %d pages could be read: %v\n", len(pages), err)
	}
	article := normalize.Page(pages, normalize.Hints{URL: a.URL, Now: time.Now(), Sites: sites})
	if article.Note != "" {
		fmt.Fprintln(std.Err, article.Note)
	}
	if !a.JSON {
		return printArticle(std.Out, article)
	}
	document, err := json.Marshal(articleDocument(article))
	if err != nil {
		return err
	}
	count := fmt.Appendf(nil, `,"pages":%d}`, len(pages))
	_, err = fmt.Fprintf(std.Out, "%s%s\n", document[:len(document)-1], count)
	return err
}
