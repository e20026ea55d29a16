"""What is started: the command, its environment, and what it is."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent

OURS, NODE = "imgdeploy", "Node with sharp"


@dataclass(frozen=True)
class Peer:
    """A function that is about to start."""

    name: str
    argv: list[str]
    about: str
    env: dict[str, str] = field(default_factory=dict)


def environment(address: str, peer: Peer) -> dict[str, str]:
    """What Lambda sets, and the function's own; nothing of whoever runs this."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "AWS_LAMBDA_RUNTIME_API": address,
        "AWS_LAMBDA_FUNCTION_NAME": "resizer",
        "AWS_LAMBDA_FUNCTION_VERSION": "1",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1769",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/resizer",
        "AWS_LAMBDA_LOG_STREAM_NAME": "1",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "BUCKET": "photos",
        "URL": "https://cdn.example.com",
    } | peer.env


def ours(bootstrap: Path) -> Peer:
    """The function as `make` built it."""
    return Peer(OURS, [str(bootstrap)], f"{bootstrap.name}, release build")


def node(folder: Path) -> Peer:
    """The peer from `peer/`, among its packages in `folder`; by AWS's runtime client if that was installed."""
    for file in (HERE / "peer").glob("*.js"):
        shutil.copy(file, folder)
    modules = folder / "node_modules"
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    packages = ["sharp", "@aws-sdk/client-s3"]
    client = modules / "aws-lambda-ric/index.mjs"
    # Compiled when it is installed; where install scripts are not run, only its text is there.
    installed = (client.parent / "rapid-client.node").exists()
    if installed:
        packages.append("aws-lambda-ric")
        argv = ["node", str(client), "index.handler"]
    else:
        argv = ["node", str(folder / "loop.js")]
    about = ", ".join([f"Node {said}", *(f"{name} {version(modules / name)}" for name in packages)])
    if not installed:
        about += ", a runtime loop of its own, which does less than AWS's"
    return Peer(NODE, argv, about, {"LAMBDA_TASK_ROOT": str(folder), "_HANDLER": "index.handler"})


def version(package: Path) -> str:
    """Of an installed npm package."""
    return json.loads((package / "package.json").read_text())["version"]
