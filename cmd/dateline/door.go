package main

import (
	"net"
	"net/netip"
	"net/url"
	"strings"

	"dateline/publish"
)

// doorConfig says who may ask the publisher, beside the tokens of topics.
type doorConfig struct {
	placed
	Admin     oneMany `yaml:"admin_token"`
	AdminFile string  `yaml:"admin_token_file"`
	Hosts     oneMany `yaml:"hosts"`
	Rate      int     `yaml:"rate"`
}

// check reads the editors' tokens and adds what is wrong to f. It never says
// what they are.
func (d *doorConfig) check(f *faults) {
	if d.AdminFile != "" {
		text, err := readSecret(d.AdminFile)
		if err != nil {
			f.add(d.key("admin_token_file"), "%v", err)
			return
		}
		d.Admin = append(d.Admin, strings.Fields(text)...)
		if len(d.Admin) == 0 {
			f.add(d.key("admin_token_file"), "the file holds no token, and without one the editors' pages would be public")
		}
	}
	if _, written := d.keys["admin_token"]; written && len(d.Admin) == 0 {
		f.add(d.key("admin_token"), "there is no token, and without one the editors' pages would be public")
	}
	for _, token := range d.Admin {
		if len(token) < shortestToken || strings.ContainsAny(token, " \t\r\n") {
			f.add(d.key("admin_token"), "a token has at least %d characters and no blanks", shortestToken)
			break
		}
	}
	for _, host := range d.Hosts {
		if host == "" || strings.ContainsAny(host, "/*@ ") {
			f.add(d.key("hosts"), "%q is no host name: write it as in news.example.org", host)
		}
	}
	if d.Rate < 0 {
		f.add(d.key("rate"), "the rate is requests a minute: 0 is any number")
	}
}

func (d *doorConfig) published() publish.Access {
	return publish.Access{Admin: d.Admin, Hosts: d.Hosts, Rate: d.Rate}
}

// local reports whether only this machine can ask the publisher: it listens on
// the loopback, and no public address says that a proxy stands before it.
func (c *config) local() bool {
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil || !isLoopback(host) {
		return false
	}
	u, err := url.Parse(c.siteURL())
	return err == nil && isLoopback(u.Hostname())
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback() || strings.EqualFold(host, "localhost")
}
