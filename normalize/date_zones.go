package normalize

import "time"

// Zones that follow a summer time rule bear these in place of minutes. CET and
// EET are among them: who writes them in July means the clock on the wall.
const (
	zoneUSEastern = 10000 + iota
	zoneUSCentral
	zoneUSMountain
	zoneUSPacific
	zoneBritain
	zoneCentralEurope
	zoneEasternEurope
	zoneIsrael
)

// dateZones are the names of zones. Where a name has several meanings, the one
// of the text's language wins, then the first.
var dateZones = []struct {
	name    string
	minutes int
	langs   string
}{
	{"gmt", 0, ""}, {"utc", 0, ""}, {"z", 0, ""}, {"ut", 0, ""}, {"UTC время", 0, ""}, {"غرينتش", 0, ""}, {"بتوقيت غرينتش", 0, ""}, {"بتوقيت جرينتش", 0, ""}, {"wet", 0, ""}, {"グリニッジ標準時", 0, ""},
	{"bst", 60, "en"}, {"bst", 360, "bn"}, {"west", 60, ""}, {"cet", zoneCentralEurope, ""}, {"mez", zoneCentralEurope, ""}, {"cest", 120, ""}, {"mesz", 120, ""}, {"sev", zoneCentralEurope, ""}, {"selč", 120, ""}, {"hnec", zoneCentralEurope, ""},
	{"eet", zoneEasternEurope, ""}, {"eest", 180, ""}, {"msk", 180, ""}, {"мск", 180, ""}, {"по мск", 180, ""}, {"по московскому времени", 180, ""}, {"за київським часом", zoneEasternEurope, ""}, {"trt", 180, ""}, {"tsi", 180, ""}, {"msd", 240, ""}, {"samt", 240, ""},
	{"wib", 420, ""}, {"wita", 480, ""}, {"wit", 540, ""}, {"ict", 420, ""}, {"myt", 480, ""}, {"sgt", 480, ""}, {"hkt", 480, ""}, {"pht", 480, ""}, {"pst", -480, "en"}, {"pst", 480, "tl fil"}, {"awst", 480, ""},
	{"北京时间", 480, ""}, {"北京時間", 480, ""}, {"台北時間", 480, ""}, {"台灣時間", 480, ""}, {"香港時間", 480, ""}, {"日本時間", 540, ""}, {"한국시간", 540, ""}, {"한국 시간", 540, ""},
	{"kst", 540, ""}, {"jst", 540, ""}, {"acst", 570, ""}, {"acdt", 630, ""}, {"aest", 600, ""}, {"aedt", 660, ""}, {"nzst", 720, ""}, {"nzdt", 780, ""},
	{"ist", 330, "en hi bn ta te mr gu kn ml pa"}, {"ist", zoneIsrael, "he"}, {"ist", 60, "ga"}, {"idt", 180, ""}, {"pkt", 300, ""}, {"npt", 345, ""}, {"gst", 240, ""}, {"ast", -240, "en"}, {"ast", 180, "ar"}, {"irst", 210, ""}, {"aft", 270, ""}, {"uzt", 300, ""},
	{"मानक समय", 330, ""}, {"भारतीय समय", 330, ""},
	{"mmt", 390, ""}, {"chst", 600, ""}, {"bnt", 480, ""}, {"btt", 360, ""}, {"mvt", 300, ""}, {"azt", 240, ""}, {"mut", 240, ""}, {"fjt", 720, ""}, {"uyt", -180, ""}, {"gyt", -240, ""},
	{"yekt", 300, ""}, {"omst", 360, ""}, {"krat", 420, ""}, {"novt", 420, ""}, {"irkt", 480, ""}, {"yakt", 540, ""}, {"vlat", 600, ""}, {"magt", 660, ""}, {"pett", 720, ""},
	{"بتوقيت مكة المكرمة", 180, ""}, {"بتوقيت مكة", 180, ""}, {"بتوقيت السعودية", 180, ""}, {"بتوقيت أبوظبي", 240, ""}, {"بتوقيت الإمارات", 240, ""},
	{"sast", 120, ""}, {"cat", 120, ""}, {"eat", 180, ""}, {"wat", 60, ""},
	{"est", -300, ""}, {"edt", -240, ""}, {"et", zoneUSEastern, "en"}, {"cst", -360, "en"}, {"cst", 480, "zh"}, {"cdt", -300, ""}, {"ct", zoneUSCentral, "en"}, {"mst", -420, ""}, {"mdt", -360, ""}, {"mt", zoneUSMountain, "en"},
	{"pdt", -420, ""}, {"pt", zoneUSPacific, "en"}, {"akst", -540, ""}, {"akdt", -480, ""}, {"hst", -600, ""}, {"adt", -180, ""}, {"nst", -210, ""}, {"ndt", -150, ""}, {"eastern time", zoneUSEastern, ""}, {"pacific time", zoneUSPacific, ""},
	{"brt", -180, ""}, {"horario de brasilia", -180, ""}, {"hora de brasilia", -180, ""}, {"art", -180, ""}, {"clt", -240, ""}, {"cot", -300, ""}, {"vet", -240, ""},
	{"hora peninsular", zoneCentralEurope, ""}, {"heure de paris", zoneCentralEurope, ""}, {"ora italiana", zoneCentralEurope, ""}, {"ora locale", zoneCentralEurope, "it"}, {"uk time", zoneBritain, ""},
}

// zoneOffset is the offset in minutes of a zone at a wall clock time.
func zoneOffset(zone int, wall time.Time) int {
	month := func(m time.Month, sunday int) time.Time { return nthSunday(wall.Year(), m, sunday) }
	switch zone {
	case zoneUSEastern, zoneUSCentral, zoneUSMountain, zoneUSPacific:
		standard := -300 - 60*(zone-zoneUSEastern)
		return summer(standard, wall, month(time.March, 2).Add(2*time.Hour), month(time.November, 1).Add(2*time.Hour))
	case zoneBritain:
		return summer(0, wall, month(time.March, -1).Add(time.Hour), month(time.October, -1).Add(2*time.Hour))
	case zoneCentralEurope:
		return summer(60, wall, month(time.March, -1).Add(2*time.Hour), month(time.October, -1).Add(3*time.Hour))
	case zoneEasternEurope:
		return summer(120, wall, month(time.March, -1).Add(3*time.Hour), month(time.October, -1).Add(4*time.Hour))
	case zoneIsrael:
		return summer(120, wall, month(time.March, -1).Add(-46*time.Hour), month(time.October, -1).Add(2*time.Hour))
	}
	return zone
}

func summer(standard int, wall, from, to time.Time) int {
	if !wall.Before(from) && wall.Before(to) {
		return standard + 60
	}
	return standard
}

// nthSunday is the nth Sunday of a month, or with -1 the last.
func nthSunday(year int, m time.Month, n int) time.Time {
	if n < 0 {
		last := time.Date(year, m+1, 0, 0, 0, 0, 0, time.UTC)
		return last.AddDate(0, 0, -int(last.Weekday()))
	}
	first := time.Date(year, m, 1, 0, 0, 0, 0, time.UTC)
	return first.AddDate(0, 0, (7-int(first.Weekday()))%7+7*(n-1))
}
