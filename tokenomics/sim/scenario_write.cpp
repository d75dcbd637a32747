// A scenario as a file, and as rows for people.
#include "tokenomics/sim/scenario_text.hpp"

namespace assay::sim {
namespace {

template <class F, class T>
BehaviourRow row_of(const std::string& path, const F& f, const T& member) {
    BehaviourRow out{.path = path, .value = text_of(f, member), .unit = f.unit, .meaning = f.meaning};
    if constexpr (std::is_enum_v<T>) {
        for (const auto w : words_of(T{})) out.words.emplace_back(w);
    } else if constexpr (!std::is_same_v<T, std::string>) {
        if (f.min == 0 && f.max == 0) return out;
        out.min = shortest(f.min);
        out.max = shortest(f.max);
    }
    return out;
}

template <Behaviour T>
void list_into(const T& object, const std::string& prefix, bool every, std::vector<BehaviourRow>& rows) {
    for_each_behaviour(object, [&](const auto& f, const auto& member) {
        using M = std::remove_cvref_t<decltype(member)>;
        const std::string path = prefix + f.name;
        if constexpr (std::is_same_v<M, tokenomics::Params>) {
            return;
        } else if constexpr (std::is_same_v<M, std::vector<Threshold>>) {
            for (const Threshold& t : member)
                rows.push_back(
                    {.path = path + "." + t.metric, .value = bound_text(t), .unit = "", .meaning = f.meaning});
            if (every) rows.push_back({.path = path, .value = "", .unit = "", .meaning = f.meaning});
        } else if constexpr (Behaviour<M>) {
            list_into(member, path + ".", every, rows);
        } else if constexpr (kIsVector<M>) {
            for (std::size_t i = 0; i < member.size(); ++i)
                list_into(member[i], path + "[" + std::to_string(i) + "].", every, rows);
        } else {
            if (path == "name" || (!every && !is_said(object, f))) return;
            rows.push_back(row_of(path, f, member));
        }
    });
}

}  // namespace

std::string scenario_json(const Scenario& s) {
    return object_json(s);
}

std::vector<BehaviourRow> list_behaviour(const Scenario& s) {
    std::vector<BehaviourRow> rows;
    list_into(s, "", false, rows);
    return rows;
}

std::vector<BehaviourRow> list_behaviour_fields() {
    Scenario s;  // of nothing but defaults; its lists hold one entry each, so that their fields have a name
    s.providers.resize(1);
    s.initial.holders.resize(1);
    s.initial.vesting.resize(1);
    s.shocks.resize(1);
    std::vector<BehaviourRow> rows;
    list_into(s, "", true, rows);
    return rows;
}

}  // namespace assay::sim
