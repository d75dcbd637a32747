#include "wallet/keys/random.hpp"

#include <sys/random.h>

#include <cerrno>

namespace assay::wallet {

Status fill_random(std::span<std::uint8_t> out) {
    std::size_t done = 0;
    while (done < out.size()) {
        const ssize_t n = getrandom(out.data() + done, out.size() - done, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return {Code::io_error, "the system gives no random bytes"};
        done += static_cast<std::size_t>(n);
    }
    return {};
}

}  // namespace assay::wallet
