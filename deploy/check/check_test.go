// Package check holds what deploy/ has for Kubernetes against Kubernetes' own
// types. It is a module of its own, so that none of this is a dependency of
// the program.
package check

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v3/pkg/lint"
	"helm.sh/helm/v3/pkg/lint/support"
	apps "k8s.io/api/apps/v1"
	autoscaling "k8s.io/api/autoscaling/v2"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// kinds are the objects that deploy/ makes.
var kinds = map[string]func() any{
	"v1/Namespace": func() any { return &core.Namespace{} }, "v1/ConfigMap": func() any { return &core.ConfigMap{} },
	"v1/Secret": func() any { return &core.Secret{} }, "v1/Service": func() any { return &core.Service{} },
	"apps/v1/Deployment": func() any { return &apps.Deployment{} }, "apps/v1/StatefulSet": func() any { return &apps.StatefulSet{} },
	"autoscaling/v2/HorizontalPodAutoscaler":  func() any { return &autoscaling.HorizontalPodAutoscaler{} },
	"policy/v1/PodDisruptionBudget":           func() any { return &policy.PodDisruptionBudget{} },
	"networking.k8s.io/v1/NetworkPolicy":      func() any { return &networking.NetworkPolicy{} },
	"networking.k8s.io/v1/Ingress":            func() any { return &networking.Ingress{} },
	"monitoring.coreos.com/v1/ServiceMonitor": func() any { return &monitoring.ServiceMonitor{} },
}

// objects reads manifests strictly: a key that the type does not have is a
// fault.
func objects(t *testing.T, manifests string) (list []any, names []string) {
	t.Helper()
	for doc := range strings.SplitSeq("\n"+manifests, "\n---") {
		if strings.TrimSpace(doc) == "" {
			continue
		}
		var head struct {
			APIVersion string `json:"apiVersion"`
			Kind       string `json:"kind"`
			Metadata   struct{ Name string }
		}
		if err := yaml.Unmarshal([]byte(doc), &head); err != nil {
			t.Fatalf("%v in\n%s", err, doc)
		}
		if head.Kind == "" {
			continue // a comment alone
		}
		made := kinds[head.APIVersion+"/"+head.Kind]
		if made == nil {
			t.Fatalf("%s/%s is no kind that is known here", head.APIVersion, head.Kind)
		}
		object := made()
		if err := yaml.UnmarshalStrict([]byte(doc), object); err != nil {
			t.Errorf("%s %s: %v", head.Kind, head.Metadata.Name, err)
		}
		list, names = append(list, object), append(names, head.Kind+" "+head.Metadata.Name)
	}
	slices.Sort(names)
	return list, names
}

// confined are the faults of a pod that may do more than it must.
func confined(p core.PodSpec) error {
	var faults []error
	if s := p.SecurityContext; s == nil || s.RunAsNonRoot == nil || !*s.RunAsNonRoot || s.RunAsUser == nil || *s.RunAsUser == 0 || s.SeccompProfile == nil {
		faults = append(faults, errors.New("it may run as root"))
	}
	if p.AutomountServiceAccountToken == nil || *p.AutomountServiceAccountToken {
		faults = append(faults, errors.New("it holds a token of the cluster"))
	}
	for _, c := range p.Containers {
		s := c.SecurityContext
		if s == nil || s.ReadOnlyRootFilesystem == nil || !*s.ReadOnlyRootFilesystem || s.AllowPrivilegeEscalation == nil || *s.AllowPrivilegeEscalation ||
			s.Capabilities == nil || !slices.Equal(s.Capabilities.Drop, []core.Capability{"ALL"}) {
			faults = append(faults, fmt.Errorf("container %s has rights it does not need", c.Name))
		}
		if c.LivenessProbe == nil || c.ReadinessProbe == nil || c.Resources.Limits.Memory().IsZero() || c.Resources.Requests.Cpu().IsZero() {
			faults = append(faults, fmt.Errorf("container %s lacks probes or resources", c.Name))
		}
	}
	return errors.Join(faults...)
}

