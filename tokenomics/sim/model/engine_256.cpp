// The engine for processors with AVX2.
#define ASSAY_SIMD 256
#define ASSAY_ENGINE run_engine_256
#include "tokenomics/sim/model/engine.hpp"
