package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"dateline/demo"
)

// DemoCmd serves the small news world.
type DemoCmd struct {
	Listen string `default:"127.0.0.1:8080" help:"Address to publish at." placeholder:"ADDR"`
	Keep   string `help:"Keep config and store in this folder, in place of a temporary one." placeholder:"DIR"`
	Quiet  bool   `help:"Do not log polls."`
}

// Help is shown under the flags.
func (DemoCmd) Help() string {
	return "Example: dateline demo --listen 127.0.0.1:8080\nA correction comes after a minute; one outlet fails, to show how that looks."
}

// Run serves the world on a loopback port of its own and the desk over it.
func (d *DemoCmd) Run(ctx context.Context, std stdio) error {
	if err := checkListen(d.Listen); err != nil {
		return err
	}
	dir := d.Keep
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "dateline-demo-"); err != nil {
			return fmt.Errorf("make a folder for the demo: %w", err)
		}
		defer os.RemoveAll(dir)
	} else if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make a folder for the demo: %w", err)
	}
	world := demo.New(time.Now(), nil)
	base, stop, err := serveWorld(world)
	if err != nil {
		return err
	}
	defer stop()
	file := filepath.Join(dir, "dateline.yaml")
	if err := os.WriteFile(file, world.Config(base), 0o644); err != nil {
		return fmt.Errorf("write the demo's config: %w", err)
	}
	load := func() (*config, error) {
		c, err := loadConfig(file, func(string) (string, bool) { return "", false })
		if err == nil {
			c.Listen, c.Site.URL = d.Listen, ""
		}
		return c, err
	}
	c, err := load()
	if err != nil {
		return err
	}
	log := newLog(std)
	if d.Quiet {
		log = slog.New(slog.DiscardHandler)
	}
	return serve(ctx, c, role{fetch: true, web: true}, log, load, func(addr string) { printDemo(std, c, addr, file) })
}

// serveWorld serves a world on a free loopback port and gives its address.
func serveWorld(world http.Handler) (base string, stop func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, fmt.Errorf("listen for the demo's outlets: %w", err)
	}
	server := &http.Server{Handler: world, ReadHeaderTimeout: 5 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener) // it ends by Close
	}()
	return "http://" + listener.Addr().String(), func() { server.Close(); <-done }, nil
}

func printDemo(std stdio, c *config, addr, file string) {
	base := "http://" + addr
	fmt.Fprintf(std.Out, "\nA small news world is being polled: %d sources, nothing leaves this machine.\n\n", len(c.Sources))
	fmt.Fprintf(std.Out, "  all topics    %s/\n  sources       %s/sources\n  OPML          %s/opml\n", base, base, base)
	for i := range c.Topics {
		t := c.Topics[i].topic()
		fmt.Fprintf(std.Out, "\n  %s\n    page        %s/topics/%s\n    RSS         %s/topics/%s.rss\n    Atom        %s/topics/%s.atom\n    JSON Feed   %s/topics/%s.json\n",
			t.Title, base, t.ID, base, t.ID, base, t.ID, base, t.ID)
	}
	fmt.Fprintf(std.Out, "\nThe config is %s. A correction comes in a minute. Stop with Ctrl-C.\n\n", file)
}
