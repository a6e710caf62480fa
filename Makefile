# SPDX-License-Identifier: GPL-2.0-or-later
# embargo: one Makefile, everything is built in $(O). `make help` lists the targets.
#
#   O=build              where everything is built
#   V=1                  show the commands
#   WERROR=1             warnings are errors (CI sets it)
#   SANITIZE=1           build with ASan and UBSan (in another O, please)
#   CROSS=arm64          build for that processor (in build/arm64), with its packages from Debian
#   PREFIX, DESTDIR      for install and uninstall
#   CC, CLANG, BPFTOOL   tools; clang 14 and gcc 12 are the floor
#   CFLAGS, CPPFLAGS, LDFLAGS   appended last, so yours win

O ?= build$(if $(CROSS),/$(CROSS))
PREFIX ?= /usr
SBINDIR ?= $(PREFIX)/sbin
MANDIR ?= $(PREFIX)/share/man
BASHDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR ?= $(PREFIX)/share/zsh/vendor-completions
SYSTEMDDIR ?= $(PREFIX)/lib/systemd
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
DOCDIR ?= $(PREFIX)/share/doc/embargo
FISHDIR ?= $(PREFIX)/share/fish/vendor_completions.d
CC := gcc
# For another processor: Debian's compiler for it, and a tree of Debian's packages for it.
ifdef CROSS
ifneq ($(CROSS),arm64)
$(error CROSS is arm64, or not given)
endif
SYSROOT := $(O)/sysroot
CC := aarch64-linux-gnu-gcc --sysroot=$(SYSROOT)
export EMBARGO_ARCH := $(CROSS)
PKG_CONFIG := env PKG_CONFIG_SYSROOT_DIR=$(SYSROOT) \
	PKG_CONFIG_LIBDIR=$(SYSROOT)/usr/lib/aarch64-linux-gnu/pkgconfig:$(SYSROOT)/usr/share/pkgconfig pkg-config
else
PKG_CONFIG := pkg-config
endif
CLANG ?= clang
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool) bpftool)
VERSION := 0.2.0

Q := $(if $(V),,@)
SAY = $(if $(V),@:,@printf '  %-8s%s\n')

# What apt installs: to build, to test, and to boot guests.
DEPS_BUILD := gcc make pkg-config clang llvm bpftool libbpf-dev libelf-dev libssl-dev libjansson-dev \
	libarchive-dev libseccomp-dev libsystemd-dev libcap-ng-dev libaudit-dev libxml2-dev libmount-dev libkmod-dev libcurl4-openssl-dev libpq-dev zlib1g-dev linux-libc-dev
DEPS_TEST := lintian qemu-system-x86 busybox-static cpio gnupg ima-evm-utils kmod e2fsprogs xz-utils zstd openssl zip rpm2cpio \
	nginx-light rsyslog-relp rsyslog-pgsql rsyslog-gnutls rsyslog-kafka rsyslog-elasticsearch \
	libclang-rt-14-dev binutils file dpkg-dev mandoc osslsigncode sbsigntool zsh fish rpm rsyslog postgresql systemd curl \
	openscap-scanner yara python3-jsonschema jq chromium netpbm mmdebstrap clang-format-14 shellcheck ansible-lint
DEPS_TEST += skopeo python3-yaml spin rpmlint checkpolicy semodule-utils policycoreutils apparmor

DEPS_CROSS := gcc-aarch64-linux-gnu binutils qemu-system-arm

PACKAGES := libbpf libelf libcrypto jansson libarchive libseccomp libsystemd libcap-ng audit libxml-2.0 mount libkmod zlib
# Opened by the few commands that need them (policy/library.h), for every other start would load thirty libraries more.
OPENED := libcurl libpq
PKG_CFLAGS = $(shell $(PKG_CONFIG) --cflags $(PACKAGES) $(OPENED))
PKG_LIBS = $(shell $(PKG_CONFIG) --libs $(PACKAGES))