// whole holds a set of objects together: selectors find the pods, pods find
// configs and secrets.
func whole(t *testing.T, list []any) {
	t.Helper()
	held := map[string]bool{}
	for _, o := range list {
		switch o := o.(type) {
		case *core.ConfigMap:
			held["config "+o.Name] = true
		case *core.Secret:
			held["secret "+o.Name] = true
		}
	}
	pods := map[string]core.PodTemplateSpec{}
	for _, o := range list {
		switch o := o.(type) {
		case *apps.Deployment:
			pods[o.Name] = o.Spec.Template
			matches(t, o.Name, o.Spec.Selector.MatchLabels, o.Spec.Template.Labels)
		case *apps.StatefulSet:
			pods[o.Name] = o.Spec.Template
			matches(t, o.Name, o.Spec.Selector.MatchLabels, o.Spec.Template.Labels)
		}
	}
	for name, p := range pods {
		if err := confined(p.Spec); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, v := range p.Spec.Volumes {
			if v.ConfigMap != nil && !held["config "+v.ConfigMap.Name] {
				t.Errorf("%s mounts the config %s, which there is not", name, v.ConfigMap.Name)
			}
		}
		for _, e := range p.Spec.Containers[0].EnvFrom {
			if e.SecretRef != nil && !held["secret "+e.SecretRef.Name] {
				t.Errorf("%s takes the secret %s, which there is not", name, e.SecretRef.Name)
			}
		}
		for _, c := range p.Spec.TopologySpreadConstraints {
			matches(t, name+" spread", c.LabelSelector.MatchLabels, p.Labels)
		}
	}
	for _, o := range list {
		switch o := o.(type) {
		case *core.Service:
			finds(t, "service "+o.Name, o.Spec.Selector, pods)
		case *policy.PodDisruptionBudget:
			finds(t, "budget "+o.Name, o.Spec.Selector.MatchLabels, pods)
		case *networking.NetworkPolicy:
			finds(t, "policy "+o.Name, o.Spec.PodSelector.MatchLabels, pods)
		case *autoscaling.HorizontalPodAutoscaler:
			if _, ok := pods[o.Spec.ScaleTargetRef.Name]; !ok {
				t.Errorf("%s scales %s, which there is not", o.Name, o.Spec.ScaleTargetRef.Name)
			}
		case *monitoring.ServiceMonitor:
			watched := 0
			for _, s := range list {
				if s, ok := s.(*core.Service); ok && contains(s.Labels, o.Spec.Selector.MatchLabels) {
					watched++
				}
			}
			if watched != 1 {
				t.Errorf("the monitor watches %d services", watched)
			}
		}
	}
}

func contains(labels, wanted map[string]string) bool {
	for k, v := range wanted {
		if labels[k] != v {
			return false
		}
	}
	return len(wanted) > 0
}

func matches(t *testing.T, what string, selector, labels map[string]string) {
	t.Helper()
	if !contains(labels, selector) {
		t.Errorf("%s: %v does not select %v", what, selector, labels)
	}
}

func finds(t *testing.T, what string, selector map[string]string, pods map[string]core.PodTemplateSpec) {
	t.Helper()
	for _, p := range pods {
		if contains(p.Labels, selector) {
			return
		}
	}
	t.Errorf("%s: %v selects no pod", what, selector)
}

func TestKustomizations(t *testing.T) {
	for dir, want := range map[string][]string{
		"one":   {"ConfigMap dateline-", "Namespace dateline", "Service dateline", "StatefulSet dateline"},
		"fleet": {"ConfigMap dateline-", "Deployment dateline-fetch", "Deployment dateline-web", "HorizontalPodAutoscaler dateline-fetch", "Namespace dateline", "NetworkPolicy dateline", "PodDisruptionBudget dateline-fetch", "PodDisruptionBudget dateline-web", "Secret dateline-store-", "Service dateline"},
	} {
		made, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), "../kubernetes/"+dir)
		if err != nil {
			t.Fatal(err)
		}
		text, err := made.AsYaml()
		if err != nil {
			t.Fatal(err)
		}
		list, names := objects(t, string(text))
		if len(names) != len(want) {
			t.Fatalf("%s: got %q, want %q", dir, names, want)
		}
		for i := range want {
			if names[i] != want[i] && !(strings.HasSuffix(want[i], "-") && strings.HasPrefix(names[i], want[i])) {
				t.Errorf("%s: got %s, want %s", dir, names[i], want[i])
			}
		}
		whole(t, list)
	}
}

// The policy says how a port is added; what it says is done here.
func TestOwnKustomizationOpensAPort(t *testing.T) {
	policyFile, err := os.ReadFile("../kubernetes/fleet/policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, patch, found := strings.Cut(string(policyFile), "#   patches:")
	patch, _, _ = strings.Cut(patch, "\napiVersion")
	fleet, err := filepath.Abs("../kubernetes/fleet")
	if err != nil || !found {
		t.Fatal(err, found)
	}
	dir := t.TempDir()
	fleet, err = filepath.Rel(dir, fleet)
	if err != nil {
		t.Fatal(err)
	}
	own := "resources: [" + fleet + "]\npatches:" + strings.ReplaceAll(patch, "\n#", "\n") + "\n"
	if err := os.WriteFile(filepath.Join(dir, "kustomization.yaml"), []byte(own), 0o644); err != nil {
		t.Fatal(err)
	}
	made, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), dir)
	if err != nil {
		t.Fatalf("%v of\n%s", err, own)
	}
	text, err := made.AsYaml()
	if err != nil {
		t.Fatal(err)
	}
	list, _ := objects(t, string(text))
	wantOutwards(t, list, []int32{80, 443, 8443})
}

