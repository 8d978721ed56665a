package redistest

import (
	"bufio"
	"io"
	"strconv"
	"strings"
)

// readAnswer reads one answer of RESP2 as text; what is broken off is empty.
func readAnswer(conn io.Reader) string {
	text, err := answer(bufio.NewReader(conn))
	if err != nil {
		return ""
	}
	return text
}

func answer(r *bufio.Reader) (string, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return "", err
	}
	line = strings.TrimRight(line, "\r\n")
	switch kind, rest := line[:min(1, len(line))], line[min(1, len(line)):]; kind {
	case "$":
		n, err := strconv.Atoi(rest)
		if err != nil || n < 0 {
			return "", err
		}
		text := make([]byte, n+2)
		_, err = io.ReadFull(r, text)
		return string(text[:n]), err
	case "*":
		n, err := strconv.Atoi(rest)
		var lines []string
		for range n {
			element, elementErr := answer(r)
			if elementErr != nil {
				return "", elementErr
			}
			lines = append(lines, element)
		}
		return strings.Join(lines, "\n"), err
	case "-":
		return line, nil
	default:
		return rest, nil
	}
}
