//go:build unix

package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// The image is built of the Dockerfile as it stands and run as the README says,
// with Debian's buildah, podman and runc. There is no network in it: the base
// image is made here, of the Go that runs this test.
//
// What works where cgroups and resource limits are not ours to set, as in a
// virtual machine without systemd: chroot isolation for the build, runc for the
// run, the host's network, and limits that are named and not raised.
func TestImage(t *testing.T) {
	if os.Getenv("DATELINE_IMAGE") == "" {
		t.Skip("make image-test builds and runs the image")
	}
	e := newEngine(t)
	e.build(t, "linux/amd64", "dateline")
	e.build(t, "linux/arm64", "dateline-arm") // the other machine's image is made of its binary, on this one
	t.Run("looks as promised", e.looks)
	t.Run("serves the demo", e.demo)
	t.Run("loses nothing when told to stop", e.stops)
	t.Run("knows time zones", e.zones)
	t.Run("is made for arm64", e.arm)
	t.Run("has the bytes of the release", e.released)
	t.Run("runs by deploy/compose.yaml", e.composed)
	t.Run("runs by deploy/compose.fleet.yaml", e.composedFleet)
}

// engine runs buildah and podman with a store of their own.
type engine struct {
	root    string
	dir     string // of the store
	storage []string
}

func newEngine(t *testing.T) *engine {
	dir, err := os.MkdirTemp("", "dateline-image-") // not of the test: overlays must be taken down first
	if err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	e := &engine{root: root, dir: dir, storage: []string{"--root", dir + "/store", "--runroot", dir + "/run", "--storage-driver", "overlay"}}
	t.Cleanup(func() {
		e.quietly("podman", "rm", "--all", "--force", "--time", "0")
		e.quietly("podman", "rmi", "--all", "--force")
		_ = exec.Command("umount", dir+"/store/overlay").Run() // it may not be mounted
		if err := os.RemoveAll(dir); err != nil {
			t.Logf("left behind: %v", err)
		}
	})
	return e
}

func (e *engine) command(tool string, args ...string) *exec.Cmd {
	all := append(slices.Clone(e.storage), args...)
	if tool == "podman" {
		all = append([]string{"--runtime", "runc", "--cgroup-manager", "cgroupfs"}, all...)
	}
	c := exec.Command(tool, all...)
	c.Dir = e.root
	return c
}

func (e *engine) quietly(tool string, args ...string) { _ = e.command(tool, args...).Run() }

// run gives what a tool prints; one that fails ends the test.
func (e *engine) run(t *testing.T, tool string, args ...string) string {
	t.Helper()
	c := e.command(tool, args...)
	var said strings.Builder
	c.Stderr = &said
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s%s", tool, strings.Join(args, " "), err, out, said.String())
	}
	return strings.TrimSpace(string(out))
}

