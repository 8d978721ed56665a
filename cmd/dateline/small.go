package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"dateline/news"
	"dateline/publish"
	"dateline/store"
)

// ExportCmd writes the site as files.
type ExportCmd struct {
	configFlag
	Dir string `arg:"" help:"The folder to write to; it is made where it is missing."`
}

// Help is shown under the flags.
func (ExportCmd) Help() string {
	return "Example: dateline once -c dateline.yaml && dateline export -c dateline.yaml public"
}

// Run writes every feed and page. No file is ever half written.
func (e *ExportCmd) Run(ctx context.Context, std stdio) error {
	c, err := e.load()
	if err != nil {
		return err
	}
	m, err := c.masthead()
	if err != nil {
		return err
	}
	held, err := store.Open(ctx, c.storeAddress(), store.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer held.Close()
	line := newProgress(std, "stories read", 0)
	report, err := publish.Export(ctx, watchedArchive{held, line}, m, e.Dir)
	line.end()
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	fmt.Fprintf(std.Out, "%s: %d files written, %d were the same already, %d bytes\n", e.Dir, report.Written, report.Unchanged, report.Bytes)
	return nil
}

// watchedArchive tells a person how many stories were read from an archive.
type watchedArchive struct {
	news.Archive
	line *progress
}

// Stories reads, and says so.
func (w watchedArchive) Stories(ctx context.Context, q news.Query) ([]news.Story, error) {
	list, err := w.Archive.Stories(ctx, q)
	w.line.step(len(list))
	return list, err
}

// HealthcheckCmd asks a running server whether it is well.
type HealthcheckCmd struct {
	configFlag
	URL string `env:"DATELINE_HEALTH_URL" help:"The address to ask; by default /healthz of the process on this machine."`
}

// Help is shown under the flags.
func (HealthcheckCmd) Help() string {
	return "Example: dateline healthcheck --url http://127.0.0.1:8080/readyz\nExits 0 when the answer is 200. Without an address it asks where serve listens by DATELINE_LISTEN, DATELINE_METRICS or the config."
}

// Run asks once and gives up after five seconds.
func (h *HealthcheckCmd) Run(ctx context.Context, std stdio) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, firstOf(h.URL, healthURL(h.File, os.LookupEnv)), nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("not well: %w", err)
	}
	defer answer.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(answer.Body, 512)) // only to say it
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("not well: %s: %s", answer.Status, strings.TrimSpace(string(said)))
	}
	fmt.Fprintln(std.Out, "well")
	return nil
}

// healthURL is where the process on this machine tells of its health, as far
// as the environment and the config know. Where the metrics have an address of
// their own it is there, because one that only fetches has no other.
func healthURL(file string, env func(string) (string, bool)) string {
	c := defaultConfig()
	if read, err := loadConfig(file, env); err == nil {
		c = *read
	} else {
		c.takeEnvironment(env, &faults{})
	}
	if c.Metrics != "" && c.Metrics != metricsOff {
		c.Listen = c.Metrics
	}
	c.Site.URL = ""
	return c.siteURL() + "/healthz"
}
