package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

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
	report, err := publish.Export(ctx, held, m, e.Dir)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	fmt.Fprintf(std.Out, "%s: %d files written, %d were the same already, %d bytes\n", e.Dir, report.Written, report.Unchanged, report.Bytes)
	return nil
}

// HealthcheckCmd asks a running server whether it is well.
type HealthcheckCmd struct {
	URL string `default:"http://127.0.0.1:8080/healthz" env:"DATELINE_HEALTH_URL" help:"The address to ask."`
}

// Help is shown under the flags.
func (HealthcheckCmd) Help() string {
	return "Example: dateline healthcheck --url http://127.0.0.1:8080/readyz\nExits 0 when the answer is 200."
}

// Run asks once and gives up after five seconds.
func (h *HealthcheckCmd) Run(ctx context.Context, std stdio) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, h.URL, nil)
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

// VersionCmd prints the version.
type VersionCmd struct{}

// Help is shown under the flags.
func (VersionCmd) Help() string { return "Example: dateline version" }

// Run prints the version, and what it was built with.
func (VersionCmd) Run(std stdio) error {
	fmt.Fprintln(std.Out, "dateline", version(), goVersion())
	return nil
}

// release is set at build time: -ldflags "-X main.release=1.2.3".
var release string

// version is the release, or what the build says of itself.
func version() string {
	if release != "" {
		return release
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "dev"
}

func goVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.GoVersion
	}
	return ""
}
