# Needs cargo (Rust 1.95), cc and c++, perl, make and python3 (3.11 with venv); everything else is fetched by the targets themselves.

PYTHON ?= python3
CARGO  ?= cargo
TARGET := $(abspath $(or $(CARGO_TARGET_DIR),target))
VENV   := $(CURDIR)/.venv
ZIP    := $(TARGET)/test/bootstrap.zip

# cmake, meson and ninja for the C codecs, from .venv; see resizer-fn/av1/build-tools.
export PATH := $(CURDIR)/resizer-fn/av1/build-tools:$(PATH)

# The benchmark of images: its own Python packages, sharp, and what it is to do.
BENCH      := tests/bench/images
BENCH_VENV := $(CURDIR)/.venv-bench
BENCH_NODE := $(TARGET)/bench/node
ARGS       ?=

# The single binary and where it is installed. make install takes it, or the one of make build, or BINARY=FILE.
ARCH    ?= arm64
PREFIX  ?= /usr/local
DESTDIR ?=
DIST    := $(TARGET)/dist/imgdeploy
BINARY  ?= $(firstword $(wildcard $(DIST) $(TARGET)/release/imgdeploy))
# The other two: a start of the function beside Node's, and new code beside other tools.
COLD          := tests/bench/cold_start
COLD_NODE     := $(TARGET)/bench/cold-start
UPDATE        := tests/bench/update_code
UPDATE_VENV   := $(CURDIR)/.venv-bench-update
BATCH         := tests/bench/batch
BATCH_NODE    := $(TARGET)/bench/batch-node
RELEASE_ZIP   := $(TARGET)/bench/bootstrap.zip

# The function as Lambda gets it, and what runs it here.
ARM64         := aarch64-unknown-linux-gnu
ARM64_ZIP     := $(TARGET)/test/arm64/bootstrap.zip
QEMU_ARM64    ?= $(shell command -v qemu-aarch64)
SYSROOT_ARM64 ?= /usr/aarch64-linux-gnu

# A comma that does not end an argument.
comma := ,

# What the tests and the demo need to know.
export IMGDEPLOY_MINISTACK := $(VENV)/bin/ministack
export IMGDEPLOY_TEST_ZIP  := $(ZIP)

.DEFAULT_GOAL := help
.PHONY: help demo test test-full check build dist install clean venv assembler zip lint-templates need-cargo need-python need-node need-arm64 bench-images bench-cold-start bench-update-code bench-batch bench-test-time test-arm64 hostile

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: venv zip ## a used bucket gets resized images, on this machine, in under a minute
	@$(CARGO) build --locked --quiet --workspace --bin imgdeploy --bin demo
	@$(TARGET)/debug/demo $(TARGET)/debug/imgdeploy

test: venv zip lint-templates ## all tests
	@if $(CARGO) nextest --version >/dev/null 2>&1; then \
	  set -x; $(CARGO) nextest run --locked --workspace; \
	else \
	  echo "cargo-nextest is not installed: cargo test takes over, which is slower"; \
	  set -x; $(CARGO) test --locked --workspace --bins --lib --tests; \
	fi
	$(CARGO) test --locked --workspace --doc

# What `test` leaves out: runs are cut off at every call, not only at every write and each kind of read, and more images are asked for.
# Without nextest the variable alone does it.
test-full: export IMGDEPLOY_TEST_FULL := 1
test-full: export NEXTEST_PROFILE := full
test-full: test ## all tests, with every cut-off and all random requests

# Not a part of `test`: the build takes minutes, and one that lies around may be of older sources than what it is compared with.
test-arm64: venv need-cargo need-arm64 ## the arm64 build under qemu: does it store the images that this machine's build does?
	$(CARGO) zigbuild --locked --release --package resizer-fn --bin bootstrap --target $(ARM64).2.34
	@mkdir -p $(dir $(ARM64_ZIP))
	@cd $(TARGET)/$(ARM64)/release && $(PYTHON) -m zipfile -c $(ARM64_ZIP) bootstrap
	@cd $(dir $(ARM64_ZIP)) && $(PYTHON) -m zipfile -e $(ARM64_ZIP) . && chmod 755 bootstrap
	IMGDEPLOY_QEMU_ARM64=$(QEMU_ARM64) IMGDEPLOY_ARM64_SYSROOT=$(SYSROOT_ARM64) IMGDEPLOY_ARM64_BOOTSTRAP=$(dir $(ARM64_ZIP))bootstrap \
	  $(CARGO) test --locked --workspace --test arm64 -- --ignored

