package publish

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"dateline/news"
)

// BenchmarkAgainstNginx loads this server and nginx with the same feed of
// about 60 kB in gzip, in turns, and beside them this server without its kiosk
// and a handler that does nothing else. All send what is packed already; nginx
// from a file that it keeps open. Of each it reports the median of requests in
// a second, and of the processor time that a request took, which other work on
// the machine disturbs less; of ours also the part of nginx's requests that it
// reaches, the median of the rounds. It needs nginx and wrk, and one run says
// it all:
//
//	go test ./publish -run '^$' -bench AgainstNginx -benchtime 1x
func BenchmarkAgainstNginx(b *testing.B) {
	for _, program := range []string{"nginx", "wrk"} {
		if _, err := exec.LookPath(program); err != nil {
			b.Skipf("%s is not installed", program)
		}
	}
	s, _ := desk(b, wordyStories(50)...)
	packed := ask(s, "GET", atomPath, "Accept-Encoding", "gzip").Body.Bytes()
	nginx, pid := startNginx(b, packed)
	contenders := []contender{
		{"ours", listenHere(b, s, s), os.Getpid()}, {"nginx", nginx, pid},
		{"handler", listenHere(b, s, nil), os.Getpid()}, {"bare", listenHere(b, bareHandler(packed), nil), os.Getpid()},
	}
	for _, kind := range []string{"gzip", "304"} {
		rates, costs, parts := map[string][]float64{}, map[string][]float64{}, []float64(nil)
		for range 5 {
			for _, c := range contenders {
				began := processorTime(b, c.pid)
				rate := load(b, c.address, kind, len(packed))
				rates[c.name] = append(rates[c.name], rate)
				costs[c.name] = append(costs[c.name], (processorTime(b, c.pid)-began)/(rate*loadSeconds)*1e6)
			}
			last := len(parts)
			parts = append(parts, rates["ours"][last]/rates["nginx"][last])
		}
		for _, c := range contenders {
			b.ReportMetric(median(rates[c.name]), c.name+"-"+kind+"/s")
			b.ReportMetric(median(costs[c.name]), c.name+"-"+kind+"-cpu-µs")
		}
		b.ReportMetric(median(parts), kind+"-part")
	}
	b.ReportMetric(float64(len(packed)), "B-gzip")
}

// contender is a server, and the process whose time and whose children's time
// it takes.
type contender struct {
	name, address string
	pid           int
}

func median(of []float64) float64 {
	sorted := slices.Sorted(slices.Values(of))
	return sorted[len(sorted)/2]
}

// processorTime is what a process and its workers took so far, in seconds. The
// loads that this process runs are not its workers.
func processorTime(b *testing.B, pid int) float64 {
	b.Helper()
	pids := []string{strconv.Itoa(pid)}
	if pid != os.Getpid() {
		workers, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
		if err != nil {
			b.Skipf("the workers of a process are not to be seen: %v", err)
		}
		pids = append(pids, strings.Fields(string(workers))...)
	}
	total := 0.0
	for _, pid := range pids {
		stat, err := os.ReadFile("/proc/" + pid + "/stat")
		if err != nil {
			b.Fatal(err)
		}
		fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:])) // from the third on
		for _, field := range fields[11:13] {                                     // user and system
			ticks, _ := strconv.ParseFloat(field, 64)
			total += ticks / 100
		}
	}
	return total
}

// wordyStories are n stories of words that do not pack well.
func wordyStories(n int) []news.Story {
	random := rand.New(rand.NewPCG(1, 2))
	var all []news.Story
	for i := range n {
		st := plainStory(i)
		var text strings.Builder
		for range 290 {
			for range 2 + random.IntN(8) {
				text.WriteByte(byte('a' + random.IntN(26)))
			}
			text.WriteByte(' ')
		}
		st.Articles[0].Body = []news.Block{{Text: text.String()}}
		all = append(all, st)
	}
	return all
}

// bareHandler is the least that net/http can be asked to do with the bytes:
// the bound of what any handler can reach.
func bareHandler(packed []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Etag"] = []string{`"a"`}
		if len(r.Header["If-None-Match"]) > 0 {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header()["Content-Encoding"] = []string{"gzip"}
		w.Header()["Content-Length"] = []string{strconv.Itoa(len(packed))}
		w.Write(packed) // the load that has enough goes
	})
}

