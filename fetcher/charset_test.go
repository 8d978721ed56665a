package fetcher

import (
	"testing"
)

func TestCharsetOrder(t *testing.T) {
	encode := func(name, text string) []byte {
		t.Helper()
		raw, err := encodingOf(name).NewEncoder().Bytes([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	declare := func(name string) string { return `<?xml version="1.0" encoding="` + name + `"?>` }
	const title = "<rss><channel><title>"
	for _, c := range []struct {
		why, contentType, text, label string
		body                          []byte
	}{
		{"a mark goes before everything", "text/xml; charset=iso-8859-1", title + "é", "utf-8", []byte("\xEF\xBB\xBF" + title + "é")},
		{"UTF-16 shows without a mark", "", title + "é", "utf-16le", encode("utf-16le", title+"é")},
		{"UTF-32 shows without a mark", "", title + "é", "utf-32be", encode("utf-32be", title+"é")},
		{"the header counts if it decodes", "text/xml; charset=koi8-r", title + "Мир", "koi8-r", encode("koi8-r", title+"Мир")},
		{"a header that does not decode gives way", "text/xml; charset=utf-8", declare("windows-1251") + "Мир", "windows-1251",
			encode("windows-1251", declare("windows-1251")+"Мир")},
		{"a server's default gives way to the document", "text/xml; charset=iso-8859-1", declare("koi8-r") + "Мир", "koi8-r",
			encode("koi8-r", declare("koi8-r")+"Мир")},
		{"UTF-8 under a claim that was left as it was", "text/xml", declare("windows-1251") + "Путин в Пхеньяне", "utf-8",
			[]byte(declare("windows-1251") + "Путин в Пхеньяне")},
		{"two characters may be sound by chance", "text/xml; charset=gbk", title + "哪哪", "gbk", encode("gbk", title+"哪哪")},
		{"GBK is read as its superset", "text/xml; charset=gbk", title + "朝鲜㐀", "gbk", encode("gb18030", title+"朝鲜㐀")},
		{"text/xml is not ASCII", "text/xml", title + "é", "utf-8", []byte(title + "é")},
		{"an unknown label is no label", "text/xml; charset=elvish", title + "é", "utf-8", []byte(title + "é")},
		{"Western text is the last resort", "", title + "caf\u00e9 noir", "windows-1252", []byte(title + "caf\xE9 noir")},
	} {
		text, label, _ := decodeText(c.body, c.contentType)
		if label != c.label || string(text) != c.text {
			t.Errorf("%s: got %s %q, want %s %q", c.why, label, text, c.label, c.text)
		}
	}
}

func TestUndeclaredCharsetsAreGuessed(t *testing.T) {
	for name, text := range map[string]string{
		"koi8-r":       "Сегодня в Москве открылась выставка редких карт, сообщает газета",
		"windows-1251": "Сегодня в Москве открылась выставка редких карт, сообщает газета",
		"shift_jis":    "東京の新しい美術館が今日オープンしました。多くの人が訪れています。",
		"euc-jp":       "東京の新しい美術館が今日オープンしました。多くの人が訪れています。",
		"euc-kr":       "서울에 새로운 미술관이 오늘 문을 열었습니다. 많은 사람들이 찾았습니다.",
		"gbk":          "北京的一家新美术馆今天开放，有很多人来到这里参观。",
		"big5":         "台北的一家新美術館今天開放，有很多人來到這裡參觀。",
		"windows-1253": "Ο πρωθυπουργός είπε ότι η κυβέρνηση θα αυξήσει τις δαπάνες.",
		"windows-1255": "נשיא רוסיה הגיע לביקור רשמי, כך מסר משרד ההגנה.",
		"windows-1256": "وصل الرئيس إلى العاصمة في زيارة رسمية، وقالت الوزارة إن البلدين اتفقا على التعاون.",
		"windows-874":  "ประธานาธิบดีเดินทางถึงกรุงเปียงยางเมื่อวันจันทร์",
		"windows-1252": "Le café de la gare a été fermé à midi, selon la préfecture",
	} {
		raw, err := encodingOf(name).NewEncoder().Bytes([]byte("<rss><title>" + text + "</title>"))
		if err != nil {
			t.Fatal(err)
		}
		if got := guessCharset(raw); got != name {
			t.Errorf("got %s, want %s", got, name)
		}
	}
}

func TestWritingsThatShareBytesAreToldApart(t *testing.T) {
	for name, text := range map[string]string{
		"gbk":          "老茶馆迁入旧码头. 渔民清晨登船",
		"windows-1251": "Городской музей купил старый паровоз",
		"big5":         "北韓與俄羅斯舉行峰會。兩國國防部宣布，已就國防領域的合作達成協議，會談在平壤舉行。",
		"euc-jp":       "金正恩総書記が演説を行った。北朝鮮とロシアは防衛分野での協力で合意したと国防省が発表した。",
	} {
		raw, err := encodingOf(name).NewEncoder().Bytes([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got := guessCharset(raw); got != name {
			t.Errorf("got %s, want %s", got, name)
		}
	}
}

func TestBrokenBytesAreReplaced(t *testing.T) {
	text, label, note := decodeText([]byte("<title>Übermäßig früh: \xFF</title>"), "")
	if label != "utf-8" || string(text) != "<title>Übermäßig früh: \uFFFD</title>" || note == "" {
		t.Errorf("got %s %q %q", label, text, note)
	}
}
