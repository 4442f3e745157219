import subprocess
import sys


def test_large_libraries_are_imported_only_where_they_are_used():
    """transformers and datasets cost seconds, which every shard would pay."""
    code = (
        "import sys\n"
        "from heldout.runtime.lookup import find\n"
        "for name in ('networks/vit', 'networks/resnet', 'evaluate/classification', 'fetch/model',\n"
        "             'data/huggingface'): find(name)\n"
        "print(sorted({'transformers', 'datasets', 'huggingface_hub'} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
