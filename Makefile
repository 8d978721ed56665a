# Targets for people and for CI. `make test` installs and starts what it needs.
GO ?= go
export CGO_ENABLED ?= 0
VERSION ?= $(shell git describe --tags --always 2>/dev/null || echo dev)

.PHONY: build test quick vet redis fuzz bench crash simulate image clean

build:
	$(GO) build -trimpath -ldflags "-s -w -X main.release=$(VERSION)" -o bin/dateline ./cmd/dateline

# test runs everything, with the race detector where a C compiler is there for it.
test: redis vet
	DATELINE_REDIS_REQUIRED=1 CGO_ENABLED=1 $(GO) test -race -timeout 20m ./...

# quick is test without the race detector.
quick:
	$(GO) test ./...

vet:
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$unformatted" ]; then echo "gofmt: $$unformatted"; exit 1; fi
	$(GO) vet ./...

# redis installs redis-server from the system's packages where it is missing.
redis:
	@command -v redis-server >/dev/null || { \
	  run=; [ "$$(id -u)" = 0 ] || run=sudo; \
	  $$run apt-get update -qq && $$run env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends redis-server >/dev/null; }
	@redis-server --version

# fuzz gives every fuzz target some seconds.
FUZZTIME ?= 10s
fuzz:
	@for pkg in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
	    echo "$$pkg $$target"; $(GO) test $$pkg -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) || exit 1; \
	  done; done

bench:
	$(GO) test -run '^$$' -bench . -benchmem ./...

# crash ends and disturbs the desk, its Redis, its disk and its clock 200 times each, and compares what it published.
crash:
	DATELINE_CRASHES=200 $(GO) test ./cmd/dateline -run 'LosesNothing|DoesNoHarm|ComeAgain|OutlivesTheProcess' -timeout 90m -v

# simulate asks what a claim costs with a million sources enrolled, what the archive weighs, and what a second process is worth.
simulate:
	DATELINE_SIMULATE=1000000 $(GO) test ./store ./cmd/dateline -run TestSimulate -v

image:
	docker build -t dateline --build-arg VERSION=$(VERSION) .

clean:
	rm -rf bin
