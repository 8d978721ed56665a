package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"dateline/fetcher"
	"dateline/normalize"
)

// maxStdinFeed bounds the document that parse reads.
const maxStdinFeed = 64 << 20

// parseCmd reads one feed document and prints it as JSON.
type parseCmd struct {
	BaseURL     string `help:"The address the document came from; relative links are resolved against it." placeholder:"URL"`
	ContentType string `help:"The Content-Type header it came with." placeholder:"TYPE"`
	File        string `arg:"" optional:"" help:"The document; standard input if left out."`
}

// Help is shown under the usage line.
func (parseCmd) Help() string {
	return "Example: curl -s https://news.example.org/feed | dateline parse --base-url https://news.example.org/feed"
}

// parsedDocument is what the parse command prints. A document that is no feed
// is an answer too: ok is false, and error says why.
type parsedDocument struct {
	OK    bool   `json:"ok"`
	Error string `json:"error"`
	*fetcher.Document
}

// Run reads the document and prints what is in it, its HTML cleaned.
func (c parseCmd) Run(std stdio) error {
	body, err := c.read(std.In)
	if err != nil {
		return fmt.Errorf("read the document: %w", err)
	}
	answer := parsedDocument{OK: true}
	answer.Document, err = fetcher.Parse(body, fetcher.ParseOptions{ContentType: c.ContentType, Base: c.BaseURL})
	if err != nil {
		answer.OK, answer.Error = false, err.Error()
	} else {
		answer.RewriteHTML(normalize.Clean)
	}
	enc := json.NewEncoder(std.Out)
	enc.SetEscapeHTML(false)
	return enc.Encode(answer)
}

func (c parseCmd) read(in io.Reader) ([]byte, error) {
	if c.File == "" || c.File == "-" {
		return io.ReadAll(io.LimitReader(in, maxStdinFeed))
	}
	f, err := os.Open(c.File)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxStdinFeed))
}