# Not a part of `test`, which sends some hundred to the build of the tests: this takes an hour or more.
hostile: need-cargo assembler ## what no honest viewer asks for, 20,000 times, of the release build (HOSTILE_REQUESTS=, HOSTILE_SEED=, HOSTILE_TIMEOUT_MS=)
	$(CARGO) build --locked --release --package resizer-fn --bin bootstrap
	HOSTILE_BOOTSTRAP=$(TARGET)/release/bootstrap HOSTILE_REQUESTS=$${HOSTILE_REQUESTS:-20000} \
	  $(CARGO) test --locked --package resizer-fn --test hostile -- --nocapture

# Known weaknesses of the Rust crates. Their database is fetched; where it can't be had, that is said and is no error.
define advisories
if ! $(CARGO) deny --locked fetch db >/dev/null 2>&1; then \
  echo "advisories were not checked: their database (github.com/rustsec/advisory-db) could not be fetched"; \
else \
  (set -x; $(CARGO) deny --locked check --disable-fetch advisories); \
fi
endef

check: venv need-cargo lint-templates ## format, lints, dependencies, templates
	@if $(CARGO) fmt --version >/dev/null 2>&1; then \
	  (set -x; $(CARGO) fmt --all -- --check); \
	else \
	  echo "rustfmt is not installed, the format was not checked: rustup component add rustfmt"; \
	fi
	@if $(CARGO) clippy --version >/dev/null 2>&1; then \
	  (set -x; $(CARGO) clippy --locked --workspace --all-targets -- -D warnings); \
	else \
	  echo "clippy is not installed, lints were not checked: rustup component add clippy"; \
	fi
	@if $(CARGO) deny --version >/dev/null 2>&1; then \
	  (set -x; $(CARGO) deny --locked check bans licenses sources) && $(advisories); \
	else \
	  echo "cargo-deny is not installed, dependencies were not checked: cargo install --locked cargo-deny"; \
	fi

build: need-cargo venv assembler ## the release binary: target/release/imgdeploy
	$(CARGO) build --locked --release --package imgdeploy --bin imgdeploy

dist: build ## the release binary with the function's code inside: target/dist/imgdeploy (ARCH=arm64|x86_64)
	@mkdir -p $(dir $(DIST))
	$(TARGET)/release/imgdeploy build --arch $(ARCH) --single-binary $(DIST)

install: ## binary, completions and manual pages (PREFIX=/usr/local, DESTDIR=, BINARY=)
	@test -n "$(BINARY)" || { echo "error: there is no binary yet: make dist, or make build" >&2; exit 1; }
	@set -e; base="$(DESTDIR)$(PREFIX)"; man="$$base/share/man/man1"; tool="$(abspath $(BINARY))"; \
	  bash="$$base/share/bash-completion/completions" zsh="$$base/share/zsh/site-functions"; \
	  fish="$$base/share/fish/vendor_completions.d"; \
	  mkdir -p "$$base/bin" "$$man" "$$bash" "$$zsh" "$$fish"; \
	  cp "$$tool" "$$base/bin/imgdeploy"; chmod 755 "$$base/bin/imgdeploy"; \
	  "$$tool" completions bash >"$$bash/imgdeploy"; \
	  "$$tool" completions zsh >"$$zsh/_imgdeploy"; \
	  "$$tool" completions fish >"$$fish/imgdeploy.fish"; \
	  "$$tool" man >"$$man/imgdeploy.1"; \
	  for command in $$("$$tool" --help | awk '/^Commands:/ { on = 1; next } /^$$/ { on = 0 } on && /^  [a-z]/ { print $$1 }'); do \
	    "$$tool" man "$$command" >"$$man/imgdeploy-$$command.1"; \
	  done; \
	  echo "installed in $$base"

clean: ## everything that was built or fetched
	rm -rf $(VENV) $(BENCH_VENV) $(UPDATE_VENV) $(TARGET)

bench-images: need-cargo venv assembler $(BENCH_VENV)/.complete $(BENCH_NODE)/.complete ## the image core beside sharp and others (ARGS=--quick; --help)
	@$(CARGO) build --locked --quiet --release --package image-bench --bin worker
	@cd $(BENCH) && PYTHONDONTWRITEBYTECODE=1 $(BENCH_VENV)/bin/python -m unittest --quiet tests.py
	@PYTHONDONTWRITEBYTECODE=1 $(BENCH_VENV)/bin/python $(BENCH)/run.py --target $(TARGET) $(ARGS)

$(BENCH_NODE)/.complete: $(BENCH)/package.json $(BENCH)/package-lock.json | need-node
	@mkdir -p $(BENCH_NODE)
	@echo "fetching sharp (once)"
	@cp $^ $(BENCH_NODE)
	@npm ci --prefix $(BENCH_NODE) --no-audit --no-fund --loglevel=error >/dev/null \
	  || { echo "error: npm could not install sharp: is there a network?" >&2; exit 1; }
	@touch $@

