package normalize

import (
	"strings"

	"golang.org/x/net/html"
)

// classWords says what single words of class and id attributes mean. An
// attribute is cut into words at signs and at capitals ("storyBody_x2").
var classWords = classTable(map[flags]string{
	flagFurniture: `cta upsell related recommended recommendation recommendations recirc recirculation share sharing sharebar shareblock sharethis addthis addtoany social socials newsletter newsletters subscribe subscription
 subscribers promo promos promotion advert adverts advertisement advertising ads adsbygoogle adslot adunit banner banners sponsor sponsored outbrain taboola trending popular mostread
 breadcrumb breadcrumbs toolbar sidebar widget widgets cookie cookies consent gdpr modal popup tooltip
 signup paywall login donate donation navigation navbar menu footer masthead pagination pager paging skip tags taglist
 topics hashtags playlist upnext readmore seealso morefrom morestories teaser teasers jumplinks
 print noprint screenreader copyright disclaimer rating ratings poll quiz abo sondage umfrage encuesta enquete sondaggio anket ankieta anketa opros gallup infobox authorbox authorbio biography relatedposts jp toc hovercard hoverbox
 correlati relacionadas relacionados terkait bacajuga bagikan lainnya populer mehrzumthema teilen werbung anzeige publicidad compartir reklama`,
	flagComments:   `comments comment disqus commentlist respond replies fbcomments commenting komentar kommentare commentaires comentarios comentários discussion livefyre coral spotim viafoura hypercomments`,
	flagCaption:    `caption captions cutline legend legende bildunterschrift imgcaption figcaption photocaption imagecaption captiontext piefoto keterangan didascalia podpis bijschrift bildtext`,
	flagCredit:     `credit credits photocredit imagecredit imgcredit photographer copyrightholder credittext mediasource fotocredit photoby bildnachweis attribution kuvaaja fotograf fotograaf`,
	flagByline:     `byline bylines author authors writer contributor contributors authorname dateline penulis autor auteur reporter signatura signature firma`,
	flagDate:       `date dates time timestamp datetime published pubdate publishdate posted updated publication meta metadata postmeta entrymeta dateline tanggal datum fecha waktu readingtime minread`,
	flagStandfirst: `standfirst abstract manchet ingress perex vorspann dek deck summary subtitle subheadline subhed subheading excerpt chapo chapeau sapo entradilla sommario bajada anons lede announcetext zapowiedz anleser teasertext bajante copete occhiello catenaccio ingressi synopsis spot subtitols subtitol subtitulo sottotitolo untertitel ondertitel podtytul podnaslov`,
	flagSubhead:    `subhead subheading crosshead crossheading intertitre intertitle zwischentitel zwischenueberschrift ladillo subheader sectiontitle mellanrubrik tussenkop srodtytul mezititulek`,
	flagBody:       `articlebody storybody articlecontent storycontent entrycontent postcontent postbody articletext storytext bodytext entry-content bodycontent contentbody newsbody newstext newscontent detailtext detailcontent readcontent`,
	flagTitle:      `headline title headlines posttitle entrytitle`,
	flagKicker:     `kicker eyebrow rubric supertitle overline`,
	flagPost:       `twitter instagram tiktok facebook`,
	flagPlace:      `dateline location placeline`,
	flagAside:      `pullquote`,
})

