"""The pages of `docs/` that are written from the catalog and from the compiler itself."""

from heldout.compiler.documentation.files import documentation_files as documentation_files
from heldout.compiler.documentation.files import write_documentation as write_documentation