comma := ,
SANITIZERS := $(if $(SANITIZE),-fsanitize=address$(comma)undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
override CPPFLAGS := -I. -I$(O) -D_GNU_SOURCE -DEMBARGO_VERSION='"$(VERSION)"' $(CPPFLAGS)
override CFLAGS := -std=gnu17 -Wall -Wextra -Wmissing-prototypes -Wstrict-prototypes $(if $(WERROR),-Werror) \
	$(SANITIZERS) -ffile-prefix-map=$(CURDIR)=. -fstack-protector-strong -fPIE $(or $(CFLAGS),-O2 -g)
override LDFLAGS := -pie -Wl,-z,relro,-z,now -pthread $(LDFLAGS)
# Debugging information names no folder of who builds: two builds of one state are the same bytes.
BPF_CFLAGS = -target bpf -ffile-prefix-map=$(CURDIR)=. -mcpu=v3 -O2 -g -std=gnu17 -Wall -Wextra -Wno-unused-parameter $(if $(WERROR),-Werror) \
	-I. -idirafter $(SYSROOT)/usr/include/$(shell $(CC) -print-multiarch)

# probe.bpf.c is an object of its own: doctor loads it where embargo itself could not be.
BPF_OBJ := $(patsubst %.c,$(O)/%.o,$(filter-out bpf/probe.bpf.c,$(wildcard bpf/*.bpf.c)))
# Sealing is one too: only a host that is to be sealed loads it.
SEAL_OBJ := $(patsubst %.c,$(O)/%.o,$(wildcard bpf/seal/*.bpf.c))
SKELETONS := $(O)/embargo.skel.h $(O)/probe.skel.h $(O)/seal.skel.h
SRC := $(wildcard loader/*.c policy/*.c policy/*/*.c policy/*/*/*.c userspace/*.c userspace/*/*.c)
OBJ := $(patsubst %.c,$(O)/%.o,$(SRC))
# The programs; the rest is what they, and the tests, are made of.
MAINS := $(addprefix $(O)/userspace/,embargo.o initramfs.o)
LIB_OBJ := $(filter-out $(MAINS),$(OBJ))
UNIT := $(patsubst %.c,$(O)/%,$(wildcard tests/unit/*_test.c))
GUEST := $(patsubst %.c,$(O)/%,$(wildcard tests/guest/*_test.c))
FUZZ := $(patsubst tests/%.c,$(O)/%,$(wildcard tests/fuzz/*_fuzz.c))
FUZZ_OBJ := $(patsubst %.c,$(O)/fuzz/%.o,$(wildcard policy/*.c policy/*/*.c policy/*/*/*.c userspace/report/*.c) \
	$(addprefix userspace/,base/log.c base/output.c scan/reply.c base/text.c))
LISTS := $(wildcard policy/lists/*.policy)

.PHONY: all
all: $(O)/embargo $(O)/embargo-initramfs

$(BPF_OBJ) $(SEAL_OBJ) $(O)/bpf/probe.bpf.o: $(O)/%.o: %.c Makefile | $(O)/.deps
	@mkdir -p $(@D)
	$(SAY) CLANG $<
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -c $< -o $@

$(O)/embargo.bpf.o: $(BPF_OBJ)
$(O)/seal.bpf.o: $(SEAL_OBJ)
$(O)/embargo.bpf.o $(O)/seal.bpf.o:
	$(SAY) GENOBJ $@
	$(Q)$(BPFTOOL) gen object $@ $^

$(O)/%.skel.h: $(O)/%.bpf.o
	$(SAY) GENSKEL $@
	$(Q)$(BPFTOOL) gen skeleton $< name embargo_$* > $@

$(O)/probe.bpf.o: $(O)/bpf/probe.bpf.o
	$(Q)cp $< $@

# The stamp changes when the flags do, and then everything is built again.
$(O)/.flags: FORCE
	@mkdir -p $(O)
	@echo '$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS)' | cmp -s - $@ || echo '$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS)' > $@

$(OBJ): $(O)/%.o: %.c Makefile $(O)/.flags | $(SKELETONS)
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) $(CPPFLAGS) $(PKG_CFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

# Files that are part of the program, without what only people need: licence lines, comments and blanks of CSS.
EMBEDDED := $(addprefix $(O)/userspace/report/,style.css script.js script.sh)
$(O)/userspace/report/style.css: userspace/report/style.css Makefile
	@mkdir -p $(@D)
	$(Q)sed -e 's,^/\*.*\*/$$,,' -e 's/^\t*//' -e 's/ {$$/{/' -e 's/: /:/' -e 's/, */,/g' $< | tr -d '\n' | sed 's/;}/}/g' > $@
$(O)/userspace/report/script.js: userspace/report/script.js Makefile
	@mkdir -p $(@D)
	$(Q)sed -e '/^\/\/ /d' -e 's/^\t*//' $< > $@
$(O)/userspace/report/script.sh: userspace/report/script.sh Makefile
	@mkdir -p $(@D)
	$(Q)sed '/^# SPDX-/d' $< > $@
$(O)/userspace/report/embedded.o $(O)/fuzz/userspace/report/embedded.o: $(EMBEDDED)
# private: what it needs, the stamp of the flags above all, is built without.
$(O)/userspace/report/embedded.o $(O)/fuzz/userspace/report/embedded.o: private override CPPFLAGS += -DEMBARGO_EMBEDDED='"$(O)/userspace/report"'

$(O)/userspace/store/embedded.o: userspace/share/sql/schema.sql

$(O)/embargo: $(O)/userspace/embargo.o $(LIB_OBJ)
	$(SAY) LINK $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ -o $@ $(PKG_LIBS)

# Of the same objects what it needs, and of the libraries what these need: the initramfs is to stay small.
$(O)/libembargo.a: $(LIB_OBJ)
	$(Q)rm -f $@ && ar rcs $@ $^

$(O)/embargo-initramfs: $(O)/userspace/initramfs.o $(O)/libembargo.a
	$(SAY) LINK $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -Wl,--gc-sections -Wl,--as-needed $^ -o $@ $(PKG_LIBS)

# gcc 12 warns of a strcmp() that must fail when an argument's length is known: tests do that on purpose.
TEST_CFLAGS := -Wno-string-compare

# Tests: unit tests run here, guest tests only in a guest. probe is static: it runs in chroots and empty containers.
$(UNIT) $(GUEST): $(O)/%: %.c $(LIB_OBJ) tests/harness.h
	@mkdir -p $(@D)
	$(SAY) TEST $@
	$(Q)$(CC) $(CPPFLAGS) $(PKG_CFLAGS) $(CFLAGS) $(TEST_CFLAGS) -MMD -MP $(LDFLAGS) $< $(LIB_OBJ) -o $@ $(PKG_LIBS)

$(O)/tests/probe: tests/probe.c Makefile
	@mkdir -p $(@D)
	$(SAY) CC $@
	$(Q)$(CC) $(CPPFLAGS) -std=gnu17 -Wall -Wextra -O2 -static $< -o $@

# Drivers for guests: signed, edited and built here from those of each kernel.
$(O)/tests/guest-files/driver: Kbuild $(wildcard tests/drivers/* tests/kmod/* $(O)/cache/kernels/*/version) $(wildcard tests/vm/KERNELS*)
	$(SAY) DRIVERS $@
	$(Q)tests/drivers/make-corpus $@

# Programs that guests run as Debian has them: interpreters, what loads drivers at boot, what makes file systems; and
# programs that others signed.
$(addprefix $(O)/tests/guest-files/,interpreter boot filesystem signed container): $(O)/tests/guest-files/%: tests/programs/make-%
	$(SAY) TOOLS $@
	$(Q)tests/programs/make-$* $@

GUEST_FILES := $(addprefix $(O)/tests/guest-files/,driver interpreter boot filesystem signed container)

.PHONY: tests
tests: all $(UNIT) $(GUEST) $(O)/tests/probe $(GUEST_FILES) ## build every test

# Unit tests run under ASan and UBSan, but for those that measure memory.
PLAIN_UNIT := $(filter %_scale_test %_memory_test,$(UNIT))
.PHONY: unit
unit: $(filter-out $(PLAIN_UNIT),$(UNIT))

.PHONY: check-guest
check-guest: all $(GUEST) $(O)/tests/probe $(GUEST_FILES)

.PHONY: check-smoke
check-smoke: all $(O)/tests/guest/smoke_test $(O)/tests/probe $(O)/tests/guest-files/driver

.PHONY: check-build
check-build: check-guest $(PLAIN_UNIT) $(FUZZ)
	$(Q)$(MAKE) O=$(O)/asan SANITIZE=1 unit

# libFuzzer targets: the parsers of untrusted bytes, built by clang with all that they call.
$(FUZZ_OBJ): $(O)/fuzz/%.o: %.c Makefile | $(O)/.deps
	@mkdir -p $(@D)
	$(SAY) CLANG $@
	$(Q)$(CLANG) $(CPPFLAGS) $(PKG_CFLAGS) -std=gnu17 -g -O1 -fsanitize=fuzzer-no-link,address,undefined \
		-fno-sanitize-recover=undefined -MMD -MP -c $< -o $@

$(FUZZ): $(O)/fuzz/%: tests/fuzz/%.c $(FUZZ_OBJ)
	$(SAY) FUZZER $@
	$(Q)$(CLANG) $(CPPFLAGS) $(PKG_CFLAGS) -std=gnu17 -g -O1 -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=undefined $< $(FUZZ_OBJ) -o $@ $(PKG_LIBS)

.PHONY: fuzz
fuzz: $(FUZZ) ## fuzz every parser for FUZZ_SECONDS (600) each; what it finds stays in $(O)/fuzz/found
	$(Q)tests/fuzz/run $(or $(FUZZ_SECONDS),600)

.PHONY: deps
deps: ## install through apt what is missing to build and to test
	$(Q)tests/install-deps $(DEPS_BUILD) $(DEPS_TEST)

# Asked of dpkg once per checkout; installs only what is missing.
$(O)/.deps:
	@mkdir -p $(O)
	$(Q)tests/install-deps $(DEPS_BUILD) $(if $(CROSS),$(DEPS_CROSS))
	$(if $(CROSS),$(Q)ln -sfn "$$(tests/vm/sysroot)" $(SYSROOT))
	@touch $@

.PHONY: check
check: ## build and run every test: unit tests here, guest tests on every kernel, a whole Debian
	$(Q)tests/install-deps $(DEPS_BUILD) $(DEPS_TEST)
	$(Q)tests/install-deps $(DEPS_CROSS)
	$(Q)$(MAKE) -j2 WERROR=1 check-build
	$(Q)$(MAKE) CROSS=arm64 -j2 WERROR=1 check-smoke
	$(Q)tests/run all

# Kernels before 6.4 have no BPF LSM on arm64. A load that is cut off at each of its calls takes a third of the time of all
# tests, and is cut off alike on every processor. On the second kernel go without those that ask nothing of a processor.
ARM64_NOT := interrupted_load
ARM64_ONCE := broken_load fault_load fault_log fault_room lists_load signed_policy scale fetch syslog scan_enforce last_good \
	initramfs stress ring
guest_but = $(filter-out $(addsuffix _test,$(1)),$(notdir $(GUEST)))

.PHONY: check-arm64
check-arm64: ## build for arm64 and run the guest tests on emulated arm64 machines: 6.12, and in part newest
	$(Q)tests/install-deps $(DEPS_BUILD) $(DEPS_TEST) $(DEPS_CROSS)
	$(Q)$(MAKE) CROSS=arm64 -j2 WERROR=1 check-guest
	$(Q)EMBARGO_ARCH=arm64 tests/run guest 6.12 -- $(call guest_but,$(ARM64_NOT))
	$(Q)EMBARGO_ARCH=arm64 tests/run guest newest -- $(call guest_but,$(ARM64_NOT) $(ARM64_ONCE))

# check does the same in short, on Debian 12 only.
.PHONY: check-system
check-system: ## a package's life on a whole Debian 12 and 13 in a guest: boots, faults, upgrades, purge
	$(Q)tests/install-deps $(DEPS_BUILD) $(DEPS_TEST)
	$(Q)$(MAKE) -j2 WERROR=1 all
	$(Q)tests/system/run bookworm 6.1 && tests/system/run trixie 6.12
	$(Q)for on in 'bookworm 6.1' 'trixie 6.12'; do tests/system/run $$on upgrade || [ $$? = 3 ] || exit 1; done

.PHONY: demo
demo: ## see a banned program refused by a real kernel, in a guest
	$(Q)tests/install-deps $(DEPS_BUILD) $(DEPS_TEST)
	$(Q)$(MAKE) all
	$(Q)tests/demo

.PHONY: check-scale
check-scale: ## what publishing a million rules takes, in guest instructions, on every kernel
	$(Q)tests/install-deps $(DEPS_BUILD) $(DEPS_TEST)
	$(Q)$(MAKE) all $(O)/tests/guest/scale_test
	$(Q)tests/scale

.PHONY: stress
stress: ## ten minutes of writers, renamers, execs, policy swaps and short memory on each kernel; rewrites under stops
	$(Q)tests/install-deps $(DEPS_BUILD) $(DEPS_TEST)
	$(Q)$(MAKE) all $(O)/tests/guest/stress_test $(O)/tests/guest/rewrite_test
	$(Q)EMBARGO_STRESS=$${EMBARGO_STRESS:-600} tests/run guest -- stress_test
	$(Q)tests/run stops

.PHONY: matrix
matrix: ## try every way past a ban on every kernel: the table, also in embargo-evasions(7)
	$(Q)tests/install-deps $(DEPS_BUILD) $(DEPS_TEST)
	$(Q)$(MAKE) tests
	$(Q)tests/matrix/run

.PHONY: bench
bench: ## what embargo costs, in guest instructions
	$(Q)tests/install-deps $(DEPS_BUILD) $(DEPS_TEST)
	$(Q)$(MAKE) all $(O)/tests/bench/bench $(O)/tests/guest-files/filesystem
	$(Q)tests/bench/run

.PHONY: bench-scan
bench-scan: all ## how fast scan is, beside sha256sum and clamscan: 100,000 files and 4 GB, kept in $(O)/bench-scan
	$(Q)tests/bench/scan

.PHONY: bench-fleet
bench-fleet: all ## what a fleet costs: scans of 1,000 hosts into PostgreSQL, views, the page and its memory
	$(Q)tests/install-deps $(DEPS_BUILD) $(DEPS_TEST)
	$(Q)tests/bench/fleet

.PHONY: demo-fleet
demo-fleet: all ## see a policy go to a fleet in two rings, and its findings and denials come back as one page
	$(Q)tests/install-deps $(DEPS_BUILD) $(DEPS_TEST)
	$(Q)tests/demo-fleet

$(O)/tests/bench/%: tests/bench/%.c Makefile
	@mkdir -p $(@D)
	$(SAY) CC $@
	$(Q)$(CC) $(CPPFLAGS) -std=gnu17 -Wall -Wextra -O2 -static $< -o $@

.PHONY: lists
lists: ## rebuild the shipped lists from their data
	$(Q)policy/lists/generate

ANSIBLE := $(wildcard userspace/share/ansible/*.yml userspace/share/ansible/roles/embargo/*/*)

# Where each file goes, "SOURCE MODE DESTINATION"; uninstall removes the same.
INSTALLED = \
	$(O)/embargo:755:$(SBINDIR)/embargo \
	$(O)/embargo-initramfs:755:$(PREFIX)/lib/embargo/embargo-initramfs \
	$(foreach page,embargo.8 embargo-cookbook.7 embargo-evasions.7 embargo.policy.5 embargo.conf.5,userspace/share/man/$(page):644:$(MANDIR)/man$(lastword $(subst ., ,$(page)))/$(page)) \
	userspace/share/completions/bash:644:$(BASHDIR)/embargo \
	userspace/share/completions/zsh:644:$(ZSHDIR)/_embargo \
	userspace/share/completions/fish:644:$(FISHDIR)/embargo.fish \
	userspace/share/systemd/embargo.catalog:644:$(SYSTEMDDIR)/catalog/embargo.catalog \
	$(foreach unit,embargo.service embargo-load.service embargo-metrics.socket embargo-scan.service embargo-scan.timer embargo-fetch.service embargo-fetch.timer,userspace/share/systemd/$(unit):644:$(SYSTEMDDIR)/system/$(unit)) \
	userspace/share/systemd/embargo.sysusers:644:$(SYSUSERSDIR)/embargo.conf \
	userspace/share/initramfs/load:755:$(PREFIX)/lib/embargo/initramfs-load \
	userspace/share/initramfs/hook:755:$(PREFIX)/share/initramfs-tools/hooks/embargo \
	userspace/share/initramfs/init-bottom:755:$(PREFIX)/share/initramfs-tools/scripts/init-bottom/embargo \
	userspace/share/initramfs/dracut-module:755:$(PREFIX)/lib/dracut/modules.d/95embargo/module-setup.sh \
	userspace/share/initramfs/dracut-hook.sh:755:$(PREFIX)/lib/dracut/modules.d/95embargo/embargo-load.sh \
	$(foreach file,$(wildcard userspace/share/rsyslog/*.conf),$(file):644:$(DOCDIR)/rsyslog/$(notdir $(file))) \
	userspace/share/apparmor/embargo:644:/etc/apparmor.d/embargo \
	userspace/share/sql/schema.sql:644:$(PREFIX)/share/embargo/sql/schema.sql \
	userspace/share/grafana/embargo.json:644:$(DOCDIR)/grafana/embargo.json \
	userspace/share/prometheus/embargo.rules.yml:644:$(DOCDIR)/prometheus/embargo.rules.yml \
	$(foreach rule,$(wildcard userspace/share/sigma/*.yml),$(rule):644:$(DOCDIR)/sigma/$(notdir $(rule))) \
	$(foreach file,$(ANSIBLE),$(file):644:$(PREFIX)/share/embargo/ansible/$(patsubst userspace/share/ansible/%,%,$(file))) \
	userspace/share/kubernetes/embargo.yaml:644:$(DOCDIR)/kubernetes/embargo.yaml \
	userspace/share/kit/embargo-kit:755:$(PREFIX)/share/embargo/kit/embargo-kit \
	$(foreach file,$(wildcard userspace/share/schema/*.json),$(file):644:$(PREFIX)/share/embargo/schema/$(notdir $(file))) \
	userspace/share/NEWS:644:$(DOCDIR)/NEWS \
	$(foreach list,$(LISTS),$(list):644:$(PREFIX)/share/embargo/lists/$(notdir $(list)))
ANSIBLE_ROLE = $(PREFIX)/share/embargo/ansible/roles/embargo
OWN_DIRS = $(PREFIX)/share/embargo/schema $(foreach part,defaults handlers meta tasks templates,$(ANSIBLE_ROLE)/$(part)) $(ANSIBLE_ROLE) $(dir $(ANSIBLE_ROLE)) \
	$(PREFIX)/share/embargo/ansible $(PREFIX)/share/embargo/kit $(DOCDIR)/prometheus $(DOCDIR)/sigma $(DOCDIR)/kubernetes $(PREFIX)/share/embargo/lists $(PREFIX)/share/embargo/sql $(PREFIX)/share/embargo $(PREFIX)/lib/embargo $(DOCDIR)/rsyslog $(DOCDIR)/grafana \
	$(DOCDIR) $(PREFIX)/lib/dracut/modules.d/95embargo /etc/embargo/policy.d /etc/embargo/trust /etc/embargo

# embargo.conf belongs to the administrator: what is there is left alone.
.PHONY: install
install: all ## install below $(DESTDIR)$(PREFIX)
	$(Q)for file in $(INSTALLED); do \
		to=$${file##*:} mode=$${file%:*}; install -Dm$${mode##*:} $${file%%:*} "$(DESTDIR)$$to" || exit; done
	$(Q)sed -i 's,@SBINDIR@,$(SBINDIR),' $(DESTDIR)$(SYSTEMDDIR)/system/embargo*.service
	$(Q)install -d $(DESTDIR)/etc/embargo/policy.d $(DESTDIR)/etc/embargo/trust
	$(Q)[ -e $(DESTDIR)/etc/embargo/embargo.conf ] || install -m644 userspace/share/embargo.conf $(DESTDIR)/etc/embargo/

.PHONY: uninstall
uninstall: ## remove what install put there, but for what was changed in /etc
	$(Q)for file in $(INSTALLED); do rm -f "$(DESTDIR)$${file##*:}"; done
	$(Q)! cmp -s userspace/share/embargo.conf $(DESTDIR)/etc/embargo/embargo.conf || rm $(DESTDIR)/etc/embargo/embargo.conf
	$(Q)for dir in $(OWN_DIRS); do rmdir "$(DESTDIR)$$dir" 2>/dev/null || :; done

.PHONY: deb
deb: all ## build the Debian package: $(O)/deb/embargo_VERSION_ARCH.deb
	$(if $(CROSS),$(Q)$(MAKE) CROSS= O=build all)
	$(Q)userspace/share/deb/build $(O) $(VERSION) $(if $(CROSS),$(CROSS) build)

.PHONY: rpm
rpm: all ## build the package of Fedora, RHEL and SUSE: $(O)/rpm/embargo-VERSION-1.ARCH.rpm
	$(Q)tests/install-deps rpm checkpolicy semodule-utils
	$(Q)userspace/share/rpm/build $(O) $(VERSION) $(if $(CROSS),aarch64)

.PHONY: image
image: all ## build an OCI image for a node of Kubernetes: $(O)/image/embargo-VERSION-ARCH.oci.tar
	$(Q)userspace/share/kubernetes/build $(O) $(VERSION)

.PHONY: check-reproducible
check-reproducible: ## build the package twice, in two folders: it must be the same bytes
	$(Q)tests/reproducible

.PHONY: sbom
sbom: all ## what the program is linked with, as CycloneDX: $(O)/embargo.cdx.json
	$(Q)userspace/share/sbom $(O)/embargo $(VERSION) > $(O)/embargo.cdx.json
	@echo $(O)/embargo.cdx.json

.PHONY: clean
clean: ## remove what was built; downloaded kernels stay (build/cache)
	$(Q)find $(O) -mindepth 1 -maxdepth 1 ! -name cache -exec rm -rf {} +

.PHONY: help
help: ## this list
	@sed -n 's/^#   \(.*\)/  \1/p' Makefile
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s'|'

.PHONY: FORCE
FORCE:
.DELETE_ON_ERROR:
.SECONDARY:

-include $(FUZZ_OBJ:.o=.d) $(BPF_OBJ:.o=.d) $(SEAL_OBJ:.o=.d) $(O)/bpf/probe.bpf.d $(OBJ:.o=.d) $(UNIT:=.d) $(GUEST:=.d)
