// The engine for processors with AVX-512.
#define ASSAY_SIMD 512
#define ASSAY_ENGINE run_engine_512
#include "tokenomics/sim/model/engine.hpp"
