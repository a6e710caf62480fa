#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The image and the DaemonSet for a node of Kubernetes: an image that other tools read, a manifest that is one, and asks for
# the privileges that tests/guest/node_test.c was seen to need, and no others.
# shellcheck disable=SC2317 # the tests are called by their names
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"
unset MAKEFLAGS MAKELEVEL MFLAGS MAKEOVERRIDES
here=userspace/share/kubernetes

image_is_built() {
	"$here/build" build 0.1 >"$tmp/path"
	mv "$(cat "$tmp/path")" "$tmp/image.tar"
}

image_is_the_same_again() {
	(umask 077 && TZ=Pacific/Auckland "$here/build" build 0.1 >"$tmp/path")
	cmp "$(cat "$tmp/path")" "$tmp/image.tar"
}

# What skopeo makes of it was read, decompressed and checked by digest.
image_is_read_by_others() {
	skopeo inspect --config "oci-archive:$tmp/image.tar" >"$tmp/config.json"
	skopeo --insecure-policy copy --quiet "oci-archive:$tmp/image.tar" "dir:$tmp/copy"
	python3 - "$tmp/config.json" <<'END'
import json, sys
config = json.load(open(sys.argv[1]))
assert config["config"]["Entrypoint"] == ["/usr/sbin/embargo"] and config["architecture"] == "amd64"
END
}

# Nothing of this machine is needed: the program runs where there is nothing else.
image_is_whole() {
	[[ $EUID == 0 ]] || { echo "needs root for a chroot" && return 1; }
	[[ $(chroot build/image/root /usr/sbin/embargo --version) == "embargo "* ]]
	! find build/image/root -perm /6000 | grep .
	[[ ! -e build/image/root/bin/sh ]]
}

manifest_is_one() {
	python3 - "$here/embargo.yaml" tests/guest/node_test.c <<'END'
import json, re, sys, yaml, jsonschema
text = {"type": "string", "minLength": 1}
def object_of(required, **properties):
    return {"type": "object", "additionalProperties": False, "required": required.split(), "properties": properties}
def list_of(item):
    return {"type": "array", "minItems": 1, "items": item}
labels = {"type": "object", "additionalProperties": text}
meta = object_of("name", name=text, namespace=text, labels=labels)
context = object_of("capabilities", allowPrivilegeEscalation={"const": False}, readOnlyRootFilesystem={"const": True},
    runAsUser={"type": "integer"}, seccompProfile=object_of("type", type={"enum": ["RuntimeDefault", "Localhost", "Unconfined"]}),
    capabilities=object_of("add drop", add=list_of(text), drop={"const": ["ALL"]}))
amount = {"type": "object", "additionalProperties": {"type": "string", "pattern": "^[0-9]+(m|Ki|Mi|Gi)?$"}}
container = object_of("name image args securityContext", name=text, image=text, args=list_of(text), securityContext=context,
    volumeMounts=list_of(object_of("name mountPath", name=text, mountPath={"pattern": "^/"}, subPath=text, readOnly={"type": "boolean"})),
    resources=object_of("", requests=amount, limits=amount))
volume = object_of("name", name=text, configMap=object_of("name", name=text, defaultMode={"type": "integer"}),
    hostPath=object_of("path type", path={"pattern": "^/"}, type={"enum": ["Directory", "DirectoryOrCreate"]}))
pod = object_of("containers volumes", automountServiceAccountToken={"const": False}, hostPID={"const": True}, priorityClassName=text,
    nodeSelector=labels, tolerations=list_of(object_of("", operator={"enum": ["Exists", "Equal"]})),
    initContainers=list_of(container), containers=list_of(container), volumes=list_of(volume))
kinds = {
    "Namespace": object_of("apiVersion kind metadata", apiVersion={"const": "v1"}, kind=text, metadata=meta),
    "ConfigMap": object_of("apiVersion kind metadata data", apiVersion={"const": "v1"}, kind=text, metadata=meta, data=labels),
    "DaemonSet": object_of("apiVersion kind metadata spec", apiVersion={"const": "apps/v1"}, kind=text, metadata=meta,
        spec=object_of("selector template", selector=object_of("matchLabels", matchLabels=labels),
            updateStrategy=object_of("type", type={"enum": ["RollingUpdate", "OnDelete"]},
                rollingUpdate=object_of("", maxUnavailable={"type": "integer"})),
            template=object_of("metadata spec", metadata=object_of("labels", labels=labels), spec=pod))),
}
documents = list(yaml.safe_load_all(open(sys.argv[1])))
for document in documents:
    jsonschema.validate(document, kinds[document["kind"]])
spec = next(d for d in documents if d["kind"] == "DaemonSet")["spec"]
assert spec["selector"]["matchLabels"] == spec["template"]["metadata"]["labels"]
pod = spec["template"]["spec"]
volumes = {v["name"] for v in pod["volumes"]}
both = pod["initContainers"] + pod["containers"]
for one in both:
    assert {m["name"] for m in one["volumeMounts"]} == volumes, one["name"]
test = open(sys.argv[2]).read()
for one, array in zip(both, ("load", "run")):
    needed = re.search(r"= \{" + array + r", \{(.*?)\}\}", test, re.S).group(1)
    assert sorted(one["securityContext"]["capabilities"]["add"]) == sorted(re.findall(r"CAP_(\w+)", needed)), one["name"]
END
}

# The settings that it gives the daemon are settings.
settings_are_some() {
	python3 -c 'import sys, yaml
for d in yaml.safe_load_all(open(sys.argv[1])):
    if d["kind"] == "ConfigMap": sys.stdout.write(d["data"]["embargo.conf"])' "$here/embargo.yaml" >"$tmp/embargo.conf"
	local key
	[[ -s $tmp/embargo.conf ]]
	while read -r key _; do grep -q "^#\?$key " userspace/share/embargo.conf; done <"$tmp/embargo.conf"
}

echo "KTAP version 1"
for name in image_is_built image_is_the_same_again image_is_read_by_others image_is_whole manifest_is_one settings_are_some; do
	try $name
done
finish
