package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"dateline/demo"
	"dateline/desk"
	"dateline/store"
	"dateline/store/storetest"
)

func noEnvironment(string) (string, bool) { return "", false }

// writeConfig writes a config over the demo's outlets and returns how to load it.
func writeConfig(t *testing.T, base string) func() (*config, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "dateline.yaml")
	if err := os.WriteFile(file, demo.New(time.Now(), nil).Config(base), 0o644); err != nil {
		t.Fatal(err)
	}
	return func() (*config, error) {
		c, err := loadConfig(file, noEnvironment)
		if err == nil {
			c.Listen = "127.0.0.1:0"
		}
		return c, err
	}
}

// A house that is told to stop leaves nothing running, whether polls are under
// way or not.
func TestServeLeavesNothingRunning(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	base, stop, err := serveWorld(demo.New(time.Now(), nil))
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	load := writeConfig(t, base)
	for _, at := range []string{"publishing", "polled"} {
		c, err := load()
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		log := slog.New(slog.NewTextHandler(writer(func(line []byte) {
			if bytes.Contains(line, []byte("msg="+at+" ")) {
				cancel()
			}
		}), nil))
		if err := serve(ctx, c, role{fetch: true, web: true}, log, load, nil); err != nil {
			t.Fatal(err)
		}
	}
}

// writer is a function that is written to.
type writer func([]byte)

func (w writer) Write(p []byte) (int, error) { w(p); return len(p), nil }

// A changed config that the store cannot take for the moment is taken when it
// can, without anybody touching the file again.
func TestConfigIsTakenUpWhenTheStoreIsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		load := writeConfig(t, "http://127.0.0.1:9")
		c, err := load()
		if err != nil {
			t.Fatal(err)
		}
		held, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "dateline.db"), store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer held.Close()
		faulty := &storetest.Faulty{Store: held}
		log := slog.New(slog.DiscardHandler)
		h := &house{config: c, role: role{fetch: true}, log: log, store: faulty, desk: desk.New(desk.Options{Store: faulty})}
		tries := 0
		faulty.BeforeWrite = func(method string) error {
			if method != "Enrol" {
				return nil
			}
			if tries++; tries < 3 {
				return errors.New("away")
			}
			return nil
		}
		begun := make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- h.follow(ctx, load, h.config.fingerprint(), begun) }()
		synctest.Wait()
		later := time.Now().Add(time.Hour)
		if err := os.Chtimes(c.file, later, later); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if tries != 0 {
			t.Error("a config was taken up before the first one was")
		}
		close(begun)
		time.Sleep(time.Minute)
		cancel()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		if tries != 3 || h.config == c {
			t.Errorf("tried %d times, want the third to be the last and to do", tries)
		}
	})
}
