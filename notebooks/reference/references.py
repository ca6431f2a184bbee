"""Where names and links lead, if Sphinx cannot place them by itself. What this cannot place either is a warning."""

from __future__ import annotations

import functools
import inspect
import pkgutil
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.domains.python import PythonDomain
from sphinx.environment import BuildEnvironment
from sphinx.util.typing import ExtensionMetadata

import cpnb


@functools.cache
def _parameters(places: tuple[str, ...]) -> frozenset[str]:
    """Return the names of all parameters of what the reference holds."""
    found = set[str]()
    for thing in map(pkgutil.resolve_name, places):
        function = getattr(thing, "__func__", thing)
        if inspect.isfunction(function) or (inspect.isclass(function) and not issubclass(function, Exception | dict)):
            found |= set(inspect.signature(function).parameters)
    return frozenset(found)


def place(app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.Element) -> nodes.Node | None:
    """Lead a name to the one thing that is called so, wherever it is defined and under whichever name it is public.

    What belongs to a class and has no place of its own, such as a field that its docstring tells, leads to the class.
    """
    if node.get("refdomain") != "py":
        return None
    target = node["reftarget"]
    domain = env.domains.python_domain
    if node["reftype"] == "obj" and target in _parameters(tuple(domain.objects)):
        return content
    if target.partition(".")[0] != "cpnb" and "." in target and node["reftype"] != "obj":
        return content  # a type of pandas, or of Python: there is no network to look it up
    owner, _, member = target.rpartition(".")
    found = _found(domain, target) or (_found(domain, owner) if _has(_found(domain, owner), member) else "")
    return domain.resolve_xref(env, node["refdoc"], app.builder, "obj", found, node, content) if found else None


def _found(domain: PythonDomain, name: str) -> str:
    """Return under which name a thing stands in the reference; a public one before one that is called the same."""
    last = name.rpartition(".")[2]
    if last in cpnb.__all__:
        return f"cpnb.{last}"
    places = [place for place in domain.objects if place.rpartition(".")[2] == last]
    return places[0] if len(places) == 1 else ""


def _has(owner: str, member: str) -> bool:
    """Tell whether a class has an attribute, or a parameter that becomes one."""
    thing = pkgutil.resolve_name(owner) if owner else None
    return hasattr(thing, member) or (inspect.isclass(thing) and member in inspect.signature(thing).parameters)


def leave_links_to_files(app: Sphinx, doctree: nodes.document) -> None:
    """Make plain words of links to what is in the repository and no page, such as its README or a folder."""
    for node in list(doctree.findall(pending_xref)):
        place = Path(node["refdoc"]).parent if node["reftype"] == "myst" else Path()
        target = Path(app.srcdir, place, node["reftarget"])
        is_file = node.get("refdomain") == "doc" and node["reftarget"] not in app.env.found_docs
        if (is_file and target.with_name(target.name + ".md").exists()) or (
            node["reftype"] == "myst" and target.is_dir()
        ):
            node.replace_self(node.children)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Tell Sphinx what to do about names and links that it cannot place."""
    app.connect("missing-reference", place)
    app.connect("doctree-read", leave_links_to_files)
    return {"parallel_read_safe": True}
