"""Make or mend the book's own Python environment in .venv; run with whatever Python the machine has.

Only the standard library, and nothing that an old Python cannot read, so that an old Python gets the message below
and not a syntax error. ``python scripts/environment.py [--dev]``.
"""

import hashlib
import os
import shutil
import subprocess
import sys

OLDEST = (3, 11)
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")


def stop(message):
    sys.stderr.write("\n" + message + "\n")
    sys.exit(1)


def wanted(dev):
    return ["requirements.txt"] + (["requirements-dev.txt"] if dev else [])


def fingerprint(names):
    """Changes with the packages, the Python, and the place: the scripts of an environment hold its path."""
    digest = hashlib.sha256((sys.version + VENV).encode())
    for name in names:
        with open(os.path.join(ROOT, name), "rb") as handle:
            digest.update(handle.read())
    return digest.hexdigest()


def stamp_of(name):
    return os.path.join(VENV, "." + name + ".installed")


def is_current(names):
    """Whether an earlier run finished installing exactly these files with this Python."""
    for count in range(1, len(names) + 1):
        stamp = stamp_of(names[count - 1])
        if not (os.path.exists(stamp) and os.path.exists(PYTHON)):
            return False
        with open(stamp) as handle:
            if handle.read() != fingerprint(names[:count]):
                return False
    return True


def has_ensurepip():
    """Debian and Ubuntu leave it out of python3 and ship it as python3-venv."""
    try:
        __import__("ensurepip")
    except ImportError:
        return False
    return True


def create():
    """A fresh environment; a half-made one is removed first."""
    if not has_ensurepip():
        stop(
            "This Python (%s) cannot make environments: its module ensurepip is missing.\n"
            "On Debian and Ubuntu install it with: sudo apt-get install python3-venv\n"
            "Then run the same command again." % sys.executable
        )
    if os.path.lexists(VENV):
        print("Removing the half-made or outdated environment .venv")
        if os.path.isdir(VENV) and not os.path.islink(VENV):
            shutil.rmtree(VENV)
        else:
            os.remove(VENV)
    print("Making the environment .venv with Python %d.%d" % tuple(sys.version_info[:2]))
    sys.stdout.flush()
    if subprocess.call([sys.executable, "-m", "venv", VENV]) != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        stop(
            "The environment .venv could not be made with %s; the lines above say why.\n"
            "Is there space, and may this folder be written to? Run the same command again once it is mended."
            % sys.executable
        )


def install(names):
    command = [PYTHON, "-m", "pip", "install", "--require-hashes"]
    command += ["--disable-pip-version-check", "--no-warn-script-location"]
    if not sys.stdout.isatty():
        command += ["--progress-bar", "off", "--quiet"]
    for name in names:
        command += ["-r", os.path.join(ROOT, name)]
    print("Installing the locked packages of %s (a minute or two the first time)" % " and ".join(names))
    sys.stdout.flush()
    if subprocess.call(command) != 0:
        stop(
            "The packages could not be installed. The lines above say why; without a network this cannot work.\n"
            "Nothing else was changed: run the same command again once it is mended."
        )
    for count in range(1, len(names) + 1):
        with open(stamp_of(names[count - 1]), "w") as handle:
            handle.write(fingerprint(names[:count]))


def main(arguments):
    if sys.version_info < OLDEST:
        stop(
            "The book needs Python %d.%d or newer; this is %d.%d (%s).\n"
            "Install a newer one and run: make book PYTHON=/path/to/python3"
            % (OLDEST + tuple(sys.version_info[:2]) + (sys.executable,))
        )
    names = wanted("--dev" in arguments)
    if is_current(names):
        return
    if not is_current(names[:1]):
        create()
    install(names)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        stop("Interrupted. Run the same command again: what is half-made is made anew.")
