package topics

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"dateline/news"
)

// docLang is the index of the language that decides which aliases and endings
// count, or -1 for any. What the document claims stands unless its letters, or
// its small words, speak against it: feeds of many languages claim one.
func docLang(d *Document, parts []part) int {
	claimed, known := langIndex[baseLang(d.Lang)]
	s, tell := mainScript(parts)
	if known && fits(langCodes[claimed], s) {
		if s != latin {
			return claimed
		}
		if told := tellLatin(parts, claimed); told >= 0 {
			return told
		}
		return claimed
	}
	if s == latin {
		return tellLatin(parts, -1)
	}
	if i, ok := langIndex[tellScript(s, tell)]; ok {
		return i
	}
	return -1
}

// fits reports whether texts of a language are written in s.
func fits(lang string, s script) bool {
	switch {
	case s == otherScript || twoScripts[lang]:
		return true
	case s == latin:
		return !nonLatin[lang]
	}
	want, ok := scripts[lang]
	if s == kana || s == han {
		return lang == "ja" || lang == "zh" || lang == "ko"
	}
	return ok && want == s
}

var nonLatin = set("am ar as be bg bn el fa gu he hi hy ja ka kk km kn ko ky lo mk ml mn mr my ne or pa prs ps ru sd si ta te tg th ti ug uk ur zh")
var twoScripts = set("sr bs uz az kk ku tt tk ms ha mn cnr sh hr")

// scripts are those of the languages that are not written in Latin letters.
var scripts = func() map[string]script {
	m := map[string]script{}
	for s, langs := range map[script]string{
		cyrillic: "be bg kk ky mk mn ru tg uk", greek: "el", arabic: "ar dv fa ps prs sd ug ur", hebrew: "he", hangul: "ko", thai: "th", ethiopic: "am ti",
		indic: "as bn gu hi kn ml mr ne or pa si ta te", otherScript: "hy ka km lo my",
	} {
		for lang := range strings.FieldsSeq(langs) {
			m[lang] = s
		}
	}
	return m
}()

// maxTell is how many letters are looked at to tell a script.
const maxTell = 200

// mainScript is the script of most of the document's words, and some of its
// letters in that script. A kana among Han makes it kana.
func mainScript(parts []part) (script, string) {
	var count [ethiopic + 1]int
	var letters strings.Builder
	n := 0
	for i := range parts {
		for _, tok := range parts[i].tokens {
			r, _ := utf8.DecodeRuneInString(parts[i].folded[tok.Start:])
			if !unicode.IsLetter(r) {
				continue
			}
			s := scriptOf(r)
			count[s]++
			if s != latin && letters.Len() < 2*maxTell {
				letters.WriteString(parts[i].folded[tok.Start:tok.End])
			}
			if n++; n == maxTell {
				return mostOf(count), letters.String()
			}
		}
	}
	return mostOf(count), letters.String()
}

func mostOf(count [ethiopic + 1]int) script {
	if count[kana] > 0 && count[kana]*8 >= count[han] && count[kana]+count[han] > count[latin]+count[hangul] {
		return kana
	}
	best := otherScript
	for s := range count {
		if count[s] > count[best] {
			best = script(s)
		}
	}
	return best
}

// tellScript guesses the language of letters that are not Latin.
func tellScript(s script, letters string) string {
	switch s {
	case greek:
		return "el"
	case hebrew:
		return "he"
	case hangul:
		return "ko"
	case thai:
		return "th"
	case kana:
		return "ja"
	case han:
		return "zh"
	case ethiopic:
		return "am"
	}
	for _, t := range tellers {
		if t.script == s && strings.ContainsAny(letters, t.letters) {
			return t.lang
		}
	}
	switch s {
	case cyrillic:
		return "ru"
	case arabic:
		return "ar"
	case indic:
		return "hi"
	}
	return ""
}

// tellers are letters that one language has and the others of its script have
// not, the more telling first. They are seen folded: no marks, and one letter
// for the variants of Arabic.
var tellers = []struct {
	script  script
	letters string
	lang    string
}{
	{cyrillic, "љњџ", "sr"}, {cyrillic, "ѕ", "mk"}, {cyrillic, "әңғқұһ", "kk"}, {cyrillic, "өү", "mn"}, {cyrillic, "ҷӣӯ", "tg"},
	{cyrillic, "єґ", "uk"}, {cyrillic, "ыэё", "ru"}, {cyrillic, "і", "uk"}, {cyrillic, "ъ", "bg"},
	{arabic, "ټډړښځڅ", "ps"}, {arabic, "ٹڈڑےں", "ur"}, {arabic, "ۇۆۈۋ", "ug"}, {arabic, "پچژگ", "fa"},
	{indic, "অআকখগঘচছজতথদধনপফবভমযরলশষসহ", "bn"}, {indic, "அஆகசஞடணதநபமயரலவழளறன", "ta"}, {indic, "అఆకగచజటడతదనపబమయరలవశసహ", "te"},
	{indic, "അആകഗചജടഡതദനപബമയരലവശസഹ", "ml"}, {indic, "ಅಆಕಗಚಜಟಡತದನಪಬಮಯರಲವಶಸಹ", "kn"}, {indic, "અઆકગચજટડતદનપબમયરલવશસહ", "gu"},
	{indic, "ਅਆਕਗਚਜਟਡਤਦਨਪਬਮਯਰਲਵਸਹ", "pa"}, {indic, "ଅଆକଗଚଜଟଡତଦନପବମଯରଲଶସହ", "or"}, {indic, "අආකගචජටඩතදනපබමයරලවශසහ", "si"},
	{indic, "ळ", "mr"},
	{otherScript, "აბგდევზთიკლმნოპრსტუფქღყშჩცძწჭხჯჰ", "ka"}, {otherScript, "աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփք", "hy"},
	{otherScript, "กขคງຈຊຍດຕຖທນບປຜຝພຟມຢຣລວສຫອຮ", "lo"}, {otherScript, "កខគឃងចឆជញដឋឌណតថទធនបផពភមយរលវសហឡអ", "km"},
	{otherScript, "ကခဂငစဆဇညတထဒနပဖဗဘမယရလဝသဟအ", "my"},
}

