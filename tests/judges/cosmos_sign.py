"""Signs requests with Azure's own SDK.

Reads one JSON array a line from standard input: [key, verb, resource type, link, date].
Writes the value of the Authorization header, before it is percent-encoded, one a line.
"""

import json
import sys
from types import SimpleNamespace

from azure.cosmos import auth

for line in sys.stdin:
    key, verb, kind, link, date = json.loads(line)
    connection = SimpleNamespace(master_key=key, resource_tokens=None)
    # Names keep their case; only the links of media are resource ids, which the SDK lowers itself.
    by_name = kind != "media"
    print(auth._get_authorization_header(connection, verb, "", link, by_name, kind, {"x-ms-date": date}))
