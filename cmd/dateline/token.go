package main

import "strings"

// shortestToken is the length below which a token could be guessed.
const shortestToken = 16

// checkTokens reads the keys of a private topic, and adds what is wrong with
// them to f. It never says what they are.
func (t *topicConfig) checkTokens(f *faults) {
	if t.TokenFile != "" {
		text, err := readSecret(t.TokenFile)
		if err != nil {
			f.add(t.key("token_file"), "topic %s: %v", t.ID, err)
			return
		}
		before := len(t.Token)
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); line != "" {
				t.Token = append(t.Token, line)
			}
		}
		if len(t.Token) == before {
			f.add(t.key("token_file"), "topic %s: the file holds no token, and without one the topic would be public", t.ID)
		}
	}
	if _, written := t.keys["token"]; written && len(t.Token) == 0 {
		f.add(t.key("token"), "topic %s: there is no token, and without one the topic would be public", t.ID)
	}
	for _, token := range t.Token {
		if len(token) < shortestToken || strings.ContainsAny(token, " \t\r\n") {
			f.add(t.key("token"), "topic %s: a token has at least %d characters and no blanks", t.ID, shortestToken)
			return
		}
	}
}
