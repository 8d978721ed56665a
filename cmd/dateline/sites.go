package main

import (
	"dateline/normalize"
)

// hostConfig is what a user says of the pages of one host.
type hostConfig struct {
	placed
	Host   string  `yaml:"host"`
	Body   string  `yaml:"body"`
	Strip  oneMany `yaml:"strip"`
	Title  string  `yaml:"title"`
	Byline string  `yaml:"byline"`
	Date   string  `yaml:"date"`
	Lead   string  `yaml:"lead"`
	Next   string  `yaml:"next"`
	Single string  `yaml:"single"`
}

func (h *hostConfig) rule() normalize.SiteRule {
	return normalize.SiteRule{
		Host: h.Host, Body: h.Body, Strip: h.Strip, Title: h.Title, Byline: h.Byline,
		Date: h.Date, Lead: h.Lead, Next: h.Next, Single: h.Single,
	}
}

// checkSites adds what is wrong with the rules for hosts.
func (c *config) checkSites(f *faults) {
	seen := map[string]place{}
	for i := range c.Sites {
		h := &c.Sites[i]
		if _, err := normalize.NewSite(h.rule()); err != nil {
			f.add(h.key("host"), "site rule for %s: %v", h.Host, err)
			continue
		}
		if first, twice := seen[h.Host]; twice {
			f.add(h.key("host"), "site rule for %s stands here twice, first in line %d", h.Host, first.Line)
		}
		seen[h.Host] = h.key("host")
	}
}

// sites compiles the rules for hosts; they were checked.
func (c *config) sites() (normalize.Sites, error) {
	var all normalize.Sites
	for i := range c.Sites {
		s, err := normalize.NewSite(c.Sites[i].rule())
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

// sitesFlag names a config of which only the rules for hosts are wanted.
type sitesFlag struct {
	Config string `short:"c" name:"config" help:"The config file whose rules for hosts apply; none by default." placeholder:"FILE"`
}

func (s sitesFlag) sites() (normalize.Sites, error) {
	if s.Config == "" {
		return nil, nil
	}
	c, err := configFlag{File: s.Config}.load()
	if err != nil {
		return nil, err
	}
	return c.sites()
}
