// Compiled so that there is a target to which the tests' precompiled header belongs.
#include "tests/support/random.hpp"