// tellLatin tells a language of Latin letters by its smallest words, where they
// are plain enough: against a claim only with three and none that is its own.
func tellLatin(parts []part, claimed int) int {
	if claimed >= 0 && !claimable[claimed] {
		return -1
	}
	var score [len(langSet{}) * 64]int
	n := 0
	for i := range parts {
		p := &parts[i]
		for _, tok := range p.tokens {
			if n++; n > maxTell {
				break
			}
			if tok.End-tok.Start > maxSmall {
				continue
			}
			for _, lang := range smallWords[p.folded[tok.Start:tok.End]] {
				if int(lang) == claimed {
					return -1
				}
				score[lang]++
			}
		}
	}
	best, second := -1, 0
	for i, s := range score {
		if best < 0 || s > score[best] {
			best, second = i, max(second, scoreAt(score[:], best))
		} else {
			second = max(second, s)
		}
	}
	switch {
	case claimed < 0 && score[best] >= 2 && score[best] > second:
		return best
	case claimed >= 0 && score[best] >= 3 && score[best] > second:
		return best
	}
	return -1
}

func scoreAt(score []int, i int) int {
	if i < 0 {
		return 0
	}
	return score[i]
}

// smallWordLists are words that nearly every sentence of a language has.
var smallWordLists = map[string]string{
	"en": "the of and to in for with on is was that by from as it at are has his said",
	"de": "der die das und in den von zu mit im ist auf für nicht ein eine dem des sich nach wird",
	"fr": "le la les de des et en du un une dans est que pour au aux sur avec par selon",
	"es": "el la los las de del y en un una que por con para se al es su según",
	"pt": "o os as de do da dos das e em um uma que por com para no na ao se são",
	"it": "il lo la gli le di del della dei e in un una che per con al alla è nel si",
	"ca": "el la els les de del i en un una que per amb als a és va dels",
	"ro": "și în de la cu din pe un o că pentru care nu au a fost este al",
	"nl": "de het een van en in op te met voor dat is zijn aan door bij niet",
	"sv": "och i att det som en på är av för med den till har inte ett om",
	"da": "og i at det som en på er af for med den til har ikke et om de",
	"no": "og i å det som en på er av for med den til har ikke et om de",
	"fi": "ja on ei että se oli ovat kun mutta myös sekä mukaan hän",
	"et": "ja on ei et see oli kui ka ning ta mis oma",
	"pl": "i w na z do się że nie jest o po za od przez oraz dla jak",
	"cs": "a v na se s z do je že o po za od pro jako podle nebo",
	"sk": "a v na sa s z do je že o po za od pre ako podľa alebo",
	"hr": "i u na je se za da su s od o po kao koji što iz nije",
	"sl": "in v na je se za da so s od o po kot ki iz ni pri",
	"lt": "ir į iš su kad yra bei per apie už nuo dėl buvo",
	"lv": "un ar no ir uz par ka pie kas bija tika arī",
	"hu": "a az és hogy nem is egy van volt meg szerint ki el",
	"tr": "ve bir bu ile için da de olarak daha çok sonra göre ise",
	"az": "və bir bu ilə üçün da də olan daha sonra görə isə",
	"id": "dan yang di dari untuk dengan ini itu pada dalam ke akan telah",
	"vi": "và của là các trong cho với một được đã có từ tại về",
	"sq": "dhe në të një për me nga që është si më do janë",
	"sw": "na ya wa kwa ni katika za la kuwa huku cha",
	"tl": "ang ng sa mga at na ay para ni si kay",
	"af": "die van en in het is 'n met vir op te dat aan nie",
	"eu": "eta da ez du bat dira zen dute ere",
	"ga": "an na agus ar le i go sa ag don",
}

// maxSmall bounds a small word, in folded bytes.
const maxSmall = 10

// smallWords are the languages of each small word, claimable those that have any.
var smallWords, claimable = func() (map[string][]int, map[int]bool) {
	words, claimable := map[string][]int{}, map[int]bool{}
	for lang, list := range smallWordLists {
		i := langIndex[lang]
		claimable[i] = true
		for w := range strings.FieldsSeq(list) {
			folded := news.Fold(w)
			words[folded] = append(words[folded], i)
		}
	}
	return words, claimable
}()

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[news.Fold(w)] = true
	}
	return m
}
