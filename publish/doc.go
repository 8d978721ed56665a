// Package publish turns stories into what readers subscribe to and look at:
// RSS 2.0, Atom 1.0 and JSON Feed 1.1 for each topic, pages, OPML and a small
// JSON interface. A Server answers HTTP; Export writes the same documents as
// files that any file server can carry.
//
// A document is a pure function of the archive and the masthead: nothing in it
// depends on the time of rendering, so that it is the same byte for byte until
// the news or the config change, in every process that renders it.
package publish
