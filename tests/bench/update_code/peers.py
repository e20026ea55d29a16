"""What is compared: each brings new code into a running function and moves its alias `Live`."""

import hashlib
import json
import platform
import re
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path

from account import ALIAS, ARCH, LABEL, Account, sha256
from runner import Runner

OURS, AWS_CLI = "imgdeploy", "AWS CLI"


class Missing(Exception):
    """A peer that cannot run here, and why."""


@dataclass
class Peer:
    """One way to do it, on a function of its own."""

    name: str
    program: Path
    function: str = ""

    def set_up(self, account: Account, folder: Path, run: Runner, code: Path) -> None:
        """A function with an alias, with the first code in it."""
        self.program_runs(run)
        self.function = "bench-" + re.sub("[^a-z]+", "-", self.name.lower())
        account.create_function(self.function, code)

    def program_runs(self, run: Runner) -> None:
        """Raises [`Missing`] if it does not."""
        if not self.program.exists():
            raise Missing("it is not installed")

    def prepare(self, code: Path) -> None:
        """Before the clock: the code in the form that the peer takes."""

    def update(self, run: Runner, code: Path) -> None:
        """What is measured."""
        raise NotImplementedError

    def deployed(self, code: Path, held: str) -> bool:
        """Whether the hash that Lambda has is that of the code."""
        return held == sha256(code)


class Imgdeploy(Peer):
    """Ours."""

    def program_runs(self, run: Runner) -> None:
        super().program_runs(run)
        if run.code([str(self.program), "update-code", "--help"]) != 0:
            raise Missing("this build of it has no `update-code`")

    def update(self, run: Runner, code: Path) -> None:
        run([str(self.program), "update-code", "--function", self.function, "--zip", str(code), "--arch", ARCH, "--yes"])


class AwsCli(Peer):
    """The four commands of AWS's documentation, one after the other."""

    def update(self, run: Runner, code: Path) -> None:
        aws, named = [str(self.program), "lambda"], ["--function-name", self.function]
        run([*aws, "update-function-code", *named, "--zip-file", f"fileb://{code}"])
        run([*aws, "wait", "function-updated", *named])
        version = json.loads(run([*aws, "publish-version", *named]))["Version"]
        run([*aws, "update-alias", *named, "--name", ALIAS, "--function-version", version])


class AwsCliPublish(Peer):
    """The same in three: the version is published with the update, and the newer waiter asks each second."""

    def update(self, run: Runner, code: Path) -> None:
        aws, named = [str(self.program), "lambda"], ["--function-name", self.function]
        said = run([*aws, "update-function-code", *named, "--zip-file", f"fileb://{code}", "--publish"])
        run([*aws, "wait", "function-updated-v2", *named])
        version = json.loads(said)["Version"]
        run([*aws, "update-alias", *named, "--name", ALIAS, "--function-version", version])


MANIFEST = """\
[package]
name = "bench"
version = "0.0.0"
edition = "2021"
"""


class CargoLambda(Peer):
    """One command; it does not wait until the function is ready before the alias moves. It wants a Cargo package around,
    and takes a binary, not a zip: what it makes of it has a hash that nobody knows before."""

    def set_up(self, account: Account, folder: Path, run: Runner, code: Path) -> None:
        super().set_up(account, folder, run, code)
        self.manifest, self.binary = folder / "Cargo.toml", folder / "bootstrap"
        self.manifest.write_text(MANIFEST)
        (folder / "src").mkdir()
        (folder / "src/main.rs").write_text("fn main() {}\n")

    def prepare(self, code: Path) -> None:
        with zipfile.ZipFile(code) as archive:
            # Bytes behind an ELF file's end are not looked at; they make it another one.
            self.binary.write_bytes(archive.read("bootstrap") + archive.read(LABEL))
        self.binary.chmod(0o755)

    def update(self, run: Runner, code: Path) -> None:
        run([str(self.program), "lambda", "deploy", "--endpoint-url", run.endpoint, "--manifest-path", str(self.manifest),
             "--binary-path", str(self.binary), "--alias", ALIAS, self.function])

    def deployed(self, code: Path, held: str) -> bool:
        return True


TEMPLATE = """\
AWSTemplateFormatVersion: '2010-09-09'
Resources:
  Function:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: {function}
      Code: {code}
      Handler: bootstrap
      Runtime: provided.al2023
      Architectures: [{arch}]
      Role: {role}
  Version{digest}:
    Type: AWS::Lambda::Version
    DeletionPolicy: Retain
    Properties:
      FunctionName: !Ref Function
  Alias:
    Type: AWS::Lambda::Alias
    Properties:
      Name: {alias}
      FunctionName: !Ref Function
      FunctionVersion: !GetAtt Version{digest}.Version
"""


class Sam(Peer):
    """A stack with a function, its version and its alias; the zip goes to a bucket first. The template is what SAM's
    transform makes of a function with `AutoPublishAlias`: the emulator does not have the transform."""

    def set_up(self, account: Account, folder: Path, run: Runner, code: Path) -> None:
        self.program_runs(run)
        self.function = "bench-sam"
        self.account, self.folder, self.bucket = account, folder, account.create_bucket("bench-sam-artifacts")
        self.update(run, code)

    def update(self, run: Runner, code: Path) -> None:
        template = self.folder / "sam.yaml"
        digest = hashlib.sha256(code.read_bytes()).hexdigest()[:10]
        template.write_text(TEMPLATE.format(
            function=self.function, code=code, arch=ARCH, alias=ALIAS, role=self.account.role, digest=digest))
        run([str(self.program), "deploy", "--template-file", str(template), "--stack-name", self.function, "--s3-bucket", self.bucket,
             "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar"])


def all_peers(imgdeploy: Path, programs: Path) -> list[Peer]:
    """In the order of the report."""
    return [
        Imgdeploy(OURS, imgdeploy),
        AwsCli(AWS_CLI, programs / "aws"),
        AwsCliPublish(f"{AWS_CLI}, --publish", programs / "aws"),
        CargoLambda("cargo-lambda", programs / "cargo-lambda"),
        Sam("SAM", programs / "sam"),
    ]


def versions() -> dict[str, str]:
    """Of what came from PyPI."""
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": platform.python_version()}
    for package in ("awscli", "cargo-lambda", "aws-sam-cli"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def commit(root: Path) -> str:
    """What was measured."""
    command = ["git", "-C", str(root), "describe", "--always", "--dirty"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
