package store

import (
	"strings"
	"testing"
	"time"

	"dateline/news"
	"dateline/store/redistest"
)

// What one process leaves another collects, once; the hub's word on the
// subscription stays.
func TestLettersPassBetweenProcesses(t *testing.T) {
	address := redistest.Start(t).Address()
	web, desk := openStore(t, address, Options{}).(news.Mail), openStore(t, address, Options{}).(news.Mail)
	until := time.Now().Add(time.Hour).UTC().Truncate(time.Microsecond)
	for _, c := range []struct {
		name  string
		leave []news.Letter
		want  news.Letter
	}{
		{"nothing", nil, news.Letter{}},
		{"a delivery", []news.Letter{{Came: true, Body: []byte("<feed/>\x00\xff"), ContentType: "application/atom+xml"}},
			news.Letter{Came: true, Body: []byte("<feed/>\x00\xff"), ContentType: "application/atom+xml"}},
		{"collected before", nil, news.Letter{}},
		{"two deliveries", []news.Letter{{Came: true, Body: []byte("a")}, {Came: true, Body: []byte("b")}}, news.Letter{Came: true}},
		{"a ping", []news.Letter{{Came: true}}, news.Letter{Came: true}},
		{"one too large", []news.Letter{{Came: true, Body: []byte(strings.Repeat("x", letterMost+1))}}, news.Letter{Came: true}},
		{"a consent", []news.Letter{{Token: "to ken", Until: until}}, news.Letter{Token: "to ken", Until: until}},
		{"a consent that stays", []news.Letter{{Came: true, Body: []byte("c")}}, news.Letter{Came: true, Body: []byte("c"), Token: "to ken", Until: until}},
		{"a denial", []news.Letter{{Token: "another"}}, news.Letter{Token: "another"}},
	} {
		for _, l := range c.leave {
			if err := web.Leave(t.Context(), "gazette", l); err != nil {
				t.Fatal(err)
			}
		}
		got, err := desk.Collect(t.Context(), "gazette")
		if err != nil {
			t.Fatal(err)
		}
		if string(got.Body) != string(c.want.Body) || got.Came != c.want.Came || got.ContentType != c.want.ContentType || got.Token != c.want.Token || !got.Until.Equal(c.want.Until) {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
	if l, err := desk.Collect(t.Context(), "another"); err != nil || l.Came || l.Token != "" {
		t.Errorf("a source that nothing was left for: %+v, %v", l, err)
	}
}
