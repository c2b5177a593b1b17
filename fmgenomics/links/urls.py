"""The form of an address, judged without the network.

``problem`` answers one question: would this text, used as a link on the public web, lead where a reader can follow?
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from fmgenomics.links.report import nearest

GOOD_SCHEMES = ("http", "https", "mailto")
DEAD_SCHEMES = {
    "file": "a file: link opens only on the machine it was written on",
    "javascript": "a javascript: link is not an address",
    "vbscript": "a vbscript: link is not an address",
    "data": "a data: link is not an address",
    "blob": "a blob: link is not an address",
    "about": "an about: link is not an address",
    "view-source": "a view-source: link opens in no reader's browser",
}
SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*):")
DOI = re.compile(r"^10\.\d{4,9}(?:\.\d+)*/\S+$")
DOI_HOSTS = frozenset({"doi.org", "dx.doi.org", "www.doi.org"})
ARXIV_ID = re.compile(r"^(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?$")
PRIVATE_SUFFIXES = (
    ".localhost",
    ".local",
    ".localdomain",
    ".internal",
    ".intranet",
    ".lan",
    ".home",
    ".corp",
    ".home.arpa",
)
UNUSABLE_SUFFIXES = (".test", ".invalid")
PLACEHOLDER = re.compile(
    r"\b(?:todo|fixme|tbd|changeme|placeholder|x{4,}|your[-_](?:name|org|repo|user|username))\b", re.I
)
# Words after which a full stop belongs to the address (Wikipedia names pages "Apple_Inc.").
STOP_WORDS = ("Inc.", "Ltd.", "Co.", "Corp.", "Jr.", "Sr.", "St.", "al.", "Bros.")
_HOST_LABEL = re.compile(r"^(?!-)[A-Za-z0-9_-]{1,63}(?<!-)$")
_TOP_LEVEL = re.compile(r"^(?:[A-Za-z]{2,63}|xn--[A-Za-z0-9-]+)$")
_MAIL = re.compile(r"^[^\s@,;:<>()\[\]\\\"]+@[^\s@]+$")
_BROKEN_SCHEME = re.compile(r"^[a-z]{3,6}(?:;|,|\.|:\s|\s:|:/(?!/)|//|::)", re.I)
# Wikipedia's titles hold dashes (Needleman–Wunsch_algorithm).
_WIKI = re.compile(r"^https?://[\w.-]+\.wiki[a-z]+\.org/")
_PAIRS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True)
class UrlProblem:
    """What is wrong with an address, and what was probably meant."""

    message: str
    nearest: str = ""


def scheme_of(target: str) -> str:
    """The scheme of an address in lower case, or an empty string."""
    match = SCHEME.match(target)
    return match.group(1).lower() if match else ""


def looks_external(target: str) -> bool:
    """Whether the target means the web or mail rather than a file or label of the book, however badly it is written."""
    head = target.strip().lower()
    if head.startswith(("//", "www.", "\\\\")) or scheme_of(head):
        return True
    if re.match(r"^(?:h?t{1,3}ps?|hhttps?|https?|htp+s?|ttps?)(?:;|,|//|/|\s|\.)", head) and not head.endswith(
        (".md", ".html")
    ):
        return True
    return bool(re.match(r"^(?:dx\.)?doi\.org/", head) or re.match(r"^10\.\d{4,9}/\S", head))


def problem(target: str, *, bare: bool = False) -> UrlProblem | None:
    """What is wrong with an external address; ``bare`` says that it stands in the text without a link around it."""
    text = re.sub(
        r"^(https?://)%5B([0-9a-f:.]+)%5D", r"\1[\2]", target, flags=re.I
    )  # as markdown-it writes http://[::1]
    if not text.strip() or text.strip() == "#":
        return UrlProblem("the link has no target")
    if text != text.strip():
        return UrlProblem("white space around the address", text.strip())
    if hidden := _hidden_character(text) or _hidden_character(unquote(text).replace(" ", "")):
        return UrlProblem(f"the address holds {hidden}")
    if text.startswith("//"):
        return UrlProblem("protocol-relative address; write https:", f"https:{text}")
    if "\\" in text:
        return UrlProblem("back-slash in the address", text.replace("\\", "/"))
    scheme = scheme_of(text)
    if scheme in DEAD_SCHEMES:
        return UrlProblem(DEAD_SCHEMES[scheme])
    if scheme == "mailto":
        return _mail_problem(text)
    if not scheme or scheme not in GOOD_SCHEMES:
        return _scheme_problem(text, scheme)
    return _web_problem(text, bare=bare)


def _scheme_problem(text: str, scheme: str) -> UrlProblem:
    lowered = text.lower()
    if DOI.match(text):
        return UrlProblem("a DOI needs https://doi.org/ before it", f"https://doi.org/{text}")
    if scheme == "doi":
        return UrlProblem("a browser does not know doi:", f"https://doi.org/{text.split(':', 1)[1].lstrip('/')}")
    if lowered.startswith(("www.", "doi.org/", "dx.doi.org/")):
        return UrlProblem("address without a scheme", f"https://{text}")
    if "." in scheme:  # host:port without a scheme, as in example.org:8080/x
        return UrlProblem("address without a scheme", f"https://{text}")
    if scheme:
        guess = nearest(scheme, GOOD_SCHEMES)
        rest = text[len(scheme) + 1 :].lstrip("/")
        mended = f"{guess}:{rest}" if guess == "mailto" else f"{guess}://{rest}"
        return UrlProblem(f"unknown scheme '{scheme}:'", mended if guess else "")
    head = re.split(r"[;,/.\s]", lowered, maxsplit=1)[0]
    guess = nearest(head, GOOD_SCHEMES) or "https"
    rest = re.sub(r"^[A-Za-z]+[;,.\s:]*/*", "", text)
    return UrlProblem("mistyped scheme", f"{guess}://{rest}")


def _mail_problem(text: str) -> UrlProblem | None:
    address = unquote(text.split(":", 1)[1].split("?", 1)[0])
    if not address:
        return UrlProblem("mailto: without an address")
    for one in address.split(","):
        host = one.rpartition("@")[2]
        if not _MAIL.match(one) or _host_problem(host):
            return UrlProblem("mailto: needs an address like name@host.org")
    return None


def _web_problem(text: str, *, bare: bool) -> UrlProblem | None:
    after = text.split(":", 1)[1]
    if not after.startswith("//"):
        return UrlProblem("two slashes must follow the scheme", f"{text.split(':', 1)[0]}://{after.lstrip('/')}")
    if after.startswith("///"):
        return UrlProblem("three slashes after the scheme", f"{text.split(':', 1)[0]}://{after.lstrip('/')}")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        return UrlProblem(f"not an address: {error}")
    if parts.username is not None:
        return UrlProblem("a user name before the host", text.replace(f"{parts.netloc.rpartition('@')[0]}@", "", 1))
    host = (parts.hostname or "").rstrip(".")
    if re.fullmatch(r"h?t*tps?", host):
        return UrlProblem("two schemes, one after the other", text.split("//", 1)[1])
    if bad := _host_problem(host):
        return UrlProblem(bad)
    if port == 0:
        return UrlProblem("port 0")
    if match := re.search(r"%(?![0-9A-Fa-f]{2})", text):
        return UrlProblem(f"'%' at character {match.start() + 1} is not an escape")
    if re.search(r"%25[0-9A-Fa-f]{2}", text):
        return UrlProblem("escaped twice", re.sub(r"%25(?=[0-9A-Fa-f]{2})", "%", text))
    if host not in DOI_HOSTS and re.search(r"[{}<>|^`\"]|%7[BD]|%3[CE]|\s|%20https?:", text, re.I):
        return UrlProblem("a character that an address cannot hold (a template or a quotation left open?)")
    if match := PLACEHOLDER.search(text):
        return UrlProblem(f"placeholder '{match.group()}' left in the address")
    if tail := swallowed_tail(text, bare=bare):
        return UrlProblem(f"the address swallowed the punctuation '{tail}' after it", text[: -len(tail)])
    return _known_site_problem(parts)


def swallowed_tail(text: str, *, bare: bool = False) -> str:
    """The punctuation at the end of an address that belongs to the sentence, or an empty string."""
    last = text[-1:]
    if last in ",;:!'\"" or (last and ord(last) > 127 and unicodedata.category(last).startswith("P")):
        return last
    if last == "." and not text.endswith(STOP_WORDS):
        return last
    if last == "?" or (bare and last in "*_>"):
        return last
    if last in _PAIRS and text.count(last) > text.count(_PAIRS[last]):
        return last
    return ""


def _host_problem(host: str) -> str:
    if not host:
        return "no host in the address"
    if host == "localhost" or host.endswith(PRIVATE_SUFFIXES):
        return f"'{host}' is a private host"
    if host.endswith(UNUSABLE_SUFFIXES):
        return f"'{host}' can never exist"
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        pass
    else:
        return (
            f"'{host}' is a private host" if not number.is_global else f"'{host}' is a number, not the name of a site"
        )
    labels = host.split(".")
    if re.fullmatch(r"(?:0x[0-9a-f]+|\d+)", labels[-1]):
        return f"'{host}' is a number, not the name of a site"
    if any(not label for label in labels):
        return f"empty part in the host '{host}'"
    if len(labels) < 2:
        return f"'{host}' is not the name of a public site"
    try:
        encoded = host.encode("idna").decode("ascii") if not host.isascii() else host
    except UnicodeError:
        return f"'{host}' is not a host name"
    *front, top = encoded.split(".")
    if not all(_HOST_LABEL.match(label) for label in front) or not _TOP_LEVEL.match(top):
        return f"'{host}' is not a host name"
    return ""


def _known_site_problem(parts: SplitResult) -> UrlProblem | None:
    host = (parts.hostname or "").lower()
    path = unquote(parts.path)
    if host in DOI_HOSTS and path not in {"", "/"}:
        query = f"?{parts.query}" if parts.query else ""
        fragment = f"#{parts.fragment}" if parts.fragment else ""
        return doi_problem(f"{path[1:]}{query}{fragment}", prefix="https://doi.org/")
    if re.match(r"^/10\.\d{4,9}/", path) and (guess := nearest(host, DOI_HOSTS, cutoff=0.75)):
        return UrlProblem("mistyped DOI resolver", f"https://{guess}{path}")
    arxiv = re.match(r"^/(?:abs|pdf)/(.*?)(?:\.pdf)?/?$", path) if host in {"arxiv.org", "www.arxiv.org"} else None
    if arxiv and not ARXIV_ID.match(arxiv.group(1)):
        return UrlProblem("malformed arXiv number")
    return None


def doi_problem(doi: str, prefix: str = "") -> UrlProblem | None:
    """What is wrong with a DOI given without its resolver."""
    if found := re.match(r"^(?:https?:/*)?(?:dx\.)?(?:www\.)?doi\.org/|^doi:\s*|^https?:/*", doi, re.I):
        return UrlProblem("the DOI repeats its prefix", prefix + doi[found.end() :])
    if not DOI.match(doi):
        compact = re.sub(r"\s+", "", doi)
        mended = re.sub(r"^1?0?\.?(\d{4,9})/", r"10.\1/", compact)
        return UrlProblem(
            "malformed DOI (10.NNNN/name)", prefix + mended if mended != doi and DOI.match(mended) else ""
        )
    if tail := swallowed_tail(doi):
        return UrlProblem(f"the DOI swallowed the punctuation '{tail}' after it", prefix + doi[: -len(tail)])
    if hidden := _hidden_character(doi):
        return UrlProblem(f"the DOI holds {hidden}")
    if PLACEHOLDER.search(doi):
        return UrlProblem("placeholder left in the DOI")
    if re.match(r"^[^/]+//", doi):
        return UrlProblem("two slashes in the DOI", prefix + doi.replace("//", "/", 1))
    if "/10." in doi[7:] and re.search(r"/10\.\d{4,9}/", doi[7:]):
        return UrlProblem("two DOIs run together")
    if re.search(r"[{}\"|\\^`]|%(?![0-9A-Fa-f]{2})", doi):
        return UrlProblem("a character that a DOI cannot hold")
    if match := re.search(r"(?:\.full(?:[-.]text)?|\.abstract|\.pdf|/full|/abstract|/pdf|/meta)+$", doi):
        return UrlProblem("the end of a publisher's page is not part of the DOI", prefix + doi[: match.start()])
    if match := re.match(r"^(10\.(?:1101|64898)/[\d.]+)v\d+", doi):
        return UrlProblem("bioRxiv and medRxiv DOIs carry no version", prefix + match.group(1))
    return None


def _hidden_character(text: str) -> str:
    for char in text:
        if char in "\u201c\u201d\u2018\u2019\u00ab\u00bb":
            return f"a typographic quotation mark ({char})"
        if char in "\u2010\u2011\u2012\u2013\u2014\u2015\u2212" and not _WIKI.search(text):
            return f"a typographic dash (U+{ord(char):04X})"
        if unicodedata.category(char) in {"Cc", "Cf", "Zs", "Zl", "Zp"}:
            return f"a space or an invisible character (U+{ord(char):04X})"
    return ""
