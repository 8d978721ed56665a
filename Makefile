# Targets for people and for CI. `make test` installs and starts what it needs.
GO ?= go
export CGO_ENABLED ?= 0
BIN ?= bin/dateline
VERSION ?= $(shell git describe --tags --always 2>/dev/null || echo dev)
# The Dockerfile builds with the same flags, so that both give the same bytes.
BUILD = $(GO) build -trimpath -buildvcs=false -ldflags "-s -w -X main.release=$(VERSION)"

.PHONY: build test quick vet vulnerabilities redis browser outside deploy fuzz bench bench-micro crash simulate image image-test release clean

build:
	$(BUILD) -o $(BIN) ./cmd/dateline

# test runs everything, with the race detector where a C compiler is there for it.
test: redis browser vet
	DATELINE_REDIS_REQUIRED=1 CGO_ENABLED=1 $(GO) test -race -timeout 20m ./...
	cd browser && DATELINE_BROWSER_REQUIRED=1 DATELINE_AXE=$(AXE) $(GO) test -timeout 15m ./...

# quick is test without the race detector.
quick:
	$(GO) test ./...

vet:
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$unformatted" ]; then echo "gofmt: $$unformatted"; exit 1; fi
	$(GO) vet ./...
	cd browser && $(GO) vet ./...
	$(GO) tool staticcheck ./...

# vulnerabilities asks the database of known ones, and fails where one is called. Without the internet it says that nothing was checked.
vulnerabilities:
	@said=$$($(GO) tool govulncheck ./... 2>&1); code=$$?; echo "$$said"; case "$$code $$said" in \
	  "1 "*"fetching vulnerabilities"*) echo "vulnerabilities: NOT CHECKED, the database is out of reach";; \
	  *) exit $$code;; esac

# install installs the system's packages $(1); apt does so where the command $(2) is missing.
define install
{ run=; [ "$$(id -u)" = 0 ] || run=sudo; \
	  $$run apt-get -o DPkg::Lock::Timeout=300 update -qq && \
	  $$run env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends $(1) >/dev/null; }
endef
define apt
	@command -v $(2) >/dev/null || $(call install,$(1))
endef

# redis installs redis-server from the system's packages where it is missing.
redis:
	$(call apt,redis-server,redis-server)
	@redis-server --version

# browser installs Chromium with fonts from the system's packages where it is
# missing, and axe-core, which looks for what keeps people out of a page, from npm.
AXE_VERSION = 4.14.1
AXE_SUM = 29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c
AXE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/dateline/axe-core-$(AXE_VERSION).js
browser: $(AXE)
	$(call apt,chromium fonts-noto-core fonts-noto-cjk,chromium)
	@echo "axe-core $(AXE_VERSION), $$(chromium --version 2>/dev/null)"

$(AXE):
	@mkdir -p $(dir $@) && cd $(dir $@) && command -v npm >/dev/null && tgz=$$(npm pack --silent axe-core@$(AXE_VERSION)) && \
	  tar -xzOf $$tgz package/axe.min.js >$@.part && rm $$tgz && echo "$(AXE_SUM)  $@.part" | sha256sum -c --quiet && mv $@.part $@

# outside installs what checks our files for other systems; a test whose tool cannot be had says so and is left out.
outside:
	-$(call apt,prometheus,promtool)
	-$(call apt,nginx-light,nginx)
	-$(call apt,caddy,caddy)
	-$(call apt,fish,fish)
	-$(call apt,zsh,zsh)
	-@/usr/bin/python3 -c 'import feedparser' 2>/dev/null || $(call install,python3-feedparser)

# deploy holds the files for Kubernetes against Kubernetes' own types, by Helm's and kustomize's own code.
deploy:
	cd deploy/check && $(GO) vet . && $(GO) test -count=1 .

# fuzz gives every fuzz target some seconds.
FUZZTIME ?= 10s
fuzz:
	@for pkg in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
	    echo "$$pkg $$target"; GO="$(GO)" .ci/fuzz $$pkg $$target $(FUZZTIME) || exit 1; \
	  done; done

