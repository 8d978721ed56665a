package demo

import (
	"fmt"
	"time"
)

func indonesian() words {
	months := [...]string{"Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"}
	days := [...]string{"Minggu", "Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu"}
	return words{
		menu: []string{"Beranda", "Nasional", "Internasional", "Ekonomi", "Olahraga"}, share: "Bagikan", cookie: "Situs ini memakai kuki.",
		accept: "Setuju", related: "Berita Terkait", more: "Baca juga:", credit: "Foto: %s", next: "Selanjutnya", page: "Halaman",
		rights: "Hak cipta dilindungi.",
		date: func(t time.Time) string {
			return fmt.Sprintf("%s, %d %s %d - %s WIB", days[t.Weekday()], t.Day(), months[t.Month()-1], t.Year(), t.Format("15:04"))
		},
	}
}

func russian() words {
	months := [...]string{"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"}
	return words{
		menu: []string{"Главная", "Политика", "Экономика", "Общество", "Спорт"}, share: "Поделиться", cookie: "Мы используем файлы cookie.",
		accept: "Понятно", related: "Материалы по теме", more: "Читайте также:", credit: "Фото: %s", next: "Далее", page: "Страница",
		rights: "Все права защищены.",
		date: func(t time.Time) string {
			return fmt.Sprintf("%d %s %d, %s", t.Day(), months[t.Month()-1], t.Year(), t.Format("15:04"))
		},
	}
}

func korean() words {
	return words{
		menu: []string{"홈", "정치", "국제", "경제", "스포츠"}, share: "공유하기", cookie: "이 사이트는 쿠키를 사용합니다.",
		accept: "동의", related: "관련 기사", more: "관련 기사:", credit: "[사진=%s]", next: "다음", page: "페이지",
		rights: "무단 전재 및 재배포 금지",
		date:   func(t time.Time) string { return "입력 " + t.Format("2006.01.02. 15:04") },
	}
}

func japanese() words {
	return words{
		menu: []string{"トップ", "国内", "国際", "経済", "スポーツ"}, share: "シェアする", cookie: "当サイトではクッキーを使用しています。",
		accept: "同意する", related: "関連記事", more: "あわせて読みたい：", credit: "（写真：%s）", next: "次へ", page: "ページ",
		rights: "無断転載を禁じます。",
		date:   func(t time.Time) string { return t.Format("2006年1月2日 15時04分") },
	}
}

func chinese() words {
	return words{
		menu: []string{"首页", "国内", "国际", "财经", "体育"}, share: "分享到", cookie: "本网站使用 Cookie。",
		accept: "同意", related: "相关新闻", more: "延伸阅读：", credit: "（图源：%s）", next: "下一页", page: "页",
		rights: "版权所有，未经授权不得转载。",
		date:   func(t time.Time) string { return t.Format("2006年1月2日 15:04") },
	}
}

func arabic() words {
	months := [...]string{"يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"}
	return words{
		menu: []string{"الرئيسية", "سياسة", "اقتصاد", "العالم", "رياضة"}, share: "شارك المقال", cookie: "يستخدم هذا الموقع ملفات تعريف الارتباط.",
		accept: "موافق", related: "اقرأ أيضا", more: "اقرأ أيضا:", credit: "(تصوير: %s)", next: "التالي", page: "صفحة",
		rights: "جميع الحقوق محفوظة",
		date: func(t time.Time) string {
			return fmt.Sprintf("%d %s %d، %s", t.Day(), months[t.Month()-1], t.Year(), t.Format("15:04"))
		},
	}
}

func spanish() words {
	months := [...]string{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"}
	return words{
		menu: []string{"Portada", "Mundo", "Economía", "Sociedad", "Deportes"}, share: "Compartir", cookie: "Usamos cookies propias y de terceros.",
		accept: "Aceptar", related: "Noticias relacionadas", more: "Lea también:", by: "Por ", credit: "Foto: %s", next: "Siguiente", page: "Página",
		rights: "Todos los derechos reservados.",
		date: func(t time.Time) string {
			return fmt.Sprintf("%d de %s de %d, %s h", t.Day(), months[t.Month()-1], t.Year(), t.Format("15:04"))
		},
	}
}

func french() words {
	months := [...]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"}
	return words{
		menu: []string{"Accueil", "Monde", "Économie", "Culture", "Sport"}, share: "Partager", cookie: "Ce site utilise des cookies.",
		accept: "Tout accepter", related: "À lire aussi", more: "Lire aussi :", by: "Par ", credit: "© %s", next: "Page suivante", page: "Page",
		rights: "Tous droits réservés.",
		date: func(t time.Time) string {
			return fmt.Sprintf("Publié le %d %s %d à %s", t.Day(), months[t.Month()-1], t.Year(), t.Format("15h04"))
		},
	}
}

func german() words {
	months := [...]string{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"}
	return words{
		menu: []string{"Startseite", "Politik", "Wirtschaft", "Kultur", "Sport"}, share: "Teilen", cookie: "Wir verwenden Cookies.",
		accept: "Einverstanden", related: "Mehr zum Thema", more: "Lesen Sie auch:", by: "Von ", credit: "Foto: %s", next: "Weiter", page: "Seite",
		rights: "Alle Rechte vorbehalten.",
		date: func(t time.Time) string {
			return fmt.Sprintf("%d. %s %d, %s Uhr", t.Day(), months[t.Month()-1], t.Year(), t.Format("15:04"))
		},
	}
}
