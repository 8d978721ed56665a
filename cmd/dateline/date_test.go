package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestDateBatchAnswersEachLine(t *testing.T) {
	in := `{"id":1,"text":"Kamis, 20 Juni 2024 - 16:15 WIB","lang":"id","now":"2024-06-25T12:00:00Z"}
{"id":"b","text":"2 hours ago","lang":"en","now":"2024-06-25T19:00:00+07:00"}
{"id":"c","text":"20 June 2024 16:15","lang":"en","now":"2024-06-25T12:00:00Z","zone":"Asia/Jakarta"}
{"id":"d","text":"20 January 2024 16:15","lang":"de","zone":"Europe/Berlin"}
{"id":"e","text":"no date at all","lang":"en","now":"2024-06-25T12:00:00Z"}

{"id":"f","text":"20 June 2031","lang":"en","now":"2024-06-25T12:00:00Z"}
{"id":"g","text":"2 hours ago","lang":"en"}
{"id":"h","text":"20 June 2024","zone":"Nowhere/Land"}
{"id":"i","text":"20 June 2024","now":"soon"}
{"id":"j","text":"2024-06-20","now":"2024-06-25T12:00:00+07:00"}
`
	want := `{"id":1,"time":"2024-06-20T16:15:00+07:00"}
{"id":"b","time":"2024-06-25T17:00:00+07:00"}
{"id":"c","time":"2024-06-20T16:15:00+07:00"}
{"id":"d","time":"2024-01-20T16:15:00+01:00"}
{"id":"e","time":""}
{"id":"f","time":""}
{"id":"g","time":""}
{"id":"h","time":""}
{"id":"i","time":""}
{"id":"j","time":"2024-06-20T00:00:00+07:00"}
`
	var out bytes.Buffer
	if err := (&dateCmd{Batch: true}).Run(stdio{In: strings.NewReader(in), Out: &out}); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
}

func TestDateBatchGoesOnAfterABrokenLine(t *testing.T) {
	var out bytes.Buffer
	err := (&dateCmd{Batch: true}).Run(stdio{In: strings.NewReader("{\"id\":1,\"text\":\"2024-06-20\"}\n{broken\n{\"id\":3,\"text\":\"2024-06-21\"}\n"), Out: &out})
	if err == nil || !strings.Contains(out.String(), "2024-06-20T00:00:00Z") || !strings.Contains(out.String(), "2024-06-21T00:00:00Z") {
		t.Errorf("got %v, %q", err, out.String())
	}
}

func TestDatePrintsOneDate(t *testing.T) {
	var out bytes.Buffer
	c := dateCmd{Text: "3 jam lalu", Lang: "id", Zone: "Asia/Jakarta", Now: time.Date(2024, 6, 25, 12, 0, 0, 0, time.UTC)}
	if err := c.Run(stdio{Out: &out}); err != nil || out.String() != "2024-06-25T16:00:00+07:00\n" {
		t.Errorf("got %q, %v", out.String(), err)
	}
	for _, c := range []dateCmd{{}, {Text: "hello"}, {Text: "2024-06-20", Zone: "Nowhere/Land"}} {
		if err := c.Run(stdio{Out: &out}); err == nil {
			t.Errorf("%+v: want an error", c)
		}
	}
}
