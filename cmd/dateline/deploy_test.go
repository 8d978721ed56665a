package main

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

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

// Compose files can be read, and set only what the program knows.
func TestComposeIsOfThisProgram(t *testing.T) {
	text, err := os.ReadFile("../../deploy/compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Services map[string]struct {
			Image       string            `yaml:"image"`
			Environment map[string]string `yaml:"environment"`
			ReadOnly    bool              `yaml:"read_only"`
		} `yaml:"services"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	ours := 0
	for name, s := range file.Services {
		if s.Image != "dateline" {
			continue
		}
		ours++
		if !s.ReadOnly {
			t.Errorf("%s may write to its root", name)
		}
		for key := range s.Environment {
			wantSetting(t, key)
		}
	}
	if ours != 2 {
		t.Errorf("got %d services of ours, want fetch and web", ours)
	}
}

// Prometheus itself reads the alerts, where it is installed.
func TestAlertsAreRules(t *testing.T) {
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is not installed (package prometheus)")
	}
	if out, err := exec.Command(promtool, "check", "rules", "../../deploy/prometheus/alerts.yaml").CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	if out, err := exec.Command(promtool, "test", "rules", "../../deploy/prometheus/alerts_test.yaml").CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

func wantSetting(t *testing.T, name string) {
	t.Helper()
	if !slices.ContainsFunc(settings, func(s setting) bool { return "DATELINE_"+s.Name == name }) {
		t.Errorf("%s is no setting of the program", name)
	}
}

// The Kubernetes files can be read, set only what the program knows, and its
// config is sound.
func TestKubernetesFilesAreOfThisProgram(t *testing.T) {
	text, err := os.ReadFile("../../deploy/kubernetes/dateline.yaml")
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]bool{}
	for doc := range strings.SplitSeq(string(text), "\n---\n") {
		var object struct {
			Kind string `yaml:"kind"`
			Spec struct {
				Template struct {
					Spec struct {
						Containers []struct {
							Args            []string                       `yaml:"args"`
							Env             []struct{ Name, Value string } `yaml:"env"`
							SecurityContext map[string]any                 `yaml:"securityContext"`
						} `yaml:"containers"`
					} `yaml:"spec"`
				} `yaml:"template"`
			} `yaml:"spec"`
		}
		if err := yaml.Unmarshal([]byte(doc), &object); err != nil {
			t.Fatal(err)
		}
		kinds[object.Kind] = true
		for _, c := range object.Spec.Template.Spec.Containers {
			if !slices.Equal(c.Args, []string{"serve"}) || c.SecurityContext["readOnlyRootFilesystem"] != true {
				t.Errorf("container %+v", c)
			}
			for _, e := range c.Env {
				if e.Name != "GOMEMLIMIT" {
					wantSetting(t, e.Name)
				}
			}
		}
	}
	if !kinds["StatefulSet"] || !kinds["Service"] {
		t.Errorf("kinds %v", kinds)
	}
	config, err := os.ReadFile("../../deploy/kubernetes/config/dateline.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := readConfig(config, "kubernetes", noEnvironment); err != nil {
		t.Error(err)
	}
}