// base makes the image that the Dockerfile begins with: a shell and the roots
// of trust. Go is mounted when it is used. It is marked with the platform that
// is built for, though it holds programs of this one: buildah 1.28 looks for
// that in spite of the Dockerfile's --platform=$BUILDPLATFORM.
func (e *engine) base(t *testing.T, platform string) {
	t.Helper()
	dockerfile, err := os.ReadFile(filepath.Join(e.root, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	from := regexp.MustCompile(`(?m)^FROM --platform=\$BUILDPLATFORM (golang:(\S+)) AS build$`).FindSubmatch(dockerfile)
	if from == nil || !strings.HasPrefix(runtime.Version(), "go"+string(from[2])) {
		t.Fatalf("the Dockerfile builds with %q, this is %s", from, runtime.Version())
	}
	dir := t.TempDir()
	for _, d := range []string{"bin", "etc/ssl/certs", "tmp", "root"} {
		if err := os.MkdirAll(filepath.Join(dir, "rootfs", d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for from, to := range map[string]string{"/bin/busybox": "bin/busybox", "/etc/ssl/certs/ca-certificates.crt": "etc/ssl/certs/ca-certificates.crt"} {
		body, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "rootfs", to), body, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"sh", "mkdir", "chmod"} {
		if err := os.Symlink("busybox", filepath.Join(dir, "rootfs/bin", name)); err != nil {
			t.Fatal(err)
		}
	}
	recipe := "FROM scratch\nCOPY rootfs/ /\nENV PATH=/usr/local/go/bin:/bin GOTOOLCHAIN=local GOPATH=/go\n"
	if err := os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte(recipe), 0o644); err != nil {
		t.Fatal(err)
	}
	e.run(t, "buildah", "bud", "--isolation", "chroot", "--platform", platform, "-t", "docker.io/library/"+string(from[1]), dir)
}

func (e *engine) build(t *testing.T, platform, tag string) {
	t.Helper()
	e.base(t, platform)
	begun := time.Now()
	e.run(t, "buildah", "bud", "--isolation", "chroot", "--pull-never", "--network", "host", "--format", "docker", "--platform", platform,
		"--volume", goEnv(t, "GOROOT")+":/usr/local/go:ro", "--volume", goEnv(t, "GOMODCACHE")+":/go/pkg/mod:ro", "--volume", goEnv(t, "GOCACHE")+":/root/.cache/go-build",
		"--env", "GOPROXY=off", "--build-arg", "VERSION=1.2.3", "-t", tag, ".")
	t.Logf("built for %s in %v", platform, time.Since(begun).Round(time.Second))
}

func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.Command("go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// The sizes that the image may have; see docs/decisions/0100.
const (
	mostUncompressed = 40 << 20
	mostCompressed   = 16 << 20
)

func (e *engine) looks(t *testing.T) {
	var images []struct {
		Architecture, Os string
		Size             int64
		Config           struct {
			User, WorkingDir string
			Labels           map[string]string
			Volumes          map[string]struct{}
			Entrypoint, Cmd  []string
		}
		Healthcheck struct{ Test []string }
	}
	if err := json.Unmarshal([]byte(e.run(t, "podman", "image", "inspect", "dateline")), &images); err != nil || len(images) != 1 {
		t.Fatal(images, err)
	}
	i := images[0]
	if i.Architecture != "amd64" || i.Config.User != "65532:65532" || len(i.Config.Volumes) != 1 || i.Config.WorkingDir != "/data" {
		t.Errorf("got %+v", i)
	}
	if !slices.Equal(i.Healthcheck.Test, []string{"CMD", "/dateline", "healthcheck"}) {
		t.Errorf("health: got %q", i.Healthcheck.Test)
	}
	for label, want := range map[string]string{"title": "Dateline", "licenses": "Apache-2.0", "version": "1.2.3"} {
		if got := i.Config.Labels["org.opencontainers.image."+label]; got != want {
			t.Errorf("label %s: got %q, want %q", label, got, want)
		}
	}
	archive := filepath.Join(t.TempDir(), "image")
	e.run(t, "buildah", "push", "--compression-format", "gzip", "dateline", "dir:"+archive)
	var packed int64
	files, err := os.ReadDir(archive)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			t.Fatal(err)
		}
		packed += info.Size()
	}
	t.Logf("%.1f MB, compressed %.1f MB", float64(i.Size)/1e6, float64(packed)/1e6)
	if i.Size > mostUncompressed || packed > mostCompressed {
		t.Errorf("the image has %d bytes, compressed %d", i.Size, packed)
	}
}

// file copies a file out of an image.
func (e *engine) file(t *testing.T, image, path string) string {
	t.Helper()
	id := e.run(t, "podman", "create", image, "version")
	to := filepath.Join(t.TempDir(), filepath.Base(path))
	e.run(t, "podman", "cp", id+":"+path, to)
	return to
}

func sum(t *testing.T, file string) string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// Whoever builds this source gets these bytes: the binaries in the images are
// those that make release puts into its archives, in another folder.
func (e *engine) released(t *testing.T) {
	dist := filepath.Join(t.TempDir(), "dist")
	shell(t, e.root, "make", "release", "DIST="+dist, "VERSION=1.2.3")
	shell(t, dist, "sha256sum", "--check", "--strict", "SHA256SUMS")
	for arch, image := range map[string]string{"amd64": "dateline", "arm64": "dateline-arm"} {
		name := "dateline-1.2.3-linux-" + arch
		shell(t, dist, "tar", "-xzf", name+".tar.gz")
		if a, b := sum(t, e.file(t, image, "/dateline")), sum(t, filepath.Join(dist, name, "dateline")); a != b {
			t.Errorf("the image for %s has %s, the release %s", arch, a, b)
		}
		for file, want := range map[string]string{"LICENSE": "Apache License", "LICENSES": "== github.com/redis/go-redis/v9", "dateline.1": ".TH", "README.md": "# Dateline", "dateline.service": "[Service]"} {
			if text, err := os.ReadFile(filepath.Join(dist, name, file)); err != nil || !strings.Contains(string(text), want) {
				t.Errorf("%s of %s does not say %q: %v", file, name, want, err)
			}
		}
	}
	var bill billOfMaterials
	text, err := os.ReadFile(filepath.Join(dist, "dateline-1.2.3.cdx.json"))
	if err != nil || json.Unmarshal(text, &bill) != nil || bill.Metadata.Component.Version != "1.2.3" || len(bill.Components) < 20 {
		t.Errorf("the bill of materials says %.200s, %v", text, err)
	}
	roots, err := os.ReadFile(e.file(t, "dateline", "/etc/ssl/certs/ca-certificates.crt"))
	if err != nil || !strings.Contains(string(roots), "BEGIN CERTIFICATE") {
		t.Errorf("no roots of trust in the image: %v", err)
	}
}

// shell runs a program in a folder; one that fails ends the test.
func shell(t *testing.T, dir, program string, args ...string) {
	t.Helper()
	c := exec.Command(program, args...)
	c.Dir = dir
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, out)
	}
}

