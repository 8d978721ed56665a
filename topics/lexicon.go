package topics

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"strings"
	"sync"

	"dateline/news"
)

//go:embed data/names.txt.gz
var namesFile []byte

// The reviewed files: abbreviations, capitals, signs and blocs; adjectives and
// peoples; leaders and their houses.
var (
	//go:embed data/lexicon.txt
	lexiconFile string
	//go:embed data/demonyms.txt
	demonymsFile string
	//go:embed data/offices.txt
	officesFile string
)

// sense is in what way an alias stands for its concept.
type sense uint8

const (
	senseName sense = iota
	senseDemonym
	senseCapital
	senseSeat
	senseLeader
	senseAbbreviation
	senseCompound
	senseAlias
	senseTerm
	sensePhrase
	senseRegex
	senseSource
	senseNot       // means something else, and hides what it contains
	senseElsewhere // tells that a country's name is that of another place
)

var senseNames = [...]string{"name", "demonym", "capital", "seat", "leader", "abbreviation", "compound", "alias", "term", "phrase", "regex", "source", "not", "elsewhere"}

func (s sense) String() string { return senseNames[s] }

func senseOf(name string) (sense, bool) {
	for i, n := range senseNames {
		if n == name {
			return sense(i), true
		}
	}
	return 0, false
}

// conceptID numbers the concepts of a Matcher. The lexicon's come first.
type conceptID int32

// lexicon is the built-in concepts with the table of their aliases.
type lexicon struct {
	names   []string // "country:RU", by conceptID
	numbers map[string]conceptID
	blocs   map[string][]string // members
	english map[string]string   // what a country is called in English
	table   *table
	signs   []*signs // by the place in langCodes
	common  []map[string]commonness

	namesakes *namesakes
}

// standard reads the embedded lexicon once, at the first use.
var standard = sync.OnceValues(readLexicon)

func readLexicon() (*lexicon, error) {
	l := &lexicon{numbers: map[string]conceptID{}, blocs: map[string][]string{}, english: map[string]string{}, table: newTable(48000), signs: make([]*signs, len(langCodes)), common: make([]map[string]commonness, len(langCodes))}
	for _, file := range []string{lexiconFile, officesFile, demonymsFile} {
		if err := l.readOwn(file); err != nil {
			return nil, err
		}
	}
	var err error
	if l.namesakes, err = l.readNamesakes(namesakesFile); err != nil {
		return nil, err
	}
	return l, l.readNames()
}

func (l *lexicon) concept(name string) conceptID {
	id, ok := l.numbers[name]
	if !ok {
		id = conceptID(len(l.names))
		l.names = append(l.names, name)
		l.numbers[name] = id
	}
	return id
}

// readNames reads the generated table: code, sense, languages, name.
func (l *lexicon) readNames() error {
	z, err := gzip.NewReader(bytes.NewReader(namesFile))
	if err != nil {
		return fmt.Errorf("names: %w", err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		return fmt.Errorf("names: %w", err)
	}
	sets := map[string]langSet{}
	for line := range strings.Lines(string(data)) {
		f := strings.SplitN(strings.TrimSuffix(line, "\n"), "\t", 4)
		if len(f) != 4 {
			return fmt.Errorf("names: bad line %q", line)
		}
		code, kind, langs, name := f[0], f[1], f[2], f[3]
		set, ok := sets[langs]
		if !ok {
			set = parseLangs(langs)
			sets[langs] = set
		}
		a := alias{text: strings.TrimPrefix(name, "The "), concept: l.concept(codeConcept(code)), langs: set}
		if kind == "c" {
			a.sense = senseCapital
		} else if set.has("en") && l.english[code] == "" {
			l.english[code] = name
		}
		l.table.add(a)
	}
	return nil
}

func codeConcept(code string) string {
	if code == "EU" || code == "UN" {
		return "bloc:" + code
	}
	return "country:" + code
}

// readOwn reads the reviewed file. Its head tells the form.
func (l *lexicon) readOwn(text string) error {
	lines := bufio.NewScanner(strings.NewReader(text))
	lines.Buffer(nil, 1<<20)
	var kind sense
	langs := allLangs
	section, head := "", []string(nil)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		switch {
		case line == "" || line[0] == '#':
			continue
		case line[0] == '[':
			head = strings.Fields(strings.Trim(line, "[]"))
			section = head[0]
			langs = allLangs
			if len(head) > 1 {
				langs = parseLangs(strings.Join(head[1:], ","))
			}
			kind, _ = senseOf(section)
			continue
		}
		for entry := range strings.SplitSeq(line, ";") {
			if err := l.readEntry(section, head, strings.TrimSpace(entry), kind, langs); err != nil {
				return fmt.Errorf("lexicon line %d: %w", n, err)
			}
		}
	}
	return lines.Err()
}

