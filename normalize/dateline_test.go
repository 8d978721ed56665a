package normalize

import (
	_ "embed" // the tables of cases
	"strings"
	"testing"
)

func TestSplitDateline(t *testing.T) {
	cases := []struct{ text, place, agency, rest string }{
		{"PYONGYANG - Sejarah hubungan kedua negara menarik.", "PYONGYANG", "", "Sejarah hubungan kedua negara menarik."},
		{"SEOUL, June 19 (Yonhap) -- The president left.", "SEOUL", "Yonhap", "The president left."},
		{"МОСКВА, 19 июня. /ТАСС/. Президент прибыл.", "МОСКВА", "ТАСС", "Президент прибыл."},
		{"Москва. 19 июня. ИНТЕРФАКС - Президент прибыл.", "Москва", "ИНТЕРФАКС", "Президент прибыл."},
		{"(서울=연합뉴스) 홍길동 기자 = 대통령이 출국했다.", "서울", "연합뉴스", "대통령이 출국했다."},
		{"新华社平壤6月19日电（记者王某）两国领导人会谈。", "平壤", "新华社", "两国领导人会谈。"},
		{"【平壌共同】首脳会談が行われた。", "平壌", "共同", "首脳会談が行われた。"},
		{"Berlin (dpa) - Der Kanzler reist.", "Berlin", "dpa", "Der Kanzler reist."},
		{"KYIV, Ukraine (AP) — The talks began.", "KYIV, Ukraine", "AP", "The talks began."},
		{"الرياض - رويترز: بدأت المحادثات.", "الرياض", "رويترز", "بدأت المحادثات."},
		{"JAKARTA, KOMPAS.com – Presiden tiba.", "JAKARTA", "KOMPAS.com", "Presiden tiba."},
		{"PARIS (Reuters) - The minister spoke.", "PARIS", "Reuters", "The minister spoke."},
		{"नई दिल्ली: प्रधानमंत्री ने कहा।", "नई दिल्ली", "", "प्रधानमंत्री ने कहा।"},
		{"ΑΘΗΝΑ - Η κυβέρνηση ανακοίνωσε.", "ΑΘΗΝΑ", "", "Η κυβέρνηση ανακοίνωσε."},
		{"NEW YORK — Stocks rose.", "NEW YORK", "", "Stocks rose."},
	}
	for _, c := range cases {
		p, rest, ok := splitDateline(c.text)
		if !ok || p.Place != c.place || p.Agency != c.agency || rest != c.rest {
			t.Errorf("%q: got %+v, %q, %v", c.text, p, rest, ok)
		}
	}
	for _, s := range []string{
		"NATO - the alliance of the north - met on Monday.", "Mr. Smith - who left in May - is back.", "The talks - long awaited - began.",
		"UNICEF - the fund for children - said so.", "Warning: the road is closed.", "He said: we go.", "Putin – the president – spoke.",
		"Der Kanzler - seit Jahren im Amt - reist.", "An ordinary sentence without any sign.", "", "-", "(a) first point", "Paris: a city of lights",
	} {
		if p, rest, ok := splitDateline(s); ok || rest != s {
			t.Errorf("%q: fired with %+v, %q", s, p, rest)
		}
	}
}

//go:embed testdata/datelines.txt
var datelineCases string

func TestDatelinesOfTheWorld(t *testing.T) {
	for line := range strings.Lines(datelineCases) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		opening, rest, want := strings.Cut(line, "¦")
		if !want {
			if p, tail, ok := splitDateline(line); ok || tail != line {
				t.Errorf("%q: fired with %+v, %q", line, p, tail)
			}
			continue
		}
		f := strings.SplitN(opening, "|", 4)
		p, tail, ok := splitDateline(f[3] + rest)
		if !ok || p.Place != f[0] || p.Agency != f[1] || strings.Join(p.Byline, ",") != f[2] || tail != rest {
			t.Errorf("%q: got %+v, %q, %v", f[3]+rest, p, tail, ok)
		}
	}
}

//go:embed testdata/credits.txt
var creditCases string

func TestCreditsOfTheWorld(t *testing.T) {
	for line := range strings.Lines(creditCases) {
		if line[0] == '#' {
			continue
		}
		f := strings.Split(strings.TrimSuffix(line, "\n"), "¦")
		if text, credit := splitCredit(f[0]); text != f[1] || credit != f[2] {
			t.Errorf("%q: got %q, %q", f[0], text, credit)
		}
	}
}

