// What a run tells while it goes: one event per line on stdout, as JSON where asked, else as a sentence.
//
//   Events tell(json);
//   tell("committed", {{"commit", id}, {"height", 7}}, "epoch 3, slot 0: committed at height 7");
//   {"event":"committed","at":"2026-01-31T12:00:00Z","commit":"…","height":7}
//
// docs/provider.md lists the events. Progress and warnings go to stderr (note).
#pragma once

#include <string>

#include "proofs/worker/output.hpp"

namespace assay::proofs::worker {

class Events {
   public:
    explicit Events(bool json) : json_(json) {}
    void operator()(const std::string& event, const Json& members, const std::string& text) const;

   private:
    bool json_;
};

/// This machine's clock, for logs.
[[nodiscard]] std::string utc_now();

}  // namespace assay::proofs::worker
