// A value that must be there, from a snapshot of the database.
#pragma once

#include <string>

#include "base/borsh.hpp"
#include "chain/store/database.hpp"

namespace assay::chain {

/// `what` names it in the error. Errors: store_corrupt where it is missing or does not decode, io_error.
template <class T>
[[nodiscard]] Result<T> load(const Database& db, ByteView key, const Database::Snapshot& at, const char* what) {
    ASSAY_TRY(auto raw, db.get(key, &at));
    if (!raw) return {Code::store_corrupt, std::string("the store has no ") + what};
    auto out = borsh::decode<T>(*raw);
    if (!out)
        return {Code::store_corrupt, std::string("the store's ") + what + " does not decode: " + out.error().message};
    return out;
}

}  // namespace assay::chain
