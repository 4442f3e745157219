"""`python -m runtime run`: run one shard of a plan."""

import argparse

SUMMARY = "run the tasks of one shard"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    pass


def main(arguments: argparse.Namespace) -> int:
    return 0