// classPairs are words that mean something only in each other's company.
var classPairs = classTable(map[flags]string{
	flagFurniture: `read-more read-next read-also see-also also-read also-like more-from more-stories more-news more-on most-read most-popular most-viewed top-stories latest-news latest-stories related-posts related-articles
 author-bio author-box author-info author-card writer-card byline-card bio-card author-profile about-author social-share share-buttons share-bar ad-container ad-wrapper ad-slot ad-unit ad-block ad-box newsletter-signup sign-up inline-ad sticky-ad video-ad tag-list post-tags entry-tags
 up-next next-post prev-post post-navigation nav-links story-package in-article-link you-may article-tools story-tools page-tools article-footer-links sr-only visually-hidden screen-reader visuallyhidden-x
 baca-juga berita-terkait article-related link-box fact-box-link bottom-links promo-box print-only pull-quote-share jp-relatedposts tags-links cat-links text-size font-size
 article-tags card-list card-grid news-list article-list story-list post-list call-to subscribe-box tease-list inline-related related-inline hover-card hover-box rollover-block rollover-box rollover-content tooltip-content`,
	flagCaption:    `wp-caption-text image-caption photo-caption caption-text img-caption media-caption gallery-caption slide-caption picture-caption figure-caption video-description video-caption txt-desc image-description photo-description pic-desc img-desc image-desc photo-desc foto-desc media-description`,
	flagCredit:     `photo-credit image-credit img-credit media-credit picture-credit photo-by image-source photo-source image-copyright photo-copyright caption-credit media-source image-author photo-author picture-author img-author foto-autor image-box-author`,
	flagSubhead:    `sub-head sub-heading cross-head sub-title-h section-title section-heading inter-title h-two h-three`,
	flagStandfirst: `sub-headline sub-title stand-first sub-hed article-summary article-lead story-summary article-dek announce-text article-anons post-lead news-lead lead-text`,
	flagBody:       `article-body story-body article-content story-content entry-content post-content post-body article-text story-text body-text body-content content-body news-body news-text news-content detail-text detail-content read-content article__body c-entry single-content paywall-body the-content main-text article-main`,
	flagAside:      `pull-quote`,
	flagComments:   `comment-list comments-area user-comments fb-comments`,
	flagTitle:      `article-title post-title entry-title story-title page-title`,
})

// setsBold reports whether the classes of n are those by which style sheets made
// of small classes set text in bold.
func setsBold(n *html.Node) bool {
	for name := range strings.FieldsSeq(attr(n, "class")) {
		switch name {
		case "font-bold", "font-semibold", "font-extrabold", "font-black", "font-medium-bold", "fw-bold", "fw-semibold", "fw-bolder", "font-weight-bold", "bold", "strong", "has-bold", "txt-bold", "text-bold":
			return true
		}
	}
	return false
}

// namesOwner reports whether the classes of n speak of rights.
func namesOwner(n *html.Node) bool {
	for name := range strings.FieldsSeq(attr(n, "class")) {
		for _, w := range nameWords(name) {
			if w == "copyright" {
				return true
			}
		}
	}
	return false
}

func classTable(lists map[flags]string) map[string]flags {
	table := map[string]flags{}
	for flag, list := range lists {
		for _, word := range strings.Fields(list) {
			table[word] |= flag
		}
	}
	return table
}

// classFlags reads the words of one class, id or similar attribute.
func classFlags(attribute string) flags {
	var found flags
	for _, name := range strings.Fields(attribute) {
		words := nameWords(name)
		found |= classWords[strings.Join(words, "")]
		for i, w := range words {
			f := classWords[w]
			if len(words) > 2 { // the longer a name, the less one word of it says
				f &^= flagDate | flagTitle | flagBody
			}
			found |= f
			if i > 0 {
				found |= classPairs[words[i-1]+"-"+w] | classWords[words[i-1]+w]
			}
			if i > 1 {
				found |= classPairs[words[i-2]+"-"+words[i-1]+"-"+w]
			}
			if w == "with" || w == "without" { // what stands in it, "text-with-summary"
				break
			}
		}
		if len(words) > 0 && (words[0] == "has" || words[0] == "is" || words[0] == "no" || words[0] == "with" || words[0] == "js") {
			found &^= flagFurniture | flagComments
		}
	}
	return found
}

// nameWords cuts one class name into lower-case words.
func nameWords(name string) []string {
	words := make([]string, 0, 4)
	start := 0
	cut := func(end int) {
		if end > start {
			words = append(words, strings.ToLower(name[start:end]))
		}
	}
	for i := 0; i < len(name); i++ {
		c := name[i]
		switch {
		case c == '-' || c == '_' || c == ':' || c == '.' || c == '/':
			cut(i)
			start = i + 1
		case i > start && 'A' <= c && c <= 'Z' && 'a' <= name[i-1] && name[i-1] <= 'z':
			cut(i)
			start = i
		}
	}
	cut(len(name))
	return words
}
