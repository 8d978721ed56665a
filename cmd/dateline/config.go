package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"dateline/desk"
	"dateline/news"
)

// config is the config file. What is absent has the value of defaultConfig.
type config struct {
	placed
	Site     siteConfig      `yaml:"site"`
	Store    string          `yaml:"store"`
	Listen   string          `yaml:"listen"`
	Metrics  string          `yaml:"metrics"`
	Traces   string          `yaml:"traces"`
	Access   doorConfig      `yaml:"access"`
	Defaults defaultsConfig  `yaml:"defaults"`
	Network  networkConfig   `yaml:"network"`
	Keep     keepConfig      `yaml:"keep"`
	Workers  int             `yaml:"workers"`
	Sources  []sourceConfig  `yaml:"sources"`
	Concepts []conceptConfig `yaml:"concepts"`
	Topics   []topicConfig   `yaml:"topics"`
	Sites    []hostConfig    `yaml:"sites"`
	Lists    []listConfig    `yaml:"lists"`

	file string       // where it was read
	made *desk.Roster // what roster made of it
}

type siteConfig struct {
	placed
	Title   string `yaml:"title"`
	URL     string `yaml:"url"`
	Contact string `yaml:"contact"`
	Tag     string `yaml:"tag"`
	Hub     string `yaml:"hub"`

	Pictures string `yaml:"pictures"`
}

// What the config says about pictures on pages: they come through us, or from
// their outlets.
const (
	picturesProxied = "proxied"
	picturesDirect  = "direct"
)

type defaultsConfig struct {
	placed
	Schedule string `yaml:"schedule"`
	Rights   string `yaml:"rights"`
	FullText bool   `yaml:"fulltext"`
	Join     string `yaml:"join"`
}

type networkConfig struct {
	placed
	Allow     []prefix `yaml:"allow"`
	Proxy     string   `yaml:"proxy"`
	UserAgent string   `yaml:"user_agent"`
	Gap       duration `yaml:"gap"`
	Timeout   duration `yaml:"timeout"`
	MaxDelay  duration `yaml:"max_delay"`
	PollOnly  bool     `yaml:"poll_only"`
}

// keepConfig says for how long things are kept; 0: for ever. Stories are, by
// default: an old item of a new source must not be swept as soon as it is filed.
type keepConfig struct {
	placed
	Articles duration `yaml:"articles"`
	Stories  duration `yaml:"stories"`
	Ledgers  duration `yaml:"ledgers"`
}

type sourceConfig struct {
	placed
	ID        string       `yaml:"id"`
	Title     string       `yaml:"title"`
	Publisher string       `yaml:"publisher"`
	Feed      string       `yaml:"feed"`
	Home      string       `yaml:"home"`
	Lang      string       `yaml:"lang"`
	Schedule  string       `yaml:"schedule"`
	Topics    []string     `yaml:"topics"`
	Rights    string       `yaml:"rights"`
	FullText  *bool        `yaml:"fulltext"`
	Join      string       `yaml:"join"`
	Access    accessConfig `yaml:"access"`
	Limits    limitsConfig `yaml:"limits"`

	Scrape *scrapeConfig `yaml:"scrape"`
}

type accessConfig struct {
	placed
	UserAgent    string            `yaml:"user_agent"`
	Headers      map[string]string `yaml:"headers"`
	Cookie       string            `yaml:"cookie"`
	CookieFile   string            `yaml:"cookie_file"`
	Username     string            `yaml:"username"`
	Password     string            `yaml:"password"`
	PasswordFile string            `yaml:"password_file"`
	Proxy        string            `yaml:"proxy"`
	Allow        []prefix          `yaml:"allow"`
}

type limitsConfig struct {
	placed
	Timeout duration `yaml:"timeout"`
	Size    byteSize `yaml:"size"`
	Items   int      `yaml:"items"`
}

// defaultConfig is the one home of all defaults.
func defaultConfig() config {
	return config{
		Site:     siteConfig{Title: "Dateline", Hub: ownHub},
		Store:    "dateline.db",
		Listen:   "127.0.0.1:8080",
		Defaults: defaultsConfig{Schedule: "*/15 * * * *", Rights: "full", Join: news.JoinEvents.String()},
		Keep:     keepConfig{Articles: duration(7 * 24 * time.Hour), Ledgers: duration(90 * 24 * time.Hour)},
		Workers:  16,
	}
}

