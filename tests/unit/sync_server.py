#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""sync_server.py DIRECTORY CERTIFICATE KEY: a server for Santa's sync protocol, on a port of its own.

It holds requests against the published protobuf (santa.sync.v1): no field but its, each of its type, enums by their
names. What comes is a line of DIRECTORY/requests; what is answered lies in DIRECTORY: preflight, eventupload,
rules-CURSOR (rules- at first), postflight, or a file STAGE.status with a number, STAGE.raw with other bytes.
"""
import gzip
import http.server
import json
import os
import re
import ssl
import sys

directory, certificate, key = sys.argv[1:]

MODES = {"UNKNOWN_CLIENT_MODE", "MONITOR", "LOCKDOWN", "STANDALONE"}
TYPES = {"SYNC_TYPE_UNSPECIFIED", "NORMAL", "CLEAN", "CLEAN_ALL", "CLEAN_STANDALONE"}
DECISIONS = {f"{what}_{why}" for what in ("ALLOW", "BLOCK")
             for why in ("UNKNOWN", "BINARY", "CERTIFICATE", "SCOPE", "TEAMID", "SIGNINGID", "CDHASH")}
COUNTS = [kind + "_rule_count" for kind in
          ("binary", "certificate", "compiler", "transitive", "teamid", "signingid", "cdhash")]
EVENT = {"file_sha256": str, "file_path": str, "file_name": str, "executing_user": str, "execution_time": float,
         "logged_in_users": list, "current_sessions": list, "decision": DECISIONS, "pid": int, "ppid": int,
         "parent_name": str, "signing_chain": list}
MESSAGES = {
    "preflight": {"serial_num": str, "hostname": str, "os_version": str, "os_build": str, "model_identifier": str,
                  "santa_version": str, "primary_user": str, "push_notification_token": str, "client_mode": MODES,
                  "request_clean_sync": bool, "machine_id": str, "push_notification_sync": bool,
                  **{count: int for count in COUNTS}},
    "eventupload": {"events": [EVENT], "machine_id": str},
    "ruledownload": {"cursor": str, "machine_id": str},
    "postflight": {"rules_received": int, "rules_processed": int, "machine_id": str, "sync_type": TYPES},
}
NEEDED = {"preflight": {"serial_num", "hostname", "os_version", "client_mode", "machine_id"},
          "eventupload": {"events", "machine_id"}, "ruledownload": {"machine_id"},
          "postflight": {"rules_received", "rules_processed", "machine_id"}}


def wrong(value, shape, where):
    """What of it the protobuf does not have; None: nothing."""
    if isinstance(shape, set):
        return None if value in shape else f"{where}: {value!r}"
    if isinstance(shape, list):
        if not isinstance(value, list):
            return f"{where}: {value!r}"
        return next(filter(None, (wrong(item, shape[0], where) for item in value)), None)
    if isinstance(shape, dict):
        for name, item in value.items():
            if name not in shape:
                return f"{where}: {name} is no field"
            said = wrong(item, shape[name], f"{where}.{name}")
            if said:
                return said
        return None
    return None if type(value) is shape else f"{where}: {value!r}"


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, status, data, kind="application/json"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if "gzip" in self.headers.get("Accept-Encoding", "") and status == 200:
            data = gzip.compress(data)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_POST(self):
        place = re.fullmatch(r"/santa/(\w+)/([0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12})", self.path)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not place or place[1] not in MESSAGES:
            return self.answer(404, b"")
        stage = place[1]
        if self.headers["Content-Encoding"] != "gzip" or self.headers["Content-Type"] != "application/json":
            return self.answer(415, b"")
        body = json.loads(gzip.decompress(body))
        said = wrong(body, MESSAGES[stage], stage)
        if said or NEEDED[stage] - body.keys() or body["machine_id"] != place[2]:
            with open(f"{directory}/wrong", "a") as file:
                print(said or "a field is missing", file=file)
            return self.answer(400, b"")
        with open(f"{directory}/requests", "a") as file:
            print(json.dumps({"stage": stage, **body}, sort_keys=True), file=file)
        name = f"{directory}/{stage}"
        if os.path.exists(name + ".status"):
            return self.answer(int(open(name + ".status").read()), b"")
        if os.path.exists(name + ".raw"):
            return self.answer(200, open(name + ".raw", "rb").read())
        if stage == "ruledownload":
            name = f"{directory}/rules-{body.get('cursor', '')}"
        self.answer(200, open(name, "rb").read() if os.path.exists(name) else b"{}")

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
server.socket = context.wrap_socket(server.socket, server_side=True)
with open(f"{directory}/port.new", "w") as file:
    print(server.server_port, file=file)
os.rename(f"{directory}/port.new", f"{directory}/port")
server.serve_forever()
