package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Starting is what every call of a command pays before it does anything: 300 ms
// at most. The time on the wall is that of the machine, too; cpu-ms is ours.
func BenchmarkStart(b *testing.B) {
	program, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	config, err := filepath.Abs("../../deploy/dateline.yaml")
	if err != nil {
		b.Fatal(err)
	}
	page := filepath.Join(b.TempDir(), "page.html")
	if err := os.WriteFile(page, []byte("<p>SEOUL (Wire) - Rain fell on the capital for the third day.</p>"), 0o600); err != nil {
		b.Fatal(err)
	}
	for _, args := range [][]string{
		{"version"}, {"--help"}, {"completion", "bash"}, {"man"}, {"check", "-c", config}, {"config", "show", "-c", config}, {"config", "schema"},
		{"topic", "list", "-c", config}, {"topic", "test", "--batch", "-c", config}, {"story", "test", "--batch"}, {"opml", "export", "-c", config},
		{"normalize", page}, {"date", "3 Mei 2024"}, {"parse"},
	} {
		input := ""
		if args[0] == "parse" {
			input = `<rss version="2.0"><channel><title>Gazette</title></channel></rss>`
		}
		b.Run(filepath.Base(strings.Join(args[:min(2, len(args))], " ")), func(b *testing.B) {
			var cpu time.Duration
			for b.Loop() {
				c := exec.Command(program, args...)
				c.Args[0], c.Dir, c.Stdin = "dateline", filepath.Dir(page), strings.NewReader(input) // TestMain goes by the name
				if out, err := c.CombinedOutput(); err != nil {
					b.Fatalf("%v\n%s", err, out)
				}
				cpu += c.ProcessState.UserTime() + c.ProcessState.SystemTime()
			}
			b.ReportMetric(float64(cpu.Microseconds())/1000/float64(b.N), "cpu-ms/op")
		})
	}
}
