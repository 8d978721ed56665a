package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// addSources writes sources behind the last one of a config, as lines of text:
// what stands in the file is not written anew, so comments, order and spelling
// stay. The outcome is read back, and refused unless it is the config as it was
// with these sources at its end.
func addSources(before []byte, file string, fresh ...sourceConfig) ([]byte, error) {
	edited := strings.ReplaceAll(string(before), "\r\n", "\n")
	for i := range fresh {
		var err error
		if edited, err = withSource(edited, fresh[i]); err != nil {
			return nil, byHand(err, fresh[i])
		}
	}
	if bytes.Contains(before, []byte("\r\n")) {
		edited = strings.ReplaceAll(edited, "\n", "\r\n")
	}
	if err := sameButLast(before, []byte(edited), file, fresh); err != nil {
		return nil, byHand(err, fresh...)
	}
	return []byte(edited), nil
}

// byHand says why sources cannot be written, and what to write.
func byHand(err error, fresh ...sourceConfig) error {
	var wrong *faults
	if errors.As(err, &wrong) { // a flag's value is wrong, not the file's form
		said := make([]string, len(wrong.List))
		for i, x := range wrong.List {
			said[i] = x.Said
		}
		return errors.New(strings.Join(said, "; "))
	}
	var lines strings.Builder
	for i := range fresh {
		lines.WriteString("\n  - " + flowYAML(fresh[i]))
	}
	return fmt.Errorf("%w. Write it by hand, under sources:%s", err, lines.String())
}

// sameButLast reads both configs and compares what they mean.
func sameButLast(before, after []byte, file string, fresh []sourceConfig) error {
	none := func(string) (string, bool) { return "", false }
	was, err := readConfig(before, file, none)
	if err != nil {
		return err
	}
	is, err := readConfig(after, file, none)
	if err != nil {
		return err
	}
	if len(is.Sources) != len(was.Sources)+len(fresh) || len(is.Topics) != len(was.Topics) || len(is.Concepts) != len(was.Concepts) || len(is.Sites) != len(was.Sites) {
		return errors.New("the source cannot be put into a file of this form")
	}
	for i := range was.Sources {
		if was.Sources[i].ID != is.Sources[i].ID || was.Sources[i].Feed != is.Sources[i].Feed {
			return errors.New("the source cannot be put into a file of this form")
		}
	}
	for i := range fresh {
		if got := is.Sources[len(was.Sources)+i]; fmt.Sprint(got.pairs()) != fmt.Sprint(fresh[i].pairs()) {
			return errors.New("the source cannot be put into a file of this form")
		}
	}
	return nil
}

// withSource is the text with a source behind the last one.
func withSource(text string, fresh sourceConfig) (string, error) {
	file, err := parser.ParseBytes([]byte(text), 0)
	if err != nil {
		return "", err
	}
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	lines := strings.SplitAfter(text, "\n")
	lines = lines[:len(lines)-1]
	top, key, err := sourcesKey(file)
	switch {
	case err != nil:
		return "", err
	case key == nil && top == nil:
		return text + "sources:\n  - " + flowYAML(fresh) + "\n", nil
	case key == nil:
		return text + "\nsources:\n  - " + flowYAML(fresh) + "\n", nil
	}
	line := key.Key.GetToken().Position.Line // from 1
	list, ok := key.Value.(*ast.SequenceNode)
	if !ok && key.Value.Type() == ast.NullType {
		return insertLine(lines, line, "  - "+flowYAML(fresh)+"\n"), nil
	}
	if !ok {
		return "", errors.New("sources: is no list that can be added to")
	}
	if list.IsFlowStyle {
		return inFlow(lines, list, fresh)
	}
	dash := list.Start.Position.Column - 1
	last := list.Values[len(list.Values)-1]
	margin := strings.Repeat(" ", dash)
	entry := blockYAML(margin, fresh)
	if m, ok := last.(*ast.MappingNode); ok && m.IsFlowStyle {
		entry = margin + "- " + flowYAML(fresh) + "\n"
	}
	return insertLine(lines, endOfEntry(lines, where(last).Line, dash), entry), nil
}

// sourcesKey is the config's mapping and the pair that holds its sources; nil
// where there is none.
func sourcesKey(file *ast.File) (top ast.Node, key *ast.MappingValueNode, err error) {
	if len(file.Docs) > 1 {
		return nil, nil, errors.New("the file holds several documents")
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		return nil, nil, nil
	}
	top = file.Docs[0].Body
	var pairs []*ast.MappingValueNode
	switch m := top.(type) {
	case *ast.MappingNode:
		if m.IsFlowStyle {
			return top, nil, errors.New("the whole config stands in braces")
		}
		pairs = m.Values
	case *ast.MappingValueNode:
		pairs = []*ast.MappingValueNode{m}
	case *ast.CommentGroupNode:
		return nil, nil, nil
	default:
		return top, nil, errors.New("the config is not made of keys and values")
	}
	for _, pair := range pairs {
		if pair.Key.GetToken().Value == "sources" {
			return top, pair, nil
		}
	}
	return top, nil, nil
}

