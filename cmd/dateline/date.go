package main

import (
	"errors"
	"fmt"
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
		return eachLine(std, readDate)
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
	ID   lineID `json:"id"`
	Text string `json:"text"`
	Lang string `json:"lang"`
	Now  string `json:"now"`
	Zone string `json:"zone"`
}

// dateAnswer is the answer to a line; an empty time means that it bears none.
type dateAnswer struct {
	ID   lineID `json:"id"`
	Time string `json:"time"`
}

func readDate(raw []byte) (any, error) {
	var line dateLine
	if err := decodeLine(raw, &line); err != nil {
		return nil, err
	}
	return dateAnswer{line.ID, line.read()}, nil
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
