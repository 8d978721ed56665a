package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
)

// VersionCmd prints the version.
type VersionCmd struct {
	SBOM bool `name:"sbom" help:"Print what the program is made of, as CycloneDX JSON."`
}

// Help is shown under the flags.
func (VersionCmd) Help() string { return "Example: dateline version --sbom > sbom.json" }

// Run prints the version, and what it was built with.
func (v VersionCmd) Run(std stdio) error {
	if v.SBOM {
		info, ok := debug.ReadBuildInfo()
		if !ok {
			return errors.New("this program was built without module information")
		}
		out := json.NewEncoder(std.Out)
		out.SetIndent("", "  ")
		return out.Encode(bill(info))
	}
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

// billOfMaterials is a CycloneDX 1.6 document: the parts of it that we fill.
type billOfMaterials struct {
	Format     string       `json:"bomFormat"`
	Spec       string       `json:"specVersion"`
	Version    int          `json:"version"`
	Metadata   billMetadata `json:"metadata"`
	Components []component  `json:"components"`
}

type billMetadata struct {
	Component component `json:"component"`
}

type component struct {
	Type    string          `json:"type"`
	Ref     string          `json:"bom-ref"`
	Name    string          `json:"name"`
	Version string          `json:"version"`
	URL     string          `json:"purl"` // a package URL, pkg:golang/PATH@VERSION
	Hashes  []componentHash `json:"hashes,omitempty"`
}

type componentHash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"` // hexadecimal
}

// bill says what a program is made of: its modules with the digests that go.sum
// vouches for, and the standard library.
func bill(info *debug.BuildInfo) billOfMaterials {
	b := billOfMaterials{Format: "CycloneDX", Spec: "1.6", Version: 1, Metadata: billMetadata{newComponent("application", info.Main.Path, version(), "")}}
	b.Components = append(b.Components, newComponent("library", "std", strings.TrimPrefix(info.GoVersion, "go"), ""))
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		b.Components = append(b.Components, newComponent("library", m.Path, m.Version, m.Sum))
	}
	return b
}

func newComponent(kind, path, version, sum string) component {
	url := "pkg:golang/" + path + "@" + version
	c := component{Type: kind, Ref: url, Name: path, Version: version, URL: url}
	if digest, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(sum, "h1:")); err == nil && len(digest) == sha256.Size {
		c.Hashes = []componentHash{{"SHA-256", hex.EncodeToString(digest)}}
	}
	return c
}