// confined are the flags under which the image must do its work.
var confined = []string{"--read-only", "--cap-drop", "all", "--security-opt", "no-new-privileges", "--network", "host", "--tmpfs", "/tmp",
	"--ulimit", "nofile=4096:4096", "--ulimit", "nproc=4096:4096"}

// begin runs a container and gives its name.
func (e *engine) begin(t *testing.T, args ...string) string {
	t.Helper()
	return e.run(t, "podman", append(append([]string{"run", "--detach"}, confined...), args...)...)
}

// end stops a container as Docker does, with ten seconds before it is killed,
// and wants it to have ended by itself.
func (e *engine) end(t *testing.T, id string) {
	t.Helper()
	begun := time.Now()
	e.run(t, "podman", "stop", "--time", "10", id)
	code := e.run(t, "podman", "inspect", "--format", "{{.State.ExitCode}}", id)
	t.Logf("stopped in %v with exit code %s", time.Since(begun).Round(time.Millisecond), code)
	if code != "0" {
		t.Errorf("it did not end by itself within ten seconds: exit code %s\n%s", code, e.run(t, "podman", "logs", id))
	}
}

// awaitAnswer asks until an answer is what is wanted.
func awaitAnswer(t *testing.T, url string, good func(status int, body string) bool) string {
	t.Helper()
	var last string
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		answer, err := http.Get(url)
		if err != nil {
			last = err.Error()
			continue
		}
		body, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if last = string(body); good(answer.StatusCode, last) {
			return last
		}
	}
	t.Fatalf("%s: last %.2000s", url, last)
	return ""
}

func well(status int, _ string) bool { return status == http.StatusOK }

func (e *engine) demo(t *testing.T) {
	addr := freeAddress(t)
	begun := time.Now()
	id := e.begin(t, "--env", "DATELINE_LISTEN="+addr, "dateline", "demo", "--listen", addr)
	awaitAnswer(t, "http://"+addr+"/healthz", well)
	t.Logf("well after %v", time.Since(begun).Round(time.Millisecond))
	awaitAnswer(t, "http://"+addr+"/topics/russia-north-korea.rss", func(status int, body string) bool { return status == 200 && strings.Count(body, "<item>") >= 5 })
	t.Logf("a topic of five items after %v", time.Since(begun).Round(time.Millisecond))
	if said := e.run(t, "podman", "exec", id, "/dateline", "healthcheck"); said != "well" {
		t.Errorf("it says of itself: %s", said)
	}
	e.end(t, id)
}

