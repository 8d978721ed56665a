package publish

import "testing"

func TestCountsTellHowRequestsWereMet(t *testing.T) {
	s, m := desk(t, plainStory(1))
	get(t, s, rssPath)
	get(t, s, rssPath)
	get(t, s, atomPath)
	held := s.Counts()
	if held.Hits != 1 || held.Renders != 2 || held.Stale != 0 || held.Documents != 2 || held.Bytes <= 0 {
		t.Errorf("got %+v", held)
	}
	m.change(func() { m.away = true })
	get(t, s, rssPath)
	if after := s.Counts(); after.Stale != 1 || after.Hits != held.Hits {
		t.Errorf("while the archive is away: got %+v", after)
	}
}
