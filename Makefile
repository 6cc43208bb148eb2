# Every target sets up what it needs.

SWIFT_BUILD := swift build -c release -Xswiftc -enable-testing

.PHONY: help demo test build bench dist format lint clean

help:
	@echo "make demo    install what is missing, build, move 7,043 accounts from Salesforce to SAP and compare;"
	@echo "             BUS=amqp://… takes a RabbitMQ broker in place of the embedded bus"
	@echo "make test    install what is missing, build, run all tests (also what CI runs)"
	@echo "make build   build in release, with tests"
	@echo "make bench   measure, beside what the libraries underneath reach; JSON=file writes the figures"
	@echo "make dist    a stripped binary without Swift libraries, with completion scripts, in dist/"
	@echo "make format  lay out the sources"

demo:
	@scripts/bootstrap
	@$(SWIFT_BUILD) --product crossdock
	@.build/release/crossdock demo $(if $(BUS),--bus "$(BUS)")

test:
	@scripts/test

build:
	@scripts/bootstrap
	@$(SWIFT_BUILD) --build-tests

bench:
	@scripts/bench $(if $(JSON),--json "$(JSON)")

dist:
	@scripts/bootstrap
	@scripts/dist

format:
	@swift format -i --configuration .swift-format -r Sources Tests connectors Package.swift

lint:
	@scripts/check-sources

clean:
	rm -rf .build .build-dist dist
