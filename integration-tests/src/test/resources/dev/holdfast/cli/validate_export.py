"""Validates each line of `holdfast audit export` against the published schema.

validate_export.py SCHEMA EXPORT: exit status 0, or 1 and what is wrong.
"""
import json, sys
from jsonschema import Draft202012Validator

schema = json.load(open(sys.argv[1]))
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
count = 0
for count, line in enumerate(open(sys.argv[2]), 1):
    for error in validator.iter_errors(json.loads(line)):
        sys.exit(f"line {count}: {error.message}")
print(f"{count} lines are as the schema says")
