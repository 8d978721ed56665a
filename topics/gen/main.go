// Command gen turns the names that Unicode and the ISO list publish into the
// table that package topics embeds.
//
//	npm install cldr-localenames-full@48 cldr-dates-full@48 i18n-iso-countries
//	go run ./topics/gen node_modules topics/data/names.txt.gz
package main

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: gen NODE_MODULES OUTPUT")
	}
	t := table{}
	for _, read := range []func(string, table) error{readTerritories, readCities, readISO} {
		if err := read(os.Args[1], t); err != nil {
			log.Fatal(err)
		}
	}
	if err := t.write(os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

// entry is one spelling of one thing.
type entry struct{ code, sense, name string }

// table holds the languages that spell an entry so.
type table map[entry]map[string]bool

func (t table) add(code, sense, lang, name string) {
	for _, n := range spellings(code, name) {
		e := entry{code, sense, n}
		if t[e] == nil {
			t[e] = map[string]bool{}
		}
		t[e][lang] = true
	}
}

// spellings takes a name's remark in brackets off, or leaves a name out whose
// remark tells it from another country.
func spellings(code, name string) []string {
	name = strings.TrimSpace(name)
	open := strings.IndexAny(name, "(（[")
	if open > 0 {
		if slices.Contains([]string{"KP", "KR", "CD", "CG", "VG", "VI", "MF", "SX"}, code) {
			return nil
		}
		name = strings.TrimSpace(name[:open])
	}
	if len(name) < 3 || len([]rune(name)) < 2 || strings.ContainsAny(name, "/,") {
		return nil
	}
	return []string{name}
}

func (t table) write(path string) error {
	entries := make([]entry, 0, len(t))
	for e := range t {
		entries = append(entries, e)
	}
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.code, b.code), cmp.Compare(b.sense, a.sense), cmp.Compare(a.name, b.name))
	})
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return err
	}
	for _, e := range entries {
		langs := make([]string, 0, len(t[e]))
		for l := range t[e] {
			langs = append(langs, l)
		}
		slices.Sort(langs)
		fmt.Fprintf(z, "%s\t%s\t%s\t%s\n", e.code, e.sense, strings.Join(langs, ","), e.name)
	}
	if err := z.Close(); err != nil {
		return err
	}
	return os.WriteFile(path, out.Bytes(), 0o644)
}

// readTerritories takes the names of countries from CLDR.
func readTerritories(root string, t table) error {
	return eachLocale(root, "cldr-localenames-full", "territories.json", func(lang string, data []byte) error {
		var f struct {
			Main map[string]struct {
				LocaleDisplayNames struct{ Territories map[string]string }
			}
		}
		if err := json.Unmarshal(data, &f); err != nil {
			return err
		}
		for _, m := range f.Main {
			for code, name := range m.LocaleDisplayNames.Territories {
				code, alt, _ := strings.Cut(code, "-alt-")
				if isCountry(code) && !(alt == "short" && len(name) < 4) {
					t.add(code, "n", lang, name)
				}
			}
		}
		return nil
	})
}

// readCities takes the names of capitals from the cities of CLDR's time zones.
func readCities(root string, t table) error {
	return eachLocale(root, "cldr-dates-full", "timeZoneNames.json", func(lang string, data []byte) error {
		type zones map[string]json.RawMessage
		var f struct {
			Main map[string]struct {
				Dates struct {
					TimeZoneNames struct{ Zone map[string]zones }
				}
			}
		}
		if err := json.Unmarshal(data, &f); err != nil {
			return err
		}
		for _, m := range f.Main {
			for area, cities := range m.Dates.TimeZoneNames.Zone {
				for city, raw := range cities {
					var z struct{ ExemplarCity string }
					code, ok := capitals[area+"/"+city]
					if ok && json.Unmarshal(raw, &z) == nil && z.ExemplarCity != "" {
						t.add(code, "c", lang, z.ExemplarCity)
					}
				}
			}
		}
		return nil
	})
}

// readISO takes further names from i18n-iso-countries.
func readISO(root string, t table) error {
	files, err := filepath.Glob(filepath.Join(root, "i18n-iso-countries", "langs", "*.json"))
	if err != nil {
		return err
	}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var f struct {
			Locale    string
			Countries map[string]json.RawMessage
		}
		if err := json.Unmarshal(data, &f); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		for code, raw := range f.Countries {
			var names []string
			if json.Unmarshal(raw, &names) != nil {
				names = make([]string, 1)
				if err := json.Unmarshal(raw, &names[0]); err != nil {
					return fmt.Errorf("%s: %s: %w", path, code, err)
				}
			}
			for _, name := range names {
				t.add(code, "n", language(f.Locale), name)
			}
		}
	}
	return nil
}

