// A program that runs as long as this one does: its lines go to a function, its end is noticed, and it is ended with
// us.
//
//   ASSAY_TRY(auto child, Child::start({"/usr/bin/cometbft", "start"}, folder, [](std::string_view line) { … }));
//   while (child->running()) …
//   child->stop(10s);                       // SIGTERM, and SIGKILL to what does not listen
//
// The thread that calls start must outlive the child: the kernel ends the child when that thread ends.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.hpp"

namespace assay::node {

class Child {
   public:
    using OnLine = std::function<void(std::string_view)>;
    /// `argv[0]` is the program's path. Errors: io_error.
    [[nodiscard]] static Result<std::unique_ptr<Child>> start(const std::vector<std::string>& argv,
                                                              const std::filesystem::path& folder, OnLine on_line);
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    [[nodiscard]] bool running();
    [[nodiscard]] pid_t pid() const { return pid_; }
    /// "with exit status 1", "by signal 9"; once it has ended.
    [[nodiscard]] std::string how_it_ended() const;
    void stop(std::chrono::milliseconds patience);

   private:
    Child(pid_t pid, int output, OnLine on_line);
    void read_lines(OnLine on_line);
    pid_t pid_;
    int output_;
    bool ended_ = false;
    int status_ = 0;
    std::thread reader_;
};

}  // namespace assay::node
