// DIR.partial: what an unfinished result has so far. One process at a time; a state is written beside the last one and
// renamed, so that there is always a whole one.
//
//   ASSAY_TRY(Partial partial, Partial::open("out"));
//   ASSAY_TRY(bool resumed, partial.load(identity, simulation));
//   ASSAY_TRY_VOID(partial.save(identity, simulation));
#pragma once

#include <string>

#include "tokenomics/sim/run/simulate.hpp"

namespace assay::sim {

/// A state as a file holds it: whose it is, what it is, and the SHA-256 of both.
[[nodiscard]] std::string sealed(const std::string& identity, const std::string& state);
/// The state again. Errors: already_exists where it is of another question, bad_state_file.
[[nodiscard]] Result<std::string> unsealed(const std::string& path, const std::string& bytes,
                                           const std::string& identity);

class Partial {
   public:
    /// Errors: already_exists where the folder holds something else, store_locked, io_error.
    [[nodiscard]] static Result<Partial> open(const std::string& dir);
    Partial(Partial&& other) noexcept : folder_(other.folder_), lock_(other.lock_), saved_(other.saved_) {
        other.lock_ = -1;
    }
    /// Without a saved state the folder is gone.
    ~Partial();

    [[nodiscard]] const std::string& folder() const { return folder_; }
    /// True where there was a state. Errors: as unsealed's, io_error.
    [[nodiscard]] Result<bool> load(const std::string& identity, Simulation& simulation);
    /// Errors: io_error; then the state before it is still there.
    [[nodiscard]] Status save(const std::string& identity, const Simulation& simulation);
    /// The result is whole: nothing of this is needed any more.
    void remove();

   private:
    Partial() = default;
    std::string folder_;
    int lock_ = -1;
    bool saved_ = false;
};

}  // namespace assay::sim
