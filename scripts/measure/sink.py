"""An HTTP server that throws request bodies away as fast as the kernel can, and answers just enough of each API.

MSG_TRUNC lets the kernel drop received bytes without copying them, so that the client is what is measured. Over TLS, where it
is handed a certificate, it has to read them. Prints its address on the first line of standard output and serves until it is
ended.
"""

import base64
import hashlib
import json
import re
import socket
import ssl
import sys
import threading

BLOCK = bytearray(1 << 20)
# Where Mixin's tickets send the bytes, if not here; a certificate and its key, to speak TLS.
UPLOAD_URL, *CERTIFICATE = sys.argv[1:] or [""]


# What S3's programs take for the ETag of an upload in parts, and compare with nothing.
ETAG = '"d41d8cd98f00b204e9800998ecf8427e-1"'


def answer(method, path, base):
    if method == "POST" and "?uploads" in path:
        return 200, "<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>"
    if method == "POST" and "uploadId=" in path:
        return 200, f"<CompleteMultipartUploadResult><ETag>{ETAG}</ETag></CompleteMultipartUploadResult>"
    if path.startswith("/mixin/"):
        data = {"attachment_id": "a", "upload_url": UPLOAD_URL or f"{base}/put", "view_url": f"{base}/view"}
        return 200, {"data": data}
    if path.startswith("/dbs/"):
        return 201, {"id": "a", "contentType": "application/octet-stream", "media": "/media/a"}
    if path.startswith("/openapi/"):
        return 200, {"code": 0, "data": {"content": json.dumps({"file_url": f"{base}/view"})}}
    # To an S3 program anything else would be what the object is.
    return 200, ""


def cronofy(connection, held, left):
    """The one answer that says something of the file: its checksum."""
    body = bytearray(held)
    while left > 0:
        got = connection.recv(min(left, len(BLOCK)))
        if not got:
            return None
        body += got
        left -= len(got)
    sent = json.loads(body)["attachment"]
    md5 = hashlib.md5(base64.b64decode(sent["base64_content"])).hexdigest()
    names = {name: sent[name] for name in ("file_name", "content_type")}
    return 200, {"attachment": {"attachment_id": "att_1", "md5": md5, **names}}


def drop(connection, left):
    while left > 0:
        flags = 0 if isinstance(connection, ssl.SSLSocket) else socket.MSG_TRUNC
        got = connection.recv_into(memoryview(BLOCK)[:min(left, len(BLOCK))], flags=flags)
        if got == 0:
            return False
        left -= got
    return True


def serve(connection, base):
    ahead = b""
    while True:
        while b"\r\n\r\n" not in ahead:
            got = connection.recv(65536)
            if not got:
                return
            ahead += got
        head, ahead = ahead.split(b"\r\n\r\n", 1)
        method, path = head.decode("latin-1").split(" ", 2)[:2]
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        length = int(length.group(1)) if length else 0
        if re.search(rb"(?i)\r\nexpect: *100-continue", head):
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        here = min(length, len(ahead))
        held, ahead = ahead[:here], ahead[here:]
        if path.startswith("/v1/attachments"):
            told = cronofy(connection, held, length - here)
        else:
            told = drop(connection, length - here) and answer(method, path, base)
        if not told:
            return
        status, body = told
        kind, text = ("xml", body) if isinstance(body, str) else ("json", json.dumps(body))
        text = text.encode()
        start = (f"HTTP/1.1 {status} OK\r\ncontent-type: application/{kind}\r\ncontent-length: {len(text)}\r\n"
                 f"etag: {ETAG}\r\n\r\n")
        connection.sendall(start.encode() + text)


def one(connection, base, tls):
    with connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            if tls:
                with tls.wrap_socket(connection, server_side=True) as inner:
                    serve(inner, base)
            else:
                serve(connection, base)
        except (ConnectionError, ssl.SSLError):
            pass


def main():
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    port = listener.getsockname()[1]
    tls = None
    if CERTIFICATE:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(*CERTIFICATE)
    base = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    print(base, flush=True)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=one, args=(connection, base, tls), daemon=True).start()


main()
