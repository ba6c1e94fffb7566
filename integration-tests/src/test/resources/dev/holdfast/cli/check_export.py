"""An independent checker of `holdfast audit export`: by docs/journal-format.md and the standard library alone.

check_export.py EXPORT [ANCHOR]: exit status 0 and the head, or 1 and what is wrong.
"""
import base64, hashlib, json, sys

TYPES = {1: "epoch", 2: "begun", 3: "decided", 4: "changed", 5: "pruned", 6: "carried"}

def number(data, at):
    value = 0
    while True:
        value, more, at = value << 7 | data[at] & 127, data[at] & 128, at + 1
        if not more:
            return value, at

def check(lines, anchor):
    head, records, begun, seen = bytes(32), 0, 0, anchor is None
    for line in map(json.loads, lines):
        if line["type"] in ("journal", "head"):
            assert line["type"] != "head" or (line["records"], line["hash"]) == (records, head.hex()), "another head"
            continue
        data, records = base64.b64decode(line["canonical"]), records + 1
        head = hashlib.sha256(head + data).digest()
        assert head.hex() == line["hash"], f"record {records} does not follow from the one before"
        own, at = number(data, 1)
        assert own == records == line["record"], f"record {records} is out of place"
        assert TYPES[data[0]] == line["type"], f"record {records} is of another type"
        if data[0] == 2:
            begun += 1
            assert number(data, at)[0] == begun, f"transaction {begun} is out of order"
        if data[0] == 3:
            plan = hashlib.sha256(base64.b64decode(line["plan"])).digest()
            assert plan == data[-32:], f"the plan of record {records} is another"
        if anchor and records == int(anchor[3]):
            assert head.hex() == anchor[4], f"record {records} is not the one anchored"
            seen = True
    assert seen, f"it ends at record {records}, before the anchor"
    return records, head.hex()

try:
    print(*check(open(sys.argv[1]), open(sys.argv[2]).read().split() if len(sys.argv) > 2 else None))
except (AssertionError, KeyError, ValueError, IndexError) as wrong:
    sys.exit(f"not whole: {wrong}")
