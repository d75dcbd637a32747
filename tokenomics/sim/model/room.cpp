#include "tokenomics/sim/model/room.hpp"

#include <algorithm>
#include <new>

namespace assay::sim {
namespace {
constexpr std::size_t kAlign = 64, kPiece = 1 << 20;
constexpr std::size_t up(std::size_t n) {
    return (n + kAlign - 1) / kAlign * kAlign;
}
}  // namespace

Room::~Room() {
    while (first_ != nullptr) {
        Piece* next = first_->next;
        ::operator delete (first_, std::align_val_t{kAlign});
        first_ = next;
    }
}

void Room::clear() {
    for (Piece* p = first_; p != nullptr; p = p->next) p->used = up(sizeof(Piece));
    at_ = first_;
}

void* Room::bytes(std::size_t n) {
    n = up(std::max<std::size_t>(n, 1));
    Piece* last = nullptr;
    for (; at_ != nullptr; last = at_, at_ = at_->next)
        if (at_->size - at_->used >= n) {
            void* out = reinterpret_cast<std::byte*>(at_) + at_->used;
            at_->used += n;
            return out;
        }
    if (last == nullptr)
        for (Piece* p = first_; p != nullptr; p = p->next) last = p;
    const std::size_t size = std::max(kPiece, n + up(sizeof(Piece)));
    auto* piece = static_cast<Piece*>(::operator new (size, std::align_val_t{kAlign}));
    *piece = {nullptr, size, up(sizeof(Piece)) + n};
    (last == nullptr ? first_ : last->next) = piece;
    at_ = piece;
    return reinterpret_cast<std::byte*>(piece) + up(sizeof(Piece));
}

}  // namespace assay::sim
