"""The tool's memory while it lists and sends a million keys, to a stand-in for S3, SQS and CloudFormation that keeps nothing."""

import json
import re
import subprocess
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

BUCKET, ACCOUNT, REGION = "orders", "000000000000", "us-east-1"
LIMIT_MB = 100
STACK = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/imgdeploy-{BUCKET}/1"


class Stand(ThreadingHTTPServer):
    """Lists `keys` keys, keeps small objects, and answers every message with its result at once."""

    daemon_threads = True

    def __init__(self, keys: int) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.keys, self.objects, self.sent, self.lock = keys, {}, set(), threading.Lock()
        self.pages = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"


def key(n: int) -> str:
    """The n-th key: as long as keys of shops are."""
    return f"order/customers/2026/{n // 1000:06}/photographs/IMG_{n:08}.jpg"


class Handler(BaseHTTPRequestHandler):
    """As much of three services as the tool asks for."""

    protocol_version = "HTTP/1.1"
    server: Stand

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def answer(self, body: str | bytes, status: int = 200, kind: str = "application/xml") -> None:
        """Sends it."""
        data = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("x-amz-bucket-region", REGION)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def body(self) -> bytes:
        """What was sent; the SDK frames uploads (aws-chunked)."""
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if "aws-chunked" in (self.headers.get("Content-Encoding") or ""):
            size, _, rest = data.partition(b"\r\n")
            data = rest[: int(size.split(b";")[0], 16)]
        return data

    def do_HEAD(self) -> None:
        """The bucket's region."""
        self.answer("")

    def do_GET(self) -> None:
        """An object, or a listing."""
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query, keep_blank_values=True).items()}
        parts = unquote(url.path).lstrip("/").split("/", 1)
        if len(parts) == 2 and parts[1]:
            found = self.server.objects.get(parts[1])
            if found is None:
                self.answer("<Error><Code>NoSuchKey</Code><Message>none</Message></Error>", 404)
            else:
                self.answer(found, kind="application/json")
            return
        self.answer(self.listing(parts[0], query))

    def listing(self, bucket: str, query: dict[str, str]) -> str:
        """ListObjectsV2."""
        prefix, after = query.get("prefix", ""), query.get("start-after", "")
        if bucket == BUCKET:
            first = int(re.search(r"(\d+)\.jpg$", after).group(1)) + 1 if after else 0
            found = [key(n) for n in range(first, min(first + 1000, self.server.keys))]
            more = first + 1000 < self.server.keys
        elif "/results/" in prefix:
            # One object for a thousand items: what has been sent is done.
            with self.server.lock:
                done = sorted(self.server.sent)
            name = f"{prefix}{int(time.time() * 1000):013}-r/"
            found = [name + ".".join(f"{n}d" for n in done[at : at + 60]) for at in range(0, len(done), 60)][:1000]
            with self.server.lock:
                self.server.sent.difference_update(done[: 60 * 1000])
            more = False
        else:
            with self.server.lock:
                found = sorted(name for name in self.server.objects if name.startswith(prefix) and name > after)[:1000]
            more = False
            if query.get("delimiter"):
                found = []
        contents = "".join(f"<Contents><Key>{name}</Key><Size>1</Size></Contents>" for name in found)
        return f"<ListBucketResult><IsTruncated>{'true' if more else 'false'}</IsTruncated>{contents}</ListBucketResult>"

    def do_PUT(self) -> None:
        """An object. Pages are counted, and only the last is kept."""
        name, data = unquote(urlsplit(self.path).path).lstrip("/").split("/", 1)[1], self.body()
        with self.server.lock:
            if "/pages/" in name:
                self.server.pages += 1
                for old in [old for old in self.server.objects if "/pages/" in old]:
                    del self.server.objects[old]
            self.server.objects[name] = data
        self.answer("")

    def do_POST(self) -> None:
        """SQS in JSON, CloudFormation as a form."""
        data = self.body()
        target = (self.headers.get("x-amz-target") or "").rpartition(".")[2]
        if target == "SendMessageBatch":
            entries = json.loads(data)["Entries"]
            numbers = [json.loads(entry["MessageBody"])["imgdeploy"] for entry in entries]
            with self.server.lock:
                self.server.sent.update(one["work"]["n"] for one in numbers if "work" in one)
                handed = any("feed" in one for one in numbers)
            sent = [{"Id": entry["Id"], "MessageId": "m", "MD5OfMessageBody": "0"} for entry in entries]
            self.answer(json.dumps({"Successful": sent, "Failed": [], "HandedOver": handed}), kind="application/x-amz-json-1.0")
        elif target:
            answers = {"ReceiveMessage": {"Messages": []}, "GetQueueAttributes": {"Attributes": {"ApproximateNumberOfMessages": "1"}}}
            self.answer(json.dumps(answers.get(target, {})), kind="application/x-amz-json-1.0")
        else:
            self.answer(cloudformation(parse_qs(data.decode())["Action"][0], self.server.url))


def cloudformation(action: str, url: str) -> str:
    """The stack as `attach --batch` leaves it."""
    if action == "GetTemplate":
        return "<GetTemplateResponse><GetTemplateResult><TemplateBody>{}</TemplateBody></GetTemplateResult></GetTemplateResponse>"
    outputs = {
        "FunctionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:imgdeploy-{BUCKET}",
        "BatchQueueUrl": f"{url}/{ACCOUNT}/queue", "BatchDeadUrl": f"{url}/{ACCOUNT}/dead", "BatchErrorsUrl": f"{url}/{ACCOUNT}/errors",
    }
    members = "".join(f"<member><OutputKey>{name}</OutputKey><OutputValue>{value}</OutputValue></member>" for name, value in outputs.items())
    prefix = "<member><ParameterKey>Prefix</ParameterKey><ParameterValue>resized/</ParameterValue></member>"
    return (f"<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>imgdeploy-{BUCKET}</StackName><StackId>{STACK}</StackId>"
            f"<CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus><Parameters>{prefix}</Parameters>"
            f"<Outputs>{members}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>")


def measure(imgdeploy: Path, keys: int) -> int:
    """Prints the most memory that the tool had; 1 if that is over the limit."""
    server = Stand(keys)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as home:
        environment = {"HOME": home, "PATH": "/usr/bin:/bin", "AWS_ENDPOINT_URL": server.url, "AWS_REGION": REGION, "AWS_ACCESS_KEY_ID": "test",
                       "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true"}
        words = [str(imgdeploy), "batch", "--bucket", BUCKET, "--from", "order/", "--spec", "200x200", "--here", "--output", "json"]
        began = time.monotonic()
        with subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
            peak = 0

            def watch() -> None:
                nonlocal peak
                while running.poll() is None:
                    try:
                        status = Path(f"/proc/{running.pid}/status").read_text()
                    except OSError:
                        return
                    found = re.search(r"VmHWM:\s+(\d+) kB", status)
                    peak = max(peak, int(found.group(1)) if found else 0)
                    time.sleep(0.2)

            watching = threading.Thread(target=watch)
            watching.start()
            out, err = running.communicate()
            watching.join()
    server.shutdown()
    end = json.loads(out.splitlines()[-1]) if out else {}
    took = time.monotonic() - began
    print(f"{keys} keys listed and sent in {server.pages} pages, {took:.0f} s: {peak / 1024:.0f} MB at most (limit {LIMIT_MB} MB)")
    if running.returncode or end.get("done") != keys:
        print(f"WRONG: ended with {running.returncode}: {end}\n{err}")
        return 1
    return 0 if peak / 1024 < LIMIT_MB else 1