func (l *lexicon) readEntry(section string, head []string, entry string, kind sense, langs langSet) error {
	key, list, ok := strings.Cut(entry, ":")
	if !ok {
		return fmt.Errorf("no colon in %q", entry)
	}
	switch section {
	case "members":
		l.blocs[key] = strings.Fields(list)
		l.concept("bloc:" + key)
	case "signs":
		l.readSigns(head[1], key, list)
	case "common":
		l.readCommon(head[1:], key, list)
	default:
		return l.readAliases(key, list, kind, langs)
	}
	return nil
}

func (l *lexicon) readAliases(key, list string, kind sense, langs langSet) error {
	concept := noConcept
	switch {
	case len(key) == 2 && key != "EU" && key != "UN":
		concept = l.concept("country:" + key)
	case key != "not":
		concept = l.concept("bloc:" + key)
	}
	for item := range strings.SplitSeq(list, ",") {
		a := alias{text: strings.TrimSpace(item), concept: concept, sense: kind, langs: langs}
		if a.text == "" {
			continue
		}
		if text, years, ok := strings.Cut(a.text, "@"); ok {
			var err error
			if a.term, err = readTerm(years); err != nil {
				return fmt.Errorf("%s: %w", a.text, err)
			}
			a.text = text
		}
		if a.text[0] == '?' {
			a.weak, a.text = true, a.text[1:]
		}
		if kind == senseNot {
			a.concept = noConcept
		}
		l.table.add(a)
	}
	return nil
}

// commonness says how a name that is also a word of the language is told.
type commonness uint8

const (
	notCommon  commonness = iota
	commonWord            // by a capital within a sentence
	commonName            // at the head of a sentence also by another country in it
)

// readCommon reads the words of languages that are spelt like a name.
func (l *lexicon) readCommon(langs []string, key, list string) {
	how := commonWord
	if key == "names" {
		how = commonName
	}
	for _, lang := range langs {
		i, ok := langIndex[lang]
		if !ok {
			continue
		}
		if l.common[i] == nil {
			l.common[i] = map[string]commonness{}
		}
		for w := range strings.FieldsSeq(list) {
			l.common[i][news.Fold(w)] = how
		}
	}
}

// CountryInfo is a country that rules can name.
type CountryInfo struct {
	Code, Name string
}

// Countries lists the countries that rules can name, by code.
func Countries() []CountryInfo {
	l, err := standard()
	if err != nil {
		return nil
	}
	var list []CountryInfo
	for code, name := range l.english {
		if _, ok := l.numbers["country:"+code]; ok {
			list = append(list, CountryInfo{code, name})
		}
	}
	sortBy(list, func(c CountryInfo) string { return c.Code })
	return list
}

// BlocInfo is a bloc or alliance that rules can name.
type BlocInfo struct {
	Code    string
	Members []string
}

// Blocs lists the blocs that rules can name, by code.
func Blocs() []BlocInfo {
	l, err := standard()
	if err != nil {
		return nil
	}
	var list []BlocInfo
	for code, members := range l.blocs {
		list = append(list, BlocInfo{code, append([]string(nil), members...)})
	}
	sortBy(list, func(b BlocInfo) string { return b.Code })
	return list
}

// langSet is a set of languages by their places in langCodes.
type langSet [2]uint64

var allLangs = langSet{^uint64(0), ^uint64(0)}

func (s langSet) has(lang string) bool {
	i, ok := langIndex[baseLang(lang)]
	return ok && s.at(i)
}

func (s langSet) at(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }

func parseLangs(list string) langSet {
	var s langSet
	for lang := range strings.SplitSeq(list, ",") {
		if lang == "" || lang == "und" {
			return allLangs
		}
		group := []string{lang}
		for _, g := range langGroups {
			if strings.Contains(" "+g+" ", " "+lang+" ") {
				group = strings.Fields(g)
			}
		}
		for _, member := range group {
			if i, ok := langIndex[member]; ok {
				s[i/64] |= 1 << (i % 64)
			}
		}
	}
	return s
}

// langGroups are languages whose readers share their names of countries.
var langGroups = []string{"bs hr sr sh cnr", "id ms", "fil tl", "fa prs"}

var langCodes = strings.Fields(`af ak am ar as az be bg bn br bs ca ceb cs cy da de el en eo es et eu fa fi fil fo fr fy ga gd gl gu
ha he hi hr hu hy id ig is it ja jv ka kk km kn ko ku ky lb lo lt lv mg mi mk ml mn mr ms mt my ne nl no oc or pa pcm pl ps pt ro
ru rw sd si sk sl so sq sr sv sw ta te tg th ti tk tr tt ug uk ur uz vi wo xh yo zh zu sh cnr tl prs dv`)

var langIndex = func() map[string]int {
	m := make(map[string]int, len(langCodes))
	for i, code := range langCodes {
		m[code] = i
	}
	return m
}()

// baseLang is the language of a BCP 47 tag, by the code the lexicon uses.
func baseLang(tag string) string {
	tag = strings.ToLower(tag)
	if i := strings.IndexAny(tag, "-_"); i >= 0 {
		tag = tag[:i]
	}
	switch tag {
	case "nb", "nn":
		return "no"
	case "in":
		return "id"
	case "iw":
		return "he"
	case "yue", "cmn":
		return "zh"
	}
	return tag
}
