//go:build !unix

package main

// brittle is needed only where the crash tests run.
func brittle() {}
