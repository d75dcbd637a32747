// What device.hpp says where the program was built without CUDA.
#include "proofs/cuda/device.hpp"

namespace assay::proofs::cuda {

namespace {
constexpr const char* kWhyNot = "this program was built without CUDA";
}

Platform platform() {
    Platform out;
    out.why_not = kWhyNot;
    return out;
}

std::string architectures() {
    return "none";
}

Result<std::unique_ptr<Backend>> open(int, const Options&) {
    return {Code::no_device, kWhyNot};
}

}  // namespace assay::proofs::cuda
