"""Check a crate with the public validator, without the network: run by the Python that has roc-validator.

    python check_crate.py FOLDER PROFILE…

Prints JSON: by profile the issues at severity REQUIRED. The validator fetches two JSON-LD contexts;
contexts.json has their terms that archives use, with the meaning that they have there. A term that
is not among them is an issue.
"""

import json
import sys
from pathlib import Path

from rocrate_validator import models, services
from rocrate_validator.utils.http import HttpRequester

CONTEXTS = json.loads((Path(__file__).parent / "contexts.json").read_text())


class Answer:
    """What the validator is given in place of a web server's answer."""

    status_code = 200

    def __init__(self, content):
        self.headers = {"Content-Type": "application/ld+json"}
        self._content = content
        self.text = json.dumps(content)
        self.content = self.text.encode()

    def json(self):
        return self._content

    def raise_for_status(self):
        pass


def answer(self, url, *_, **__):
    """A context, or an error: nothing else is fetched."""
    if url not in CONTEXTS:
        raise ValueError(f"{url} is asked for, and is not among the contexts")
    return Answer(CONTEXTS[url])


HttpRequester.get = answer


def issues(folder, profile):
    """What the validator finds wrong in a folder."""
    settings = services.ValidationSettings(
        rocrate_uri=folder, profile_identifier=profile, requirement_severity=models.Severity.REQUIRED
    )
    result = services.validate(settings)
    return [f"{issue.check.identifier}: {issue.message}" for issue in result.get_issues()]


print(json.dumps({profile: issues(sys.argv[1], profile) for profile in sys.argv[2:]}, indent=1))
