package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"dateline/normalize"
)

// dateCmd reads dates as outlets write them.
//
//	dateline date --lang id "Kamis, 20 Juni 2024 - 16:15 WIB"
type dateCmd struct {
	Text  string    `arg:"" optional:"" help:"The date as written."`
	Lang  string    `help:"Language of the text, BCP 47." placeholder:"LANG"`
	Zone  string    `help:"Zone of texts that name none, such as Asia/Jakarta." placeholder:"ZONE"`
	Now   time.Time `help:"What relative dates are relative to, RFC 3339; by default the present." placeholder:"TIME"`
	Batch bool      `help:"Read JSON lines with id, text, lang, now and zone; write id and time."`
}

// Help is shown under the flags.
func (*dateCmd) Help() string {
	return "Example: dateline date --lang id 'Kamis, 20 Juni 2024 - 16:15 WIB'"
}

// Run prints the date in RFC 3339.
func (c *dateCmd) Run(std stdio) error {
	if c.Batch {
		return c.batch(std)
	}
	if c.Text == "" {
		return errors.New("no text given")
	}
	zone, err := time.LoadLocation(c.Zone)
	if err != nil {
		return fmt.Errorf("read zone: %w", err)
	}
	now := c.Now
	if now.IsZero() {
		now = time.Now()
	}
	t, ok := normalize.ParseDate(c.Text, normalize.DateOptions{Lang: c.Lang, Now: now, Zone: zone})
	if !ok {
		return fmt.Errorf("no date: %q", c.Text)
	}
	_, err = fmt.Fprintln(std.Out, t.Format(time.RFC3339))
	return err
}

type dateLine struct {
	ID   json.RawMessage `json:"id"`
	Text string          `json:"text"`
	Lang string          `json:"lang"`
	Now  string          `json:"now"`
	Zone string          `json:"zone"`
}

func (c *dateCmd) batch(std stdio) error {
	in := json.NewDecoder(bufio.NewReader(std.In))
	out := bufio.NewWriter(std.Out)
	lines := json.NewEncoder(out)
	for {
		var line dateLine
		if err := in.Decode(&line); errors.Is(err, io.EOF) {
			return out.Flush()
		} else if err != nil {
			return errors.Join(fmt.Errorf("read a line: %w", err), out.Flush())
		}
		answer := struct {
			ID   json.RawMessage `json:"id"`
			Time string          `json:"time"`
		}{ID: line.ID, Time: line.read()}
		if err := lines.Encode(answer); err != nil {
			return fmt.Errorf("write a line: %w", err)
		}
	}
}

// read is the date of a line, or empty where it is none.
func (l *dateLine) read() string {
	o := normalize.DateOptions{Lang: l.Lang}
	if l.Now != "" {
		now, ok := normalize.ParseDate(l.Now, normalize.DateOptions{})
		if !ok {
			return ""
		}
		o.Now = now
	}
	zone, err := time.LoadLocation(l.Zone)
	if err != nil {
		return ""
	}
	if o.Zone = zone; l.Zone == "" && !o.Now.IsZero() {
		o.Zone = o.Now.Location()
	}
	t, ok := normalize.ParseDate(l.Text, o)
	if !ok {
		return ""
	}
	return t.Format(time.RFC3339)
}
