"""The account that the peers work in: what is there before, and what is found afterwards. Past the proxy."""

import base64
import hashlib
import json
import platform
import time
import zipfile
from pathlib import Path

import botocore.session

from ministack import CREDENTIALS, REGION

ALIAS = "Live"
ARCH = "arm64" if platform.machine() == "aarch64" else "x86_64"
ROLE = "bench-function"
LABEL = "build.txt"
"""The file that makes a zip another one."""
TRUST = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}


class Account:
    """Its clients and its role."""

    def __init__(self, endpoint: str) -> None:
        session = botocore.session.get_session()

        def client(service: str):
            return session.create_client(service, region_name=REGION, endpoint_url=endpoint,
                                         aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
                                         aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"])

        self._lambda, self._s3 = client("lambda"), client("s3")
        # The function's own: whoever tries the new version before traffic reaches it may ask it for an image.
        self.create_bucket("bench")
        self.role = client("iam").create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]

    def create_bucket(self, name: str) -> str:
        """For a peer that uploads to S3 first."""
        self._s3.create_bucket(Bucket=name)
        return name

    def create_function(self, name: str, code: Path) -> None:
        """With version 1 and the alias on it."""
        self._lambda.create_function(
            FunctionName=name, Runtime="provided.al2023", Handler="bootstrap", Architectures=[ARCH], Role=self.role, Timeout=30,
            MemorySize=1024, Code={"ZipFile": code.read_bytes()}, Publish=True,
            Environment={"Variables": {"BUCKET": "bench", "URL": "http://127.0.0.1"}},
        )
        while self._lambda.get_function_configuration(FunctionName=name).get("State") == "Pending":
            time.sleep(0.1)
        self._lambda.create_alias(FunctionName=name, Name=ALIAS, FunctionVersion="1")

    def served(self, function: str) -> tuple[str, str]:
        """The version behind the alias, and the hash of its code as Lambda has it."""
        version = self._lambda.get_alias(FunctionName=function, Name=ALIAS)["FunctionVersion"]
        return version, self._lambda.get_function_configuration(FunctionName=function, Qualifier=version)["CodeSha256"]


def sha256(code: Path) -> str:
    """As Lambda has it: base64."""
    return base64.b64encode(hashlib.sha256(code.read_bytes()).digest()).decode()


def variant(base: Path, label: str, to: Path) -> Path:
    """The same function in a zip that is not the same."""
    to.write_bytes(base.read_bytes())
    with zipfile.ZipFile(to, "a") as archive:
        archive.writestr(zipfile.ZipInfo(LABEL), label)
    return to
