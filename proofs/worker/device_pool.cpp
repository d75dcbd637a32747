#include "proofs/worker/device_pool.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>
#include <thread>

#include "proofs/cuda/device.hpp"
#include "proofs/worker/machine.hpp"
#include "proofs/worker/output.hpp"

namespace assay::proofs::worker {

namespace {

std::uint32_t slot_in(const std::string& text, const std::string& whole) {
    std::uint32_t out = 0;
    const char* end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, out);
    if (error != std::errc() || at != end)
        throw Failure(Code::usage, "--device " + whole + ": '" + text + "' is not the number of a slot",
                      "as in --device cuda:0=0,2");
    return out;
}

DeviceChoice choice_in(const std::string& text) {
    const auto equals = text.find('=');
    DeviceChoice out{text.substr(0, equals), {}};
    if (equals == std::string::npos) return out;
    std::stringstream slots(text.substr(equals + 1));
    std::string one;
    while (std::getline(slots, one, ',')) out.slots.insert(slot_in(one, text));
    if (out.slots.empty() || text.back() == ',')
        throw Failure(Code::usage, "--device " + text + " ends without a slot");
    return out;
}

}  // namespace

std::vector<DeviceChoice> parse_devices(const std::vector<std::string>& typed) {
    std::vector<DeviceChoice> out;
    for (const std::string& text : typed) {
        std::stringstream words(text);
        for (std::string word; words >> word;) out.push_back(choice_in(word));
    }
    if (out.empty()) throw Failure(Code::usage, "--device names no device");
    std::set<std::string> cards;
    Slots slots;
    for (const DeviceChoice& c : out) {
        if (c.name == "all" && (out.size() > 1 || !c.slots.empty()))
            throw Failure(Code::usage, "--device all stands alone and has no slots of its own",
                          "name each device, or choose with --slots");
        if (c.name == "auto" && out.size() > 1)
            throw Failure(Code::usage, "--device auto is one device: several are named one by one, or by all");
        if (c.name != "cpu" && !cards.insert(c.name).second)
            throw Failure(Code::usage, "--device " + c.name + " is there twice: a card works for one slot at a time");
        for (const std::uint32_t slot : c.slots)
            if (!slots.insert(slot).second)
                throw Failure(Code::usage, "slot " + std::to_string(slot) + " is given to two devices");
    }
    return out;
}

std::vector<OpenedDevice> open_devices(const std::vector<DeviceChoice>& choices, unsigned threads) {
    std::vector<OpenedDevice> out;
    if (choices.size() == 1 && choices[0].name == "all") {
        const auto platform = cuda::platform();
        for (const auto& device : platform.devices) {
            const std::string id = "cuda:" + std::to_string(device.index);
            auto opened = cuda::open(device.index);
            if (opened)
                out.push_back({id, {}, std::move(*opened)});
            else
                note(id + " is left out: " + opened.error().message);
        }
        if (!out.empty()) return out;
        note("working on the CPU: " + (platform.why_not.empty() ? "no card passed its self-test" : platform.why_not));
        out.push_back({"cpu", {}, open_device("cpu", threads)});
        return out;
    }
    const auto processors = static_cast<unsigned>(
        std::count_if(choices.begin(), choices.end(), [](const DeviceChoice& c) { return c.name == "cpu"; }));
    const unsigned all = threads != 0 ? threads : std::max(1u, std::thread::hardware_concurrency());
    unsigned next = 0;
    for (const DeviceChoice& c : choices) {
        if (c.name == "cpu" && processors > 1) {
            const unsigned share = all / processors + (next < all % processors ? 1 : 0);
            out.push_back({"cpu:" + std::to_string(next++), c.slots, open_device("cpu", std::max(1u, share))});
            continue;
        }
        auto backend = open_device(c.name, threads);
        const std::string name = backend->name();  // "cuda:0 NVIDIA …", "cpu (…)"
        out.push_back({c.name == "auto" ? name.substr(0, name.find(' ')) : c.name, c.slots, std::move(backend)});
    }
    return out;
}

std::map<std::uint32_t, std::size_t> deal_slots(const std::vector<Slots>& own,
                                                const std::map<std::uint32_t, std::string>& kinds,
                                                const std::function<bool(std::size_t, std::string_view)>& does) {
    std::map<std::uint32_t, std::size_t> out;
    std::size_t next = 0;
    for (const auto& [slot, kind] : kinds) {
        const auto named =
            std::find_if(own.begin(), own.end(), [&, slot = slot](const Slots& s) { return s.contains(slot); });
        if (named != own.end()) {
            const auto device = static_cast<std::size_t>(named - own.begin());
            if (does(device, kind)) out[slot] = device;
            continue;
        }
        for (std::size_t i = 0; i < own.size(); ++i) {
            const std::size_t device = (next + i) % own.size();
            if (!own[device].empty() || !does(device, kind)) continue;
            out[slot] = device;
            next = device + 1;
            break;
        }
    }
    return out;
}

}  // namespace assay::proofs::worker
