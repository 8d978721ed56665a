// Package storetest is the contract of news.Store as tests. Every store passes
// Run. Faulty makes any store fail where a test wants it to.
package storetest

import (
	"fmt"
	"iter"
	"reflect"
	"slices"
	"testing"
	"time"

	"dateline/news"
)

// Run holds a kind of store to the contract. open returns a new, empty store
// and sees to its end; it may be called from several tests, one after another.
func Run(t *testing.T, open func(t *testing.T) news.Store) {
	for _, test := range []struct {
		name string
		run  func(t *testing.T, s news.Store)
	}{
		{"EmptyArchive", emptyArchive},
		{"EnrolMakesTheDueList", enrolMakesTheDueList},
		{"EnrolKeepsDueTimesAndLedgers", enrolKeepsDueTimesAndLedgers},
		{"ClaimFollowsDueTimes", claimFollowsDueTimes},
		{"ClaimedSourceComesBackAfterTheLease", claimedSourceComesBack},
		{"ClaimBearsTheLedger", claimBearsTheLedger},
		{"QuietPollsKeepTheMarks", quietPollsKeepTheMarks},
		{"SourceGivenBackIsDueAgain", givenBackIsDueAgain},
		{"RefusedCommitKeepsTheLease", refusedCommitKeepsTheLease},
		{"EachSourceIsClaimedOnce", eachSourceIsClaimedOnce},
		{"CommitDemandsTheLastLease", commitDemandsTheLastLease},
		{"CommitOfAnUnenrolledSourceKeepsItsLedger", commitOfAnUnenrolledSource},
		{"CommitTwiceIsCommitOnce", commitTwiceIsCommitOnce},
		{"CommitMakesTheSourceDue", commitMakesTheSourceDue},
		{"QuietPollLeavesTheRevisionAlone", quietPollLeavesTheRevisionAlone},
		{"StaleBaseSavesNothing", staleBaseSavesNothing},
		{"LostLeaseSavesNothing", lostLeaseSavesNothing},
		{"OneOfManyCommitsOnABaseWins", oneOfManyCommitsWins},
		{"RevisionsOfTopics", revisionsOfTopics},
		{"StoriesAreReplacedWhole", storiesAreReplacedWhole},
		{"LastOfTheSameIDWins", lastOfTheSameIDWins},
		{"ListingIsNewestFirst", listingIsNewestFirst},
		{"ListingGoesOnAfterACursor", listingGoesOnAfterACursor},
		{"ListingByTopicLanguageAndSource", listingByTopicLanguageAndSource},
		{"ListingHasLimits", listingHasLimits},
		{"ListingFindsTheRareAmongMany", listingFindsTheRare},
		{"ChangesFollowRevisions", changesFollowRevisions},
		{"ChangesMayBeLeftEarly", changesMayBeLeftEarly},
		{"ArticlesAreOldestFirst", articlesAreOldestFirst},
		{"ArticleOfTheSameIDIsReplaced", articleIsReplaced},
		{"ArticleIsFoundByID", articleIsFoundByID},
		{"IterationAllowsWriting", iterationAllowsWriting},
		{"HastenOnlyHastens", hastenOnlyHastens},
		{"DelayOnlyDelays", delayOnlyDelays},
		{"NextDueIsTheEarliest", nextDueIsTheEarliest},
		{"FilledIsWhatWasSaved", filledIsWhatWasSaved},
		{"SweepKeepsWhatItIsTold", sweepKeepsWhatItIsTold},
		{"SweepForgetsLedgersOfLeftSources", sweepForgetsLedgers},
		{"SweepWithoutTimesForgetsNothing", sweepWithoutTimes},
		{"SweptStoriesMoveTheirTopics", sweptStoriesMoveTheirTopics},
		{"ValuesComeBackAsTheyWere", valuesComeBack},
		{"OddTextComesBackAsItWas", oddTextComesBack},
		{"LargeValuesComeBack", largeValuesComeBack},
		{"SubscriptionsAreKept", subscriptionsAreKept},
		{"RenewalsOutliveTheEndOfALease", renewalsOutliveTheEndOfALease},
		{"RenewalsAndDeliveriesLeaveEachOtherAlone", renewalsAndDeliveriesLeaveEachOtherAlone},
		{"DeliveryBringsNobodyBack", deliveryBringsNobodyBack},
		{"DutyHasOneHolder", dutyHasOneHolder},
		{"ManyAtOnce", manyAtOnce},
		{"CancelledCallsChangeNothing", cancelledCallsChangeNothing},
		{"CloseEndsAllUse", closeEndsAllUse},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, open(t)) })
	}
}

// noon is the time around which the tests play.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const lease = 5 * time.Minute

func article(n int, topics ...news.TopicID) news.Article {
	src := news.SourceID(fmt.Sprintf("outlet-%d", n%3))
	return news.Article{
		ID: articleID(n), Source: src, Outlet: "Outlet", Headline: fmt.Sprintf("Headline %d", n), Lang: "en",
		Filed: noon.Add(time.Duration(n) * time.Minute), Topics: topics,
		Body: []news.Block{{Text: fmt.Sprintf("Paragraph of article %d.", n)}},
	}
}

