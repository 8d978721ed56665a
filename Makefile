# Targets for people and for CI. `make test` installs and starts what it needs.
GO ?= go
export CGO_ENABLED ?= 0
VERSION ?= $(shell git describe --tags --always 2>/dev/null || echo dev)

.PHONY: build test quick vet redis browser fuzz bench crash simulate image clean

build:
	$(GO) build -trimpath -ldflags "-s -w -X main.release=$(VERSION)" -o bin/dateline ./cmd/dateline

# test runs everything, with the race detector where a C compiler is there for it.
test: redis browser vet
	DATELINE_REDIS_REQUIRED=1 CGO_ENABLED=1 $(GO) test -race -timeout 20m ./...
	cd browser && DATELINE_BROWSER_REQUIRED=1 DATELINE_AXE=$(AXE) $(GO) test -timeout 10m ./...

# quick is test without the race detector.
quick:
	$(GO) test ./...

vet:
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$unformatted" ]; then echo "gofmt: $$unformatted"; exit 1; fi
	$(GO) vet ./...
	cd browser && $(GO) vet ./...

# redis installs redis-server from the system's packages where it is missing.
redis:
	@command -v redis-server >/dev/null || { \
	  run=; [ "$$(id -u)" = 0 ] || run=sudo; \
	  $$run apt-get update -qq && $$run env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends redis-server >/dev/null; }
	@redis-server --version

# browser installs Chromium with fonts from the system's packages where it is
# missing, and axe-core, which looks for what keeps people out of a page, from npm.
AXE_VERSION = 4.14.1
AXE_SUM = 29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c
AXE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/dateline/axe-core-$(AXE_VERSION).js
browser: $(AXE)
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || { \
	  run=; [ "$$(id -u)" = 0 ] || run=sudo; \
	  $$run apt-get update -qq && $$run env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-core fonts-noto-cjk >/dev/null; }
	@echo "axe-core $(AXE_VERSION), $$( (chromium --version || chromium-browser --version || google-chrome --version) 2>/dev/null)"

$(AXE):
	@mkdir -p $(dir $@) && cd $(dir $@) && command -v npm >/dev/null && tgz=$$(npm pack --silent axe-core@$(AXE_VERSION)) && \
	  tar -xzOf $$tgz package/axe.min.js >$@.part && rm $$tgz && echo "$(AXE_SUM)  $@.part" | sha256sum -c --quiet && mv $@.part $@

# fuzz gives every fuzz target some seconds.
FUZZTIME ?= 10s
fuzz:
	@for pkg in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
	    echo "$$pkg $$target"; $(GO) test $$pkg -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) || exit 1; \
	  done; done

bench:
	$(GO) test -run '^$$' -bench . -benchmem ./...

# crash ends the desk at many places of its way and compares what it published.
crash:
	DATELINE_CRASHES=200 $(GO) test ./cmd/dateline -run 'TestKilled|TestPaused|TestFailover|TestLostStories|TestDeath' -timeout 60m -v

# simulate asks a store what a claim costs with a million sources.
simulate:
	DATELINE_SIMULATE=1000000 $(GO) test ./store -run TestSimulateManySources -v

image:
	docker build -t dateline --build-arg VERSION=$(VERSION) .

clean:
	rm -rf bin
