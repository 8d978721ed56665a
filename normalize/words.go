package normalize

import _ "embed" // the table of wordings

//go:embed furniture_words.txt
var furnitureWordsText string

// relatedPhrases open a pointer to another article.
var relatedPhrases = phrasesOf("related")

// controlPhrases are the labels of a page's controls: a line made of nothing
// else is none of the article's.
var controlPhrases = phrasesOf("control")

// pointerPhrases label a line that points to a film or a sound beside the text.
var pointerPhrases = phrasesOf("pointer")

// adPhrases label an advertisement.
var adPhrases = phrasesOf("ad")

// commentPhrases are the headings over what readers wrote.
var commentPhrases = phrasesOf("comment")

// subscribePhrases stand somewhere in a line that asks the reader for
// something: a newsletter, an app, a subscription, an account.
var subscribePhrases = phrasesOf("subscribe")

// closingPhrases open the small print under an article.
var closingPhrases = phrasesOf("closing")

// contributionPhrases stand in the line that names who helped with a report.
var contributionPhrases = phrasesOf("contribution")

// correctionPhrases open what a newsroom says of its own report. Readers are to
// see it, wherever it stands.
var correctionPhrases = phrasesOf("correction")

// readingPhrases stand in the line that says how long the article takes to read.
var readingPhrases = phrasesOf("reading")

// counterPhrases are the words beside the numbers of slides.
var counterPhrases = phrasesOf("counter")

// pictureNames are said before a caption to those who cannot see the picture.
var pictureNames = phrasesOf("picture")

// copyrightPhrases stand somewhere in a line of rights.
var copyrightPhrases = phrasesOf("copyright")

// pagerPhrases are the label of an article's page numbers.
var pagerPhrases = phrasesOf("pager")

// nextPhrases are the words of a link to an article's next page.
var nextPhrases = phrasesOf("next")

// wholePhrases are the words of a link to the article on a single page.
var wholePhrases = phrasesOf("whole")

// consentPhrases stand in the text of a wall before the article.
var consentPhrases = phrasesOf("consent")

// networkWords are the networks on which outlets ask to be followed.
var networkWords = map[string]bool{
	"facebook": true, "twitter": true, "instagram": true, "youtube": true, "whatsapp": true, "telegram": true, "tiktok": true,
	"linkedin": true, "pinterest": true, "snapchat": true, "threads": true, "bluesky": true, "mastodon": true, "вконтакте": true,
	"одноклассники": true, "фейсбук": true, "твиттер": true, "телеграм": true, "فيسبوك": true, "تويتر": true, "يوتيوب": true,
	"انستغرام": true, "تلغرام": true, "واتساب": true, "微信": true, "微博": true, "페이스북": true, "유튜브": true, "인스타그램": true,
}

// coverPhrases label what stands in the picture above the text.
var coverPhrases = phrasesOf("cover")
