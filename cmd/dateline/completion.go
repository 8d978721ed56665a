package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// CompletionCmd prints a shell's completion script.
type CompletionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Help is shown under the flags.
func (CompletionCmd) Help() string {
	return "Example: dateline completion bash > /etc/bash_completion.d/dateline\n         dateline completion zsh > \"${fpath[1]}/_dateline\"\n         dateline completion fish > ~/.config/fish/completions/dateline.fish"
}

// Run prints the script for the commands and flags that there are.
func (c *CompletionCmd) Run(std stdio, k *kong.Kong) error {
	words := wordsAfter(k.Model.Node)
	switch c.Shell {
	case "fish":
		return fishCompletion(std.Out, k.Model.Node)
	case "zsh":
		fmt.Fprint(std.Out, "#compdef dateline\nautoload -U +X bashcompinit && bashcompinit\n")
	}
	return bashCompletion(std.Out, words)
}

// following is what may come after a command's words.
type following struct {
	path  string // of words, one blank apart; empty: the program alone
	words []string
}

// wordsAfter lists for each command the commands and flags that may follow it.
func wordsAfter(n *kong.Node) []following {
	one := following{path: commandPath(n)}
	for _, child := range n.Children {
		if !child.Hidden {
			one.words = append(one.words, child.Name)
		}
	}
	for _, f := range n.Flags {
		if !f.Hidden {
			one.words = append(one.words, "--"+f.Name)
		}
	}
	if n.Parent != nil {
		one.words = append(one.words, "--help")
	}
	slices.Sort(one.words)
	one.words = slices.Compact(one.words)
	all := []following{one}
	for _, child := range n.Children {
		if !child.Hidden {
			all = append(all, wordsAfter(child)...)
		}
	}
	return all
}

func commandPath(n *kong.Node) string {
	if n.Parent == nil {
		return ""
	}
	return strings.TrimSpace(commandPath(n.Parent) + " " + n.Name)
}

// bashCompletion writes a function, in what bash and zsh have in common, that that looks at the commands before the
// cursor. Where nothing of ours fits, files are offered.
func bashCompletion(out io.Writer, all []following) error {
	var b strings.Builder
	b.WriteString("_dateline() {\n  local cur=\"${COMP_WORDS[COMP_CWORD]}\" said=\"\" w i words=\"\"\n")
	b.WriteString("  for ((i = 1; i < COMP_CWORD; i++)); do\n    w=\"${COMP_WORDS[i]}\"\n    case \"$w\" in -*) ;; *)\n      case \"${said:+$said }$w\" in\n")
	for _, f := range all {
		if f.path != "" {
			fmt.Fprintf(&b, "        %q) said=%q ;;\n", f.path, f.path)
		}
	}
	b.WriteString("      esac ;;\n    esac\n  done\n  case \"$said\" in\n")
	for _, f := range all {
		fmt.Fprintf(&b, "    %q) words=%q ;;\n", f.path, strings.Join(f.words, " "))
	}
	b.WriteString("  esac\n  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\ncomplete -o default -F _dateline dateline\n")
	_, err := io.WriteString(out, b.String())
	return err
}

// fishCompletion writes a line for each command and flag, with what it does.
func fishCompletion(out io.Writer, root *kong.Node) error {
	var b strings.Builder
	b.WriteString("complete -c dateline -e\n")
	var visit func(n *kong.Node)
	visit = func(n *kong.Node) {
		path := strings.Fields(commandPath(n))
		when := "__fish_use_subcommand"
		if len(path) > 0 {
			seen := make([]string, len(path))
			for i, w := range path {
				seen[i] = "__fish_seen_subcommand_from " + w
			}
			when = strings.Join(seen, "; and ")
		}
		for _, child := range n.Children {
			if child.Hidden {
				continue
			}
			var siblings []string
			for _, s := range n.Children {
				siblings = append(siblings, s.Name)
			}
			here := when
			if len(path) > 0 {
				here += "; and not __fish_seen_subcommand_from " + strings.Join(siblings, " ")
			}
			fmt.Fprintf(&b, "complete -c dateline -f -n %q -a %s -d %q\n", here, child.Name, child.Help)
			visit(child)
		}
		for _, f := range n.Flags {
			if f.Hidden || n.Parent == nil {
				continue
			}
			fmt.Fprintf(&b, "complete -c dateline -n %q -l %s -d %q\n", when, f.Name, f.Help)
		}
	}
	visit(root)
	_, err := io.WriteString(out, b.String())
	return err
}

// ManCmd prints the manual page.
type ManCmd struct{}

// Help is shown under the flags.
func (ManCmd) Help() string { return "Example: dateline man | man -l -" }

// Run prints the manual page, roff with the man macros.
func (ManCmd) Run(std stdio, k *kong.Kong) error {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH DATELINE 1 \"\" \"Dateline %s\"\n.SH NAME\ndateline \\- a news desk: feeds in, topics out\n.SH SYNOPSIS\n.B dateline\n.I command\n[flags]\n.SH COMMANDS\n", roff(version()))
	var visit func(n *kong.Node)
	visit = func(n *kong.Node) {
		for _, child := range n.Children {
			if child.Hidden {
				continue
			}
			if len(child.Children) > 0 {
				visit(child)
				continue
			}
			fmt.Fprintf(&b, ".SS %s", roff("dateline "+commandPath(child)))
			for _, p := range child.Positional {
				fmt.Fprintf(&b, " %s", roff(p.Summary()))
			}
			fmt.Fprintf(&b, "\n%s\n", roff(child.Help))
			if child.Detail != "" {
				fmt.Fprintf(&b, ".PP\n.nf\n%s\n.fi\n", roff(child.Detail))
			}
			for _, f := range child.Flags {
				if !f.Hidden {
					fmt.Fprintf(&b, ".TP\n.B %s\n%s\n", roff(f.Summary()), roff(f.Help))
				}
			}
		}
	}
	visit(k.Model.Node)
	b.WriteString(".SH EXIT STATUS\n0: done. 2: a command line or config that is wrong. 1: everything else that failed.\n.SH FILES\n.I dateline.yaml\nthe config, or what DATELINE_CONFIG names.\n")
	_, err := io.WriteString(std.Out, b.String())
	return err
}

// roff escapes a text for the manual page.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(s)
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}
