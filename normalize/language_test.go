package normalize

import (
	_ "embed" // the table of cases
	"strings"
	"testing"
)

// Own sentences, title length first.
//
//lint:ignore ST1018 Persian is written with zero-width non-joiners.
const languageCases = `
en|The minister said that the talks would go on next week
fr|Le ministre a déclaré que les discussions vont continuer
de|Der Minister sagte, dass die Gespräche weitergehen
nl|De minister zegt dat het overleg volgende week doorgaat
af|Die minister het gesê dat hulle nie sal praat nie
es|El ministro dijo que las conversaciones seguirán mañana
pt|O ministro disse que as negociações vão continuar amanhã
gl|O ministro dixo que as conversas van seguir na cidade cunha reunión
ca|El ministre ha dit que les converses continuaran amb els països
it|Il ministro ha detto che i colloqui della prossima settimana
ro|Ministrul a spus că discuțiile vor continua în această săptămână
id|Presiden mengatakan bahwa mereka tidak akan datang karena hujan
ms|Beliau berkata polis akan menyiasat kerana kes itu selepas ini
tl|Sinabi ng pangulo na ang mga tao ay hindi dapat umalis
vi|Bộ trưởng nói rằng các cuộc đàm phán sẽ được tiếp tục
sv|Ministern säger att samtalen ska fortsätta och är viktiga
da|Ministeren siger, at samtalerne blev udsat efter mødet af regeringen
no|Statsministeren sier at samtalene ble utsatt etter møtet også nå
is|Ráðherrann segir að viðræðurnar hafa verið góðar og það
fi|Ministeri kertoo, että neuvottelut ovat kesken ja jatkuvat myös
et|Minister ütles, et läbirääkimised ei ole veel läbi ja see on
lv|Ministrs sacīja, ka sarunas ir svarīgas un tiek turpinātas
lt|Ministras sakė, kad derybos yra svarbios ir bus tęsiamos
pl|Minister powiedział, że rozmowy będą kontynuowane po wyborach
cs|Ministr řekl, že jednání bude pokračovat také příští týden
sk|Minister povedal, že rokovania budú pokračovať aj po voľbách
sl|Minister je povedal, da se bodo pogovori nadaljevali zaradi tega in
hr|Predsjednik je rekao da će se tijekom tjedna sastati s kolegom
sr|Predsednik je rekao da će se posle nedelje sastati gde treba
hu|A miniszter azt mondta, hogy a tárgyalások nem értek véget
tr|Bakan, görüşmelerin daha sonra devam edeceğini söyledi ve
az|Nazir dedi ki, danışıqlar davam edəcək və bu çox vacibdir
uz|Vazir bu yil muzokaralar davom etishi haqida aytdi, lekin
sq|Ministri tha se bisedimet do të vazhdojnë për një javë në
sw|Waziri alisema kuwa mazungumzo hayo ya nchi yataendelea kwa
eu|Ministroak esan du hitzaldiak ez dira amaitu eta izan dela
ru|Министр заявил, что переговоры будут продолжены после выборов
uk|Міністр заявив, що переговори будуть продовжені після виборів
be|Міністр заявіў, што перамовы будуць працягвацца пасля выбараў
bg|Министърът обяви, че преговорите ще продължат след изборите
mk|Министерот изјави дека преговорите ќе продолжат по изборите
sr|Председник је рекао да ће се разговори наставити после избора
kk|Министр келіссөздер жалғасады деп айтты және бұл маңызды
ar|قال الوزير إن المحادثات سوف تستمر بعد الانتخابات في البلاد
fa|وزیر گفت که این گفت‌وگوها ادامه دارد و برای کشور مهم است
ur|وزیر نے کہا کہ مذاکرات جاری رہیں گے اور یہ ملک کے لیے اہم ہے
ps|وزیر وویل چې خبرې به دوام ولري او دا د هېواد لپاره مهمې دي
hi|मंत्री ने कहा कि बातचीत जारी रहेगी और यह देश के लिए है
mr|मंत्री म्हणाले की चर्चा सुरू आहे आणि ती महत्त्वाची आहे
ne|मन्त्रीले भने कि वार्ता जारी छ र यो देशको लागि हो
he|השר אמר כי השיחות יימשכו גם לאחר הבחירות
el|Ο υπουργός είπε ότι οι συνομιλίες θα συνεχιστούν
th|รัฐมนตรีกล่าวว่าการเจรจาจะดำเนินต่อไป
ko|장관은 회담이 계속될 것이라고 말했다
ja|大臣は会談を続けると述べた
zh-Hans|部长说，两国会谈将会继续进行
zh-Hant|部長說，兩國會談將會繼續進行
bn|মন্ত্রী বলেছেন আলোচনা চলবে
ta|அமைச்சர் பேச்சுவார்த்தை தொடரும் என்றார்
te|చర్చలు కొనసాగుతాయని మంత్రి అన్నారు
ka|მინისტრმა განაცხადა
hy|Նախարարը հայտարարեց
`

