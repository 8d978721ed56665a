package main

import (
	_ "embed" // the config to begin with
	"errors"
	"fmt"
	"os"
)

//go:embed starter.yaml
var starterConfig []byte

// InitCmd writes a config to begin with.
type InitCmd struct {
	File string `arg:"" optional:"" default:"dateline.yaml" help:"Where to write it; - prints it."`
}

// Help is shown under the flags.
func (InitCmd) Help() string {
	return "Example: dateline init && dateline serve\nA file that is there already is left as it is."
}

// Run writes the config, or says that there is one.
func (i *InitCmd) Run(std stdio) error {
	if i.File == "-" {
		_, err := std.Out.Write(starterConfig)
		return err
	}
	f, err := os.OpenFile(i.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s is there already, and was left as it is", i.File)
	}
	if err != nil {
		return fmt.Errorf("write the config: %w", err)
	}
	_, err = f.Write(starterConfig)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return fmt.Errorf("write the config: %w", err)
	}
	fmt.Fprintf(std.Out, "wrote %s: put in your contact, then run dateline serve -c %s\n", i.File, i.File)
	return nil
}
