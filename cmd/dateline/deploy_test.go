package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"
)

// The systemd unit names only settings that there are, and confines the desk.
func TestUnitIsOfThisProgram(t *testing.T) {
	text, err := os.ReadFile("../../deploy/dateline.service")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	for _, want := range []string{"DynamicUser=yes", "ProtectSystem=strict", "NoNewPrivileges=yes", "CapabilityBoundingSet=", "StateDirectory=dateline",
		"ExecStart=/usr/local/bin/dateline serve -c /etc/dateline/dateline.yaml"} {
		if !slices.Contains(lines, want) {
			t.Errorf("the unit has no line %s", want)
		}
	}
	for _, line := range lines {
		if rest, ok := strings.CutPrefix(line, "Environment="); ok {
			name, _, _ := strings.Cut(rest, "=")
			wantSetting(t, name)
		}
	}
}

// Compose files can be read, mount what is there, and set only what the program
// knows.
func TestComposeIsOfThisProgram(t *testing.T) {
	for file, want := range map[string]int{"compose.yaml": 1, "deploy/compose.yaml": 1, "deploy/compose.fleet.yaml": 2} {
		text, err := os.ReadFile("../../" + file)
		if err != nil {
			t.Fatal(err)
		}
		var compose struct {
			Services map[string]struct {
				Image       string            `yaml:"image"`
				Command     []string          `yaml:"command"`
				Environment map[string]string `yaml:"environment"`
				ReadOnly    bool              `yaml:"read_only"`
				CapDrop     []string          `yaml:"cap_drop"`
				Volumes     []string          `yaml:"volumes"`
			} `yaml:"services"`
		}
		if err := yaml.Unmarshal(text, &compose); err != nil {
			t.Fatal(err)
		}
		ours := 0
		for name, s := range compose.Services {
			for _, v := range s.Volumes {
				from, _, _ := strings.Cut(v, ":")
				if _, err := os.Stat(filepath.Join("../..", filepath.Dir(file), from)); strings.HasPrefix(from, ".") && err != nil {
					t.Errorf("%s, %s: %v", file, name, err)
				}
			}
			if s.Image != "dateline" {
				continue
			}
			ours++
			if !s.ReadOnly || !slices.Equal(s.CapDrop, []string{"ALL"}) {
				t.Errorf("%s: %s may do more than it must", file, name)
			}
			for key := range s.Environment {
				wantSetting(t, key)
			}
			wantCommand(t, s.Command)
		}
		if ours != want {
			t.Errorf("%s: got %d services of ours, want %d", file, ours, want)
		}
	}
}

