//go:build unix

package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
)

// The compose files are run as they stand, by Debian's podman-compose over the
// engine's store, but for ports that are free and a config that asks an outlet
// of ours. Redis and Prometheus are Debian's, in images made here under the
// names that the files give; Grafana cannot be had.
type composition struct {
	*engine
	file, project, site string // site is where the desk answers
	env                 []string
}

// outlet sends a growing number of items to who asks from a container.
type outlet struct {
	port  string
	items atomic.Int32
}

func newOutlet(t *testing.T) *outlet {
	t.Helper()
	listener, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	o := &outlet{}
	_, o.port, _ = net.SplitHostPort(listener.Addr().String())
	o.items.Store(1)
	server := &http.Server{Handler: o}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { server.Close() })
	return o
}

func (o *outlet) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/rss+xml")
	fmt.Fprint(w, `<rss version="2.0"><channel><title>Post</title><link>https://post.example/</link>`)
	texts := []string{"The harbour of Busan in South Korea was closed after a crane fell into the basin.", "A choir of four hundred sang in the old town hall of Gwangju, South Korea, until midnight.",
		"Apple growers in Daegu, South Korea, lost a third of their trees to late frost.", "A museum of paper opens on the island of Jeju in South Korea next spring."}
	for i := range o.items.Load() {
		fmt.Fprintf(w, `<item><guid>g%d</guid><title>Item %d from Korea</title><link>https://post.example/%d</link><description>%s</description></item>`, i, i, i, texts[i])
	}
	fmt.Fprint(w, `</channel></rss>`)
}

// compose copies deploy/ with a config for an outlet, and takes it down at the end.
func (e *engine) compose(t *testing.T, file string, o *outlet) *composition {
	t.Helper()
	e.bridges(t)
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(e.root, "deploy"))); err != nil {
		t.Fatal(err)
	}
	config := fmt.Sprintf("network: {allow: [10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16]}\n"+
		"sources: [{id: post, feed: \"http://host.containers.internal:%s/rss\", schedule: \"@every 1s\"}]\ntopics: [{id: korea, any: [{country: KR}]}]\n", o.port)
	put := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	put("dateline.yaml", config)
	for d := dir; d != filepath.Dir(os.TempDir()) && d != os.TempDir(); d = filepath.Dir(d) { // containers run as others
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		t.Fatal(err)
	}
	c := &composition{engine: e, project: "dateline" + o.port}
	free := regexp.MustCompile(`127\.0\.0\.1:(\d+):`).ReplaceAllStringFunc(string(text), func(port string) string {
		at := freeAddress(t)
		if port == "127.0.0.1:8080:" && c.site == "" {
			c.site = "http://" + at
		}
		return at + ":"
	})
	c.file = put(file, free)
	c.env = append(os.Environ(),
		"CONTAINERS_STORAGE_CONF="+put("storage.conf", fmt.Sprintf("[storage]\ndriver=\"overlay\"\ngraphroot=%q\nrunroot=%q\n", e.dir+"/store", e.dir+"/run")),
		"CONTAINERS_CONF="+put("containers.conf", "[engine]\nruntime=\"runc\"\ncgroup_manager=\"cgroupfs\"\n[containers]\ndefault_ulimits=[\"nofile=4096:4096\",\"nproc=4096:4096\"]\n"))
	t.Cleanup(func() { c.do(t, "down", "--volumes") })
	return c
}

// bridges leaves a test out where podman-compose cannot be had, or the machine
// lends no networks to containers, which compose gives each of its projects.
func (e *engine) bridges(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("podman-compose"); err != nil {
		t.Skip(err)
	}
	if out, err := e.command("podman", "network", "create", "dateline-probe").CombinedOutput(); err != nil {
		t.Skipf("no networks for containers: %v\n%s", err, out)
	}
	defer e.quietly("podman", "network", "rm", "dateline-probe")
	limits := []string{"run", "--rm", "--network", "dateline-probe", "--ulimit", "nofile=4096:4096", "--ulimit", "nproc=4096:4096", "dateline", "version"}
	if out, err := e.command("podman", limits...).CombinedOutput(); err != nil {
		t.Skipf("no networks for containers: %v\n%s", err, out)
	}
}