// errNoConfig means that there is no config file where one was looked for.
var errNoConfig = errors.New("no config file")

// loadConfig reads a config file, then the environment over it, and checks it
// all. The error of a bad config is a *faults with every fault.
func loadConfig(file string, env func(string) (string, bool)) (*config, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w at %s: name one with -c, or begin one with dateline init", errNoConfig, file)
	}
	if err != nil {
		return nil, fmt.Errorf("read the config: %w", err)
	}
	if len(bytes.TrimSpace(text)) == 0 { // an editor has emptied it and is about to write
		return nil, &faults{File: file, List: []fault{{Said: "the file is empty"}}}
	}
	c, err := readConfig(text, file, env)
	if err != nil {
		return nil, err
	}
	if len(text) > largeConfig {
		debug.FreeOSMemory()
	}
	return c, c.addListed()
}

// largeConfig is the size of a file whose tree, many times as large, is given
// back to the system at once: an idle process would keep it for long.
const largeConfig = 256 << 10

// maxConfig bounds a config file. Ten thousand sources take two megabytes.
const maxConfig = 64 << 20

func readConfig(text []byte, file string, env func(string) (string, bool)) (*config, error) {
	c := defaultConfig()
	c.file = file
	f := &faults{File: file}
	if len(text) > maxConfig {
		f.add(place{}, "the file is larger than %d MiB", maxConfig>>20)
		return nil, f.err()
	}
	readYAML(text, &c, f)
	c.takeEnvironment(env, f)
	c.check(f)
	if err := f.err(); err != nil {
		return nil, err
	}
	return &c, nil
}

// setting is a value that operators set for each machine: in the file, or in
// the environment as DATELINE_NAME, or as DATELINE_NAME_FILE, which names a
// file that holds it.
type setting struct {
	Name   string
	Secret bool
	Set    func(c *config, value string) error
	Get    func(c *config) string
}

var settings = []setting{
	{"STORE", true, text(func(c *config) *string { return &c.Store }), func(c *config) string { return c.Store }},
	{"LISTEN", false, text(func(c *config) *string { return &c.Listen }), func(c *config) string { return c.Listen }},
	{"METRICS", false, text(func(c *config) *string { return &c.Metrics }), func(c *config) string { return c.Metrics }},
	{"TRACES", true, text(func(c *config) *string { return &c.Traces }), func(c *config) string { return c.Traces }},
	{"SITE_TITLE", false, text(func(c *config) *string { return &c.Site.Title }), func(c *config) string { return c.Site.Title }},
	{"SITE_URL", false, text(func(c *config) *string { return &c.Site.URL }), func(c *config) string { return c.Site.URL }},
	{"SITE_CONTACT", false, text(func(c *config) *string { return &c.Site.Contact }), func(c *config) string { return c.Site.Contact }},
	{"SITE_HUB", false, text(func(c *config) *string { return &c.Site.Hub }), func(c *config) string { return c.Site.Hub }},
	{"SITE_TAG", false, text(func(c *config) *string { return &c.Site.Tag }), func(c *config) string { return c.Site.Tag }},
	{"DEFAULTS_SCHEDULE", false, text(func(c *config) *string { return &c.Defaults.Schedule }), func(c *config) string { return c.Defaults.Schedule }},
	{"NETWORK_PROXY", true, text(func(c *config) *string { return &c.Network.Proxy }), func(c *config) string { return c.Network.Proxy }},
	{"NETWORK_USER_AGENT", false, text(func(c *config) *string { return &c.Network.UserAgent }), func(c *config) string { return c.Network.UserAgent }},
	{"NETWORK_ALLOW", false, setAllow, func(c *config) string { return joinPrefixes(c.Network.Allow) }},
	{"NETWORK_GAP", false, func(c *config, v string) error { return c.Network.Gap.UnmarshalText([]byte(v)) }, func(c *config) string { return c.Network.Gap.String() }},
	{"NETWORK_TIMEOUT", false, func(c *config, v string) error { return c.Network.Timeout.UnmarshalText([]byte(v)) }, func(c *config) string { return c.Network.Timeout.String() }},
	{"NETWORK_MAX_DELAY", false, func(c *config, v string) error { return c.Network.MaxDelay.UnmarshalText([]byte(v)) }, func(c *config) string { return c.Network.MaxDelay.String() }},
	{"WORKERS", false, setWorkers, func(c *config) string { return strconv.Itoa(c.Workers) }},
}