# bench prints what the whole program takes, as ratios to a bare loop over the same feeds; LOAD has flags of docs/bench/load.
bench: build redis
	cd docs/bench && $(GO) run ./load -dateline $(abspath $(BIN)) $(LOAD)
	@$(MAKE) --no-print-directory simulate | grep -E 'enrolled:|ratio'
	@$(GO) test ./store -run 'Small|Archive' -v | grep -E ' bytes | MB '
	@$(GO) test ./cmd/dateline -run '^$$' -bench Start -benchtime 5x | grep cpu-ms

# bench-micro times the parts.
bench-micro:
	$(GO) test -run '^$$' -bench . -benchmem ./...

# crash ends and disturbs the desk, its Redis, its disk and its clock 200 times each, and compares what it published.
crash:
	DATELINE_CRASHES=200 $(GO) test ./cmd/dateline -run 'LosesNothing|DoesNoHarm|ComeAgain|OutlivesTheProcess' -timeout 90m -v

# simulate asks what a claim costs with a million sources enrolled, what the archive weighs, and what a second process is worth.
simulate:
	DATELINE_SIMULATE=1000000 $(GO) test ./store ./cmd/dateline -run TestSimulate -v

image:
	docker build -t dateline --build-arg VERSION=$(VERSION) .

# image-test builds the image and runs it, with buildah, podman and runc, as root. Where these cannot be had it says so.
image-test:
	-$(call apt,buildah podman runc conmon busybox-static ca-certificates,buildah)
	-$(call apt,busybox-static,busybox)
	-$(call apt,podman-compose netavark aardvark-dns iptables,podman-compose)
	-$(call apt,redis-server,redis-server)
	-$(call apt,prometheus,prometheus)
	@if [ "$$(id -u)" != 0 ]; then echo "image-test: left out, it needs root"; \
	elif ! command -v buildah >/dev/null || ! command -v podman >/dev/null || ! command -v runc >/dev/null; then echo "image-test: left out, there is no container engine"; \
	else DATELINE_IMAGE=1 $(GO) test ./cmd/dateline -run '^TestImage$$' -count=1 -timeout 30m -v; fi

# release makes an archive for each machine with the licences of all that is in it, a bill of what that is, and digests.
# The same source gives the same bytes.
DIST ?= dist
RELEASED = $(shell git log -1 --format=%ct 2>/dev/null || echo 0)
PACK = tar --sort=name --format=gnu --owner=0 --group=0 --numeric-owner --mode=go=rX,u+w --mtime=@$(RELEASED)
release:
	rm -rf $(DIST) && mkdir -p $(DIST)/both
	$(BUILD) -o $(DIST)/here ./cmd/dateline
	$(DIST)/here version --sbom > $(DIST)/dateline-$(VERSION).cdx.json
	$(DIST)/here man > $(DIST)/both/dateline.1
	cp README.md CHANGELOG.md LICENSE NOTICE deploy/dateline.service $(DIST)/both
	@set -e; for module in $$($(GO) version -m $(DIST)/here | awk '$$1 == "dep" {print $$2}'); do \
	  printf '\n== %s\n\n' "$$module"; find "$$($(GO) list -m -f '{{.Dir}}' "$$module")" -maxdepth 1 -iname 'licen[cs]e*' -o -maxdepth 1 -iname copying | xargs cat; \
	done > $(DIST)/both/LICENSES; { printf '\n== Go\n\n'; cat $$($(GO) env GOROOT)/LICENSE; } >> $(DIST)/both/LICENSES
	@set -e; for arch in amd64 arm64; do \
	  to=dateline-$(VERSION)-linux-$$arch; echo "$$to"; cp -r $(DIST)/both $(DIST)/$$to; \
	  GOOS=linux GOARCH=$$arch $(BUILD) -o $(DIST)/$$to/dateline ./cmd/dateline; \
	  (cd $(DIST) && $(PACK) -c $$to | gzip -9n > $$to.tar.gz && rm -r $$to); \
	done
	rm -r $(DIST)/here $(DIST)/both
	cd $(DIST) && sha256sum -- * > SHA256SUMS && cat SHA256SUMS

clean:
	rm -rf bin $(DIST)
