"""The chart as it is installed on the cluster. Needs kubectl, helm and KUBECONFIG."""

import json
from pathlib import Path

from node import run

CHART = Path(__file__).resolve().parents[2] / "helm/rootlessnetwork-operator"
NAME = NAMESPACE = "rootlessnetwork"
DAEMON_SET = "daemonset/rootlessnetwork-agent"
MOST_TIME = "120s"


def kubectl(*arguments, **options):
    return run("kubectl", *arguments, **options)


def kubectl_here(*arguments):
    """In the namespace of the agents."""
    return kubectl("--namespace", NAMESPACE, *arguments)


def helm(*arguments):
    return run("helm", "--namespace", NAMESPACE, *arguments)


def rolled_out():
    """Waits until each agent is as it should be."""
    kubectl_here("rollout", "status", DAEMON_SET, "--timeout", MOST_TIME)


def install(repository, tag, **others):
    helm("install", NAME, str(CHART), "--create-namespace", *settings(image_repository=repository, image_tag=tag, **others))
    rolled_out()


def upgrade(**changes):
    """Upgrades the release to other values."""
    helm("upgrade", NAME, str(CHART), "--reset-then-reuse-values", *settings(**changes))
    rolled_out()


def roll_back(revision):
    helm("rollback", NAME, str(revision))
    rolled_out()


def uninstall():
    helm("uninstall", NAME, "--wait")


def settings(**values):
    """Values of the chart as arguments: image_tag is image.tag."""
    return [part for name, value in values.items() for part in ("--set", f"{name.replace('_', '.')}={value}")]


def agents():
    return json.loads(kubectl_here("get", "pods", "--selector", "app.kubernetes.io/name=rootlessnetwork-operator", "--output", "json"))["items"]
