package normalize

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"dateline/news"
)

// bylineOpenings stand before names; bylineClosings behind them. Folded.
var (
	bylineOpenings = []string{"by ", "oleh ", "oleh:", "penulis:", "reporter:", "laporan:", "von ", "par ", "por ", "di ", "door ", "af ", "av ", "przez ", "autor:", "autor ", "autore:", "auteur:", "author:", "written by ", "reported by ", "story by ", "forfatter:", "autorka:", "szerzo:", "irta:", "pise:", "od ", "text:", "автор:", "текст:", "تقرير:", "كتب:", "كتبت:", "بقلم:", "بقلم ", "نويسنده:", "מאת:", "מאת ", "του ", "της ", "γραφει ο ", "γραφει η ", "tac gia:", "theo ", "记者", "記者", "本报记者", "撰文:", "文:", "作者:", "文/", "โดย ", "द्वारा ", "लेखक:", "yazan:", "ni ", "文・", "取材・文＝", "取材・文・", "reported by:", "written by:", "by: ", "ditulis oleh ", "pewarta:", "texto:", "texte:", "testo:", "tekst:", "tekst ", "szoveg:", "kirjoittaja:", "yazar:", "muallif:", "autors:", "autorius:"}
	bylineClosings = []string{"기자", "특파원", "記者", "记者", "人民記者", "특파원 기자"}
)

// weakOpenings are prepositions that open names of places and families too, so
// that nothing less than a whole name may follow.
var weakOpenings = foldedList("by |von |par |por |di |door |af |av |przez |od |theo |ni |του |της |tekst ")

// splitByline reads a line that is nothing but who wrote the report.
func splitByline(line string) (names []string, agency string, ok bool) {
	s := strings.Trim(line, " \t\n=|·•–—-")
	if s == "" || utf8.RuneCountInString(s) > 120 || strings.HasSuffix(s, ".") && strings.Count(s, " ") > 6 {
		return nil, "", false
	}
	if place, who, found := strings.Cut(s, "="); found && isPlace(strings.TrimSpace(place)) {
		s = strings.TrimSpace(who)
	}
	body, marked, weak := s, false, false
	folded, source := news.FoldMap(s)
	for _, o := range bylineOpenings {
		if strings.HasPrefix(folded, o) {
			body, marked, weak = s[source[len(o)]:], true, weakOpenings[o]
			break
		}
	}
	for _, c := range bylineClosings {
		if head, found := strings.CutSuffix(strings.TrimSpace(body), c); found {
			body, marked = head, true
		}
	}
	body = strings.TrimLeft(body, " :：\u3000")
	if !marked || unicode.Is(unicode.Hiragana, firstRune(body)) {
		return nil, "", false
	}
	if unicode.Is(unicode.Han, firstRune(body)) {
		body = strings.Join(strings.Fields(body), ",")
	}
	for name := range strings.SplitSeq(unifyJoins(body), ",") {
		name = strings.Trim(name, " :：=.、\u3000")
		switch {
		case name == "":
		case isAgency(name):
			agency = name
		case weak && (!strings.Contains(name, " ") || isPlace(name)):
			return nil, "", false
		case !namesLike(name) || hasDigit(name) || utf8.RuneCountInString(name) > 45:
			return nil, "", false
		default:
			names = append(names, name)
		}
	}
	return names, agency, len(names) > 0 && len(names) <= 8 || agency != ""
}

// unifyJoins makes commas of the words and signs between names.
func unifyJoins(s string) string {
	return strings.NewReplacer(" and ", ",", " & ", ",", " dan ", ",", " und ", ",", " et ", ",", " y ", ",", " e ", ",", " en ", ",", " og ", ",", " och ", ",", " и ", ",", " та ", ",", " i ", ",", " και ", ",", " ve ", ",", "、", ",", "，", ",", "،", ",", "/", ",", "|", ",", "(", ",", ")", ",", "·", ",", ";", ",").Replace(s)
}
