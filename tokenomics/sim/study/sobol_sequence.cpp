#include "tokenomics/sim/study/sobol_sequence.hpp"

#include "base/check.hpp"
#include "tokenomics/sim/study/draw.hpp"

namespace assay::sim::study {
namespace {

// A row of new-joe-kuo-6.21201: the polynomial's degree s, its inner coefficients a, and m_1 to m_s.
struct Row {
    unsigned degree, inner;
    std::array<std::uint32_t, 9> m;
};
// Dimensions 2 to 64; the first needs none.
constexpr std::array<Row, kSobolDimensions - 1> kRows = {{
    {1, 0, {1}},
    {2, 1, {1, 3}},
    {3, 1, {1, 3, 1}},
    {3, 2, {1, 1, 1}},
    {4, 1, {1, 1, 3, 3}},
    {4, 4, {1, 3, 5, 13}},
    {5, 2, {1, 1, 5, 5, 17}},
    {5, 4, {1, 1, 5, 5, 5}},
    {5, 7, {1, 1, 7, 11, 19}},
    {5, 11, {1, 1, 5, 1, 1}},
    {5, 13, {1, 1, 1, 3, 11}},
    {5, 14, {1, 3, 5, 5, 31}},
    {6, 1, {1, 3, 3, 9, 7, 49}},
    {6, 13, {1, 1, 1, 15, 21, 21}},
    {6, 16, {1, 3, 1, 13, 27, 49}},
    {6, 19, {1, 1, 1, 15, 7, 5}},
    {6, 22, {1, 3, 1, 15, 13, 25}},
    {6, 25, {1, 1, 5, 5, 19, 61}},
    {7, 1, {1, 3, 7, 11, 23, 15, 103}},
    {7, 4, {1, 3, 7, 13, 13, 15, 69}},
    {7, 7, {1, 1, 3, 13, 7, 35, 63}},
    {7, 8, {1, 3, 5, 9, 1, 25, 53}},
    {7, 14, {1, 3, 1, 13, 9, 35, 107}},
    {7, 19, {1, 3, 1, 5, 27, 61, 31}},
    {7, 21, {1, 1, 5, 11, 19, 41, 61}},
    {7, 28, {1, 3, 5, 3, 3, 13, 69}},
    {7, 31, {1, 1, 7, 13, 1, 19, 1}},
    {7, 32, {1, 3, 7, 5, 13, 19, 59}},
    {7, 37, {1, 1, 3, 9, 25, 29, 41}},
    {7, 41, {1, 3, 5, 13, 23, 1, 55}},
    {7, 42, {1, 3, 7, 3, 13, 59, 17}},
    {7, 50, {1, 3, 1, 3, 5, 53, 69}},
    {7, 55, {1, 1, 5, 5, 23, 33, 13}},
    {7, 56, {1, 1, 7, 7, 1, 61, 123}},
    {7, 59, {1, 1, 7, 9, 13, 61, 49}},
    {7, 62, {1, 3, 3, 5, 3, 55, 33}},
    {8, 14, {1, 3, 1, 15, 31, 13, 49, 245}},
    {8, 21, {1, 3, 5, 15, 31, 59, 63, 97}},
    {8, 22, {1, 3, 1, 11, 11, 11, 77, 249}},
    {8, 38, {1, 3, 1, 11, 27, 43, 71, 9}},
    {8, 47, {1, 1, 7, 15, 21, 11, 81, 45}},
    {8, 49, {1, 3, 7, 3, 25, 31, 65, 79}},
    {8, 50, {1, 3, 1, 1, 19, 11, 3, 205}},
    {8, 52, {1, 1, 5, 9, 19, 21, 29, 157}},
    {8, 56, {1, 3, 7, 11, 1, 33, 89, 185}},
    {8, 67, {1, 3, 3, 3, 15, 9, 79, 71}},
    {8, 70, {1, 3, 7, 11, 15, 39, 119, 27}},
    {8, 84, {1, 1, 3, 1, 11, 31, 97, 225}},
    {8, 97, {1, 1, 1, 3, 23, 43, 57, 177}},
    {8, 103, {1, 3, 7, 7, 17, 17, 37, 71}},
    {8, 115, {1, 3, 1, 5, 27, 63, 123, 213}},
    {8, 122, {1, 1, 3, 5, 11, 43, 53, 133}},
    {9, 8, {1, 3, 5, 5, 29, 17, 47, 173, 479}},
    {9, 13, {1, 3, 3, 11, 3, 1, 109, 9, 69}},
    {9, 16, {1, 1, 1, 5, 17, 39, 23, 5, 343}},
    {9, 22, {1, 3, 1, 5, 25, 15, 31, 103, 499}},
    {9, 25, {1, 1, 1, 11, 11, 17, 63, 105, 183}},
    {9, 44, {1, 1, 5, 11, 9, 29, 97, 231, 363}},
    {9, 47, {1, 1, 5, 15, 19, 45, 41, 7, 383}},
    {9, 52, {1, 3, 7, 7, 31, 19, 83, 137, 221}},
    {9, 55, {1, 1, 1, 3, 23, 15, 111, 223, 83}},
    {9, 59, {1, 1, 5, 13, 31, 15, 55, 25, 161}},
    {9, 62, {1, 1, 3, 13, 25, 47, 39, 87, 257}},
}};

}  // namespace

SobolSequence::SobolSequence(std::size_t dimensions, std::uint64_t shift)
    : directions_(dimensions), shifts_(dimensions, 0), shifted_(shift != 0) {
    ASSAY_CHECK(dimensions >= 1 && dimensions <= kSobolDimensions);
    for (unsigned k = 0; k < 32; ++k) directions_[0][k] = 1u << (31 - k);
    for (std::size_t d = 1; d < dimensions; ++d) {
        const Row& row = kRows[d - 1];
        auto& v = directions_[d];
        for (unsigned k = 0; k < 32; ++k) {
            if (k < row.degree) {
                v[k] = row.m[k] << (31 - k);
                continue;
            }
            v[k] = v[k - row.degree] ^ (v[k - row.degree] >> row.degree);
            for (unsigned i = 1; i < row.degree; ++i)
                if ((row.inner >> (row.degree - 1 - i) & 1) != 0) v[k] ^= v[k - i];
        }
    }
    for (std::size_t d = 0; shifted_ && d < dimensions; ++d)
        shifts_[d] = random_bits(shift, Purpose::shift, static_cast<std::uint32_t>(d), 0);
}

std::vector<double> SobolSequence::point(std::uint32_t index) const {
    const std::uint32_t gray = index ^ (index >> 1);
    std::vector<double> out(directions_.size());
    for (std::size_t d = 0; d < out.size(); ++d) {
        std::uint32_t x = shifts_[d];
        for (unsigned k = 0; k < 32; ++k)
            if ((gray >> k & 1) != 0) x ^= directions_[d][k];
        out[d] = (static_cast<double>(x) + (shifted_ ? 0.5 : 0.0)) * 0x1p-32;
    }
    return out;
}

}  // namespace assay::sim::study
