"""Reads a multipart body with Python's email package.

The argument is the Content-Type header; the body comes from standard input.
Writes a JSON array with name, file name, content type and the content's hex of each part.
"""

import json
import sys
from email.parser import BytesParser
from email.policy import HTTP

head = f"Content-Type: {sys.argv[1]}\r\n\r\n".encode()
message = BytesParser(policy=HTTP).parsebytes(head + sys.stdin.buffer.read())
assert message.is_multipart() and not message.defects, message.defects


def text(value):
    """The header's bytes as UTF-8, which browsers send without any marking."""
    return value if value is None else value.encode("utf-8", "surrogateescape").decode("utf-8")


parts = []
for part in message.iter_parts():
    assert not part.defects, part.defects
    disposition = part.get_params(header="content-disposition")
    fields = dict(disposition[1:])
    assert disposition[0][0] == "form-data", disposition
    parts.append(
        {
            "name": text(fields.get("name")),
            "file_name": text(fields.get("filename")),
            "content_type": part.get("content-type"),
            "content": part.get_payload(decode=True).hex(),
        }
    )
json.dump(parts, sys.stdout)
