"""The objects that the story applies: the examples, with the names and numbers of this node."""

import json
from pathlib import Path

from node import run
from release import MOST_TIME, kubectl

EXAMPLES = Path(__file__).resolve().parents[2] / "examples/kubernetes"
NAMESPACE = "demo"


def manifest(example, /, **values):
    """Returns the example with other values for some of its keys, wherever they stand."""
    lines = []
    for line in (EXAMPLES / f"{example}.yaml").read_text().splitlines():
        key = line.split(":")[0].strip()
        indent = line[: len(line) - len(line.lstrip())]
        lines.append(f"{indent}{key}: {values[key]}" if key in values else line)
    return "\n".join(lines)


def apply(text):
    run("kubectl", "--namespace", NAMESPACE, "apply", "--filename", "-", input=text)


def become(condition, name):
    """Waits for it, as a script of a user's would."""
    kubectl("--namespace", NAMESPACE, "wait", f"--for={condition}", "--timeout", MOST_TIME, f"rln/{name}")


def get(name):
    return json.loads(kubectl("--namespace", NAMESPACE, "get", f"rln/{name}", "--output", "json"))


def ready(name):
    """Returns status and reason of the object's condition."""
    condition = next(c for c in get(name)["status"]["conditions"] if c["type"] == "Ready")
    return condition["status"], condition["reason"]
