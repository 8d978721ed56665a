package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// maxLine bounds a line of a batch, in bytes.
const maxLine = 64 << 20

// errLongLine is of a line that was passed over for its length.
var errLongLine = fmt.Errorf("longer than %d MiB", maxLine>>20)

// lineFault answers a line that cannot be answered otherwise.
type lineFault struct {
	ID    lineID `json:"id"`
	Error string `json:"error"` // "line 4: …"
}

// eachLine answers JSON lines in their order, each that is not blank by one
// line, and as soon as it is known, so that the other end of a pipe can wait
// for it. What cannot be answered is answered by a lineFault, and the rest goes
// on; the error at the end names the first such line.
func eachLine(std stdio, answer func(line []byte) (any, error)) error {
	in := bufio.NewReaderSize(std.In, 1<<16)
	out := bufio.NewWriter(std.Out)
	answers := json.NewEncoder(out)
	answers.SetEscapeHTML(false)
	var faults []error
	for n := 1; ; n++ {
		line, end := readLine(in)
		if n == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff"))
		}
		if end != nil && !errors.Is(end, io.EOF) && !errors.Is(end, errLongLine) {
			return errors.Join(fmt.Errorf("read line %d: %w", n, end), out.Flush())
		}
		if len(bytes.TrimSpace(line)) > 0 || errors.Is(end, errLongLine) {
			said, err := answerLine(line, end, answer)
			if err != nil {
				err = fmt.Errorf("line %d: %w", n, err)
				faults, said = append(faults, err), lineFault{lineIDOf(line), err.Error()}
			}
			if err := answers.Encode(said); err != nil {
				return fmt.Errorf("write an answer: %w", err)
			}
		}
		if errors.Is(end, io.EOF) {
			return errors.Join(summary(faults), out.Flush())
		}
		if in.Buffered() == 0 {
			if err := out.Flush(); err != nil {
				return fmt.Errorf("write an answer: %w", err)
			}
		}
	}
}

func answerLine(line []byte, end error, answer func([]byte) (any, error)) (any, error) {
	if errors.Is(end, errLongLine) {
		return nil, end
	}
	return answer(line)
}

// summary is the first of the faults, and how many more there are.
func summary(faults []error) error {
	if len(faults) > 1 {
		return fmt.Errorf("%w (and %d more lines are answered by an error)", faults[0], len(faults)-1)
	}
	return errors.Join(faults...)
}

// readLine reads up to and with the next end of a line. It passes over the
// whole of one that is too long.
func readLine(in *bufio.Reader) (line []byte, err error) {
	long := false
	for {
		part, err := in.ReadSlice('\n')
		if long = long || len(line)+len(part) > maxLine; long {
			line = nil
		} else {
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case long && (err == nil || errors.Is(err, io.EOF)):
			return nil, errLongLine // the end of the input is met again at the next call
		default:
			return line, err
		}
	}
}

// decodeLine reads a JSON object, and says in words what is wrong with one.
func decodeLine(line []byte, into any) error {
	if line = bytes.TrimSpace(line); !bytes.HasPrefix(line, []byte("{")) {
		return errors.New("not a JSON object")
	}
	err := json.Unmarshal(line, into)
	var kind *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &kind):
		return fmt.Errorf("%s: a %s, want a %s", kind.Field, kind.Value, kind.Type)
	case errors.As(err, &syntax):
		return fmt.Errorf("not a JSON object: %w", err)
	}
	return err
}

// lineID is what a line of a batch calls itself, as JSON: a string or a number,
// which the answer bears as it came.
type lineID string

// UnmarshalJSON takes a string, a number, or null for none.
func (id *lineID) UnmarshalJSON(raw []byte) error {
	switch raw[0] {
	case 'n':
		*id = ""
	case '"':
		var text string
		if err := json.Unmarshal(raw, &text); err != nil {
			return err
		}
		written, err := json.Marshal(text) // what came may not be UTF-8
		*id = lineID(written)
		return err
	case '{', '[', 't', 'f':
		return errors.New("id: want a string or a number")
	default:
		*id = lineID(raw)
	}
	return nil
}

// MarshalJSON gives it back; without one it is the empty string.
func (id lineID) MarshalJSON() ([]byte, error) {
	if id == "" {
		return []byte(`""`), nil
	}
	return []byte(id), nil
}

// String is the ID without the quotes of JSON.
func (id lineID) String() string {
	var text string
	if json.Unmarshal([]byte(id), &text) == nil {
		return text
	}
	return string(id)
}

// lineIDOf is the ID of a line of which something else may be wrong.
func lineIDOf(line []byte) lineID {
	var who struct {
		ID lineID `json:"id"`
	}
	if err := json.Unmarshal(line, &who); err != nil {
		return ""
	}
	return who.ID
}
