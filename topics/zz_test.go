package topics
import ("testing";"strings";"fmt";"os")
var majors = strings.Fields("US CN RU GB FR DE JP KR KP TW IN PK IR IL PS TR UA SA AE QA EG SY IQ LB YE JO AF BR MX CA AU NZ ZA NG ET KE SD CD RW ID MY PH VN TH MM KH SG BD LK NP KZ UZ AZ AM GE BY PL DE IT ES PT NL BE AT CH SE NO DK FI EE LV LT CZ SK HU RO BG RS XK BA HR SI MK AL ME GR CY MD CU VE CO AR CL PE BO EC HT NI SV GT PA DZ MA TN LY ML NE BF SN TD SO ER UG TZ ZM ZW AO MZ CM CI GH MN IE IS KG TJ TM OM KW BH SS CF GN HK")
func TestZZ(t *testing.T){
 l,_:=readLexicon()
 langs:=strings.Fields(os.Getenv("ZL"))
 for _,lang:=range langs{
  li:=langIndex[lang]
  dem:=map[conceptID]bool{}
  names:=map[conceptID][]string{}
  for i:=range l.table.aliases{a:=&l.table.aliases[i]
   if !a.langs.at(li){continue}
   if a.sense==senseDemonym && a.langs!=allLangs {dem[a.concept]=true}
   if a.langs!=allLangs && (a.sense==senseName){names[a.concept]=append(names[a.concept],a.text)}
  }
  var miss []string
  for _,c:=range majors{ id:=l.numbers["country:"+c]
   if os.Getenv("ZN")!="" {fmt.Print(c,"=",strings.Join(names[id],"/")," ");continue}
   if !dem[id]{miss=append(miss,c)}}
  fmt.Println(lang,len(miss),strings.Join(miss," "))
 }
}
