// The engine for processors with nothing more than x86-64 promises.
#define ASSAY_SIMD 128
#define ASSAY_ENGINE run_engine_128
#include "tokenomics/sim/model/engine.hpp"
