// specs-actors, expneg.go: e^-x = numerator / denominator, two polynomials by Horner's rule with coefficients in Q.128.
#include "tokenomics/exp_neg.hpp"

#include <cstddef>
#include <iterator>

namespace assay::tokenomics {
namespace {

// From decimal digits, at compile time: the coefficients are published so.
constexpr u128 digits(const char* text) {
    u128 v = 0;
    for (; *text != 0; ++text) v = v * 10 + static_cast<unsigned>(*text - '0');
    return v;
}

// e^-x = numerator / denominator, both by Horner's rule. The numerator's signs alternate, so it is kept as magnitudes
// and evaluated as a difference; shifts of negative numbers round down, as Go's do.
struct Signed {
    Wide magnitude;
    bool negative = false;
};
Signed times_x_plus(const Signed& a, const Wide& x, u128 c, bool c_negative) {
    const Wide product = a.magnitude * x;
    Wide shifted = product >> 128;
    if (a.negative && !((shifted << 128) == product)) shifted = shifted + Wide(1);
    const Wide addend = c == 0 ? (Wide(1) << 128) : Wide(c);  // 2^128 itself does not fit and stands as 0
    if (a.negative == c_negative) return {shifted + addend, a.negative};
    if (shifted >= addend) return {shifted - addend, a.negative};
    return {addend - shifted, c_negative};
}

constexpr u128 kNumerator[] = {
    digits("648770010757830093818553637600"),          digits("67469480939593786226847644286976"),
    digits("3197587544499098424029388939001856"),      digits("89244641121992890118377641805348864"),
    digits("1579656163641440567800982336819953664"),   digits("17685496037279256458459817590917169152"),
    digits("115682590513835356866803355398940131328"), 0};  // 2^128
constexpr u128 kDenominator[] = {digits("1225524182432722209606361"),
                                 digits("114095592300906098243859450"),
                                 digits("5665570424063336070530214243"),
                                 digits("194450132448609991765137938448"),
                                 digits("5068267641632683791026134915072"),
                                 digits("104716890604972796896895427629056"),
                                 digits("1748338658439454459487681798864896"),
                                 digits("23704654329841312470660182937960448"),
                                 digits("259380097567996910282699886670381056"),
                                 digits("2250336698853390384720606936038375424"),
                                 digits("14978272436876548034486263159246028800"),
                                 digits("72144088983913131323343765784380833792"),
                                 digits("224599776407103106596571252037123047424"),
                                 0};

}  // namespace

Wide exp_neg(const Wide& x) {
    if (x.bits() > 130) {
        if (x.bits() > 136) return Wide();  // e^-128 and less
        const Wide root = exp_neg(x >> 1);
        return (root * root) >> 128;
    }
    Signed above{Wide(kNumerator[0]), true};
    for (std::size_t i = 1; i < std::size(kNumerator); ++i) above = times_x_plus(above, x, kNumerator[i], i % 2 == 0);
    Signed below{Wide(kDenominator[0]), false};
    for (std::size_t i = 1; i < std::size(kDenominator); ++i) below = times_x_plus(below, x, kDenominator[i], false);
    return above.negative ? Wide() : (above.magnitude << 128) / below.magnitude;
}

}  // namespace assay::tokenomics