// listenHere serves with h; where there is a Server, behind its kiosk.
func listenHere(b *testing.B, h http.Handler, s *Server) string {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	address := "http://" + l.Addr().String() + atomPath
	server := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, WriteTimeout: time.Minute, IdleTimeout: time.Minute}
	if s != nil {
		kiosk := NewKiosk(s, l, server, nil)
		b.Cleanup(func() { kiosk.Finish(b.Context()) })
		l = kiosk
	}
	go server.Serve(l) // Close ends it
	b.Cleanup(func() { server.Close() })
	return address
}

// startNginx serves one packed file at the feed's address.
func startNginx(b *testing.B, packed []byte) (feed string, pid int) {
	b.Helper()
	dir := b.TempDir()
	os.MkdirAll(filepath.Join(dir, "topics"), 0o755)
	if err := os.WriteFile(filepath.Join(dir, "topics", "grain.atom.gz"), packed, 0o644); err != nil {
		b.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	conf := fmt.Sprintf(`daemon off; master_process off; pid %[1]s/pid; error_log %[1]s/error.log; worker_processes 1;
events { worker_connections 512; }
http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; open_file_cache max=100; open_file_cache_valid 60s; gzip_static always;
client_body_temp_path %[1]s/a; proxy_temp_path %[1]s/b; fastcgi_temp_path %[1]s/c; uwsgi_temp_path %[1]s/d; scgi_temp_path %[1]s/e;
types { application/atom+xml atom; } server { listen %[2]s; root %[1]s; } }`, dir, address)
	if n := runtime.NumCPU(); n > 1 {
		conf = strings.Replace(conf, "master_process off", "master_process on", 1)
		conf = strings.Replace(conf, "worker_processes 1", "worker_processes "+strconv.Itoa(n), 1)
	}
	if os.Getuid() == 0 { // its workers would be nobody, who may not look here
		conf = "user root; " + conf
	}
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(conf), 0o644); err != nil {
		b.Fatal(err)
	}
	if out, err := exec.Command("nginx", "-t", "-e", dir+"/error.log", "-c", file, "-p", dir).CombinedOutput(); err != nil {
		b.Fatalf("nginx refuses its config: %s", out)
	}
	cmd := exec.Command("nginx", "-e", dir+"/error.log", "-c", file, "-p", dir)
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait()
	})
	for range 20_000 { // until it listens
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			return "http://" + address + atomPath, cmd.Process.Pid
		}
	}
	log, _ := os.ReadFile(dir + "/error.log")
	b.Fatalf("nginx does not listen: %s", log)
	return "", 0
}

var perSecond = regexp.MustCompile(`Requests/sec:\s+([0-9.]+)`)

// loadSeconds is how long one load lasts.
const loadSeconds = 2

// load is how many requests in a second an address answers, as they should be
// answered.
func load(b *testing.B, address, kind string, size int) float64 {
	b.Helper()
	r, _ := http.NewRequest("GET", address, nil)
	r.Header.Set("Accept-Encoding", "gzip")
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		b.Fatal(err)
	}
	var body bytes.Buffer
	body.ReadFrom(resp.Body)
	resp.Body.Close()
	if resp.StatusCode != 200 || body.Len() != size || resp.Header.Get("Content-Encoding") != "gzip" {
		b.Fatalf("%s: got %d with %d bytes in %q", address, resp.StatusCode, body.Len(), resp.Header.Get("Content-Encoding"))
	}
	args := []string{"-t", "1", "-c", "32", "-d", strconv.Itoa(loadSeconds) + "s", "-H", "Accept-Encoding: gzip"}
	if kind == "304" {
		args = append(args, "-H", "If-None-Match: "+resp.Header.Get("ETag"))
		r.Header.Set("If-None-Match", resp.Header.Get("ETag"))
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err != nil || resp.StatusCode != 304 {
			b.Fatalf("%s: no 304: %v", address, err)
		}
		resp.Body.Close()
	}
	out, err := exec.Command("wrk", append(args, address)...).CombinedOutput()
	found := perSecond.FindSubmatch(out)
	if err != nil || found == nil || bytes.Contains(out, []byte("Non-2xx or 3xx")) {
		b.Fatalf("wrk %s: %v: %s", address, err, out)
	}
	n, _ := strconv.ParseFloat(string(found[1]), 64)
	return n
}
