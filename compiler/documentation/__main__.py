"""`python -m heldout.compiler.documentation`: write every generated page anew."""

from pathlib import Path

from heldout.compiler.catalog import load_catalog
from heldout.compiler.documentation.files import write_documentation

if __name__ == "__main__":
    for path in write_documentation(Path.cwd(), load_catalog()):
        print(f"wrote {path}")
