// A chain's state as a file, and back into another App.
//
//   const Bytes file = exported(*c.app);
//   auto other = Chain::open(dir.path(), {});
//   REQUIRE(read_in(*other, file).ok());
#pragma once

#include "chain/state_file.hpp"
#include "tests/chain/chain_fixture.hpp"

namespace assay::chain::test {

inline Bytes exported(const App& app, std::optional<Height> height = {}) {
    Bytes out;
    const auto header = app.export_state(height, [&](ByteView piece) {
        out.insert(out.end(), piece.begin(), piece.end());
        return Status{};
    });
    if (!header) FAIL(header.error().message);
    return out;
}
/// In pieces of so many bytes.
inline Result<StateFileHeader> read_in(App& app, const Bytes& file, std::size_t piece = 4096) {
    std::size_t at = 0;
    return app.init_state([&]() -> Result<ByteView> {
        const std::size_t n = std::min(piece, file.size() - at);
        at += n;
        return ByteView(file).subspan(at - n, n);
    });
}

}  // namespace assay::chain::test
