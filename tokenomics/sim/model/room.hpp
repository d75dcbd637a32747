// Memory of a block of runs: taken piece by piece, given back all at once, kept for the next block.
//
//   Room room;
//   V* devices = room.take<V>(groups);      // aligned for any vector; not initialised
//   room.clear();
#pragma once

#include <cstddef>

namespace assay::sim {

class Room {
   public:
    Room() = default;
    Room(const Room&) = delete;
    Room& operator=(const Room&) = delete;
    ~Room();

    template <class T>
    [[nodiscard]] __attribute__((always_inline)) T* take(std::size_t n) {
        return static_cast<T*>(bytes(n * sizeof(T)));
    }
    void clear();

   private:
    struct Piece {
        Piece* next;
        std::size_t size, used;
    };
    void* bytes(std::size_t n);
    Piece* first_ = nullptr;
    Piece* at_ = nullptr;
};

}  // namespace assay::sim
