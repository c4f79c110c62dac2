"""Judges JSON documents by a JSON Schema: SCHEMA is a file, standard input has one document a line, "1" or "0" comes back for each."""

import json
import re
import sys

from jsonschema import Draft202012Validator, FormatChecker, validators


def pattern(validator, text, instance, schema):
    # JSON Schema's patterns are ECMA-262's, whose "$" stands for the very end only.
    if validator.is_type(instance, "string") and not re.search(text.replace("$", r"\Z"), instance):
        from jsonschema import ValidationError

        yield ValidationError(f"{instance!r} does not match {text!r}")


with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
Draft202012Validator.check_schema(schema)
Validator = validators.extend(Draft202012Validator, {"pattern": pattern})
validator = Validator(schema, format_checker=FormatChecker(["date"]))
for line in sys.stdin:
    print(int(validator.is_valid(json.loads(line))))
