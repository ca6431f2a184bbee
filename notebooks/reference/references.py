"""Where names and links lead, if Sphinx cannot place them by itself. What this cannot place either is a warning."""

from __future__ import annotations

import inspect
import pkgutil
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.typing import ExtensionMetadata

import cpnb
from cpnb.accessor import CustomerProfilesAccessor


def _parameters() -> frozenset[str]:
    """Return the names of all parameters of what is public."""
    things = [CustomerProfilesAccessor, *(getattr(cpnb, name) for name in cpnb.__all__)]
    members = [member for thing in things if inspect.isclass(thing) for member in vars(thing).values()]
    parts = [getattr(member, "__func__", member) for member in members]
    functions = filter(inspect.isfunction, things + parts)
    return frozenset(name for function in functions for name in inspect.signature(function).parameters)


PARAMETERS = _parameters()


def place(app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.Element) -> nodes.Node | None:
    """Lead a name to the one thing that is called so, wherever it is defined and under whichever name it is public.

    What belongs to a class and has no place of its own, such as a field that its docstring tells, leads to the class.
    """
    if node.get("refdomain") != "py":
        return None
    target = node["reftarget"]
    if node["reftype"] == "obj" and target in PARAMETERS:
        return content
    if target.partition(".")[0] != "cpnb" and "." in target and node["reftype"] != "obj":
        return content  # a type of pandas, or of Python: there is no network to look it up
    domain = env.domains.python_domain
    for name in (target, target.rpartition(".")[0]):
        last = name.rpartition(".")[2]
        places = [full for full in domain.objects if last and full.rpartition(".")[2] == last]
        if len(places) == 1 and (name == target or _has(places[0], target.rpartition(".")[2])):
            return domain.resolve_xref(env, node["refdoc"], app.builder, "obj", places[0], node, content)
    return None


def _has(owner: str, name: str) -> bool:
    """Tell whether a class has an attribute, or a parameter that becomes one."""
    thing = pkgutil.resolve_name(owner)
    return hasattr(thing, name) or (inspect.isclass(thing) and name in inspect.signature(thing).parameters)


def leave_outside_links(app: Sphinx, doctree: nodes.document) -> None:
    """Make plain words of links from a notebook to files of the repository that are no pages, such as its README."""
    for node in list(doctree.findall(pending_xref)):
        if node.get("refdomain") != "doc":
            continue
        target = Path(app.srcdir, node["reftarget"]).resolve()
        if not target.is_relative_to(app.srcdir) and target.with_suffix(".md").exists():
            node.replace_self(node.children)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Tell Sphinx what to do about names and links that it cannot place."""
    app.connect("missing-reference", place)
    app.connect("doctree-read", leave_outside_links)
    return {"parallel_read_safe": True}