func eachLocale(root, pkg, file string, read func(lang string, data []byte) error) error {
	paths, err := filepath.Glob(filepath.Join(root, pkg, "main", "*", file))
	if err != nil {
		return err
	}
	if len(paths) == 0 {
		return fmt.Errorf("%s has no %s", filepath.Join(root, pkg), file)
	}
	for _, path := range paths {
		lang := language(filepath.Base(filepath.Dir(path)))
		if !slices.Contains(languages, lang) {
			continue
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := read(lang, data); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

// language is the language of a locale, by the code that feeds use.
func language(locale string) string {
	lang, _, _ := strings.Cut(locale, "-")
	switch lang {
	case "nb", "nn":
		return "no"
	case "yue":
		return "zh"
	}
	return lang
}

func isCountry(code string) bool {
	return len(code) == 2 && code[0] >= 'A' && !slices.Contains([]string{"EZ", "ZZ", "QO", "XA", "XB", "AC", "CP", "DG", "TA", "IC", "EA", "CQ", "UM", "BV", "HM", "IO"}, code)
}

// languages are those in which news is written and CLDR is well kept.
var languages = strings.Fields(`af ak am ar as az be bg bn br bs ca ceb cs cy da de el en eo es et eu fa fi fil fo fr fy ga gd gl gu
ha he hi hr hu hy id ig is it ja jv ka kk km kn ko ku ky lb lo lt lv mg mi mk ml mn mr ms mt my ne nl no oc or pa pcm pl ps pt ro
ru rw sd si sk sl so sq sr sv sw ta te tg th ti tk tr tt ug uk ur uz vi wo xh yo zh zu`)

// capitals are the time zones whose city is a seat of government.
var capitals = map[string]string{
	"Europe/Moscow": "RU", "Asia/Pyongyang": "KP", "Asia/Seoul": "KR", "Asia/Tokyo": "JP", "Asia/Taipei": "TW", "Asia/Tehran": "IR",
	"Asia/Jerusalem": "IL", "Europe/Kiev": "UA", "Europe/Kyiv": "UA", "Europe/London": "GB", "Europe/Paris": "FR", "Europe/Berlin": "DE",
	"Europe/Rome": "IT", "Europe/Madrid": "ES", "Europe/Lisbon": "PT", "Europe/Warsaw": "PL", "Europe/Prague": "CZ",
	"Europe/Vienna": "AT", "Europe/Budapest": "HU", "Europe/Bucharest": "RO", "Europe/Sofia": "BG", "Europe/Athens": "GR",
	"Europe/Belgrade": "RS", "Europe/Zagreb": "HR", "Europe/Ljubljana": "SI", "Europe/Bratislava": "SK", "Europe/Sarajevo": "BA",
	"Europe/Skopje": "MK", "Europe/Podgorica": "ME", "Europe/Tirane": "AL", "Europe/Chisinau": "MD", "Europe/Minsk": "BY",
	"Europe/Vilnius": "LT", "Europe/Riga": "LV", "Europe/Tallinn": "EE", "Europe/Helsinki": "FI", "Europe/Stockholm": "SE",
	"Europe/Oslo": "NO", "Europe/Copenhagen": "DK", "Europe/Dublin": "IE", "Europe/Amsterdam": "NL", "Europe/Brussels": "BE",
	"Atlantic/Reykjavik": "IS", "Asia/Baghdad": "IQ", "Asia/Damascus": "SY", "Asia/Beirut": "LB", "Asia/Amman": "JO",
	"Asia/Riyadh": "SA", "Asia/Qatar": "QA", "Asia/Kuwait": "KW", "Asia/Bahrain": "BH", "Asia/Muscat": "OM", "Asia/Kabul": "AF",
	"Asia/Tashkent": "UZ", "Asia/Bishkek": "KG", "Asia/Dushanbe": "TJ", "Asia/Ashgabat": "TM", "Asia/Baku": "AZ", "Asia/Yerevan": "AM",
	"Asia/Tbilisi": "GE", "Asia/Dhaka": "BD", "Asia/Katmandu": "NP", "Asia/Kathmandu": "NP", "Asia/Thimphu": "BT", "Asia/Colombo": "LK",
	"Asia/Bangkok": "TH", "Asia/Jakarta": "ID", "Asia/Manila": "PH", "Asia/Kuala_Lumpur": "MY", "Asia/Singapore": "SG",
	"Asia/Phnom_Penh": "KH", "Asia/Vientiane": "LA", "Africa/Cairo": "EG", "Africa/Tripoli": "LY",
	"Africa/Tunis": "TN", "Africa/Algiers": "DZ", "Africa/Khartoum": "SD", "Africa/Juba": "SS", "Africa/Addis_Ababa": "ET",
	"Africa/Asmera": "ER", "Africa/Mogadishu": "SO", "Africa/Djibouti": "DJ", "Africa/Nairobi": "KE", "Africa/Kampala": "UG",
	"Africa/Kigali": "RW", "Africa/Bujumbura": "BI", "Africa/Kinshasa": "CD", "Africa/Brazzaville": "CG", "Africa/Luanda": "AO",
	"Africa/Lusaka": "ZM", "Africa/Harare": "ZW", "Africa/Maputo": "MZ", "Africa/Windhoek": "NA", "Africa/Gaborone": "BW",
	"Africa/Bamako": "ML", "Africa/Niamey": "NE", "Africa/Ouagadougou": "BF", "Africa/Dakar": "SN", "Africa/Conakry": "GN",
	"Africa/Freetown": "SL", "Africa/Monrovia": "LR", "Africa/Accra": "GH", "Africa/Lome": "TG", "Africa/Ndjamena": "TD",
	"Africa/Bangui": "CF", "Africa/Libreville": "GA", "Africa/Malabo": "GQ", "Africa/Nouakchott": "MR", "America/Havana": "CU",
	"America/Caracas": "VE", "America/Bogota": "CO", "America/Lima": "PE", "America/Santiago": "CL", "America/Asuncion": "PY",
	"America/Montevideo": "UY", "America/Buenos_Aires": "AR", "America/Mexico_City": "MX", "America/Managua": "NI",
	"America/Tegucigalpa": "HN", "America/Port-au-Prince": "HT",
}