func text(field func(*config) *string) func(*config, string) error {
	return func(c *config, value string) error {
		*field(c) = value
		return nil
	}
}

func setAllow(c *config, value string) error {
	c.Network.Allow = nil
	for _, s := range strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' }) {
		var p prefix
		if err := p.UnmarshalText([]byte(s)); err != nil {
			return err
		}
		c.Network.Allow = append(c.Network.Allow, p)
	}
	return nil
}

// maxWorkers bounds the polls at a time.
const maxWorkers = 1024

func setWorkers(c *config, value string) error {
	n, err := strconv.Atoi(value)
	if err != nil {
		return fmt.Errorf("%q is not a number: want 1 to %d", value, maxWorkers)
	}
	c.Workers = n
	return nil
}

// takeEnvironment puts DATELINE_* over what the file says.
func (c *config) takeEnvironment(env func(string) (string, bool), f *faults) {
	for _, s := range settings {
		name := "DATELINE_" + s.Name
		value, _ := env(name) // set to nothing is not set: compose files say NAME=${OTHER:-}
		if file, _ := env(name + "_FILE"); file != "" {
			if value != "" {
				f.add(place{}, "both %s and %s_FILE are set: which one?", name, name)
				continue
			}
			name += "_FILE"
			secret, err := readSecret(file)
			if err != nil {
				f.add(place{}, "%s: %v", name, err)
				continue
			}
			if value = secret; value == "" {
				f.add(place{}, "%s: %s is empty", name, file)
			}
		}
		if value == "" {
			continue
		}
		if err := s.Set(c, value); err != nil {
			f.add(place{}, "%s: %v", name, err)
		}
	}
}

// readSecret is the content of a file without the newline at its end.
func readSecret(file string) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	return strings.TrimRight(string(text), "\r\n"), nil
}

// storeAddress is the store's address, a file beside the config file.
func (c *config) storeAddress() string {
	if strings.Contains(c.Store, "://") || filepath.IsAbs(c.Store) || c.Store == "" {
		return c.Store
	}
	if rest, ok := strings.CutPrefix(c.Store, "sqlite:"); ok {
		if filepath.IsAbs(rest) {
			return c.Store
		}
		return "sqlite:" + filepath.Join(filepath.Dir(c.file), rest)
	}
	return filepath.Join(filepath.Dir(c.file), c.Store)
}

// prefix is an address range as the config writes it: CIDR, or one address.
type prefix struct{ netip.Prefix }

// UnmarshalText reads 10.0.0.0/8, ::1, 127.0.0.1.
func (p *prefix) UnmarshalText(text []byte) error {
	s := string(text)
	if addr, err := netip.ParseAddr(s); err == nil {
		p.Prefix = netip.PrefixFrom(addr, addr.BitLen())
		return nil
	}
	parsed, err := netip.ParsePrefix(s)
	if err != nil {
		return fmt.Errorf("%q is not an address range: want one like 10.0.0.0/8 or 127.0.0.1", s)
	}
	p.Prefix = parsed.Masked()
	return nil
}

func prefixes(list []prefix) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, p := range list {
		out[i] = p.Prefix
	}
	return out
}

func joinPrefixes(list []prefix) string {
	words := make([]string, len(list))
	for i, p := range list {
		words[i] = p.String()
	}
	return strings.Join(words, ",")
}

// duration is a time.Duration as the config writes it: 90s, 15m, 6h, 7d.
type duration time.Duration