// wantOutwards wants the ports that a set's policy lets out to outlets, and that
// no rule lets out all ports.
func wantOutwards(t *testing.T, list []any, want []int32) {
	t.Helper()
	for _, o := range list {
		p, ok := o.(*networking.NetworkPolicy)
		if !ok {
			continue
		}
		var got []int32
		for _, rule := range p.Spec.Egress {
			if len(rule.Ports) == 0 {
				t.Error("a rule lets out everything")
			}
			got = nil
			for _, port := range rule.Ports {
				got = append(got, port.Port.IntVal)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("the last rule lets out %v, want %v", got, want)
		}
		return
	}
	t.Error("there is no policy")
}

const chartDir = "../helm/dateline"

func TestChartHasNoFaults(t *testing.T) {
	result := lint.AllWithKubeVersion(chartDir, nil, "desk", nil)
	for _, m := range result.Messages {
		if m.Severity >= support.WarningSev {
			t.Errorf("%v", m)
		}
	}
}

// render is helm template.
func render(t *testing.T, c *chart.Chart, values string) (string, error) {
	t.Helper()
	given, err := chartutil.ReadValues([]byte(values))
	if err != nil {
		t.Fatal(err)
	}
	all, err := chartutil.ToRenderValues(c, given, chartutil.ReleaseOptions{Name: "desk", Namespace: "news", Revision: 1, IsInstall: true}, chartutil.DefaultCapabilities)
	if err != nil {
		return "", err
	}
	files, err := engine.Render(c, all)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	for name, text := range files {
		if strings.HasSuffix(name, ".yaml") {
			fmt.Fprintf(&b, "---\n%s\n", text)
		}
	}
	return b.String(), nil
}

func TestChartRendersSoundObjects(t *testing.T) {
	c, err := loader.Load(chartDir)
	if err != nil {
		t.Fatal(err)
	}
	usual := []string{"ConfigMap desk-dateline", "Deployment desk-dateline-fetch", "Deployment desk-dateline-web", "HorizontalPodAutoscaler desk-dateline-fetch",
		"NetworkPolicy desk-dateline", "PodDisruptionBudget desk-dateline-fetch", "PodDisruptionBudget desk-dateline-web", "Secret desk-dateline-store", "Service desk-dateline"}
	for _, x := range []struct {
		values string
		more   []string
		less   []string
	}{
		{"{}", nil, nil},
		{"{ingress: {enabled: true, className: nginx, tls: [{hosts: [a.example], secretName: tls}]}, serviceMonitor: {enabled: true}, imagePullSecrets: [{name: a}], nodeSelector: {a: b}, tolerations: [{key: x, operator: Exists}]}",
			[]string{"Ingress desk-dateline", "Service desk-dateline-metrics", "ServiceMonitor desk-dateline"}, nil},
		{"{networkPolicy: {enabled: false}, image: {tag: v9}}", nil, []string{"NetworkPolicy desk-dateline"}},
	} {
		text, err := render(t, c, x.values)
		if err != nil {
			t.Fatalf("%s: %v", x.values, err)
		}
		list, names := objects(t, text)
		want := slices.DeleteFunc(append(slices.Clone(usual), x.more...), func(n string) bool { return slices.Contains(x.less, n) })
		slices.Sort(want)
		if !slices.Equal(names, want) {
			t.Errorf("%s: got %q, want %q", x.values, names, want)
		}
		whole(t, list)
	}
	for values, want := range map[string][]int32{
		"{}":                                    {80, 443},
		"{networkPolicy: {outletPorts: [443]}}": {443},
		"{config: {sources: [{id: a, feed: 'https://a.example:8443/rss'}, {id: b, feed: 'http://b.example/x:99'}, {id: c, feed: 'http://[2001:db8::1]:8080/'}, {id: d}, {id: e, feed: 'https://e.example:443/'}]}}": {80, 443, 8443, 8080},
		"{networkPolicy: {egress: [{ports: [{protocol: TCP, port: 4318}]}]}}": {4318},
	} {
		text, err := render(t, c, values)
		if err != nil {
			t.Fatal(values, err)
		}
		list, _ := objects(t, text)
		wantOutwards(t, list, want)
	}
	text, err := render(t, c, "{store: {url: '', existingSecret: mine}}")
	if err != nil || strings.Contains(text, "kind: Secret") || strings.Count(text, "{name: mine}") != 2 {
		t.Errorf("with a secret of one's own: %v\n%s", err, text)
	}
	for _, wrong := range []string{"{store: {url: ''}}", "{store: {url: 'dateline.db'}}", "{siteURL: news.example.org}", "{web: {replicas: 0}}",
		"{networkPolicy: {outletPorts: []}}", "{networkPolicy: {redisPorts: []}}", "{networkPolicy: {outletPorts: [http]}}", "{networkPolicy: {outletPort: [80]}}"} {
		if text, err := render(t, c, wrong); err == nil {
			t.Errorf("%s is taken:\n%s", wrong, text)
		}
	}
}
