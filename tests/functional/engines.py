"""Where CometBFT is: scripts/get-cometbft.sh puts each version into build/cometbft.

    @unittest.skipUnless(engines.there(), engines.ABSENT)
    subprocess.run([engines.program("cometbft"), "version"])
"""

import os

import harness

VERSIONS = ("v0.40.0", "v0.38.25")
ABSENT = "there is no CometBFT: scripts/get-cometbft.sh all"


def folder(version=VERSIONS[0]):
    """Beside the build's folder, whichever preset it is of."""
    return harness.BIN.parent.parent / "cometbft" / version


def program(name, version=VERSIONS[0]):
    return str(folder(version) / "bin" / name)


def there(version=VERSIONS[0]):
    return os.access(program("cometbft", version), os.X_OK)
