# Every target that needs tools installs what is missing first, by the system's package manager, and says what.

.PHONY: help demo demo-kubernetes test e2e build image image-test bench format prerequisites
.DEFAULT_GOAL := help

help: ## say what can be made (the default)
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 25

demo: build ## give a process a network, reach it through a forwarded port, add a port while it runs
	@src/scripts/demo

demo-kubernetes: build ## the same by kubectl, on a real API server and an agent of this machine
	@src/scripts/demo-kubernetes

test: prerequisites ## run every test, on real slirp4netns and real namespaces
	@src/scripts/test

e2e: build ## install, roll, upgrade, drain and uninstall the chart on a real cluster of one node, under load
	@src/scripts/e2e

build: prerequisites ## build the program: target/dist/bin/rootlessnet
	@src/scripts/build

image: build ## build the OCI image: target/image (IMAGE="--arch arm64", or "--rootfs DIR" where no registry can be reached)
	@src/scripts/prerequisites image
	@src/scripts/image $(IMAGE)

image-test: build ## build the image twice without a registry, compare, and run it on a root that is read-only
	@src/scripts/prerequisites image
	@src/scripts/image-test

bench: build ## measure start-up, port changes, 200 networks, 500 objects of a cluster, and port handlers
	@src/scripts/bench $(BENCH)

format: prerequisites ## bring the Java sources into the format that the build demands
	@mvn -B -ntp -Dstyle.color=never -q spotless:apply

prerequisites: ## install what building and testing need
	@src/scripts/prerequisites
