// What the files of `reproduce` share: a list of figures, and numbers as tables print them. Each network has one
// function, which computes its figures with the rules that settle and leaves no formula of its own to trust.
#pragma once

#include "tokenomics/burn.hpp"
#include "tokenomics/sim/reproduce.hpp"
#include "tokenomics/sim/schedule.hpp"

namespace assay::sim::figures {

class Figures {
   public:
    explicit Figures(std::string preset) : preset_(std::move(preset)) {}
    void add(std::string what, std::string published, std::string source, std::string computed) {
        rows_.push_back({preset_, std::move(what), std::move(published), std::move(source), std::move(computed)});
    }
    [[nodiscard]] std::vector<Published> take() { return std::move(rows_); }

   private:
    std::string preset_;
    std::vector<Published> rows_;
};

/// To `digits` decimals of a number of 10^-decimals, a half upwards, as tables round.
[[nodiscard]] std::string rounded(Amount a, unsigned decimals, unsigned digits);
/// The same cut off, as texts do that write 8,771,929 for 8,771,929.82.
[[nodiscard]] std::string cut(Amount a, unsigned decimals, unsigned digits);

/// The first rows of a scenario's schedule.
[[nodiscard]] Result<std::vector<ScheduleRow>> rows_of(const Scenario& s, Every every, std::uint64_t periods);
/// One price for buying and for settling.
[[nodiscard]] inline tokenomics::Prices at(std::uint64_t usd8) {
    return {Price{usd8}, Price{usd8}};
}

[[nodiscard]] Status aethir(Figures& out);
[[nodiscard]] Status akash(Figures& out);
[[nodiscard]] Status bittensor(Figures& out);
[[nodiscard]] Status filecoin(Figures& out);
[[nodiscard]] Status gensyn(Figures& out);
[[nodiscard]] Status golem(Figures& out);
[[nodiscard]] Status gonka(Figures& out);
[[nodiscard]] Status helium(Figures& out);
[[nodiscard]] Status io_net(Figures& out);
[[nodiscard]] Status livepeer(Figures& out);
[[nodiscard]] Status near(Figures& out);
[[nodiscard]] Status pocket(Figures& out);
[[nodiscard]] Status render(Figures& out);

}  // namespace assay::sim::figures