func articleID(n int) news.ArticleID {
	return news.ItemKey("storetest", &news.Item{GUID: fmt.Sprint(n)}).ArticleID()
}

func story(n int, topics ...news.TopicID) news.Story {
	a := article(n, topics...)
	return news.Story{ID: news.StoryID(a.ID), Articles: []news.Article{a}, Topics: topics, Filed: a.Filed, Updated: a.Filed}
}

// commit saves stories that no poll brought.
func commit(t *testing.T, s news.Store, stories ...news.Story) news.Revision {
	t.Helper()
	base, err := s.Revision(t.Context(), "")
	check(t, err)
	rev, err := s.Commit(t.Context(), news.Intake{Stories: stories, Base: base, At: noon})
	check(t, err)
	return rev
}

// archive saves articles that no poll brought.
func archive(t *testing.T, s news.Store, articles ...news.Article) {
	t.Helper()
	archiveAt(t, s, noon, articles...)
}

func archiveAt(t *testing.T, s news.Store, at time.Time, articles ...news.Article) {
	t.Helper()
	_, err := s.Commit(t.Context(), news.Intake{Articles: articles, At: at})
	check(t, err)
}

func enrol(t *testing.T, s news.Store, ids ...news.SourceID) {
	t.Helper()
	check(t, s.Enrol(t.Context(), ids))
}

func claim(t *testing.T, s news.Store, now time.Time, n int) []news.Ledger {
	t.Helper()
	got, err := s.Claim(t.Context(), now, lease, n)
	check(t, err)
	return got
}

// claimOne claims the only due source.
func claimOne(t *testing.T, s news.Store, now time.Time) news.Ledger {
	t.Helper()
	got := claim(t, s, now, 10)
	if len(got) != 1 {
		t.Fatalf("claimed %v, want one source", sources(got))
	}
	return got[0]
}

// poll claims the only due source at a time and commits its ledger, due an
// hour later.
func poll(t *testing.T, s news.Store, now time.Time) news.Ledger {
	t.Helper()
	l := claimOne(t, s, now)
	l.Poll = news.Poll{At: now, Due: now.Add(time.Hour), Status: 200}
	_, err := s.Commit(t.Context(), news.Intake{Ledger: l, At: now})
	check(t, err)
	return l
}

func sources(ledgers []news.Ledger) []news.SourceID {
	var ids []news.SourceID
	for _, l := range ledgers {
		ids = append(ids, l.Source)
	}
	return ids
}

func list(t *testing.T, s news.Store, q news.Query) []news.StoryID {
	t.Helper()
	got, err := s.Stories(t.Context(), q)
	check(t, err)
	var ids []news.StoryID
	for _, st := range got {
		ids = append(ids, st.ID)
	}
	return ids
}

func storyIDs(ns ...int) []news.StoryID {
	var ids []news.StoryID
	for _, n := range ns {
		ids = append(ids, news.StoryID(articleID(n)))
	}
	return ids
}

func wantRevision(t *testing.T, s news.Store, topic news.TopicID, want news.Revision) {
	t.Helper()
	got, err := s.Revision(t.Context(), topic)
	check(t, err)
	if got != want {
		t.Errorf("revision of %q: got %d, want %d", topic, got, want)
	}
}

func collect[T any](t *testing.T, seq iter.Seq2[T, error]) []T {
	t.Helper()
	var all []T
	for v, err := range seq {
		check(t, err)
		all = append(all, v)
	}
	return all
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantList[T comparable](t *testing.T, what string, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// Same compares values of news: times by the instant and the offset they were
// claimed in, empty lists as none. It names the first difference; empty: none.
func Same(got, want any) string {
	return differ("", reflect.ValueOf(got), reflect.ValueOf(want))
}

func differ(path string, got, want reflect.Value) string {
	if got.Type() == reflect.TypeFor[time.Time]() {
		a, b := got.Interface().(time.Time), want.Interface().(time.Time)
		_, zoneA := a.Zone()
		_, zoneB := b.Zone()
		if !a.Equal(b) || !a.IsZero() && zoneA != zoneB {
			return fmt.Sprintf("%s: got %v, want %v", path, a, b)
		}
		return ""
	}
	switch got.Kind() {
	case reflect.Struct:
		for i := range got.NumField() {
			if d := differ(path+"."+got.Type().Field(i).Name, got.Field(i), want.Field(i)); d != "" {
				return d
			}
		}
		return ""
	case reflect.Slice:
		if got.Len() != want.Len() {
			return fmt.Sprintf("%s: got %d elements, want %d", path, got.Len(), want.Len())
		}
		for i := range got.Len() {
			if d := differ(fmt.Sprintf("%s[%d]", path, i), got.Index(i), want.Index(i)); d != "" {
				return d
			}
		}
		return ""
	case reflect.Pointer:
		if got.IsNil() || want.IsNil() {
			if got.IsNil() != want.IsNil() {
				return fmt.Sprintf("%s: got %v, want %v", path, got, want)
			}
			return ""
		}
		return differ(path, got.Elem(), want.Elem())
	}
	if !got.Equal(want) {
		return fmt.Sprintf("%s: got %.80q, want %.80q", path, fmt.Sprint(got), fmt.Sprint(want))
	}
	return ""
}