func TestSplitCredit(t *testing.T) {
	cases := [][3]string{
		{"Kim Jong-un di Pyongyang, Korea Utara, 19 Juni 2024. Foto/Sputnik/Gavrii", "Kim Jong-un di Pyongyang, Korea Utara, 19 Juni 2024.", "Sputnik/Gavrii"},
		{"The leaders meet. (AP Photo/Jane Roe)", "The leaders meet.", "AP Photo/Jane Roe"},
		{"The leaders meet (Reuters)", "The leaders meet", "Reuters"},
		{"The bridge. Photo: Jane Roe/AP", "The bridge.", "Jane Roe/AP"},
		{"The bridge. Photograph: Jane Roe", "The bridge.", "Jane Roe"},
		{"Der Kanzler. Foto: dpa", "Der Kanzler.", "dpa"},
		{"Le pont. Crédit photo : Jeanne Roux", "Le pont.", "Jeanne Roux"},
		{"Мост. Фото: Иван Петров/ТАСС", "Мост.", "Иван Петров/ТАСС"},
		{"한강 다리. 사진=연합뉴스", "한강 다리.", "연합뉴스"},
		{"橋の写真。写真：共同通信", "橋の写真。", "共同通信"},
		{"الجسر. الصورة: رويترز", "الجسر.", "رويترز"},
		{"הגשר. צילום: רויטרס", "הגשר.", "רויטרס"},
		{"Η γέφυρα. Φωτογραφία: ΑΠΕ-ΜΠΕ", "Η γέφυρα.", "ΑΠΕ-ΜΠΕ"},
		{"A híd. Fotó: Kovács Anna", "A híd.", "Kovács Anna"},
		{"Most. Zdjęcie: Jan Nowak", "Most.", "Jan Nowak"},
		{"Silta. Kuva: Lehtikuva", "Silta.", "Lehtikuva"},
		{"Cây cầu. Ảnh: TTXVN", "Cây cầu.", "TTXVN"},
		{"The bridge © Jane Roe", "The bridge", "Jane Roe"},
		{"The bridge at dawn. Jane Roe/Getty Images", "The bridge at dawn.", "Jane Roe/Getty Images"},
		{"The bridge at dawn — Getty Images", "The bridge at dawn", "Getty Images"},
		{"Getty Images", "", "Getty Images"},
		{"The bridge that was closed on Monday.", "The bridge that was closed on Monday.", ""},
		{"Jane Roe (left) and John Doe (right)", "Jane Roe (left) and John Doe (right)", ""},
		{"", "", ""},
	}
	for _, c := range cases {
		if text, credit := splitCredit(c[0]); text != c[1] || credit != c[2] {
			t.Errorf("%q: got %q, %q", c[0], text, credit)
		}
	}
}

func TestSplitByline(t *testing.T) {
	cases := []struct{ line, names, agency string }{
		{"By Jane Roe and John Doe", "Jane Roe|John Doe", ""}, {"Oleh: Budi Santoso", "Budi Santoso", ""}, {"Von Anna Meier, dpa", "Anna Meier", "dpa"},
		{"홍길동 기자", "홍길동", ""}, {"记者王某", "王某", ""}, {"By Jane Roe, Reuters", "Jane Roe", "Reuters"}, {"Автор: Иван Петров", "Иван Петров", ""},
	}
	for _, c := range cases {
		names, agency, ok := splitByline(c.line)
		if !ok || strings.Join(names, "|") != c.names || agency != c.agency {
			t.Errorf("%q: got %q, %q, %v", c.line, names, agency, ok)
		}
	}
	for _, s := range []string{"", "By the time he left, it was late", "The end of the road", "De la casa al mar"} {
		if names, _, ok := splitByline(s); ok {
			t.Errorf("%q: fired with %q", s, names)
		}
	}
}

//go:embed testdata/bylines.txt
var bylineCases string

func TestBylinesOfTheWorld(t *testing.T) {
	for line := range strings.Lines(bylineCases) {
		if line[0] == '#' {
			continue
		}
		f := strings.SplitN(strings.TrimSuffix(line, "\n"), "|", 3)
		names, agency, ok := splitByline(f[2])
		if strings.Join(names, ",") != f[0] || agency != f[1] || ok != (f[0]+f[1] != "") {
			t.Errorf("%q: got %q, %q, %v", f[2], names, agency, ok)
		}
	}
}

func TestHeadingNumber(t *testing.T) {
	cases := []struct {
		s    string
		n    int
		text string
	}{
		{"1. Kemerdekaan", 1, "Kemerdekaan"}, {"2) Invasi", 2, "Invasi"}, {"III. Krieg", 3, "Krieg"}, {"① 시작", 1, "시작"}, {"第一、开始", 1, "开始"}, {"二、发展", 2, "发展"},
		{"十二、结束", 12, "结束"}, {"أولاً: البداية", 1, "البداية"}, {"Primero: el inicio", 1, "el inicio"}, {"٣. البداية", 3, "البداية"}, {"2024 in review", 0, "2024 in review"},
		{"1.5 million", 0, "1.5 million"}, {"I am here", 0, "I am here"}, {"10 things", 0, "10 things"}, {"2024. A year", 0, "2024. A year"}, {"1.", 0, "1."}, {"", 0, ""}, {"10:30 am", 0, "10:30 am"},
		{"첫째, 비용", 1, "비용"}, {"Во-вторых, деньги", 2, "деньги"}, {"Po pierwsze: koszty", 1, "koszty"}, {"Ten tweede, het geld", 2, "het geld"}, {"Ⅱ. Die Kosten", 2, "Die Kosten"},
		{"#3 The cost", 3, "The cost"}, {"【１】費用", 1, "費用"}, {"1- Maliyet", 1, "Maliyet"}, {"(4) Biaya", 4, "Biaya"}, {"3-5 people hurt", 0, "3-5 people hurt"}, {"#MeToo in court", 0, "#MeToo in court"}, {"Secondhand, but new", 0, "Secondhand, but new"},
	}
	for _, c := range cases {
		if n, text, ok := headingNumber(c.s); n != c.n || text != c.text || ok != (c.n > 0) {
			t.Errorf("%q: got %d, %q, %v", c.s, n, text, ok)
		}
	}
}

func FuzzLines(f *testing.F) {
	f.Add("SEOUL, June 19 (Yonhap) -- The president left. Photo: X/AP")
	f.Add("(서울=연합뉴스) 홍길동 기자 = 第一、 Foto/AP")
	f.Fuzz(func(t *testing.T, s string) {
		splitDateline(s)
		splitCredit(s)
		splitByline(s)
		headingNumber(s)
		Language(s, "en")
	})
}