// wantCommand holds a container's arguments against the command line.
func wantCommand(t *testing.T, args []string) {
	t.Helper()
	var cli commands
	parser, err := kong.New(&cli, kong.BindTo(t.Context(), (*context.Context)(nil)), kong.Bind(stdio{}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(args); err != nil {
		t.Errorf("%q: %v", args, err)
	}
}

func wantSetting(t *testing.T, name string) {
	t.Helper()
	if !slices.ContainsFunc(settings, func(s setting) bool { return "DATELINE_"+s.Name == name }) {
		t.Errorf("%s is no setting of the program", name)
	}
}

// The manifests name commands and settings that there are, and bring a sound
// config. Whether they are sound for Kubernetes is tried in deploy/check.
func TestManifestsAreOfThisProgram(t *testing.T) {
	seen := 0
	for _, file := range []string{"kubernetes/one/dateline.yaml", "kubernetes/fleet/web.yaml", "kubernetes/fleet/fetch.yaml"} {
		text, err := os.ReadFile("../../deploy/" + file)
		if err != nil {
			t.Fatal(err)
		}
		for doc := range strings.SplitSeq(string(text), "\n---\n") {
			var object struct {
				Spec struct {
					Template struct {
						Spec struct {
							Containers []struct {
								Args []string                       `yaml:"args"`
								Env  []struct{ Name, Value string } `yaml:"env"`
							} `yaml:"containers"`
						} `yaml:"spec"`
					} `yaml:"template"`
				} `yaml:"spec"`
			}
			if err := yaml.Unmarshal([]byte(doc), &object); err != nil {
				continue // a Service has another spec
			}
			for _, c := range object.Spec.Template.Spec.Containers {
				seen++
				wantCommand(t, c.Args)
				for _, e := range c.Env {
					if e.Name != "GOMEMLIMIT" {
						wantSetting(t, e.Name)
					}
				}
			}
		}
	}
	if seen != 3 {
		t.Errorf("found %d containers, want 3", seen)
	}
	set := regexp.MustCompile(`DATELINE_\w+`)
	for _, file := range []string{"kubernetes/fleet/store.env", "helm/dateline/templates/_helpers.tpl", "helm/dateline/templates/config.yaml"} {
		text, err := os.ReadFile("../../deploy/" + file)
		if err != nil {
			t.Fatal(err)
		}
		names := set.FindAllString(string(text), -1)
		if len(names) == 0 {
			t.Errorf("%s sets nothing", file)
		}
		for _, name := range names {
			wantSetting(t, name)
		}
	}
	config, err := os.ReadFile("../../deploy/kubernetes/base/dateline.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := readConfig(config, "kubernetes", noEnvironment); err != nil {
		t.Error(err)
	}
	var values struct {
		Config map[string]any `yaml:"config"`
	}
	text, err := os.ReadFile("../../deploy/helm/dateline/values.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, &values); err != nil {
		t.Fatal(err)
	}
	if config, err = yaml.Marshal(values.Config); err != nil {
		t.Fatal(err)
	}
	if _, err := readConfig(config, "helm", noEnvironment); err != nil {
		t.Errorf("the chart's config: %v", err)
	}
}

// What the systems that run us can check of their own files, they do, where
// they are installed: the alerts and the scrape config by Prometheus, the unit
// by systemd, the examples by nginx and Caddy.
func TestDeployFilesByTheirOwnTools(t *testing.T) {
	for _, c := range []struct {
		tool string
		args []string
	}{
		{"promtool", []string{"check", "config", "--syntax-only", "prometheus/prometheus.yaml"}},
		{"promtool", []string{"check", "rules", "prometheus/alerts.yaml"}},
		{"promtool", []string{"test", "rules", "prometheus/alerts_test.yaml"}},
		{"caddy", []string{"validate", "--adapter", "caddyfile", "--config", "Caddyfile"}},
		{"systemd-analyze", []string{"verify", unitToVerify(t)}},
		{"nginx", []string{"-t", "-c", nginxToTest(t)}},
	} {
		t.Run(c.tool+" "+c.args[0], func(t *testing.T) {
			tool, err := exec.LookPath(c.tool)
			if err != nil {
				t.Skipf("%s is not installed", c.tool)
			}
			run := exec.Command(tool, c.args...)
			run.Dir = "../../deploy"
			run.Env = append(os.Environ(), "HOME="+t.TempDir(), "XDG_DATA_HOME="+t.TempDir(), "XDG_CONFIG_HOME="+t.TempDir())
			out, err := run.CombinedOutput()
			if err != nil || strings.Contains(string(out), "dateline.service:") {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
}

// unitToVerify is the unit with a program that there is on every machine.
func unitToVerify(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../deploy/dateline.service")
	if err != nil {
		t.Fatal(err)
	}
	unit := strings.Replace(string(text), "/usr/local/bin/dateline serve -c /etc/dateline/dateline.yaml", "/bin/true", 1)
	return writeTemp(t, "dateline.service", unit)
}

// nginxToTest is a whole config around the example's server block, with a
// certificate made for it.
func nginxToTest(t *testing.T) string {
	t.Helper()
	block, err := os.ReadFile("../../deploy/nginx.conf")
	if err != nil {
		t.Fatal(err)
	}
	certificate, key := selfSigned(t)
	server := strings.NewReplacer("/etc/ssl/dateline/fullchain.pem", certificate, "/etc/ssl/dateline/privkey.pem", key, "listen 443", "listen unix:"+filepath.Join(t.TempDir(), "s")).Replace(string(block))
	dir := t.TempDir()
	return writeTemp(t, "nginx.conf", "pid "+dir+"/pid;\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\nclient_body_temp_path "+dir+"/a; proxy_temp_path "+dir+"/b; fastcgi_temp_path "+dir+"/c; uwsgi_temp_path "+dir+"/d; scgi_temp_path "+dir+"/e;\n"+server+"}\n")
}

func writeTemp(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// selfSigned makes a certificate and its key, and gives the names of the files.
func selfSigned(t *testing.T) (certificate, key string) {
	t.Helper()
	pair, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"news.example.org"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, pair.Public(), pair)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(pair)
	if err != nil {
		t.Fatal(err)
	}
	return writeTemp(t, "fullchain.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))),
		writeTemp(t, "privkey.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})))
}
