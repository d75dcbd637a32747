#include "proofs/worker/events.hpp"

#include <chrono>
#include <mutex>

#include "base/utc.hpp"

namespace assay::proofs::worker {

std::string utc_now() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now).count();
    return format_utc(TimeMs{static_cast<std::uint64_t>(seconds) * 1000});
}

void Events::operator()(const std::string& event, const Json& members, const std::string& text) const {
    static std::mutex one_line;  // the run's loop and its products tell from threads of their own
    const std::lock_guard lock(one_line);
    if (!json_) return print_line(utc_now() + "  " + text);
    Json out{{"event", event}, {"at", utc_now()}};
    for (const auto& [key, value] : members.items()) out[key] = value;
    print_json(out);
}

}  // namespace assay::proofs::worker
