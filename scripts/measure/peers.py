"""What people would use in Affix' place, each with the fastest of its documented ways to do the same work."""

import json
import os
import pathlib
import subprocess


def first_line(*command):
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    return (told.stdout or told.stderr).splitlines()[0].strip()


class Peer:
    """A program: how it is called for a piece of work, or None where it cannot do it."""

    name = ""
    # Where more would take minutes, for a row that nobody needs.
    most_files = 100_000
    # What it does not take, and says nothing of.
    most_bytes = 1 << 40

    def __init__(self, path, work, authority=None):
        """`authority`: the certificate that it is to trust."""
        self.path, self.work, self.authority = str(path), pathlib.Path(work), authority
        self.environment = dict(os.environ)
        # Of an S3 server, for who has no key of it.
        self.presigned = None

    def version(self):
        told = first_line(self.path, "--version")
        return told if self.name in told else f"{self.name} {told}"

    def put(self, _base, _file):
        """The bytes of a file as the body of one request."""

    def form(self, _base, _file):
        """The same as a form of several parts."""

    def raw(self, _base, _file):
        """The bytes as the body of a `POST`."""

    def json(self, _base, _file):
        """In base64, as a text of a JSON object."""

    def many(self, _base, _folder, _parallel):
        """Every file of a folder, so many at once."""


class Curl(Peer):
    name = "curl"

    def version(self):
        return " ".join(super().version().split()[:2])

    def words(self):
        return ["-sSf", "-o", "/dev/null", *(["--cacert", self.authority] if self.authority else [])]

    def put(self, base, file):
        return [self.path, *self.words(), "-T", file, self.presigned or f"{base}/put"]

    def raw(self, base, file):
        return [self.path, *self.words(), "-X", "POST", "-H", "content-type: image/png", "-T", file, f"{base}/dbs/x"]

    def form(self, base, file):
        return [self.path, *self.words(), "-F", "type=public/image", "-F", f"file=@{file}", f"{base}/openapi/x"]

    def json(self, base, file):
        encode = ("(printf '{\"attachment\":{\"file_name\":\"a.png\",\"content_type\":\"image/png\",\"base64_content\":\"';"
                  " base64 -w0 \"$1\"; printf '\"}}') | \"$0\" -sSf -o /dev/null -H 'content-type: application/json'"
                  " --data-binary @- \"$2\"")
        return ["sh", "-c", encode, self.path, file, f"{base}/v1/attachments"]

    def many(self, base, folder, parallel):
        # A list in the file itself: ten thousand names are more than a command line holds.
        config = self.work / "curl.conf"
        with open(config, "w", encoding="utf-8") as file:
            for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
                file.write(f'upload-file = "{entry.path}"\nurl = "{base}/put/{entry.name}"\noutput = "/dev/null"\n')
        words = ["--cacert", self.authority] if self.authority else []
        return [self.path, "-sSf", "--parallel", "--parallel-immediate", "--parallel-max", str(parallel), *words, "-K", str(config)]


class OfS3(Peer):
    """Programs that speak S3 alone: a `PUT` with a signature."""

    def __init__(self, path, work, authority=None):
        super().__init__(path, work, authority)
        self.environment.update(AWS_ACCESS_KEY_ID="affix", AWS_SECRET_ACCESS_KEY="affixaffix", AWS_REGION="us-east-1",
                                AWS_EC2_METADATA_DISABLED="true")
        if authority:
            self.environment["AWS_CA_BUNDLE"] = authority


class S5cmd(OfS3):
    name = "s5cmd"

    def version(self):
        return "s5cmd " + first_line(self.path, "version")

    def put(self, base, file):
        return [self.path, "--endpoint-url", base, "--log", "error", "cp", file, "s3://bucket/put"]

    def many(self, base, folder, parallel):
        return [self.path, "--endpoint-url", base, "--log", "error", "--numworkers", str(parallel), "cp", f"{folder}/*", "s3://bucket/"]


