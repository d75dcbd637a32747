// CUDA resources that free themselves, and the one way in which a CUDA call fails.
#pragma once

#include <cuda_runtime_api.h>

#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "base/result.hpp"

namespace assay::proofs::cuda {

inline Error cuda_error(cudaError_t error, std::string_view expression, std::string_view file, int line) {
    (void)cudaGetLastError();  // else the next launch would report an allocation that failed before it
    const auto slash = file.rfind('/');
    if (slash != std::string_view::npos) file.remove_prefix(slash + 1);
    return {Code::no_device, std::string(cudaGetErrorName(error)) + " (" + cudaGetErrorString(error) + ") from " +
                                 std::string(expression) + " at " + std::string(file) + ":" + std::to_string(line)};
}

/// In a function that returns Status or Result: goes on, or returns the error with expression, file and line.
#define ASSAY_CUDA(expression)                                                                       \
    do {                                                                                             \
        if (const auto assay_cuda = static_cast<cudaError_t>(expression); assay_cuda != cudaSuccess) \
            return ::assay::proofs::cuda::cuda_error(assay_cuda, #expression, __FILE__, __LINE__);   \
    } while (false)

class Stream {
   public:
    Stream() = default;
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    ~Stream() {
        if (stream_ != nullptr) cudaStreamDestroy(stream_);
    }
    Status create() {
        ASSAY_CUDA(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking));
        return {};
    }
    [[nodiscard]] cudaStream_t get() const { return stream_; }

   private:
    cudaStream_t stream_ = nullptr;
};

class Event {
   public:
    Event() = default;
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;
    ~Event() {
        if (event_ != nullptr) cudaEventDestroy(event_);
    }
    Status create() {
        ASSAY_CUDA(cudaEventCreateWithFlags(&event_, flags_));
        return {};
    }
    Status record(const Stream& stream) {
        ASSAY_CUDA(cudaEventRecord(event_, stream.get()));
        return {};
    }
    /// Waits without holding a core. Errors also when `what` takes longer than the timeout: a card that hangs is lost.
    Status wait(std::string_view what, std::uint64_t timeout_ms) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
        for (;;) {
            const cudaError_t state = cudaEventQuery(event_);
            if (state == cudaSuccess) return {};
            if (state != cudaErrorNotReady) return cuda_error(state, what, __FILE__, __LINE__);
            if (std::chrono::steady_clock::now() > deadline)
                return {Code::no_device,
                        std::string(what) + " did not end within " + std::to_string(timeout_ms) + " ms"};
            std::this_thread::sleep_for(std::chrono::microseconds(200));
        }
    }

   protected:
    explicit Event(unsigned flags) : flags_(flags) {}
    cudaEvent_t event_ = nullptr;

   private:
    unsigned flags_ = cudaEventDisableTiming;
};

/// An event that notes when it came.
class TimedEvent final : public Event {
   public:
    TimedEvent() : Event(cudaEventDefault) {}
    /// Both have been recorded and waited for.
    Result<std::uint64_t> microseconds_since(const TimedEvent& before) const {
        float milliseconds = 0;
        ASSAY_CUDA(cudaEventElapsedTime(&milliseconds, before.event_, event_));
        return static_cast<std::uint64_t>(milliseconds * 1000);
    }
};

/// Device memory of `T`s.
template <class T>
class Buffer {
   public:
    Buffer() = default;
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    ~Buffer() {
        if (data_ != nullptr) cudaFree(data_);
    }
    /// Keeps what it has when that is enough.
    Status reserve(std::size_t count) {
        if (count <= size_) return {};
        if (data_ != nullptr) cudaFree(std::exchange(data_, nullptr));
        size_ = 0;
        ASSAY_CUDA(cudaMalloc(reinterpret_cast<void**>(&data_), count * sizeof(T)));
        size_ = count;
        return {};
    }
    [[nodiscard]] T* get() const { return data_; }
    [[nodiscard]] std::size_t size() const { return size_; }

   private:
    T* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace assay::proofs::cuda
