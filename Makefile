# The two commands of the README are `make demo` and `make test`; both set up what they need.

SWIFT_BUILD := swift build -c release -Xswiftc -enable-testing
CROSSDOCK := .build/release/crossdock

.PHONY: help demo test build bench dist quick format lint clean

help:
	@echo "make demo    install what is missing, build, run the main job on real data"
	@echo "make test    install what is missing, build, run all tests (also what CI runs)"
	@echo "make build   build in release, with tests"
	@echo "make bench   measure against the bare libraries, print ratios"
	@echo "make dist    a stripped binary without Swift libraries, with completion scripts, in dist/"
	@echo "make format  lay out the sources"

demo:
	@scripts/bootstrap
	@$(SWIFT_BUILD) --product crossdock
	@$(CROSSDOCK) demo

test:
	@scripts/test

build:
	@scripts/bootstrap
	@$(SWIFT_BUILD) --build-tests

bench:
	@scripts/bootstrap
	@scripts/bench

dist:
	@scripts/bootstrap
	@scripts/dist

format:
	@swift format -i --configuration .swift-format -r Sources Tests connectors Benchmarks Package.swift

lint:
	@scripts/check-sources

clean:
	rm -rf .build .build-dist dist