bench-cold-start: need-cargo need-python venv assembler $(COLD_NODE)/.complete ## CPU of a start beside Node with sharp; size of the zip (ARGS=--help)
	@$(CARGO) build --locked --quiet --release --package resizer-fn --bin bootstrap
	@$(CARGO) build --locked --quiet --workspace --bin imgdeploy
	@$(TARGET)/debug/imgdeploy build --output-zip $(TARGET)/bench/arm64.zip
	@cd $(COLD) && PYTHONDONTWRITEBYTECODE=1 $(PYTHON) -m unittest --quiet tests.py
	@PYTHONDONTWRITEBYTECODE=1 $(PYTHON) $(COLD)/run.py --target $(TARGET) $(ARGS)

$(COLD_NODE)/.complete: $(COLD)/package.json $(COLD)/package-lock.json | need-node venv
	@mkdir -p $(COLD_NODE)
	@echo "fetching sharp, the S3 client and Lambda's runtime client (once; the last is compiled, which takes minutes)"
	@cp $^ $(COLD_NODE)
	@PATH="$(VENV)/bin:$$PATH" npm ci --prefix $(COLD_NODE) --no-audit --no-fund --loglevel=error >/dev/null 2>&1 \
	  || { echo "note: the runtime client did not install: a loop of the benchmark's own takes its place"; \
	       npm ci --omit=dev --prefix $(COLD_NODE) --no-audit --no-fund --loglevel=error >/dev/null; } \
	  || { echo "error: npm could not install them: is there a network?" >&2; exit 1; }
	@touch $@

bench-update-code: need-cargo venv assembler $(UPDATE_VENV)/.complete ## new code into a function, beside the AWS CLI and others (ARGS=--help)
	@$(CARGO) build --locked --quiet --release --package imgdeploy --bin imgdeploy
	@$(CARGO) build --locked --quiet --release --package resizer-fn --bin bootstrap
	@mkdir -p $(dir $(RELEASE_ZIP)) && cd $(TARGET)/release && $(PYTHON) -m zipfile -c $(RELEASE_ZIP) bootstrap
	@cd $(UPDATE) && PYTHONDONTWRITEBYTECODE=1 $(UPDATE_VENV)/bin/python -m unittest --quiet tests.py
	@PYTHONDONTWRITEBYTECODE=1 $(UPDATE_VENV)/bin/python $(UPDATE)/run.py --target $(TARGET) --zip $(RELEASE_ZIP) \
	  --imgdeploy $(TARGET)/release/imgdeploy --ministack $(VENV)/bin/ministack $(ARGS)

$(BATCH_NODE)/.complete: $(BATCH)/package.json $(BATCH)/package-lock.json | need-node
	@mkdir -p $(BATCH_NODE)
	@echo "fetching sharp and the S3 client (once)"
	@cp $^ $(BATCH_NODE)
	@npm ci --prefix $(BATCH_NODE) --no-audit --no-fund --loglevel=error >/dev/null \
	  || { echo "error: npm could not install them: is there a network?" >&2; exit 1; }
	@touch $@

# The photographs are made by sharp, of those of bench-images.
bench-batch: need-cargo venv assembler $(BATCH_NODE)/.complete ## a thousand photos, two sizes each, beside sharp (ARGS=--count 100; --listing 1000000; --help)
	@$(CARGO) build --locked --quiet --workspace --bin imgdeploy
	@$(CARGO) build --locked --quiet --release --package resizer-fn --bin bootstrap
	@mkdir -p $(dir $(RELEASE_ZIP)) && cd $(TARGET)/release && $(PYTHON) -m zipfile -c $(RELEASE_ZIP) bootstrap
	@cd $(BATCH) && PYTHONDONTWRITEBYTECODE=1 $(VENV)/bin/python -m unittest --quiet tests.py
	@PYTHONDONTWRITEBYTECODE=1 $(VENV)/bin/python $(BATCH)/run.py --target $(TARGET) --zip $(RELEASE_ZIP) --node-modules $(BATCH_NODE)/node_modules \
	  --imgdeploy $(TARGET)/debug/imgdeploy --ministack $(VENV)/bin/ministack $(ARGS)

bench-test-time: need-cargo venv ## clean and warm `make test` beside another commit's (ARGS='--against COMMIT'; --help)
	@cd tests/bench/test_time && PYTHONDONTWRITEBYTECODE=1 $(VENV)/bin/python -m unittest --quiet tests.py
	@PYTHONDONTWRITEBYTECODE=1 $(VENV)/bin/python tests/bench/test_time/run.py --target $(TARGET) $(ARGS)

venv: $(VENV)/.complete ## emulator, template linter and build tools, pinned by hash

