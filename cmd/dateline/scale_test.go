package main

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The table of docs/scale.md is what its factors give.
func TestScaleIsDerived(t *testing.T) {
	polls := func(sources float64) float64 { return sources / 900 }
	memory := func(each float64) func(float64) float64 {
		return func(sources float64) float64 { return sources * each / 1e9 }
	}
	rows := map[string]func(sources float64) float64{
		"polls a second":                  polls,
		"claims a second":                 func(s float64) float64 { return polls(s) / 8 },
		"quiet commits a second":          func(s float64) float64 { return polls(s) * 0.96 },
		"commits of stories a second":     func(s float64) float64 { return polls(s) * 0.04 },
		"Redis memory, sources":           memory(1440),
		"Redis memory, archive of 7 days": memory(75_600),
		"Redis masters for both":          func(s float64) float64 { return math.Ceil(memory(1440+75_600)(s) / 20) },
		"Redis memory, stories of 3 days": memory(30_000),
		"network to Redis, both ways":     func(s float64) float64 { return polls(s) * (2.5 + 0.04*5) / 1e3 },
		"processors for polls":            func(s float64) float64 { return polls(s) * (0.96*0.4 + 0.04*5) / 1e3 },
		"fetch processes of 16 workers":   func(s float64) float64 { return math.Ceil(polls(s)*0.2/16) + 1 },
	}
	text, err := os.ReadFile("../../docs/scale.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "## Derived")
	number := regexp.MustCompile(`[\d,.]+`)
	computed := 0
	for _, line := range regexp.MustCompile(`(?m)^\| (.+?) \| (.+?) \| (.+?) \| (.+?) \| .* \|$`).FindAllStringSubmatch(table, -1) {
		row, known := rows[line[1]]
		if !known {
			if line[1] != "sources" {
				t.Errorf("nothing computes %q", line[1])
			}
			continue
		}
		computed++
		for i, sources := range []float64{1e5, 1e6, 1e7} {
			said := strings.ReplaceAll(number.FindString(line[2+i]), ",", "")
			got, err := strconv.ParseFloat(said, 64)
			digits := len(strings.TrimLeft(strings.Replace(said, ".", "", 1), "0"))
			within := math.Pow(10, math.Floor(math.Log10(row(sources)))-float64(digits-1)) / 2
			if err != nil || math.Abs(got-row(sources)) > within*1.01 {
				t.Errorf("%s of %.0f sources: the table says %s, it is %.4g", line[1], sources, said, row(sources))
			}
		}
	}
	if computed != len(rows) {
		t.Errorf("%d rows of %d are there", computed, len(rows))
	}
}
