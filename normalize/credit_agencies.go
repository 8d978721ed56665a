package normalize

import (
	"strings"

	"dateline/news"
)

// agencies are the news agencies and picture libraries: the trade's vocabulary.
var agencies = foldedList("AP|AP Photo|Associated Press|The Associated Press|Reuters|Thomson Reuters|Thomson Reuters Foundation|AFP|Agence France-Presse|Getty|Getty Images|AFP via Getty Images|Shutterstock|Alamy|iStock|Adobe Stock|Corbis|Bloomberg|UPI|dpa|dpa-infocom|picture alliance|picture-alliance|APA|Keystone|EPA|epa-efe|EFE|Europa Press|ANSA|AGI|Adnkronos|LaPresse|Lusa|PNA|Agência Brasil|Estadão Conteúdo|Belga|ANP|Ritzau|Scanpix|NTB|TT|Lehtikuva|STT|BNS|LETA|ELTA|PAP|ČTK|TASR|SITA|MTI|Agerpres|Mediafax|Tanjug|Hina|FoNet|Beta|STA|BTA|БТА|Танјуг|Фонет|ТАСС|ИТАР-ТАСС|РИА Новости|Интерфакс|Интерфакс-Украина|Спутник|REGNUM|Коммерсантъ|Укринформ|Укрінформ|УНИАН|УНІАН|БелТА|TASS|RIA Novosti|Interfax|Sputnik|Xinhua|Kyodo|Kyodo News|Jiji|Jiji Press|Yonhap|Newsis|KCNA|CNA|CNS|VCG|Antara|ANTARA FOTO|Bernama|VNA|TTXVN|PTI|ANI|IANS|UNI|APP|BSS|UNB|Anadolu|Anadolu Agency|AA|DHA|İHA|IRNA|ISNA|Mehr|Tasnim|Fars|WAM|SPA|MENA|Petra|SANA|MAP|TAP|APS|Maan|Wafa|JTA|Flash90|Zuma|ZUMA Press|Sipa|SIPA USA|Abaca|Magnum|Magnum Photos|NurPhoto|Imago|IMAGO|Rex|Rex Features|PA|PA Wire|PA Media|Press Association|AAP|CP|The Canadian Press|Canadian Press|Notimex|Télam|Andina|ABI|Prensa Latina|Handout|NASA|ESA|WENN|Action Images|USA TODAY Sports|Pool|File|Wikimedia Commons|Wikimedia|Unsplash|Pixabay|Flickr|" +
	"رويترز|أ ف ب|فرانس برس|أسوشيتد برس|وام|واس|الأناضول|سبوتنيك|ایرنا|ایسنا|مهر|تسنیم|فارس|רויטרס|איי אף פי|פלאש 90|연합뉴스|뉴시스|뉴스1|로이터|共同|時事|共同通信|時事通信|新华社|新華社|中新社|中央社|路透社|法新社|美联社|中新网|ロイター|रॉयटर्स|पीटीआई|भाषा|एएनआई|वार्ता|রয়টার্স|বাসস|ΑΠΕ-ΜΠΕ|ΑΠΕ|ΑΜΠΕ|Ρόιτερς|Рейтер|Рөйтерс|Reuter|سانا|பிடிஐ|ஏஎன்ஐ|ராய்ட்டர்ஸ்|ஏஎஃப்பி|ఏఎన్ఐ|పీటీఐ|రాయిటర్స్|ಪಿಟಿಐ|ಎಎನ್‌ಐ|പിടിഐ|എഎൻഐ|പിടി​ഐ|પીટીઆઈ|ਪੀਟੀਆਈ|পিটিআই|এএফপি|এপি|ইউএনবি|एएफपी|एपी|रायटर|एएनआइ|พีทีไอ|รอยเตอร์|รอยเตอร์ส|เอเอฟพี|เอพี|ซินหัว|یونهاپ|اے ایف پی|اے پی|روئٹرز|ای ایف پی|韓聯社|韩联社|共同社|بترا|كونا|قنا|بنا|إرنا|د ب أ|ا ف ب|أ.ف.ب|د.ب.أ|أ ب|شينخوا|اے پی پی|اے ایف پی|روئٹرز|БЕЛТА|КазТАГ|Казинформ|Кабар|АРМЕНПРЕСС|ԱՐՄԵՆՊՐԵՍ|АЗЕРТАДЖ|AZƏRTAC|AZERTAC|UzA|ATSH|ҚазАқпарат|МОНЦАМЭ|PNA|ACN|Inforpress|Азертадж|Туран|Montsame|AKIpress|24.kg|CMC|Inter Press Service|IPS|ACI|Télam|Colpisa|Servimedia|Notimex|SDA|Keystone-SDA|ATS|Keystone-ATS|AGERPRES|MIA|МИА|HINA|SRNA|FENA|ФЕНА|СРНА|Афп|ДПА|АП|АФП|ЕФЕ|АНСА|Синьхуа|Киодо|ATA|LUSA|BelTA|Ukrinform|UNIAN|Interfax-Ukraine|IPP|Suara|RSS|रासस|यूएनआई|आईएएनएस|ইউএনবি|এএফপি|রয়টার্স|এপি|뉴스1|AP통신|AFP통신|교도|신화|타스|時事通信社|共同通信社|AFP時事|聯合新聞網|路透|法新|美聯|视觉中国|新华网|アフロ|ゲッティ|時事通信フォト|Supplied|iStockphoto|Handout photo|Moodboard|Digital Vision|Photodisc|Picture Alliance|Eurokinissi|Future|NTB Scanpix|Ritzau Scanpix|CORDON PRESS|Contacto|ddp|美聯社")

// unspacedAgencies are those that stand beside a place without a space.
var unspacedAgencies = []string{"新华社", "新華社", "中新社", "中央社", "中新网", "路透社", "法新社", "美联社", "共同通信", "時事通信", "共同", "時事", "연합뉴스", "뉴시스", "ロイター"}

// isAgency reports whether s names an agency, with or without what agencies
// add to their names, or is a site's own name.
func isAgency(s string) bool {
	f := strings.Trim(news.Fold(s), " .")
	if agencies[f] {
		return true
	}
	for _, tail := range [...]string{" photo", " news", " images", " foto", " pool", " file", " agency", " via getty images", " via ap", " via reuters"} {
		if head, found := strings.CutSuffix(f, tail); found && agencies[head] {
			return true
		}
	}
	return isSiteName(f)
}

// isSiteName reports whether a folded name is a site's: "liputan.com",
// "republika.co.id".
func isSiteName(f string) bool {
	dot := strings.LastIndexByte(f, '.')
	if dot <= 2 || len(f)-dot < 3 || len(f)-dot > 5 || letterRun(f[dot+1:]) != len(f)-dot-1 {
		return false
	}
	for _, label := range strings.Split(f[:dot], ".") {
		name := strings.TrimRight(label, "0123456789")
		if len(label) < 2 || letterRun(name) != len(name) || name == "" {
			return false
		}
	}
	return true
}