# $(call fresh_venv,FOLDER,REQUIREMENTS,WHAT IS IN IT); the stamp comes last: a run that was cut off starts over.
define fresh_venv
	@rm -rf $(1)
	@echo "fetching $(3) into $(notdir $(1)) (once)"
	@$(PYTHON) -m venv $(1)
	@$(1)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $(2) \
	  || { echo "error: pip could not install $(2): is there a network?" >&2; exit 1; }
	@touch $(1)/.complete
endef

$(VENV)/.complete: tests/requirements.txt | need-python
	$(call fresh_venv,$(VENV),$<,the emulator$(comma) cfn-lint and build tools)

$(BENCH_VENV)/.complete: $(BENCH)/requirements.txt | need-python
	$(call fresh_venv,$(BENCH_VENV),$<,libvips$(comma) thumbor and numpy)

# The list is whole. Left to look for more, pip stumbles over what two of them ask for in different words.
$(UPDATE_VENV)/.complete: export PIP_NO_DEPS := 1
$(UPDATE_VENV)/.complete: $(UPDATE)/requirements.txt | need-python
	$(call fresh_venv,$(UPDATE_VENV),$<,the AWS CLI$(comma) cargo-lambda and SAM)

# The fast paths of the AVIF codecs are written for nasm on x86-64; without it release builds have them from C, as dev
# builds always do. Tried once: a machine that can't have it is not asked again. The codecs are not rebuilt when nasm comes later:
# cargo clean -p libaom-sys -p libdav1d-sys.
assembler: $(VENV)/.assembler

$(VENV)/.assembler: $(VENV)/.complete
	@case $$(uname -m) in x86_64|amd64) ;; *) exit 0;; esac; \
	  command -v nasm >/dev/null && exit 0; \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "installing nasm for the AVIF codecs (once)"; \
	    install='timeout 120 apt-get -qq -y --no-install-recommends install nasm'; \
	    export DEBIAN_FRONTEND=noninteractive; \
	    { $$install || { timeout 120 apt-get -qq update && $$install; }; } </dev/null >/dev/null 2>&1 || true; \
	  fi; \
	  command -v nasm >/dev/null || echo "note: nasm is missing: AVIF works, but slowly (apt install nasm, then cargo clean -p libaom-sys -p libdav1d-sys)"
	@touch $@

# The function as it will run on this machine's processor, without symbols: every test uploads it. Of the whole
# workspace, as the tests are: for one package alone cargo chooses other features, and compiles much twice.
zip: need-cargo venv
	@$(CARGO) build --locked --quiet --workspace --bin bootstrap
	@mkdir -p $(dir $(ZIP))
	@if [ ! -e $(ZIP) ] || [ $(TARGET)/debug/bootstrap -nt $(ZIP) ]; then \
	  cd $(dir $(ZIP)) && strip -o bootstrap $(TARGET)/debug/bootstrap \
	  && $(PYTHON) -m zipfile -c $(ZIP).part bootstrap && mv $(ZIP).part $(ZIP); \
	fi

lint-templates: venv
	@set -- templates/*.yaml; \
	if [ -e "$$1" ]; then set -x; $(VENV)/bin/cfn-lint --non-zero-exit-code informational "$$@"; fi

need-cargo:
	@command -v $(CARGO) >/dev/null || { echo "error: cargo is missing: see https://rustup.rs" >&2; exit 1; }
	@for tool in cc c++ perl; do \
	  command -v $$tool >/dev/null || { echo "error: $$tool is missing: apt install build-essential perl" >&2; exit 1; }; \
	done

need-python:
	@command -v $(PYTHON) >/dev/null || { echo "error: python3 is missing: apt install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "error: $$($(PYTHON) --version) is too old, 3.11 is needed: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "error: python3 cannot make a venv: apt install python3-venv" >&2; exit 1; }

need-node:
	@command -v npm >/dev/null && node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 9) ? 0 : 1)' \
	  || { echo "error: sharp needs Node 20.9 or newer, with npm: apt install nodejs npm, or https://nodejs.org" >&2; exit 1; }

need-arm64:
	@[ -n "$(QEMU_ARM64)" ] || { echo "error: qemu-aarch64 is missing: apt install qemu-user" >&2; exit 1; }
	@[ -e $(SYSROOT_ARM64)/lib/libgcc_s.so.1 ] \
	  || { echo "error: no arm64 libraries in $(SYSROOT_ARM64): apt install libc6-arm64-cross libgcc-s1-arm64-cross, or SYSROOT_ARM64=FOLDER" >&2; exit 1; }
	@command -v cargo-zigbuild >/dev/null \
	  || { echo "error: cargo-zigbuild is missing: cargo install --locked cargo-zigbuild, pip install ziglang" >&2; exit 1; }