// do runs a command of podman-compose. Its exit code is that of nothing in
// particular: what came of it is asked of the containers.
func (c *composition) do(t *testing.T, args ...string) {
	t.Helper()
	command := exec.Command("podman-compose", append([]string{"-p", c.project, "-f", c.file}, args...)...)
	command.Env = c.env
	if out, err := command.CombinedOutput(); err != nil {
		t.Logf("podman-compose %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// shows waits until the topic has each of n items once.
func (c *composition) shows(t *testing.T, n int) {
	t.Helper()
	feed := awaitAnswer(t, c.site+"/topics/korea.rss", func(status int, body string) bool { return status == 200 && strings.Count(body, "<item>") >= n })
	for i := range n {
		if got := strings.Count(feed, fmt.Sprintf("<title>Item %d from Korea</title>", i)); got != 1 {
			t.Errorf("item %d is there %d times:\n%s", i, got, feed)
		}
	}
}

// stop ends all services, and wants those named to have ended by themselves.
func (c *composition) stop(t *testing.T, services ...string) {
	t.Helper()
	c.do(t, "stop", "-t", "10")
	for _, s := range services {
		if code := c.run(t, "podman", "inspect", "--format", "{{.State.ExitCode}}", c.project+"_"+s); code != "0" {
			t.Errorf("%s ended with %s:\n%s", s, code, c.run(t, "podman", "logs", c.project+"_"+s))
		}
	}
}

func (e *engine) composed(t *testing.T) {
	o := newOutlet(t)
	c := e.compose(t, "compose.yaml", o)
	c.do(t, "up", "--detach", "--no-build")
	awaitAnswer(t, c.site+"/readyz", well)
	c.shows(t, 1)
	c.stop(t, "dateline_1")
	o.items.Store(2)
	c.do(t, "down") // the volume stays
	c.do(t, "up", "--detach", "--no-build")
	c.shows(t, 2)
}

func (e *engine) composedFleet(t *testing.T) {
	o := newOutlet(t)
	e.packed(t, "docker.io/library/redis:7-alpine", "WORKDIR /data", "redis-server", "redis-cli")
	e.packed(t, "docker.io/prom/prometheus:v3.5.0", "WORKDIR /prometheus\nENTRYPOINT [\"/bin/prometheus\"]", "prometheus")
	c := e.compose(t, "compose.fleet.yaml", o)
	services := []string{"redis", "fetch", "web", "prometheus"}
	up := append([]string{"up", "--detach", "--no-build"}, services...)
	c.do(t, up...)
	c.shows(t, 1)
	if said := e.run(t, "podman", "exec", c.project+"_redis_1", "redis-cli", "ping"); said != "PONG" {
		t.Errorf("redis says %q", said)
	}
	c.sees(t, 3)
	e.run(t, "podman", "stop", "--time", "0", c.project+"_fetch_1") // killed: the other goes on alone
	o.items.Store(2)
	c.shows(t, 2)
	c.stop(t, "fetch_2", "web_1", "redis_1")
	o.items.Store(3)
	c.do(t, "down")
	c.do(t, up...)
	c.shows(t, 3)
}

// sees waits until Prometheus scrapes so many processes and has read its rules.
func (c *composition) sees(t *testing.T, processes int) {
	t.Helper()
	port := strings.TrimSpace(c.run(t, "podman", "port", c.project+"_prometheus_1", "9090/tcp"))
	awaitAnswer(t, "http://"+port+"/api/v1/targets", func(_ int, body string) bool {
		return strings.Count(body, `"health":"up"`) == processes && !strings.Contains(body, `"health":"down"`)
	})
	awaitAnswer(t, "http://"+port+"/api/v1/rules", func(_ int, body string) bool { return strings.Contains(body, `"type":"alerting"`) })
}

// packed makes an image of programs of this machine, with a shell and the
// libraries that they ask for.
func (e *engine) packed(t *testing.T, tag, recipe string, programs ...string) {
	t.Helper()
	dir := t.TempDir()
	put := func(from, to string) {
		body, err := os.ReadFile(from)
		if err == nil {
			err = os.MkdirAll(filepath.Dir(filepath.Join(dir, "rootfs", to)), 0o755)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, "rootfs", to), body, 0o755)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	put("/bin/busybox", "/bin/sh")
	for _, name := range programs {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Skip(err)
		}
		put(path, "/bin/"+name)
		libraries, _ := exec.Command("ldd", path).Output() // it fails where the program has none
		for _, library := range regexp.MustCompile(`/\S+`).FindAllString(string(libraries), -1) {
			put(library, library)
		}
	}
	recipe = "FROM scratch\nCOPY rootfs/ /\nENV PATH=/bin\nWORKDIR /tmp\n" + recipe + "\n"
	if err := os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte(recipe), 0o644); err != nil {
		t.Fatal(err)
	}
	e.run(t, "buildah", "bud", "--isolation", "chroot", "--format", "docker", "-t", tag, dir)
}
