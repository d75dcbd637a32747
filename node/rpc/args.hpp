// Parameters of a call, read against the method's declaration: the same declaration makes rpc.discover. Unknown names,
// missing ones and wrong types never reach a method.
//
//   static const std::vector<Param> kParams{{"address", ParamType::address, true, "whose account"}};
//   ASSAY_TRY(Args args, read_args(kParams, request.params, "assay"));
//   Address a = args.address("address");
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/json.hpp"

namespace assay::node {

enum class ParamType : std::uint8_t { text, number, flag, hash, address, bytes, texts, addresses };

struct Param {
    std::string name;
    ParamType type;
    bool required = false;
    std::string meaning;
    std::uint64_t max = std::uint64_t{1} << 53;  ///< of a number
};

class Args {
   public:
    [[nodiscard]] bool has(const std::string& name) const { return values_.contains(name); }
    // For parameters that are required, or after has().
    [[nodiscard]] const std::string& text(const std::string& name) const {
        return std::get<std::string>(values_.at(name));
    }
    [[nodiscard]] std::uint64_t number(const std::string& name) const {
        return std::get<std::uint64_t>(values_.at(name));
    }
    [[nodiscard]] const Hash& hash(const std::string& name) const { return std::get<Hash>(values_.at(name)); }
    [[nodiscard]] const Address& address(const std::string& name) const { return std::get<Address>(values_.at(name)); }
    [[nodiscard]] const Bytes& bytes(const std::string& name) const { return std::get<Bytes>(values_.at(name)); }
    // With what an absent one means.
    [[nodiscard]] std::uint64_t number_or(const std::string& name, std::uint64_t other) const;
    [[nodiscard]] std::string text_or(const std::string& name, std::string other) const;
    [[nodiscard]] bool flag(const std::string& name) const;  ///< absent is false
    [[nodiscard]] std::vector<std::string> texts(const std::string& name) const;
    [[nodiscard]] std::vector<Address> addresses(const std::string& name) const;

    using Value = std::variant<std::string, std::uint64_t, bool, Hash, Address, Bytes, std::vector<std::string>,
                               std::vector<Address>>;
    void set(const std::string& name, Value v) { values_.insert_or_assign(name, std::move(v)); }

   private:
    std::map<std::string, Value> values_;
};

/// `prefix` is the network's address prefix. Arrays give the parameters in their declared order.
/// Errors: invalid_params, bad_address, each naming the parameter.
[[nodiscard]] Result<Args> read_args(const std::vector<Param>& declared, const std::optional<json::Value>& given,
                                     std::string_view prefix);

}  // namespace assay::node
