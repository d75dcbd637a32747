#include "node/logging.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

#include "node/rpc/request.hpp"

namespace assay::node {
namespace {

// One JSON object a line; the message is escaped here, since spdlog's patterns do not.
class JsonFormatter final : public spdlog::formatter {
   public:
    explicit JsonFormatter(std::string name) : name_(std::move(name)) {}
    void format(const spdlog::details::log_msg& m, spdlog::memory_buf_t& out) override {
        const auto level = spdlog::level::to_string_view(m.level);
        const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(m.time.time_since_epoch()).count();
        const std::string line = "{\"time_ms\":" + std::to_string(since) + ",\"level\":\"" +
                                 std::string(level.data(), level.size()) + "\",\"node\":" + json_quoted(name_) +
                                 ",\"message\":" + json_quoted({m.payload.data(), m.payload.size()}) + "}\n";
        out.append(line.data(), line.data() + line.size());
    }
    [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
        return std::make_unique<JsonFormatter>(name_);
    }

   private:
    std::string name_;
};

}  // namespace

void start_logging(const std::string& level, const std::string& format, const std::string& name) {
    spdlog::set_default_logger(
        std::make_shared<spdlog::logger>("assayd", std::make_shared<spdlog::sinks::stderr_sink_mt>()));
    set_log_format(format, name);
    set_log_level(level);
    spdlog::flush_on(spdlog::level::info);
}

void set_log_format(const std::string& format, const std::string& name) {
    if (format == "json")
        spdlog::default_logger()->set_formatter(std::make_unique<JsonFormatter>(name));
    else
        spdlog::default_logger()->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%-5l%$ %v", spdlog::pattern_time_type::utc);
}

void set_log_level(const std::string& level) {
    spdlog::set_level(spdlog::level::from_str(level));
}

}  // namespace assay::node