// inFlow puts a source before the bracket that ends a list in brackets.
func inFlow(lines []string, list *ast.SequenceNode, fresh sourceConfig) (string, error) {
	if list.End == nil || list.End.Position == nil {
		return "", errors.New("the end of the list of sources cannot be found")
	}
	at, column := list.End.Position.Line-1, list.End.Position.Column-1
	line := []rune(lines[at])
	if column >= len(line) || line[column] != ']' {
		return "", errors.New("the end of the list of sources cannot be found")
	}
	head := strings.TrimRight(string(line[:column]), " ")
	if len(list.Values) > 0 && !strings.HasSuffix(head, ",") {
		head += ", "
	}
	lines[at] = head + flowYAML(fresh) + string(line[column:])
	return strings.Join(lines, ""), nil
}

// endOfEntry is the number of lines up to the end of a list's entry that begins
// in a line: those that stand farther right than its dash, and the blank ones
// between them.
func endOfEntry(lines []string, begins, dash int) int {
	end := begins
	for at := begins; at < len(lines); at++ {
		plain := strings.TrimLeft(lines[at], " ")
		if strings.TrimSpace(plain) == "" {
			continue
		}
		if len(lines[at])-len(plain) <= dash {
			break
		}
		end = at + 1
	}
	return end
}

// insertLine puts a text behind the first n lines.
func insertLine(lines []string, n int, text string) string {
	return strings.Join(lines[:n], "") + text + strings.Join(lines[n:], "")
}

// flowYAML is a source in one line.
func flowYAML(s sourceConfig) string {
	words := []string{}
	for _, p := range s.pairs() {
		words = append(words, p[0]+": "+p[1])
	}
	return "{" + strings.Join(words, ", ") + "}"
}

// blockYAML is a source as lines behind a dash.
func blockYAML(margin string, s sourceConfig) string {
	var b strings.Builder
	for i, p := range s.pairs() {
		lead := "  "
		if i == 0 {
			lead = "- "
		}
		b.WriteString(margin + lead + p[0] + ": " + p[1] + "\n")
	}
	return b.String()
}

// replaceFile puts another content in a file's place in one step, so that who
// reads it sees the one or the other. It fails where the file was changed since
// it was read. A link stays a link, and the file keeps its mode.
func replaceFile(name string, before, after []byte) error {
	real, err := filepath.EvalSymlinks(name)
	if err != nil {
		return err
	}
	info, err := os.Stat(real)
	if err != nil {
		return err
	}
	fresh, err := os.CreateTemp(filepath.Dir(real), "."+filepath.Base(real)+".*")
	if err != nil {
		return err
	}
	defer func() {
		fresh.Close()
		_ = os.Remove(fresh.Name()) // it is gone where all went well
	}()
	if _, err := fresh.Write(after); err != nil {
		return err
	}
	if err := errors.Join(fresh.Chmod(info.Mode().Perm()&fs.ModePerm), fresh.Sync(), fresh.Close()); err != nil {
		return err
	}
	now, err := os.ReadFile(real)
	if err != nil {
		return err
	}
	if !bytes.Equal(now, before) {
		return fmt.Errorf("%s was changed meanwhile: try again", name)
	}
	if err := os.Rename(fresh.Name(), real); err != nil {
		return err
	}
	return syncDir(filepath.Dir(real))
}

// syncDir has a directory's new entry outlive a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// diffOf shows one change of a file as a unified diff with three lines around it.
func diffOf(name string, before, after []byte) string {
	was, is := strings.SplitAfter(string(before), "\n"), strings.SplitAfter(string(after), "\n")
	start := 0
	for start < len(was) && start < len(is) && was[start] == is[start] {
		start++
	}
	end := 0
	for end < len(was)-start && end < len(is)-start && was[len(was)-1-end] == is[len(is)-1-end] {
		end++
	}
	from, tail := max(start-3, 0), min(end, 3)
	var b strings.Builder
	fmt.Fprintf(&b, "--- %s\n+++ %s\n", name, name)
	body := func(sign string, lines []string) (n int) {
		for _, line := range lines {
			if line != "" {
				fmt.Fprintf(&b, "%s%s\n", sign, strings.TrimRight(line, "\r\n"))
				n++
			}
		}
		return n
	}
	around := func(lines []string) int {
		return len(lines[from:len(lines)-end+tail]) - boolInt(lines[len(lines)-end+tail-1] == "")
	}
	fmt.Fprintf(&b, "@@ -%d,%d +%d,%d @@\n", from+1, around(was), from+1, around(is))
	body(" ", was[from:start])
	body("-", was[start:len(was)-end])
	body("+", is[start:len(is)-end])
	body(" ", was[len(was)-end:len(was)-end+tail])
	return b.String()
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
