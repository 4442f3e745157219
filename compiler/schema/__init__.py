"""The JSON Schema (draft-07) of a spec, from the language and the catalog: for editors and checks."""

from heldout.compiler.schema.study import schema_text as schema_text
from heldout.compiler.schema.study import study_schema as study_schema