// A desk that is stopped in the middle of a poll has not asked: the items come
// with the next start, and each comes once.
func (e *engine) stops(t *testing.T) {
	var asked atomic.Int32
	waiting, open := make(chan struct{}, 1), make(chan struct{})
	outlet := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		feed := `<rss version="2.0"><channel><title>Post</title><link>https://post.example/</link>` + strings.Repeat("\n", int(asked.Add(1)))
		n := 1
		if asked.Load() > 1 { // the second poll is held until the container was stopped
			n = 2
			select {
			case waiting <- struct{}{}:
			default:
			}
			select {
			case <-open:
			case <-r.Context().Done():
				return
			}
		}
		for i, text := range []string{"The harbour of Busan in South Korea was closed after a crane fell into the basin.", "A choir of four hundred sang in the old town hall of Gwangju, South Korea, until midnight."}[:n] {
			feed += fmt.Sprintf(`<item><guid>g%d</guid><title>Item %d from Korea</title><link>https://post.example/%d</link><description>%s</description></item>`, i, i, i, text)
		}
		w.Header().Set("Content-Type", "application/rss+xml")
		_, _ = io.WriteString(w, feed+`</channel></rss>`)
	}))
	defer outlet.Close()
	dir := t.TempDir()
	config := fmt.Sprintf("network: {allow: [127.0.0.1]}\nsources: [{id: post, feed: %q, schedule: \"@every 1s\"}]\ntopics: [{id: korea, any: [{country: KR}]}]\n", outlet.URL+"/rss")
	if err := os.WriteFile(filepath.Join(dir, "dateline.yaml"), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	addr := freeAddress(t)
	flags := []string{"--env", "DATELINE_LISTEN=" + addr, "--volume", dir + ":/etc/dateline:ro", "--volume", "desk:/data", "dateline"}
	items := func(n int) func(int, string) bool {
		return func(status int, body string) bool { return status == 200 && strings.Count(body, "<item>") == n }
	}
	first := e.begin(t, flags...)
	awaitAnswer(t, "http://"+addr+"/topics/korea.rss", items(1))
	<-waiting
	e.end(t, first)
	close(open)
	second := e.begin(t, flags...)
	feed := awaitAnswer(t, "http://"+addr+"/topics/korea.rss", items(2))
	for i := range 2 {
		if n := strings.Count(feed, fmt.Sprintf("<title>Item %d from Korea</title>", i)); n != 1 {
			t.Errorf("item %d is there %d times:\n%s", i, n, feed)
		}
	}
	e.end(t, second)
}

func (e *engine) zones(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	config := "sources: [{id: a, feed: \"https://a.example/rss\", schedule: \"CRON_TZ=Asia/Jakarta 0 6 * * *\"}]\n"
	if err := os.WriteFile(filepath.Join(dir, "dateline.yaml"), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	args := append(append([]string{"run", "--rm"}, confined...), "--volume", dir+":/etc/dateline:ro", "dateline", "check")
	if said := e.run(t, "podman", args...); !strings.Contains(said, "1 sources") {
		t.Errorf("got %s", said)
	}
}

func (e *engine) arm(t *testing.T) {
	if got := e.run(t, "podman", "image", "inspect", "--format", "{{.Architecture}}", "dateline-arm"); got != "arm64" {
		t.Errorf("the image is for %s", got)
	}
	head := make([]byte, 20)
	f, err := os.Open(e.file(t, "dateline-arm", "/dateline"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := io.ReadFull(f, head); err != nil {
		t.Fatal(err)
	}
	if machine := int(head[18]) | int(head[19])<<8; machine != 183 { // EM_AARCH64
		t.Errorf("the binary is for machine %d of ELF, want 183", machine)
	}
}