// UnmarshalText reads a Go duration or a number of days; 0 is none.
func (d *duration) UnmarshalText(text []byte) error {
	s := string(text)
	if days, ok := strings.CutSuffix(s, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n >= 0 && n < 100_000 {
			*d = duration(time.Duration(n) * 24 * time.Hour)
			return nil
		}
	}
	if s == "0" {
		*d = 0
		return nil
	}
	parsed, err := time.ParseDuration(s)
	if err != nil || parsed < 0 {
		return fmt.Errorf("%q is not a duration: want one like 90s, 15m, 6h or 7d", s)
	}
	*d = duration(parsed)
	return nil
}

// byteSize is a number of bytes, as KiB or MiB in the config.
type byteSize int64

// UnmarshalText reads a number of KiB or MiB.
func (b *byteSize) UnmarshalText(text []byte) error {
	for unit, shift := range map[string]int{"KiB": 10, "MiB": 20} {
		if digits, ok := strings.CutSuffix(string(text), unit); ok {
			if n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 32); err == nil && n >= 0 {
				*b = byteSize(n << shift)
				return nil
			}
		}
	}
	return fmt.Errorf("%q is not a size: want one like 512KiB or 30MiB", text)
}

// String is the config's form.
func (b byteSize) String() string {
	if b > 0 && b%(1<<20) == 0 {
		return fmt.Sprintf("%dMiB", b>>20)
	}
	return fmt.Sprintf("%dKiB", b>>10)
}

// String is the config's form.
func (d duration) String() string {
	t := time.Duration(d)
	if t > 0 && t%(24*time.Hour) == 0 {
		return fmt.Sprintf("%dd", t/(24*time.Hour))
	}
	return t.String()
}

var idForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)

// checkID says what an ID must look like: it becomes part of addresses.
func checkID(id string) error {
	if id == "" {
		return errors.New("an id is needed")
	}
	if !idForm.MatchString(id) {
		return fmt.Errorf("id %q: want at most 64 of a-z, 0-9, dot, dash and underscore, beginning with a letter or digit", id)
	}
	return nil
}

// checkFeed says what a feed address must look like.
func checkFeed(feed string) error {
	if feed == "" {
		return errors.New("a feed address is needed")
	}
	u, err := url.Parse(feed)
	if err != nil {
		return errors.New("the feed address cannot be read as a URL")
	}
	switch {
	case u.Scheme == "file" && u.Path != "":
		return nil
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("feed address of scheme %q: want http, https or file", u.Scheme)
	case u.Host == "":
		return errors.New("the feed address has no host")
	case u.User != nil:
		return errors.New("the feed address holds a password: put it under access (username, password_file)")
	}
	return nil
}

// checkListen says what a listen address must look like.
func checkListen(addr string) error {
	if _, port, err := net.SplitHostPort(addr); err != nil || port == "" {
		return fmt.Errorf("listen address %q: want host:port, such as 127.0.0.1:8080 or :8080", addr)
	}
	return nil
}

// source is the vocabulary's form of a source, after check.
func (c *config) source(s *sourceConfig) news.Source {
	fulltext := c.Defaults.FullText
	if s.FullText != nil {
		fulltext = *s.FullText
	}
	rights, _ := news.ParseRights(firstOf(s.Rights, c.Defaults.Rights)) // both checked before
	joining, _ := news.ParseJoining(firstOf(s.Join, c.Defaults.Join))
	topics := make([]news.TopicID, len(s.Topics))
	for i, t := range s.Topics {
		topics[i] = news.TopicID(t)
	}
	return news.Source{
		ID: news.SourceID(s.ID), Title: s.Title, Publisher: s.Publisher, Feed: s.Feed, Home: s.Home, Lang: s.Lang,
		Schedule: firstOf(s.Schedule, c.Defaults.Schedule), Topics: topics, Rights: rights, FullText: fulltext, Joining: joining,
		Access: news.Access{
			UserAgent: s.Access.UserAgent, Headers: s.Access.Headers, Cookie: s.Access.Cookie,
			Username: s.Access.Username, Password: s.Access.Password, Proxy: s.Access.Proxy, Allow: prefixes(s.Access.Allow),
		},
		Limits: news.Limits{Timeout: time.Duration(s.Limits.Timeout), Size: int64(s.Limits.Size), Items: s.Limits.Items},
		Scrape: s.Scrape.selectors(),
	}
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
