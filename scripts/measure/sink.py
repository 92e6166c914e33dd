"""An HTTP server that throws request bodies away as fast as the kernel can, and answers just enough of each API.

MSG_TRUNC lets the kernel drop received bytes without copying them, so that the client is what is measured.
Prints its port on the first line of standard output and serves until it is ended.
"""

import json
import re
import socket
import threading

BLOCK = bytearray(1 << 20)


def answer(method, path, base):
    if path.startswith("/mixin/"):
        data = {"attachment_id": "a", "upload_url": f"{base}/put", "view_url": f"{base}/view"}
        return 200, {"data": data}
    if path.startswith("/dbs/"):
        return 201, {"id": "a", "contentType": "application/octet-stream", "media": "/media/a"}
    if path.startswith("/openapi/"):
        return 200, {"code": 0, "data": {"content": json.dumps({"file_url": f"{base}/view"})}}
    return 200, {}


def drop(connection, left):
    while left > 0:
        got = connection.recv_into(BLOCK, min(left, len(BLOCK)), socket.MSG_TRUNC)
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
        ahead = ahead[here:]
        if not drop(connection, length - here):
            return
        status, body = answer(method, path, base)
        text = json.dumps(body).encode()
        start = f"HTTP/1.1 {status} OK\r\ncontent-type: application/json\r\ncontent-length: {len(text)}\r\n\r\n"
        connection.sendall(start.encode() + text)


def one(connection, base):
    with connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            serve(connection, base)
        except ConnectionError:
            pass


def main():
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    port = listener.getsockname()[1]
    print(port, flush=True)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=one, args=(connection, f"http://127.0.0.1:{port}"), daemon=True).start()


main()
