package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
)

// echo answers a line by its ID and text.
func echo(line []byte) (any, error) {
	var in struct {
		ID   lineID `json:"id"`
		Text string `json:"text"`
	}
	if err := decodeLine(line, &in); err != nil {
		return nil, err
	}
	return in, nil
}

func TestBatchAnswersEveryLineThatIsNotBlankInOrder(t *testing.T) {
	in := "\ufeff" + `{"id":"a","text":"one"}` + "\r\n\n \t\n" +
		`{"id": "broken", ` + "\n" +
		`{"id":7,"text":"two","unknown":[1,{}]}` + "\n" +
		`["id"]` + "\nnull\n" +
		`{"id":"typed","text":5}` + "\n" +
		`{"id":"one","text":""}{"id":"two"}` + "\n" +
		`{"id":{"no":1}}` + "\n" +
		"{\"id\":\"raw\x00\"}\n" +
		"{\"id\":\"\xff\",\"text\":\"three\"}\n" +
		`{"text":"last, without an ID or a line's end"}`
	want := `{"id":"a","text":"one"}
{"id":"","error":"line 4: not a JSON object: unexpected end of JSON input"}
{"id":7,"text":"two"}
{"id":"","error":"line 6: not a JSON object"}
{"id":"","error":"line 7: not a JSON object"}
{"id":"typed","error":"line 8: text: a number, want a string"}
{"id":"","error":"line 9: not a JSON object: invalid character '{' after top-level value"}
{"id":"","error":"line 10: id: want a string or a number"}
{"id":"","error":"line 11: not a JSON object: invalid character '\\x00' in string literal"}
{"id":"�","text":"three"}
{"id":"","text":"last, without an ID or a line's end"}
`
	var out bytes.Buffer
	err := eachLine(stdio{In: strings.NewReader(in), Out: &out}, echo)
	if got := out.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if err == nil || err.Error() != "line 4: not a JSON object: unexpected end of JSON input (and 6 more lines are answered by an error)" {
		t.Errorf("got error %v", err)
	}
}

func TestBatchPassesOverALineThatIsTooLong(t *testing.T) {
	long := strings.NewReader(strings.Repeat(" ", maxLine) + `{"id":"long"}` + "\n" + `{"id":"next"}`)
	var out bytes.Buffer
	err := eachLine(stdio{In: long, Out: &out}, echo)
	want := `{"id":"","error":"line 1: longer than 64 MiB"}` + "\n" + `{"id":"next","text":""}` + "\n"
	if out.String() != want || !errors.Is(err, errLongLine) {
		t.Errorf("got %q, %v", out.String(), err)
	}
	out.Reset()
	long = strings.NewReader(strings.Repeat(" ", maxLine+1))
	if err := eachLine(stdio{In: long, Out: &out}, echo); !errors.Is(err, errLongLine) || strings.Count(out.String(), "\n") != 1 {
		t.Errorf("at the end: got %q, %v", out.String(), err)
	}
}

func TestBatchOfNothingIsAnsweredByNothing(t *testing.T) {
	for _, in := range []string{"", "\n\n", "\ufeff", " \r\n"} {
		var out bytes.Buffer
		if err := eachLine(stdio{In: strings.NewReader(in), Out: &out}, echo); err != nil || out.Len() > 0 {
			t.Errorf("%q: got %q, %v", in, out.String(), err)
		}
	}
}

func TestBatchReportsAnInputThatBreaksOff(t *testing.T) {
	broken := errors.New("the disk is gone")
	in := io.MultiReader(strings.NewReader(`{"id":"1"}`+"\n"+`{"id":"2"`), &failing{broken})
	var out bytes.Buffer
	err := eachLine(stdio{In: in, Out: &out}, echo)
	if !errors.Is(err, broken) || !strings.HasPrefix(err.Error(), "read line 2: ") || out.String() != `{"id":"1","text":""}`+"\n" {
		t.Errorf("got %q, %v", out.String(), err)
	}
}

type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) { return 0, f.err }

func TestLineIDIsPrintedWithoutQuotes(t *testing.T) {
	for raw, want := range map[string]string{`"a \"b\""`: `a "b"`, `12`: "12", `null`: ""} {
		var id lineID
		if err := json.Unmarshal([]byte(raw), &id); err != nil || id.String() != want {
			t.Errorf("%s: got %q, %v", raw, id, err)
		}
	}
}

func FuzzBatch(f *testing.F) {
	f.Add([]byte("\ufeff{\"id\":1}\r\n{\n\n[]\n{\"id\":\"\xff\"}"))
	f.Fuzz(func(t *testing.T, in []byte) {
		var out bytes.Buffer
		err := eachLine(stdio{In: bytes.NewReader(in), Out: &out}, echo)
		asked, faults := 0, 0
		for i, line := range bytes.Split(in, []byte("\n")) {
			if i == 0 {
				line = bytes.TrimPrefix(line, []byte("\ufeff"))
			}
			if len(bytes.TrimSpace(line)) > 0 {
				asked++
			}
		}
		answers := bufio.NewScanner(&out)
		answers.Buffer(nil, 1<<20)
		for ; answers.Scan(); asked-- {
			var answer struct{ Error string }
			if err := json.Unmarshal(answers.Bytes(), &answer); err != nil {
				t.Fatalf("%v in %q", err, answers.Bytes())
			}
			if answer.Error != "" {
				faults++
			}
		}
		if asked != 0 || (err != nil) != (faults > 0) {
			t.Errorf("%d lines more than answers; %d faults and %v", asked, faults, err)
		}
	})
}
