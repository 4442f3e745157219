"""What was tried on strangers' behalf, and how it went: counted over all processes, said at the end."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

PROPERTY = "strangers: "  # and what was tried; its value is how that went


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) == "call":
                for name, value in report.user_properties:
                    if name.startswith(PROPERTY):
                        counts[name.removeprefix(PROPERTY)][str(value)] += 1
    for name, found in sorted(counts.items()):
        said = ", ".join(f"{count} {value}" for value, count in sorted(found.items()))
        terminalreporter.write_line(f"{name} of strangers: {found.total()} tried, {said}")
