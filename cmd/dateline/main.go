// Command dateline is a news desk: it polls news feeds, tells new copy from
// old, edits it to clean text, files it under topics, joins the copies of one
// story, and republishes every topic as RSS, Atom, JSON Feed and a page.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
	_ "time/tzdata" // schedules name zones, and the image has no other table of them

	"github.com/alecthomas/kong"
)

// commands is the command line.
type commands struct {
	Serve ServeCmd `cmd:"" help:"Fetch and publish, in one process."`
	Fetch FetchCmd `cmd:"" help:"Only fetch; for several machines over one Redis."`
	Web   WebCmd   `cmd:"" help:"Only publish; for several machines over one Redis."`
	Demo  DemoCmd  `cmd:"" help:"Serve a small news world that the binary carries; no network needed."`
	Once  OnceCmd  `cmd:"" help:"Poll every due source once, say what came of it, and exit."`

	Check  CheckCmd `cmd:"" help:"Check the config: every fault at once, and the next polls of each source."`
	Init   InitCmd  `cmd:"" help:"Write a config to begin with."`
	Config struct {
		Show   ConfigCmd       `cmd:"" default:"withargs" help:"Show the config as it takes effect, secrets masked."`
		Schema ConfigSchemaCmd `cmd:"" help:"Print the config's JSON Schema, for editors."`
	} `cmd:"" help:"The config: show, schema."`

	Source struct {
		List SourceListCmd `cmd:"" help:"List the sources and how they fare."`
		Test SourceTestCmd `cmd:"" help:"Ask one source now and show what it sends; nothing is stored."`

		Discover SourceDiscoverCmd `cmd:"" help:"Look for the feeds of a page."`
		Add      SourceAddCmd      `cmd:"" help:"Find a feed and write it into the config."`
		Requests SourceRequestsCmd `cmd:"" help:"Show the last requests to a source, and why it waits."`
	} `cmd:"" help:"Sources: list, test, discover, add, requests."`
	Opml struct {
		Import OpmlImportCmd `cmd:"" help:"Print the sources of an OPML file as config."`
		Export OpmlExportCmd `cmd:"" help:"Print the config's sources as OPML."`
	} `cmd:"" help:"Subscription lists: import, export."`
	Topic struct {
		List TopicListCmd `cmd:"" help:"List the topics."`
		Test TopicTestCmd `cmd:"" help:"Match a text, or labelled samples, against the topics."`
		Why  TopicWhyCmd  `cmd:"" help:"Explain why a topic takes an article, or does not."`
		Diff TopicDiffCmd `cmd:"" help:"Show what changed rules gain and lose on stored articles."`
	} `cmd:"" help:"Topics: list, test, why, diff."`
	Story struct {
		Why      StoryWhyCmd      `cmd:"" help:"Explain why two articles are one story, or are not."`
		Split    StorySplitCmd    `cmd:"" help:"Take an article out of the story that tells it."`
		Merge    StoryMergeCmd    `cmd:"" help:"Tell two stories as one."`
		Withdraw StoryWithdrawCmd `cmd:"" help:"Take a story back from all that is published."`
		Test     storyTestCmd     `cmd:"" help:"Group documents into stories."`
	} `cmd:"" help:"Stories: why, test."`

	Store struct {
		Info StoreInfoCmd `cmd:"" help:"Show what a store holds."`
		Copy StoreCopyCmd `cmd:"" help:"Copy a store to another that is empty: a backup, or a move."`
	} `cmd:"" help:"The store: info, copy."`

	Normalize normalizeCmd `cmd:"" help:"Edit one page, fragment or text dump into an article."`
	Article   ArticleCmd   `cmd:"" help:"Fetch an article, every page of it, and edit it."`
	Parse     parseCmd     `cmd:"" help:"Read one feed document and print it as JSON."`
	Date      dateCmd      `cmd:"" help:"Read a date in any language."`

	Export      ExportCmd      `cmd:"" help:"Write every feed and page as files for any web server."`
	Healthcheck HealthcheckCmd `cmd:"" help:"Ask a running server whether it is well; for containers."`
	Version     VersionCmd     `cmd:"" help:"Print the version."`
	Completion  CompletionCmd  `cmd:"" help:"Print the completion script of a shell."`
	Man         ManCmd         `cmd:"" help:"Print the manual page."`
}

// stdio is where a command reads and writes.
type stdio struct {
	In       io.Reader
	Out, Err io.Writer
	Terminal bool // a person reads Err
	Asks     bool // a person types at In and reads Out
}

func main() {
	boundMemory()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], stdio{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Terminal: terminal(os.Stderr), Asks: terminal(os.Stdin) && terminal(os.Stdout)}))
}

// terminal reports whether a person is at a file.
func terminal(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	nobody, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, nobody)
}

// run is the program: exit code 0 for done, 2 for a command line or config
// that is wrong, 1 for everything else that failed.
func run(ctx context.Context, args []string, std stdio) int {
	var cli commands
	exit := -1
	parser, err := kong.New(&cli,
		kong.Name("dateline"),
		kong.Description("A news desk: feeds in, topics out."),
		kong.UsageOnError(),
		kong.Writers(std.Out, std.Err),
		kong.Exit(func(code int) { exit = code; panic(exited{}) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(std),
	)
	if err != nil {
		fmt.Fprintln(std.Err, "dateline:", err)
		return 1
	}
	args = spelt(args)
	command, err := parse(parser, args)
	if exit >= 0 { // --help
		return exit
	}
	if err != nil {
		fmt.Fprintf(std.Err, "dateline: %v\nTry: %s\n", err, helpFor(parser, args))
		return 2
	}
	return code(command.Run(), std.Err)
}

// exited is thrown where the command line library means to end the process.
type exited struct{}

func parse(parser *kong.Kong, args []string) (command *kong.Context, err error) {
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(exited); !ok {
				panic(r)
			}
		}
	}()
	if len(args) == 0 {
		args = []string{"--help"}
	}
	return parser.Parse(args)
}

// helpFor is how to ask for help on what was meant.
func helpFor(parser *kong.Kong, args []string) string {
	asked, node := "dateline", parser.Model.Node
	for _, word := range args {
		i := slices.IndexFunc(node.Children, func(command *kong.Node) bool { return command.Name == word })
		if i < 0 {
			break
		}
		node = node.Children[i]
		asked += " " + word
	}
	return asked + " --help"
}

// code prints an error as people read it and gives the exit code.
func code(err error, out io.Writer) int {
	var bad *faults
	switch {
	case err == nil, errors.Is(err, context.Canceled):
		return 0
	case errors.As(err, &bad):
		fmt.Fprintln(out, bad)
		return 2
	default:
		fmt.Fprintln(out, "dateline:", err)
		return 1
	}
}