func TestLanguage(t *testing.T) {
	for line := range strings.Lines(strings.TrimSpace(languageCases)) {
		want, text, _ := strings.Cut(strings.TrimSpace(line), "|")
		if got := Language(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
		if got := Language(text, "en"); got != want {
			t.Errorf("%q claimed en: got %q, want %q", text, got, want)
		}
	}
}

//go:embed testdata/languages.txt
var languageLines string

// An outlet that leaves the template's "en" in its pages is no rare one.
func TestLanguageOfHeadlinesAndLedesAgainstAFalseClaim(t *testing.T) {
	for line := range strings.Lines(languageLines) {
		if line[0] == '#' {
			continue
		}
		f := strings.Split(strings.TrimSuffix(line, "\n"), "|")
		for _, text := range f[1:] {
			if got := Language(text, "en"); got != f[0] {
				t.Errorf("%q: got %q, want %q", text, got, f[0])
			}
		}
	}
}

//go:embed testdata/headlines.txt
var headlineLines string

// Headlines of a few words cannot all be told; what is right may not become
// fewer. The right claim decides nearly always, a false one must change little.
func TestLanguageOfShortHeadlines(t *testing.T) {
	all, alone, against, with := 0, 0, 0, 0
	for line := range strings.Lines(headlineLines) {
		if line[0] == '#' {
			continue
		}
		tag, text, _ := strings.Cut(strings.TrimSpace(line), "|")
		all++
		other := "en"
		if tag == other {
			other = "de"
		}
		if got := Language(text); got == tag {
			alone++
		} else {
			t.Logf("%s taken for %q: %s", tag, got, text)
		}
		if Language(text, other) == tag {
			against++
		}
		if got := Language(text, tag); got == tag {
			with++
		} else {
			t.Logf("%s taken for %q though it is claimed: %s", tag, got, text)
		}
	}
	t.Logf("%d headlines: %d right alone, %d against a false claim, %d with the right one", all, alone, against, with)
	if all < 130 || alone*100 < 94*all || against*100 < 94*all || with*100 < 99*all {
		t.Error("fewer are right than were")
	}
}

func FuzzLanguage(f *testing.F) {
	for line := range strings.Lines(languageLines) {
		f.Add(line, "en")
	}
	f.Add("\xff\xe0", "-")
	f.Fuzz(func(t *testing.T, text, claim string) {
		if got := Language(text, claim); got != "" && got != "zh-Hans" && got != "zh-Hant" && (len(got) < 2 || len(got) > 3) {
			t.Errorf("%q is no language", got)
		}
	})
}

func BenchmarkLanguage(b *testing.B) {
	text := strings.Repeat("Presiden mengatakan bahwa mereka tidak akan datang karena hujan. ", 10)
	for b.Loop() {
		Language(text)
	}
}