class Rclone(OfS3):
    name = "rclone"

    def version(self):
        return first_line(self.path, "version")

    def words(self, base):
        # What it would ask the server beside the upload itself, or compare with its answer, a sink does not know.
        return ["--config", "/dev/null", "--s3-provider", "Other", "--s3-env-auth", "--s3-endpoint", base, "--s3-no-check-bucket",
                "--s3-no-head", "--no-check-dest", "--ignore-checksum", "--ignore-size", "--s3-use-multipart-etag", "false", "--retries", "1",
                *(["--ca-cert", self.authority] if self.authority else [])]

    def put(self, base, file):
        return [self.path, "copyto", *self.words(base), "--s3-upload-cutoff", "5G", file, ":s3:bucket/put"]

    def many(self, base, folder, parallel):
        return [self.path, "copy", *self.words(base), "--transfers", str(parallel), "--checkers", str(parallel), folder, ":s3:bucket"]


class S3cmd(OfS3):
    name = "s3cmd"
    most_files = 10_000

    def words(self, base):
        host = base.split("://")[1]
        return ["--host", host, "--host-bucket", host, "--no-check-md5", "--no-progress", "--quiet",
                "--access_key", "affix", "--secret_key", "affixaffix",
                *(["--ca-certs", self.authority] if self.authority else ["--no-ssl"])]

    def put(self, base, file):
        return [self.path, "put", *self.words(base), "--disable-multipart", file, "s3://bucket/put"]

    def many(self, base, folder, parallel):
        return [self.path, "put", *self.words(base), "--recursive", f"{folder}/", "s3://bucket/"]


class Aws(OfS3):
    name = "aws"
    most_files = 10_000

    def __init__(self, path, work, authority=None):
        super().__init__(path, work, authority)
        # Else it sends in chunks over TLS, with a checksum behind them that the sink does not look for.
        self.environment["AWS_REQUEST_CHECKSUM_CALCULATION"] = "when_required"

    def put(self, base, file):
        return [self.path, "--endpoint-url", base, "s3", "cp", "--only-show-errors", file, "s3://bucket/put"]

    def many(self, base, folder, parallel):
        config = self.work / "aws.conf"
        config.write_text(f"[default]\ns3 =\n  max_concurrent_requests = {parallel}\n")
        self.environment["AWS_CONFIG_FILE"] = str(config)
        return [self.path, "--endpoint-url", base, "s3", "cp", "--only-show-errors", "--recursive", folder, "s3://bucket/"]


class Xh(Peer):
    """reqwest's own command line, so to say: what Affix is made of."""

    name = "xh"

    def words(self):
        return ["--ignore-stdin", "--quiet", "--check-status", *(["--verify", self.authority] if self.authority else [])]

    def put(self, base, file):
        return [self.path, *self.words(), "PUT", self.presigned or f"{base}/put", f"@{file}"]

    def raw(self, base, file):
        return [self.path, *self.words(), "POST", f"{base}/dbs/x", f"@{file}"]

    def form(self, base, file):
        return [self.path, *self.words(), "--form", "POST", f"{base}/openapi/x", f"file@{file}"]


class Picgo(Peer):
    """Its command line with the plugin that sends to any address."""

    name = "picgo"
    # A file is one buffer of Node's, and its exit code is 0 either way.
    most_bytes = 2 << 30

    def form(self, base, file):
        config = self.work / "picgo.json"
        uploader = {"url": f"{base}/mixin/x", "paramName": "file", "jsonPath": "data.view_url"}
        plugins = {"picgo-plugin-web-uploader": True}
        config.write_text(json.dumps({"picBed": {"uploader": "web-uploader", "current": "web-uploader", "web-uploader": uploader},
                                      "picgoPlugins": plugins}))
        return [self.path, "-c", str(config), "upload", file]


PEERS = (Curl, S5cmd, Rclone, S3cmd, Aws, Xh, Picgo)
