"""The servers of the benchmarks, on the loopback alone: one that throws away what it is sent, and a real S3 server."""

import hashlib
import hmac
import json
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent

# What services answer, and what S3's programs ask for beside the object itself.
NGINX = """
worker_processes 1;
daemon off;
pid {dir}/pid;
error_log {dir}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_max_body_size 0;
  keepalive_requests 10000000;
  client_body_temp_path {dir}/body; proxy_temp_path {dir}/proxy; fastcgi_temp_path {dir}/fastcgi;
  uwsgi_temp_path {dir}/uwsgi; scgi_temp_path {dir}/scgi;
  default_type application/json;
  server {{
    listen 127.0.0.1:{port};
    listen 127.0.0.1:{tls} ssl;
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    location /dbs/ {{ return 201 '{cosmos}'; }}
    location / {{
      default_type application/xml;
      add_header ETag '"d41d8cd98f00b204e9800998ecf8427e-1"';
      if ($args ~ "^uploads") {{ return 200 '<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>'; }}
      if ($request_method = POST) {{ return 200 '<CompleteMultipartUploadResult><ETag>"0-1"</ETag></CompleteMultipartUploadResult>'; }}
      return 200;
    }}
  }}
}}
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def wait_for(port):
    for _ in range(1000):
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.01)
    raise SystemExit(f"nobody listens at port {port}")


def certificate(folder):
    """A certificate of its own authority for 127.0.0.1: the authority, the certificate, its key."""
    authority, own, key = (str(folder / name) for name in ("authority.pem", "own.pem", "own.key"))
    openssl = lambda *words: subprocess.run(["openssl", *words], check=True, capture_output=True)
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *curve, "-keyout", f"{authority}.key", "-out", authority, "-subj", "/CN=Affix benchmarks",
            "-days", "2", "-addext", "basicConstraints=critical,CA:true")
    openssl("req", *curve, "-keyout", key, "-out", f"{own}.csr", "-subj", "/CN=127.0.0.1")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", f"{own}.csr", "-CA", authority, "-CAkey", f"{authority}.key", "-CAcreateserial",
            "-out", own, "-days", "2", "-extfile", str(folder / "names"))
    return authority, own, key


class Sink:
    """nginx, which reads short bodies and forgets them: for many small files, also over TLS. Of a long one it does not wait
    for the end before it answers."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="affix-sink-")
        folder = pathlib.Path(self.folder.name)
        port, tls = free_port(), free_port()
        self.base, self.secure = f"http://127.0.0.1:{port}", f"https://127.0.0.1:{tls}"
        self.authority, *self.certificate = certificate(folder)
        own, key = self.certificate
        cosmos = json.dumps({"id": "a", "contentType": "application/octet-stream", "media": "/media/a"})
        config = folder / "nginx.conf"
        config.write_text(NGINX.format(dir=folder, port=port, tls=tls, certificate=own, key=key, cosmos=cosmos))
        self.process = subprocess.Popen(["nginx", "-c", str(config), "-p", str(folder)], stderr=subprocess.DEVNULL)
        wait_for(port)

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()


class Fast:
    """`sink.py`, whose kernel drops what arrives: for large files, where reading it would be most of the work."""

    def __init__(self, upload_url="", certificate=()):
        """`upload_url`: where Mixin's tickets send the bytes; without it, to this sink. `certificate`: with its key."""
        command = [sys.executable, str(HERE / "sink.py"), upload_url, *certificate]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.base = self.process.stdout.readline().strip()

    def close(self):
        self.process.terminate()
        self.process.wait()


class S3:
    """rclone's own S3 server over a folder: it checks signatures and keeps what it is sent."""

    KEY, SECRET = "affix", "affixaffix"

    def __init__(self, rclone, folder):
        port = free_port()
        (folder / "bucket").mkdir(parents=True)
        self.base = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [rclone, "serve", "s3", "--addr", f"127.0.0.1:{port}", "--auth-key", f"{self.KEY},{self.SECRET}", str(folder)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(port)

    def close(self):
        self.process.terminate()
        self.process.wait()

    def presigned(self, name, signed=None):
        """An address that takes the object's bytes for an hour, with these headers.
        https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html"""
        headers = {"host": self.base.split("//")[1], **(signed or {})}
        now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        scope = f"{now[:8]}/us-east-1/s3/aws4_request"
        query = urllib.parse.urlencode({
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Credential": f"{self.KEY}/{scope}", "X-Amz-Date": now,
            "X-Amz-Expires": "3600", "X-Amz-SignedHeaders": ";".join(headers)})
        lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
        request = f"PUT\n/bucket/{name}\n{query}\n{lines}\n{';'.join(headers)}\nUNSIGNED-PAYLOAD"
        text = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
        key = f"AWS4{self.SECRET}".encode()
        for part in (*scope.split("/"), text):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        return f"{self.base}/bucket/{name}?{query}&X-Amz-Signature={key.hex()}"
