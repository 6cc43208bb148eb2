# Every target sets up what it needs.

SWIFT_BUILD := swift build -c release -Xswiftc -enable-testing

.PHONY: help test build dist format lint clean

help:
	@echo "make test    install what is missing, build, run all tests (also what CI runs)"
	@echo "make build   build in release, with tests"
	@echo "make dist    a stripped binary without Swift libraries, with completion scripts, in dist/"
	@echo "make format  lay out the sources"

test:
	@scripts/test

build:
	@scripts/bootstrap
	@$(SWIFT_BUILD) --build-tests

dist:
	@scripts/bootstrap
	@scripts/dist

format:
	@swift format -i --configuration .swift-format -r Sources Tests connectors Package.swift

lint:
	@scripts/check-sources

clean:
	rm -rf .build .build-dist dist
