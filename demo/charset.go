package demo

import "strconv"

// windows1251 are the signs outside the alphabet that the copy uses.
var windows1251 = map[rune]byte{
	'Ё': 0xA8, 'ё': 0xB8, '«': 0xAB, '»': 0xBB, '—': 0x97, '–': 0x96, '…': 0x85, '№': 0xB9, '\u00a0': 0xA0,
	'“': 0x93, '”': 0x94, '„': 0x84, '’': 0x92, '©': 0xA9,
}

// toWindows1251 encodes a document. What the charset lacks becomes a numeric
// character reference.
func toWindows1251(s string) []byte {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		switch b, special := windows1251[r]; {
		case r < 0x80:
			out = append(out, byte(r))
		case 'А' <= r && r <= 'я':
			out = append(out, byte(r-'А')+0xC0)
		case special:
			out = append(out, b)
		default:
			out = append(out, "&#"+strconv.Itoa(int(r))+";"...)
		}
	}
	return out
}
